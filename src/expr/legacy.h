/*
 * legacy.h - lowering legacy conditional parameters
 *
 * The public functions are in compile.h; this file has what Expected, QueryFilter, ScanFilter and KeyConditions share.
 */
#ifndef DYNAPG_EXPR_LEGACY_H
#define DYNAPG_EXPR_LEGACY_H

#include "expr/compile.h"

typedef enum DynLegacyOp
{
	DYN_LEGACY_EQ,
	DYN_LEGACY_NE,
	DYN_LEGACY_IN,
	DYN_LEGACY_LE,
	DYN_LEGACY_LT,
	DYN_LEGACY_GE,
	DYN_LEGACY_GT,
	DYN_LEGACY_BETWEEN,
	DYN_LEGACY_NOT_NULL,
	DYN_LEGACY_NULL,
	DYN_LEGACY_CONTAINS,
	DYN_LEGACY_NOT_CONTAINS,
	DYN_LEGACY_BEGINS_WITH
} DynLegacyOp;

/* One condition on one attribute, its arguments checked and in stored form. */
typedef struct DynLegacyCondition
{
	DynSlice	name;
	DynLegacyOp op;
	uint32		nargs;
	DynValue   *args;
} DynLegacyCondition;

/* Raises ValidationException for a name that no attribute can have: an empty one, or one over DYN_MAX_ATTR_NAME bytes. */
extern void dyn_legacy_conditions_check_name(DynSlice name, const DynWording *wording);

/*
 * Reads Expected (is_expected: Value and Exists are allowed) or a map of filter or key conditions.  Returns the
 * conditions, palloc'd; *count is their number.  Raises ValidationException for a wrong combination of members, a
 * wrong number of arguments, arguments of several types, and types that the operator does not accept.
 */
extern DynLegacyCondition *dyn_legacy_conditions_read(const DynJson *map, bool is_expected, const DynWording *wording,
													  uint32 *count);

#endif							/* DYNAPG_EXPR_LEGACY_H */
