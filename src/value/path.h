/*
 * path.h - paths into items, as SQL writes them
 *
 * Two forms.  text[], as jsonb has it: each element is the name of a member or the number of an element, whichever the container
 * asks for.  text, as DynamoDB has it: a.b[0].c; a name that has other than letters, digits, _, - and $ stands in double quotes, one in
 * it doubled.  A text that begins with { is the text form of a text[], since a literal without a type is text for PostgreSQL.
 *
 * The numbers of elements count from 0, negative ones from the end.
 */
#ifndef DYNAPG_VALUE_PATH_H
#define DYNAPG_VALUE_PATH_H

#include "fmgr.h"

#include "value/value.h"

typedef struct DynPathStep
{
	bool		by_name;		/* may name a member */
	bool		by_index;		/* may count an element */
	int32		index;
	DynSlice	name;			/* as it was written, also of an index */
} DynPathStep;

typedef struct DynPath
{
	uint32		count;
	DynPathStep steps[FLEXIBLE_ARRAY_MEMBER];
} DynPath;

/*
 * The path that argument n is, a text or a text[]; NULL where an element is NULL.  Kept until the call site gets another one.
 * Raises for a text that is no path.
 */
extern const DynPath *dyn_path_argument(FunctionCallInfo fcinfo, int n, bool is_array);

/* The number of the element that the step selects in a list of count elements, or -1. */
extern int64 dyn_path_index(const DynPathStep *step, uint32 count);

/* The value at the path, the root itself for a path without steps, or a value with tag 0. */
extern DynValue dyn_path_get(const DynPath *path, DynValue root);

#endif							/* DYNAPG_VALUE_PATH_H */
