/*
 * projection.h - what a secondary index projects of an item
 *
 * An index entry is the whole item; its projection says which attributes the API may show and charge for: the key
 * attributes of index and table always, the others when the projection is ALL or names them.  Only top-level
 * attributes count.
 */
#ifndef DYNAPG_TABLES_PROJECTION_H
#define DYNAPG_TABLES_PROJECTION_H

#include "tables/table.h"

/* Does the item have an entry in the index: all its key attributes, each with the right type and not empty? */
extern bool dyn_projection_has_entry(const DynIndex *index, DynValue item);

/* Does the index project all attributes of an item? */
static inline bool
dyn_projection_is_whole(const DynIndex *index)
{
	return index->projection == DYN_PROJECT_ALL;
}

/* Does the index project the attribute of that name? */
extern bool dyn_projection_shows(const DynTable *table, const DynIndex *index, DynSlice name);

/* What the index projects of an item, as a map: item itself where that is all of it, else palloc'd. */
extern DynValue dyn_projection_of(const DynTable *table, const DynIndex *index, DynValue item);

/* DynamoDB's size in bytes of what the index projects of an item. */
extern uint32 dyn_projection_size(const DynTable *table, const DynIndex *index, DynValue item);

#endif							/* DYNAPG_TABLES_PROJECTION_H */
