/*
 * stream.h - streams of tables and their shards
 *
 * A stream has the changes of one table from when it was enabled until it is disabled; enabling one again makes another
 * stream.  It can be read for 24 hours after that, also when the table is gone.
 *
 * A shard is a part of a stream: the records of one slot of the hash of partition keys, from the tick after `from_tick` to
 * `to_tick`.  Since a record's tick is settled when it is read, a shard is closed and followed by its children at one tick
 * for all writers, without any of them knowing.
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
	Oid			owner;			/* of the table when it was last seen: who may read the stream of a table that is gone */
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

/* The view of that name; it is one of the four. */
extern DynStreamView dyn_stream_view(const char *name);

/*
 * Starts a stream of the table, whose owner the current user is: its row, its first shards and the trigger.  Writers of the
 * table are locked out until the transaction ends.
 */
extern void dyn_stream_enable(Oid relid, const char *table_name, const char *label, DynStreamView view, const DynKeyAttr *pk,
							  const DynKeyAttr *sk);

/* Ends the stream of the table, closing its shards; readers and writers of the table are locked out until the transaction ends. */
extern void dyn_stream_disable(Oid relid);

/* The same for a table that is about to be dropped. */
extern void dyn_stream_abandon(Oid relid);

/* The stream of that table and label, or NULL.  Results are in the current memory context. */
extern DynStream *dyn_stream_find(const char *table_name, const char *label);

/* Streams after that table name and label (NULL: from the first), of one table (NULL: of all), in that order. */
extern int	dyn_stream_list(const char *table_name, const char *after_name, const char *after_label, int limit,
							DynStream **streams);

/*
 * Shards of the stream in order of their ids after that one (NULL: from the first), the children of `parent` where that is not
 * NULL.  Shards whose records have all been trimmed are left out.
 */
extern int	dyn_stream_shards(const DynStream *stream, const char *after, const char *parent, int limit, DynShard **shards);

/* The shard of that id, or NULL. */
extern DynShard *dyn_stream_shard(const DynStream *stream, const char *id);

/* Closes open shards that are older than dynapg.stream_shard_age and opens their children. */
extern void dyn_stream_roll(const DynStream *stream);

/* May the current user read the stream? */
extern bool dyn_stream_may_read(const DynStream *stream);

/* For the trigger: the enabled stream of the table, cached; NULL where there is none. */
extern const DynStream *dyn_stream_of_table(Oid relid);

#endif							/* DYNAPG_CHANGES_STREAM_H */
