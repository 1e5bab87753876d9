/*
 * sharded.h - items of distributed tables by their keys; see rows.h, whose functions call these
 *
 * Model.  Citus sends each statement to the node that has the key's shard. The functions of a write run there, in another process,
 * so images and the verdict come back in the statement's result (value/outcome.h).  A statement with a condition always meets the
 * row that is there, and leaves it as it is where the condition fails, so one statement is enough.
 */
#ifndef DYNAPG_STORE_SHARDED_H
#define DYNAPG_STORE_SHARDED_H

#include "store/change.h"

extern DynChange dyn_sharded_write(const DynWrite *write);

extern struct varlena *dyn_sharded_get(DynTable *table, const DynKey *key);

/* The same for another node that asks: two nodes that differ in where the shard lies must not ask each other in a circle. */
extern struct varlena *dyn_sharded_get_here(DynTable *table, const DynKey *key);

/*
 * The item in the current memory context, or NULL: it stays as it is until the end of the transaction. key_item is the item with only
 * the key's attributes. Nodes have no common snapshot, so reads of several items at one moment are reads of locked items, in the
 * order in which writers lock them; the caller needs the rights to write. The table may be a local one.
 */
extern struct varlena *dyn_sharded_read_locked(DynTable *table, const DynKey *key, const struct varlena *key_item);

#endif							/* DYNAPG_STORE_SHARDED_H */
