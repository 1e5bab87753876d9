/*
 * contributors.h - contributor insights: the keys of tables and indexes that are asked for most, and refused most
 *
 * Model.  A table or index for which UpdateContributorInsights has them on has four sketches in shared memory: partition keys
 * and whole keys, accessed and throttled.  A sketch is a "space-saving" one: it counts a fixed number of keys; a key that
 * is not among them takes the place of the one with the lowest count and goes on from that count, which is then the most by
 * which it may be too high.  So a key with more than a KEYS-th of all requests is always there, and memory never grows.
 *
 * One of dynapg.insights_sample accesses is counted, with that weight; refusals are all counted.  There is room for
 * DYN_MAX_INSIGHTS tables and indexes of the server; beyond, those that were asked for longest ago are forgotten.  A restart
 * forgets all, and so does switching on again.  A key is kept by its hash and as a text that may be cut.
 *
 * A read or write of an item is an access, also in a batch or transaction; a Query is one of its partition key, and a Scan is none.
 * A write is an access of an index that holds the item.
 *
 * Where a table has none, each of these is one branch.  Without shared memory nothing is counted.
 */
#ifndef DYNAPG_THROUGHPUT_CONTRIBUTORS_H
#define DYNAPG_THROUGHPUT_CONTRIBUTORS_H

#include "postgres.h"

#include "store/range.h"
#include "store/rows.h"
#include "tables/table.h"

/* Asks for shared memory; from _PG_init. */
extern void dyn_contributors_register(void);

/* Count; the callers are below. */
extern void dyn_contributors_add_key(const DynTable *table, const DynKey *key, bool throttled);
extern void dyn_contributors_add_item(const DynTable *table, const DynIndex *index, const struct varlena *item, bool throttled);
extern void dyn_contributors_add_range(const DynRange *range, bool throttled);
extern void dyn_contributors_add_write(const DynTable *table, const DynKey *key, const DynChange *change);

static inline void
dyn_contributors_read(const DynTable *table, const DynKey *key)
{
	if (unlikely(table->watch.accessed))
		dyn_contributors_add_key(table, key, false);
}

static inline void
dyn_contributors_read_range(const DynRange *range)
{
	if (unlikely(range->index ? range->index->watch.accessed : range->table->watch.accessed))
		dyn_contributors_add_range(range, false);
}

static inline void
dyn_contributors_written(const DynTable *table, const DynKey *key, const DynChange *change)
{
	if (unlikely(table->watch.accessed || table->watches_indexes))
		dyn_contributors_add_write(table, key, change);
}

#endif							/* DYNAPG_THROUGHPUT_CONTRIBUTORS_H */
