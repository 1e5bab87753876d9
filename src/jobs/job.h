/*
 * job.h - jobs: long work on request, and the catalog dynapg.long_jobs
 *
 * Model.  A job is a row of dynapg.long_jobs: the request, its role, the progress and the result. It is written in the
 * transaction of the request; at its commit a background worker starts (store/launch.h), which carries the job out as the
 * requesting role. A job has a kind: a table of functions, which the kind's file registers from _PG_init. The frame does not
 * depend on any kind.
 *
 *		IN_PROGRESS		a worker runs, or has to be started: at the commit, by a call that describes the job, by the
 *						housekeeper, by dynapg.run_jobs()
 *		CANCELLING		somebody has cancelled it
 *		COMPLETED, FAILED, CANCELLED	final
 *
 * A crash.  The row stays IN_PROGRESS, and the next worker calls the kind's `run` again, with the row as the last commit left
 * it; from the second crash without progress on after a pause, and at most ten times (frame.c). So `run` either does everything in one
 * transaction, or records with each commit where to continue (dyn_job_save), or can repeat everything.
 *
 * A failure. Temporary failures (a connection, a full disk, a conflict) are retried a few times after a pause; anything else,
 * and the last attempt, ends the job as FAILED, with the code of dyn_error_failure, or else the name of an exception of the
 * API.
 *
 * A cancel. dyn_job_cancel, or pg_cancel_backend() by an administrator: the current statement ends, and the job ends as
 * CANCELLED.
 * pg_terminate_backend() and a stop of the server leave it IN_PROGRESS.
 */
#ifndef DYNAPG_JOBS_JOB_H
#define DYNAPG_JOBS_JOB_H

#include "postgres.h"

#include "base/compat.h"
#include "base/errors.h"
#include "store/launch.h"
#include "utils/timestamp.h"

typedef enum DynJobState
{
	DYN_JOB_IN_PROGRESS,
	DYN_JOB_CANCELLING,
	DYN_JOB_CANCELLED,
	DYN_JOB_COMPLETED,
	DYN_JOB_FAILED
} DynJobState;

typedef struct DynJob
{
	char		id[DYN_JOB_ID_SIZE];	/* the last part of its ARN: the time and a random number */
	char	   *kind;
	Oid			role;			/* that asked */
	Oid			relid;			/* the data table, or InvalidOid; it may be gone */
	char	   *table_name;		/* the full name; see base/namespace_text.h */
	char	   *table_id;		/* or NULL */
	char	   *token;			/* ClientToken, or NULL */
	char	   *request;		/* JSON of the kind */
	char	   *notes;			/* JSON of the kind, or NULL: where to continue, results */
	DynJobState state;
	int64		items;			/* so far */
	int64		bytes;
	int64		errors;
	int64		total_items;	/* -1: not known */
	int64		total_bytes;
	TimestampTz created_at;		/* of whole milliseconds */
	TimestampTz started_at;		/* 0: not yet */
	TimestampTz finished_at;
	char	   *failure_code;	/* or NULL, as the next one */
	char	   *failure;
	bool		due;			/* the next attempt is due */
	int			attempts;		/* since the last progress, with this one */
} DynJob;

/* A kind of job. */
typedef struct DynJobKind
{
	const char *name;

	/*
	 * Carries the job out; called and left outside of a transaction (dyn_job_begin, dyn_job_commit). When it returns, the job
	 * becomes COMPLETED, unless dyn_job_complete has done that in its last transaction.  The current memory context is the
	 * attempt's.
	 */
	void		(*run) (DynJob *job);

	/* Cleans up after a failure or a cancel, in the transaction that ends the job; or NULL. `run` need not have been called. */
	void		(*tidy) (DynJob *job);
} DynJobKind;

/* Registers a kind; from _PG_init. */
extern void dyn_job_register(const DynJobKind *kind);
extern const DynJobKind *dyn_job_kind(const char *name);

/* ---- for requests ---- */

/*
 * Writes the row of a new job, as the current user's, and starts it at commit.  Uses kind, relid, table_name, table_id, token,
 * request, notes and totals of the argument; sets its id and created_at, unless the id is set. False where a job of the user
 * and the kind has the token.
 */
extern bool dyn_job_start(DynJob *job);

/* The id of a job that begins now; its time, in whole milliseconds, goes to *created_at. */
extern char *dyn_job_new_id(TimestampTz *created_at);

/* The job of that id, if a role of the current user has requested it: of that kind in the current namespace (NULL: any); or NULL. */
extern DynJob *dyn_job_find(const char *kind, const char *id);

/* The current user's job with that token, or NULL; a job loses its token after the token's validity. */
extern DynJob *dyn_job_find_token(const char *kind, const char *token);

/* Jobs of a kind that the current user sees in the current namespace, the newest first. */
typedef struct DynJobFilter
{
	const char *kind;
	const char *table_name;		/* NULL: of all tables */
	const char *before;			/* an id, or NULL */
	int			limit;
} DynJobFilter;

extern DynJob *dyn_job_list(const DynJobFilter *filter, int *count);

/* The number of unfinished jobs of the kind. */
extern int	dyn_job_count_unfinished(const char *kind);

/* Starts the worker of an unfinished job without one. */
extern void dyn_job_resume(const DynJob *job);

/* The same for all jobs, tables with unfinished indexes and backups, or for those of that role. */
extern void dyn_job_resume_all(Oid role);

/* Cancels a job at commit; false where it is over. */
extern bool dyn_job_cancel(const DynJob *job);

/* Removes jobs that ended long ago. */
extern void dyn_job_forget_old(void);

/* ---- for kinds, in the worker ---- */

/* A transaction of the worker as the requesting role. The current memory context stays the same. */
extern void dyn_job_begin(const DynJob *job);
extern void dyn_job_commit(const DynJob *job);

/* Writes counters, totals and notes to the row, in the current transaction. */
extern void dyn_job_save(const DynJob *job);

/* Shows counters at once, without a transaction, in dynapg.job_progress.  Cheap. */
extern void dyn_job_report(const DynJob *job);

/* Ends the job with success, in the current transaction. */
extern void dyn_job_complete(DynJob *job);

/* Raises an error that ends the job without another attempt, with the code in failure_code; see dyn_error_failure. */
#define dyn_job_fail(...) dyn_error_failure(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION, __VA_ARGS__)

/* ---- for the frame ---- */

/* The row, locked, for the worker, which begins an attempt: NULL where the job is gone or over. */
extern DynJob *dyn_job_claim(const char *id);

/* The role of an unfinished job; InvalidOid where there is none. */
extern Oid	dyn_job_role(const char *id);

/* Ends the job in that state, in the current transaction, unless it is over. */
extern void dyn_job_end(const char *id, DynJobState state, const char *code, const char *failure);

#endif							/* DYNAPG_JOBS_JOB_H */
