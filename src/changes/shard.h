/*
 * shard.h - what stream.c and shard.c share (see stream.h)
 */
#ifndef DYNAPG_CHANGES_SHARD_H
#define DYNAPG_CHANGES_SHARD_H

#include "postgres.h"

#include "changes/stream.h"

/* Gives an enabled stream that has no shard its first ones, with the records of the ticks above from_tick. */
extern void dyn_shard_open_first(const DynStream *stream, int64 from_tick);

/* Closes the open shards of the stream with this transaction.  SPI is connected. */
extern void dyn_shard_close_all(int stream);

/* Forgets shards that were closed before the retention began.  SPI is connected. */
extern void dyn_shard_forget(void);

#endif							/* DYNAPG_CHANGES_SHARD_H */
