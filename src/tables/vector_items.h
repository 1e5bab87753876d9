/*
 * vector_items.h - items and vector indexes: which items can be stored, and what an index has of them
 *
 * An index has an entry for each item with a vector and, where its SearchSchema has one, with the HASH attribute.  A vector or
 * an attribute of the SearchSchema that cannot be in the index is refused, like an index key of another type. An update is
 * checked only for the attributes that it changes: items from before the index may not fit it.
 */
#ifndef DYNAPG_TABLES_VECTOR_ITEMS_H
#define DYNAPG_TABLES_VECTOR_ITEMS_H

#include "tables/table.h"
#include "value/tree.h"

/* Why an item cannot be stored, as ValidationException text, or NULL; old_item is the empty map for a put. */
extern const char *dyn_vector_items_violation(const DynTable *table, DynValue old_item, DynValue new_item);

/* Is it the name of the vector attribute? */
extern bool dyn_vector_items_is_vector(const DynIndex *index, DynSlice name);

/* What the index projects of an item, without the vector. */
extern DynValue dyn_vector_items_project(const DynTable *table, const DynIndex *index, DynValue item);

/* The vector as the index has it: each number with the digits of a 32-bit one. */
extern DynNode dyn_vector_items_node(const DynIndex *index, DynValue item);

/* Bytes that a write of an entry costs: names and values, a vector as 4 bytes a dimension; 0 where the entry stays as it is. */
extern double dyn_vector_items_write_bytes(const DynTable *table, const DynIndex *index, DynValue old_item, DynValue new_item);

#endif							/* DYNAPG_TABLES_VECTOR_ITEMS_H */
