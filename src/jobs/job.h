/*
 * job.h - jobs: long work that somebody has asked for, and the catalog dynapg.long_jobs
 *
 * Model.  A job is a row of dynapg.long_jobs: what was asked, by whom, how far it is, and how it ended.  It is written in the
 * transaction of the request; at its commit a background worker starts (store/launch.h), which carries the job out as the role that
 * asked.  A job is of a kind: a table of functions, which its file registers from _PG_init.  The frame knows no kind.
 *
 *		IN_PROGRESS		the worker is at it, or has to be started: at the commit, by whoever describes it, by the housekeeper, by
 *						dynapg.run_jobs()
 *		CANCELLING		somebody has cancelled it
 *		COMPLETED, FAILED, CANCELLED	it is over, and stays so
 *
 * A crash.  The row stays IN_PROGRESS, and the next worker calls the kind's `run` again, with the row as the last commit left it; from the
 * second crash without progress on after a pause, and ten times at most.
 * So `run` either does all in one transaction, or notes with each commit where to go on (dyn_job_save), or can do everything again.
 *
 * A failure.  What may pass by itself (a connection, a full disk, a conflict) is tried again after a pause, a few times; all else, and
 * the last attempt, ends the job as FAILED, with the code of dyn_error_failure, or else the name of an exception of the API.
 *
 * A cancel.  dyn_job_cancel, or pg_cancel_backend() by an administrator: the statement at work ends, and the job as CANCELLED.
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
	char		id[DYN_JOB_ID_SIZE];	/* as the last part of its ARN: its time and a random number */
	char	   *kind;
	Oid			role;			/* that asked */
	Oid			relid;			/* the data table, or InvalidOid; it may be gone */
	char	   *table_name;
	char	   *table_id;		/* or NULL */
	char	   *token;			/* ClientToken, or NULL */
	char	   *request;		/* JSON of the kind */
	char	   *notes;			/* JSON of the kind, or NULL: where to go on, what came out */
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
	bool		due;			/* the time for the next attempt has come */
} DynJob;

/* A kind of job. */
typedef struct DynJobKind
{
	const char *name;

	/*
	 * Carries the job out, outside of a transaction at first and at last (dyn_job_begin, dyn_job_commit).  When it returns the job is
	 * COMPLETED, if dyn_job_complete has not made it so with its last transaction.  The current memory context is the attempt's.
	 */
	void		(*run) (DynJob *job);

	/* Tidies up after a failure or a cancel, in the transaction that ends the job; or NULL. */
	void		(*tidy) (DynJob *job);
} DynJobKind;

/* Makes a kind known; from _PG_init. */
extern void dyn_job_register(const DynJobKind *kind);
extern const DynJobKind *dyn_job_kind(const char *name);

/* ---- for requests ---- */

/*
 * Writes the row of a new job, as the current user's, and starts it at commit.  Of the argument kind, relid, table_name, table_id,
 * token, request, notes and totals count; its id and created_at are set here, unless the id is set.  False where a job of the user
 * and the kind has the token.
 */
extern bool dyn_job_start(DynJob *job);

/* The id of a job that begins now; its time, of whole milliseconds, goes to *created_at. */
extern char *dyn_job_new_id(TimestampTz *created_at);

/* The job of that kind (NULL: of any) and id, if a role of the current user has asked for it; or NULL. */
extern DynJob *dyn_job_find(const char *kind, const char *id);

/* The current user's job with that token; one that is older than its validity has none.  Or NULL. */
extern DynJob *dyn_job_find_token(const char *kind, const char *token);

/* Jobs of a kind that the current user sees, the newest first. */
typedef struct DynJobFilter
{
	const char *kind;
	const char *table_name;		/* NULL: of all tables */
	const char *before;			/* an id, or NULL */
	int			limit;
} DynJobFilter;

extern DynJob *dyn_job_list(const DynJobFilter *filter, int *count);

/* How many jobs of the kind are not over yet? */
extern int	dyn_job_count_unfinished(const char *kind);

/* Starts the worker of a job that is not over and has none. */
extern void dyn_job_resume(const DynJob *job);

/* The same for all jobs, tables with unfinished indexes and backups, or for those of that role. */
extern void dyn_job_resume_all(Oid role);

/* Cancels a job at commit; false where it is over. */
extern bool dyn_job_cancel(const DynJob *job);

/* Forgets jobs that have been over for long. */
extern void dyn_job_forget_old(void);

/* ---- for kinds, in the worker ---- */

/* A transaction of the worker as the role that asked.  The current memory context stays what it is. */
extern void dyn_job_begin(const DynJob *job);
extern void dyn_job_commit(const DynJob *job);

/* Writes counters, totals and notes to the row, in the current transaction. */
extern void dyn_job_save(const DynJob *job);

/* Shows counters at once, without a transaction, in dynapg.job_progress.  Cheap. */
extern void dyn_job_report(const DynJob *job);

/* Ends the job with success, in the current transaction. */
extern void dyn_job_complete(DynJob *job);

/* Raises an error that ends the job without another attempt, with that code in failure_code; see dyn_error_failure. */
#define dyn_job_fail(...) dyn_error_failure(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION, __VA_ARGS__)

/* ---- for the frame ---- */

/* The row, locked, for the worker, which begins an attempt: NULL where the job is gone or over. */
extern DynJob *dyn_job_claim(const char *id);

/* The role of a job that is not over; InvalidOid where there is none. */
extern Oid	dyn_job_role(const char *id);

/* Ends it so, in the current transaction, unless it is over. */
extern void dyn_job_end(const char *id, DynJobState state, const char *code, const char *failure);

#endif							/* DYNAPG_JOBS_JOB_H */
