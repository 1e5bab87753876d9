/*
 * launch.c - starting and stopping the background workers of long work
 */
#include "postgres.h"

#include <signal.h>

#include "access/xact.h"
#include "catalog/namespace.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "storage/latch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "database/sql.h"
#include "store/launch.h"
#include "tables/catalog.h"

#define LOCK_CLASS 0x4459		/* 1 and 2 are those of pg_advisory_lock */
#define RESTART_PAUSE 2000		/* ms between two starts for the same work by one backend */
#define STOP_POLL 50			/* ms between two looks whether a worker has ended */
#define ID_DIGITS 8				/* hexadecimal digits at the end of a job's id, which are random */

/* What bgw_extra has. */
typedef struct Extra
{
	Oid			database;
	DynLaunch	what;
} Extra;

StaticAssertDecl(sizeof(Extra) <= BGW_EXTRALEN, "a worker's start data fit bgw_extra");

DynLaunch
dyn_launch_of_table(Oid relid)
{
	DynLaunch	what = {0};

	what.relid = relid;
	return what;
}

DynLaunch
dyn_launch_of_job(const char *id)
{
	DynLaunch	what = {0};

	strlcpy(what.id, id, sizeof(what.id));
	return what;
}

static bool
same(const DynLaunch *a, const DynLaunch *b)
{
	return a->relid == b->relid && strcmp(a->id, b->id) == 0;
}

/* ---- the lock of a worker ---- */

/* A number for a job: the one at the end of its id. */
static uint32
job_number(const char *id)
{
	size_t		len = strlen(id);

	return (uint32) strtoul(len > ID_DIGITS ? id + len - ID_DIGITS : id, NULL, 16);
}

/*
 * An advisory lock, since those survive the abort of a transaction: on a catalog, and the data table or the job's number, in a
 * class of its own; false where there is no catalog.
 */
static bool
lock_tag(const DynLaunch *what, LOCKTAG *tag)
{
	bool		is_table = OidIsValid(what->relid);
	Oid			schema = get_namespace_oid("dynapg", true);
	Oid			catalog = OidIsValid(schema) ? get_relname_relid(is_table ? "indexes" : "long_jobs", schema) : InvalidOid;

	SET_LOCKTAG_ADVISORY(*tag, MyDatabaseId, catalog, is_table ? what->relid : job_number(what->id), LOCK_CLASS);
	return OidIsValid(catalog);
}

bool
dyn_launch_try_lock(DynLaunch what, bool session)
{
	LOCKTAG		tag;

	return lock_tag(&what, &tag) && LockAcquire(&tag, ExclusiveLock, session, true) != LOCKACQUIRE_NOT_AVAIL;
}

/* ---- starting ---- */

static List *starts = NIL;		/* of DynLaunch, in TopTransactionContext, as is the next one */
static List *cancels = NIL;		/* of processes */

static void
start_worker(const DynLaunch *what)
{
	BackgroundWorker worker = {0};
	bool		is_table = OidIsValid(what->relid);
	const char *name = is_table ? DYN_LAUNCH_TABLE_WORKER : DYN_LAUNCH_JOB_WORKER;
	Extra		extra = {.database = MyDatabaseId,.what = *what};

	if (IsBinaryUpgrade)
		return;					/* in pg_upgrade's server: the server after it does this */
	strlcpy(worker.bgw_name, name, BGW_MAXLEN);
	strlcpy(worker.bgw_type, name, BGW_MAXLEN);
	strlcpy(worker.bgw_library_name, "dynapg", BGW_MAXLEN);
	strlcpy(worker.bgw_function_name, "dynapg_job_main", BGW_MAXLEN);
	worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker.bgw_restart_time = BGW_NEVER_RESTART;
	memcpy(worker.bgw_extra, &extra, sizeof(extra));
	if (RegisterDynamicBackgroundWorker(&worker, NULL))
		return;
	if (is_table)
		ereport(LOG,
				errmsg("could not start an index builder: all background worker slots are in use"),
				errhint("Increase max_worker_processes. The next DescribeTable starts the build again."));
	else
		ereport(LOG,
				errmsg("could not start job \"%s\": all background worker slots are in use", what->id),
				errhint("Increase max_worker_processes. The next call that describes the job starts it, or dynapg.run_jobs()."
				));
}

/* Runs after the commit is done: nothing here may fail. */
static void
at_end_of_transaction(XactEvent event, void *arg)
{
	ListCell   *cell;

	if (event == XACT_EVENT_COMMIT)
	{
		foreach(cell, cancels)
			(void) kill(lfirst_int(cell), SIGINT);
		foreach(cell, starts)
			start_worker(lfirst(cell));
	}
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
	{
		starts = NIL;
		cancels = NIL;
	}
}

static void
watch_transactions(void)
{
	static bool registered = false;

	if (!registered)
		RegisterXactCallback(at_end_of_transaction, NULL);
	registered = true;
}

static bool
will_start(const DynLaunch *what)
{
	ListCell   *cell;

	foreach(cell, starts)
	{
		if (same(lfirst(cell), what))
			return true;
	}
	return false;
}

void
dyn_launch_at_commit(DynLaunch what)
{
	MemoryContext old;
	DynLaunch  *kept;

	watch_transactions();
	if (will_start(&what))
		return;
	old = MemoryContextSwitchTo(TopTransactionContext);
	kept = palloc_object(DynLaunch);
	*kept = what;
	starts = lappend(starts, kept);
	MemoryContextSwitchTo(old);
}

void
dyn_launch_now(DynLaunch what)
{
	static DynLaunch last = {0};
	static TimestampTz last_start = 0;
	TimestampTz now = GetCurrentTimestamp();
	LOCKTAG		tag;

	if (will_start(&what) || !lock_tag(&what, &tag))
		return;
	if (same(&what, &last) && !TimestampDifferenceExceeds(last_start, now, RESTART_PAUSE))
		return;
	if (LockAcquire(&tag, ExclusiveLock, false, true) == LOCKACQUIRE_NOT_AVAIL)
		return;
	LockRelease(&tag, ExclusiveLock, false);
	last = what;
	last_start = now;
	start_worker(&what);
}

/* ---- stopping ---- */

/*
 * The processes of the worker that holds the lock; SPI is connected. Runs as the catalogs' owner, who can see the processes of
 * other users.
 */
static List *
workers_of(const LOCKTAG *tag)
{
	DynSqlArgs	args = {0};
	uint64		count;
	List	   *pids = NIL;

	dyn_sql_run("SELECT pg_catalog.pg_stat_clear_snapshot()", NULL, 0);	/* or the view stays as it was */
	dyn_sql_oid(&args, tag->locktag_field1);
	dyn_sql_oid(&args, tag->locktag_field2);
	dyn_sql_oid(&args, tag->locktag_field3);
	dyn_sql_int(&args, tag->locktag_field4);
	dyn_sql_text(&args, DYN_LAUNCH_TABLE_WORKER);
	dyn_sql_text(&args, DYN_LAUNCH_JOB_WORKER);
	count = dyn_catalog_run("SELECT a.pid FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a "
							"ON a.pid OPERATOR(pg_catalog.=) l.pid "
							"WHERE l.locktype OPERATOR(pg_catalog.=) 'advisory' AND l.granted "
							"AND l.database OPERATOR(pg_catalog.=) $1 AND l.classid OPERATOR(pg_catalog.=) $2 "
							"AND l.objid OPERATOR(pg_catalog.=) $3 AND l.objsubid OPERATOR(pg_catalog.=) $4 "
							"AND (a.backend_type OPERATOR(pg_catalog.=) $5 OR a.backend_type OPERATOR(pg_catalog.=) $6)", &args);
	for (uint64 i = 0; i < count; i++)
		pids = lappend_int(pids, dyn_sql_get_int(i, 1));
	return pids;
}

static void
cancel(const LOCKTAG *tag)
{
	ListCell   *cell;

	SPI_connect();
	foreach(cell, workers_of(tag))
		(void) kill(lfirst_int(cell), SIGINT);
	SPI_finish();
}

void
dyn_launch_stop(DynLaunch what)
{
	LOCKTAG		tag;

	if (!lock_tag(&what, &tag))
		return;
	while (LockAcquire(&tag, ExclusiveLock, false, true) == LOCKACQUIRE_NOT_AVAIL)
	{
		cancel(&tag);
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, STOP_POLL, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
}

void
dyn_launch_cancel_at_commit(DynLaunch what)
{
	MemoryContext old;
	LOCKTAG		tag;
	List	   *pids;

	if (!lock_tag(&what, &tag))
		return;
	watch_transactions();
	SPI_connect();
	pids = workers_of(&tag);
	old = MemoryContextSwitchTo(TopTransactionContext);
	cancels = list_concat(cancels, pids);
	MemoryContextSwitchTo(old);
	SPI_finish();
}

/* ---- for the worker ---- */

DynLaunch
dyn_launch_mine(Oid *database)
{
	Extra		extra;

	memcpy(&extra, MyBgworkerEntry->bgw_extra, sizeof(extra));
	*database = extra.database;
	return extra.what;
}
