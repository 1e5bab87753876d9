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

#include "changes/shard.h"

/* Names of tables are full names; see base/namespace_text.h. */

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

/*
 * Streams after that table name and label (NULL: from the first), of one table (NULL: of all), in that order; of the namespace whose names
 * begin with the prefix, see base/namespace.h (NULL: of all).
 */
extern int	dyn_stream_list(const char *prefix, const char *table_name, const char *after_name, const char *after_label, int limit,
							DynStream **streams);

/* Disables streams whose tables were dropped unnoticed; returns all that are enabled. */
extern int	dyn_stream_list_enabled(DynStream **streams);

/* For the jobs: removes shards that were closed before the retention began, and streams without shards. */
extern void dyn_stream_forget(void);

/* May the current user read the stream? The second function raises 42501 if not. */
extern bool dyn_stream_is_readable(const DynStream *stream);
extern void dyn_stream_check_readable(const DynStream *stream);

/* Removes the records of the table's stream with numbers above that one, which is 0 or was the last one while nobody wrote the table. */
extern void dyn_stream_clear(Oid relid, int64 after_number);

/* Removes the streams of a table of that name that is gone, with their records. */
extern void dyn_stream_erase(Oid relid, const char *table_name);

/*
 * Until it is called with InvalidOid, what this backend writes to that table makes no records, and TRUNCATE is not refused.  The caller
 * has locked out other writers, and clears the stream.  It ends the pause after an error, too.
 */
extern void dyn_stream_pause(Oid relid);
extern bool dyn_stream_is_paused(Oid relid);

/* For the trigger: the enabled stream of the table, cached, without its label; NULL where there is none. */
extern const DynStream *dyn_stream_of_table(Oid relid);

#endif							/* DYNAPG_CHANGES_STREAM_H */
