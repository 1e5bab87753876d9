/*
 * stream.h - streams of tables and their shards
 *
 * A stream has the changes of one table from when it was enabled until it is disabled; enabling one again makes another
 * stream.  It can be read for dynapg.stream_retention after that, also when the table is gone.
 *
 * A shard is a part of a stream: the records of one slot of the hash of partition keys, of the ticks above `from_tick` and up
 * to `to_tick`.  Since a record's tick is settled when it is read, a shard is closed and followed by its children at one tick
 * for all writers, without any of them knowing: at the first tick that sees the transaction which closed it.
 *
 * So a reader asks for the newest tick first and for the shard afterwards, and reads up to that tick: if a tick up to it
 * sees the transaction, the shard that is read then shows that it is closed.
 *
 * The number of slots is a power of two and never shrinks: a shard has at most one parent.
 */
#ifndef DYNAPG_CHANGES_STREAM_H
#define DYNAPG_CHANGES_STREAM_H

#include "postgres.h"

#include "utils/timestamp.h"
#include "value/key.h"

/* What records have besides the keys. */
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
	Oid			owner;			/* of a disabled stream: of the table when it was last seen; else InvalidOid */
	char	   *label;
	DynStreamView view;
	DynKeyAttr	pk;
	DynKeyAttr	sk;				/* tag 0: none */
	TimestampTz created_at;
	bool		enabled;
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

extern const char *dyn_stream_view_name(DynStreamView view);

/*
 * Starts a stream of the table, which the current user owns: its row, its first shards and the trigger.  Writers of the
 * table are locked out until the transaction ends.
 */
extern void dyn_stream_enable(Oid relid, const char *table_name, const char *label, const char *view, const DynKeyAttr *pk,
							  const DynKeyAttr *sk);

/* Ends the stream of the table, if it has one, closing its shards; the table is locked until the transaction ends. */
extern void dyn_stream_disable(Oid relid);

/* The stream of that table and label, or NULL; without a label the latest one of the table. */
extern DynStream *dyn_stream_find(const char *table_name, const char *label);

/* Streams after that table name and label (NULL: from the first), of one table (NULL: of all), in that order. */
extern int	dyn_stream_list(const char *table_name, const char *after_name, const char *after_label, int limit,
							DynStream **streams);

/* The streams of tables that are gone and do not tell so are disabled; all that are enabled are returned. */
extern int	dyn_stream_list_enabled(DynStream **streams);

/*
 * Shards of the stream, as they are at that tick, in order of their ids after that one (NULL: from the first), the
 * children of `parent` where that is not NULL.
 */
extern int	dyn_stream_shards(const DynStream *stream, int64 tick, const char *after, const char *parent, int limit, DynShard **shards);

/* The shard of that id, or NULL. */
extern DynShard *dyn_stream_shard(const DynStream *stream, int64 tick, const char *id);

/* Gives an enabled stream its first shards where it has none, as after a dump and restore. */
extern void dyn_stream_ensure_shards(const DynStream *stream);

/* For the jobs: closes open shards that are older than dynapg.stream_shard_age and opens their children. */
extern void dyn_stream_roll(const DynStream *stream, int64 tick);

/* For the jobs: writes into the shards at which ticks they were opened and closed, as far as that is known at the tick. */
extern void dyn_stream_settle(int64 tick);

/* For the jobs: forgets shards that were closed before the retention began, and streams that have none left. */
extern void dyn_stream_forget(void);

/* Raises 42501 unless the current user may read the stream. */
extern void dyn_stream_check_readable(const DynStream *stream);

/* For the trigger: the enabled stream of the table, cached; NULL where there is none. */
extern const DynStream *dyn_stream_of_table(Oid relid);

#endif							/* DYNAPG_CHANGES_STREAM_H */
