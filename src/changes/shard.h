/*
 * shard.h - descriptions of streams, and their shards; see stream.h for the model
 */
#ifndef DYNAPG_CHANGES_SHARD_H
#define DYNAPG_CHANGES_SHARD_H

#include "postgres.h"

#include "utils/timestamp.h"
#include "value/key.h"

/* The content of records besides the keys. */
typedef enum DynStreamView
{
	DYN_STREAM_KEYS_ONLY,
	DYN_STREAM_NEW_IMAGE,
	DYN_STREAM_OLD_IMAGE,
	DYN_STREAM_NEW_AND_OLD_IMAGES
} DynStreamView;

typedef struct DynStream
{
	int			id;
	char	   *table_name;
	Oid			relid;			/* of the data table, which may be gone */
	Oid			owner;			/* of a disabled stream: the table's last known owner; else InvalidOid */
	char	   *label;
	DynStreamView view;
	DynKeyAttr	pk;
	DynKeyAttr	sk;				/* tag 0: none */
	TimestampTz created_at;
	bool		enabled;
	char	   *channel;		/* see notify.h; NULL: none */
} DynStream;

typedef struct DynShard
{
	char	   *id;
	char	   *parent;			/* NULL: none */
	int			slot;			/* 0 .. slots - 1 */
	int			slots;
	int64		from_tick;		/* has records of later ticks, */
	int64		to_tick;		/* up to this one; 0: it is open */
} DynShard;

/*
 * Shards of the stream, as they are at that tick, in order of their ids after that one (NULL: from the first), the
 * children of `parent` where that is not NULL.
 */
extern int	dyn_shard_list(const DynStream *stream, int64 tick, const char *after, const char *parent, int limit, DynShard **shards);

/* The shard of that id, or NULL. */
extern DynShard *dyn_shard_find(const DynStream *stream, int64 tick, const char *id);

/* Gives an enabled stream its first shards where it has none, as after a dump and restore. */
extern void dyn_shard_ensure(const DynStream *stream);

/* For the jobs: closes open shards that are older than dynapg.stream_shard_age and opens their children. */
extern void dyn_shard_roll(const DynStream *stream, int64 tick);

/* For the jobs: records the ticks at which shards were opened and closed, as far as known at the tick. */
extern void dyn_shard_settle(int64 tick);

/* Gives an enabled stream that has no shard its first ones, with the records of the ticks above from_tick. */
extern void dyn_shard_open_first(const DynStream *stream, int64 from_tick);

/* Closes the open shards of the stream with this transaction.  SPI is connected. */
extern void dyn_shard_close_all(int stream);

/* Removes shards that were closed before the retention began. SPI is connected. */
extern void dyn_shard_forget(void);

#endif							/* DYNAPG_CHANGES_SHARD_H */
