/*
 * builder.h - the background worker that builds and drops indexes and makes backups without blocking writers
 *
 * A builder is a dynamic background worker for one table.  It runs CREATE INDEX CONCURRENTLY and DROP INDEX
 * CONCURRENTLY, as the table's owner, until the table has no unfinished index, and ends.  While it works it holds a
 * session lock of its own on the table, so that there is one at a time and everybody can see whether there is one.
 */
#ifndef DYNAPG_STORE_BUILDER_H
#define DYNAPG_STORE_BUILDER_H

#include "postgres.h"

/* Starts a builder for the table when the transaction commits. */
extern void dyn_builder_start_at_commit(Oid relid);

/* Starts one now, unless one is at work, was started a moment ago or will be at commit. */
extern void dyn_builder_start_now(Oid relid);

/*
 * Stops the builder of the table, if there is one, waits for its end and keeps others away until the end of the
 * transaction.  What it had begun may be left behind as an invalid index.
 */
extern void dyn_builder_stop(Oid relid);

#endif							/* DYNAPG_STORE_BUILDER_H */
