/*
 * frame.c - the frame of jobs: attempts, pauses, and how a job ends
 *
 * An attempt runs the kind's function in a memory context of its own, in the transactions that the kind begins and commits.
 * An error ends the transaction and is either temporary, which leads to a pause and the next attempt, or ends the job.  See
 * job.h for the model.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "storage/latch.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "base/compat.h"
#include "base/errors.h"
#include "base/namespace.h"
#include "jobs/frame.h"
#include "jobs/job.h"
#include "jobs/worker.h"

#define TIDYINGS	5			/* attempts to tidy up that cancels may break off */
#define ATTEMPTS 4				/* of one worker */
#define MAX_ATTEMPTS 10			/* of all workers, without progress; twice as many where tidying up breaks off, too */
#define FIRST_PAUSE 1000		/* ms before the second attempt; four times as long before each further one */

/* An attempt. */
typedef struct Attempt
{
	const char *id;
	MemoryContext context;		/* of the kind's function; closes what is open in it */
	const DynJobKind *kind;		/* out, as the next ones */
	DynJob	   *job;
	bool		over;			/* nothing is left to do */
	long		pause;			/* ms before it */
	DynJobState state;			/* to end it with */
	const char *code;
	const char *failure;
} Attempt;

/* ---- transactions of kinds ---- */

/* While other users' code runs, such as triggers, the session keeps the role: RESET SESSION AUTHORIZATION is refused. */
static void
become_role(const DynJob *job)
{
	SetUserIdAndSecContext(job->role, SECURITY_LOCAL_USERID_CHANGE);
}

void
dyn_job_begin(const DynJob *job)
{
	MemoryContext context = CurrentMemoryContext;

	dyn_worker_begin();
	become_role(job);
	MemoryContextSwitchTo(context);
}

void
dyn_job_commit(const DynJob *job)
{
	MemoryContext context = CurrentMemoryContext;

	dyn_worker_commit();
	SetUserIdAndSecContext(job->role, 0);
	MemoryContextSwitchTo(context);
}

/* ---- an attempt ---- */

static void
wait_for(long ms)
{
	TimestampTz end = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), ms);

	for (;;)
	{
		long		left = TimestampDifferenceMilliseconds(GetCurrentTimestamp(), end);

		CHECK_FOR_INTERRUPTS();
		if (left <= 0)
			return;
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, left, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
	}
}

/* Reads the job and counts the attempt, in a transaction of its own. */
static void
claim_job(Attempt *attempt)
{
	MemoryContext context = CurrentMemoryContext;
	MemoryContext transaction;

	dyn_worker_begin();
	transaction = MemoryContextSwitchTo(context);
	attempt->job = dyn_job_claim(attempt->id);
	if (attempt->job)
		dyn_namespace_follow(attempt->job->table_name);
	MemoryContextSwitchTo(transaction);
	attempt->over = attempt->job == NULL;
	attempt->kind = attempt->over ? NULL : dyn_job_kind(attempt->job->kind);
	dyn_worker_commit();
	MemoryContextSwitchTo(context);
}

static void
start_attempt(Attempt *attempt)
{
	claim_job(attempt);
	if (attempt->over)
		return;
	if (attempt->kind == NULL)
		dyn_job_fail("InternalServerError", "This version of dynapg has no jobs of kind \"%s\".", attempt->job->kind);
	if (attempt->job->attempts > MAX_ATTEMPTS)
		dyn_job_fail("InternalServerError", "The job has been broken off too often.");
}

static void
make_attempt(void *arg)
{
	Attempt    *attempt = arg;
	MemoryContext caller;

	if (attempt->pause > 0)
		wait_for(attempt->pause);
	start_attempt(attempt);
	if (attempt->over)
		return;
	if (attempt->job->state == DYN_JOB_CANCELLING)
		ereport(ERROR, (errcode(ERRCODE_QUERY_CANCELED), errmsg("job \"%s\" is cancelled", attempt->id)));
	pgstat_report_activity(STATE_RUNNING, psprintf("dynapg: %s of table \"%s\", %s", attempt->job->kind, attempt->job->table_name,
												   attempt->id));
	dyn_job_report(attempt->job);
	caller = MemoryContextSwitchTo(attempt->context);
	attempt->kind->run(attempt->job);
	MemoryContextSwitchTo(caller);
	dyn_job_begin(attempt->job);
	dyn_job_complete(attempt->job);
	dyn_job_commit(attempt->job);
	attempt->over = true;
}

/* ---- how it ends ---- */

/* Can the failure be temporary? Connections, resources such as disk space, conflicts, and input and output. */
static bool
is_transient(const ErrorData *error)
{
	switch (ERRCODE_TO_CATEGORY(error->sqlerrcode))
	{
		case ERRCODE_CONNECTION_EXCEPTION:
		case ERRCODE_TRANSACTION_ROLLBACK:
		case ERRCODE_INSUFFICIENT_RESOURCES:
		case ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE:
		case ERRCODE_SYSTEM_ERROR:
			return true;
		default:
			return false;
	}
}

/* A name for the failure: the kind's own, that of an exception of the API, or the one for all others. */
static const char *
code_of(const ErrorData *error)
{
	const char *code = dyn_error_failure_code(error);
	const DynErrInfo *info = dyn_error_by_sqlstate(error->sqlerrcode);

	if (code)
		return code;
	return info ? info->name : dyn_error_info(DYN_E_INTERNAL_SERVER_ERROR)->name;
}

static void
end_job(Attempt *attempt)
{
	dyn_job_end(attempt->id, attempt->state, attempt->code, attempt->failure);
}

/* Ends the job without its kind's cleanup. */
static void
end_untidied(void *arg)
{
	dyn_worker_begin();
	end_job(arg);
	dyn_worker_commit();
}

/* Ends the job, after its kind's cleanup; a cancel may have come before the job was read. */
static void
end_with_tidying(void *arg)
{
	Attempt    *attempt = arg;

	if (attempt->job == NULL)
		claim_job(attempt);
	if (attempt->over)
		return;
	if (attempt->kind == NULL || attempt->kind->tidy == NULL || attempt->job->attempts > 2 * MAX_ATTEMPTS)
	{
		end_untidied(attempt);
		return;
	}
	dyn_job_begin(attempt->job);
	attempt->kind->tidy(attempt->job);
	end_job(attempt);
	dyn_job_commit(attempt->job);
}

/*
 * Ends the job. Another cancel is no reason to leave half a table. A job that cannot be tidied up for another reason stays
 * unfinished, so that the next attempt can do so, until the last one.
 */
static void
end_attempt(Attempt *attempt, MemoryContext context)
{
	for (int i = 0; i < TIDYINGS; i++)
	{
		ErrorData  *error = dyn_worker_try(end_with_tidying, attempt, context);

		if (error == NULL)
			return;
		if (error->sqlerrcode != ERRCODE_QUERY_CANCELED)
			break;
	}
	if (attempt->job != NULL && attempt->job->attempts > MAX_ATTEMPTS)
		end_untidied(attempt);
}

void
dyn_job_work(const char *id, MemoryContext context)
{
	long		pause = 0;

	for (int i = 1;; i++)
	{
		Attempt		attempt = {.id = id,.pause = pause};
		ErrorData  *error;

		MemoryContextReset(context);
		MemoryContextSwitchTo(context);
		attempt.context = AllocSetContextCreate(context, "dynapg attempt", ALLOCSET_DEFAULT_SIZES);
		error = dyn_worker_try(make_attempt, &attempt, context);
		MemoryContextDelete(attempt.context);
		if (error == NULL)
			return;
		attempt.state = error->sqlerrcode == ERRCODE_QUERY_CANCELED ? DYN_JOB_CANCELLED : DYN_JOB_FAILED;
		if (attempt.state == DYN_JOB_FAILED && i < ATTEMPTS && is_transient(error))
		{
			pause = pause > 0 ? pause * 4 : FIRST_PAUSE;
			continue;
		}
		attempt.code = attempt.state == DYN_JOB_CANCELLED ? "Cancelled" : code_of(error);
		attempt.failure = error->message;
		end_attempt(&attempt, context);
		return;
	}
}
