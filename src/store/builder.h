/*
 * builder.h - the background worker that builds and drops indexes and makes backups without blocking writers
 *
 * A builder is a dynamic background worker for one table (launch.h).  As the table's owner it does the pending work for the
 * table (jobs/table_work.c): it runs CREATE INDEX CONCURRENTLY and DROP INDEX CONCURRENTLY and copies rows, and ends when
 * nothing is left.  Of a distributed table the coordinator of Citus does it.
 */
#ifndef DYNAPG_STORE_BUILDER_H
#define DYNAPG_STORE_BUILDER_H

#include "postgres.h"

#include "database/citus.h"
#include "store/launch.h"

/* Starts a builder for the table when the transaction commits. */
static inline void
dyn_builder_start_at_commit(Oid relid)
{
	if (!dyn_citus_is_kept_elsewhere(relid))
		dyn_launch_at_commit(dyn_launch_of_table(relid));
}

/* Starts one now, unless one is at work, was started a moment ago or will be at commit. */
static inline void
dyn_builder_start_now(Oid relid)
{
	if (!dyn_citus_is_kept_elsewhere(relid))
		dyn_launch_now(dyn_launch_of_table(relid));
}

/*
 * Stops the builder of the table, if there is one, waits for its end and keeps others away until the end of the
 * transaction.  What it had begun may be left behind as an invalid index.
 */
static inline void
dyn_builder_stop(Oid relid)
{
	dyn_launch_stop(dyn_launch_of_table(relid));
}

#endif							/* DYNAPG_STORE_BUILDER_H */
