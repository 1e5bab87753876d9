/*
 * near_shard.h - reads of the shards of distributed tables that lie on this node
 */
#ifndef DYNAPG_STORE_NEAR_SHARD_H
#define DYNAPG_STORE_NEAR_SHARD_H

#include "store/plan.h"

/*
 * Reads the row of the key where its shard lies on this node: receive gets its item, as stored.  False, without having read anything,
 * where Citus has to find the row.  Inside SPI_connect.
 */
extern bool dyn_near_shard_read(DynTable *table, const DynKey *key, DynPlanReceiver *receiver);

#endif							/* DYNAPG_STORE_NEAR_SHARD_H */
