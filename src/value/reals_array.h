/*
 * reals_array.h - vectors as arrays of PostgreSQL: real[]
 */
#ifndef DYNAPG_VALUE_REALS_ARRAY_H
#define DYNAPG_VALUE_REALS_ARRAY_H

#include "value/reals.h"

/* The elements of a real[] and their number; raises an error unless the array has one dimension and no NULLs. */
extern const float4 *dyn_reals_array_of_datum(Datum array, uint32 *count);

/* A new array, for its elements to be filled in. */
extern struct varlena *dyn_reals_array_new(uint32 count, float4 **reals);

/*
 * A number that stands for a scalar attribute in a vector index: equal values have equal numbers.  Never 0, which is for
 * "no such value".
 */
extern int32 dyn_reals_array_tag(DynValue value);

#endif							/* DYNAPG_VALUE_REALS_ARRAY_H */
