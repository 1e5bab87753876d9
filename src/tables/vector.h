/*
 * vector.h - the relations of a vector index
 *
 * Model.  A vector index always has an index of access method dynapg_flat (flat.h) on the vectors and on the attributes of the
 * SearchSchema. It finds the nearest vectors exactly.  Its columns are
 *
 *		dynapg.item_reals(item, 'Embedding', 384)		the vector
 *		dynapg.item_tag(item, 'Tenant', 'S')			a number that stands for an attribute's value; one for each
 *
 * Where the database has the extension vector (pgvector) it may have a second one, an HNSW index on the same vectors, which finds
 * nearly the nearest in a large table much quicker; see hnsw.h.
 */
#ifndef DYNAPG_TABLES_VECTOR_H
#define DYNAPG_TABLES_VECTOR_H

#include "lib/stringinfo.h"

#include "tables/definition.h"

/* Appends the vector, and the number that stands for an attribute's value, as expressions over item. */
extern void dyn_vector_append_reals(StringInfo out, const char *attribute, int dimensions);
extern void dyn_vector_append_tag(StringInfo out, const DynKeyAttr *key);

/* The operator that orders by the distance, in schema dynapg. */
extern const char *dyn_vector_operator(DynMetric metric);

/* Appends the condition under which the index holds an item, with the keyword WHERE. */
extern void dyn_vector_append_condition(StringInfo out, const DynVector *vector);

/* The statement that creates the relation. The table is named with its schema; concurrently is "" or "CONCURRENTLY ". */
extern char *dyn_vector_create_flat(const char *table, const DynIndex *index, const char *relation_name,
									const char *concurrently);

#endif							/* DYNAPG_TABLES_VECTOR_H */
