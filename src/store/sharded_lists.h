/*
 * sharded_lists.h - lists of items of distributed tables; see rows.h, whose functions call these
 *
 * Model.  A list is one statement, of which Citus makes one for each shard that has any of the keys.  Its conditions are constants, as only
 * these show Citus which shards that are.
 */
#ifndef DYNAPG_STORE_SHARDED_LISTS_H
#define DYNAPG_STORE_SHARDED_LISTS_H

#include "store/change.h"

/* As dyn_rows_get, dyn_rows_put and dyn_rows_delete; items come in the order of the keys. */
extern void dyn_sharded_lists_get(DynTable *table, const DynKey *keys, int nkeys, DynRowConsumer consume, void *arg);
extern void dyn_sharded_lists_put(DynTable *table, const DynKey *keys, struct varlena *const *items, int nkeys,
								  struct varlena **old_items);
extern void dyn_sharded_lists_delete(DynTable *table, const DynKey *keys, int nkeys, struct varlena **old_items);

#endif							/* DYNAPG_STORE_SHARDED_LISTS_H */
