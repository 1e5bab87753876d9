/*
 * launch.h - starting and stopping the background workers of long work
 *
 * Long work is the pending work for a table (builder.h), or a job, which is a row of dynapg.long_jobs (jobs/job.h). Each has at
 * most one dynamic background worker at a time, which holds a session lock of its own, so that everybody can see whether there
 * is one. This file does not know what a worker does: it calls dynapg_job_main, in jobs/main.c.
 */
#ifndef DYNAPG_STORE_LAUNCH_H
#define DYNAPG_STORE_LAUNCH_H

#include "postgres.h"

#include "storage/lock.h"

#define DYN_LAUNCH_TABLE_WORKER "dynapg index builder"
#define DYN_LAUNCH_JOB_WORKER	"dynapg job"
#define DYN_JOB_ID_SIZE			32	/* of the id of a job, with its NUL */

/* What a worker is for; zeroed before it is filled. */
typedef struct DynLaunch
{
	Oid			relid;			/* a data table, or InvalidOid: a job */
	char		id[DYN_JOB_ID_SIZE];	/* of a job */
} DynLaunch;

extern DynLaunch dyn_launch_of_table(Oid relid);
extern DynLaunch dyn_launch_of_job(const char *id);

/* Starts a worker when the transaction commits. */
extern void dyn_launch_at_commit(DynLaunch what);

/* Starts one now, unless one is at work, was started a moment ago or will be at commit. */
extern void dyn_launch_now(DynLaunch what);

/* Stops the worker, if there is one, waits for its end and keeps others away until the end of the transaction. */
extern void dyn_launch_stop(DynLaunch what);

/* Cancels the worker, if there is one, when the transaction commits. */
extern void dyn_launch_cancel_at_commit(DynLaunch what);

/*
 * Takes the lock of a worker for this work, within a transaction, until its end or that of the session; false where another one
 * has it.
 */
extern bool dyn_launch_try_lock(DynLaunch what, bool session);

/* For the worker: the work that it was started for, and the database. */
extern DynLaunch dyn_launch_mine(Oid *database);

#endif							/* DYNAPG_STORE_LAUNCH_H */
