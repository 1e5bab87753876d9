/*
 * near_shard.h - reads of the shards of distributed tables that lie on this node
 */
#ifndef DYNAPG_STORE_NEAR_SHARD_H
#define DYNAPG_STORE_NEAR_SHARD_H

#include "store/plan.h"

/*
 * Reads the row of the key in its shard, of dyn_key_shard_to_read, where that lies on this node: receive gets the item, as stored.  False,
 * without having read anything, where it does not.  Inside SPI_connect.
 */
extern bool dyn_near_shard_read(const DynTable *table, const DynKeyShard *shard, const DynKey *key, DynPlanReceiver *receiver);

#endif							/* DYNAPG_STORE_NEAR_SHARD_H */
