/*
 * transact_get.h - reads of several items at one moment
 */
#ifndef DYNAPG_API_TRANSACT_GET_H
#define DYNAPG_API_TRANSACT_GET_H

#include "lib/stringinfo.h"

#include "expr/program.h"
#include "value/tree.h"

typedef struct DynTransactGet
{
	DynSlice	table_name;		/* as the request gave it */
	DynNode		map;			/* Key */
	DynProgram *projection;		/* NULL: the whole item */
	DynProgram *filter;			/* NULL: none; an item that does not pass it counts as missing */
	DynNode		(*project) (const DynProgram *projection, DynValue item);	/* used instead of the projection, if not NULL */
} DynTransactGet;

/* Reads the items and appends the whole reply. request is read for ReturnConsumedCapacity. */
extern void dyn_transact_get(const DynTransactGet *gets, int count, const DynJson *request, StringInfo reply);

#endif							/* DYNAPG_API_TRANSACT_GET_H */
