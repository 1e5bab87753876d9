/*
 * key_shard.h - the shards of distributed tables, and who may read them without Citus
 */
#ifndef DYNAPG_STORE_KEY_SHARD_H
#define DYNAPG_STORE_KEY_SHARD_H

#include "tables/table.h"

/* The shard of the key, where the read may go on without Citus; else NULL. */
extern DynKeyShard *dyn_key_shard_to_read(DynTable *table, const DynKey *key);

#endif							/* DYNAPG_STORE_KEY_SHARD_H */
