/*
 * far_shard.h - reads of the shards of distributed tables that lie on other nodes
 */
#ifndef DYNAPG_STORE_FAR_SHARD_H
#define DYNAPG_STORE_FAR_SHARD_H

#include "tables/table.h"

/*
 * Asks the node that has the shard, of dyn_key_shard_to_read, for the item of the key: *item is in the current memory context, or NULL
 * where there is none.  False where Citus has to read it.
 */
extern bool dyn_far_shard_read(const DynTable *table, const DynKeyShard *shard, const DynKey *key, struct varlena **item);

#endif							/* DYNAPG_STORE_FAR_SHARD_H */
