/*
 * table_vectors.h - vector indexes of a request: VectorIndexes and VectorIndexUpdates, checked, and in a description
 */
#ifndef DYNAPG_API_TABLE_VECTORS_H
#define DYNAPG_API_TABLE_VECTORS_H

#include "api/table_attributes.h"
#include "api/table_view.h"

/* The number of projected attributes of a vector index, for the limit. */
extern int	dyn_table_vectors_projected(const DynIndex *index);

/* Reads VectorIndexes, which may be NULL, into def->vectors; attributes of a SearchSchema are used definitions. */
extern void dyn_table_vectors_of_table(const DynJson *vectors, DynDefinitions *definitions, DynTableDef *def);

/* Reads one new index of a table, with the request's definitions. */
extern void dyn_table_vectors_of_update(const DynJson *create, DynDefinitions *given, const DynTableDef *def, DynIndex *index);

/* Raises an error unless the billing mode is the one that vector indexes require. */
extern void dyn_table_vectors_check_billing(bool pay_per_request);

/* Appends the member VectorIndexes of a description, unless the table has none. */
extern void dyn_table_vectors_describe(StringInfo out, const DynTableDef *def, const DynTableView *view);

#endif							/* DYNAPG_API_TABLE_VECTORS_H */
