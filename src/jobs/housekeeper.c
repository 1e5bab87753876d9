/*
 * housekeeper.c - the background worker for periodic work in the database
 */
#include "postgres.h"

#include <limits.h>
#include <signal.h>

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_authid_d.h"
#include "commands/dbcommands.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "storage/shmem.h"
#include "tcop/tcopprot.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/guc.h"
#include "base/namespace.h"
#include "base/served.h"
#include "base/server.h"
#include "base/shmem.h"
#include "changes/jobs.h"
#include "database/code.h"
#include "database/installation.h"
#include "database/session.h"
#include "database/sql.h"
#include "jobs/housekeeper.h"
#include "jobs/job.h"
#include "jobs/node_work.h"
#include "jobs/open_transactions.h"
#include "store/builder.h"
#include "store/node_tokens.h"
#include "store/ttl.h"
#include "tables/catalog.h"
#include "tables/relation.h"

#define NAME				"dynapg housekeeper"
#define RESTART_SECONDS		1
#define PAUSE_AFTER_FAILURE 3000	/* milliseconds */
#define LEAVE_PATIENCE		50		/* tenths of a second */
#define BATCH				1000	/* items that a transaction deletes */
#define SLICE				1000	/* milliseconds for a table before the next one's turn */
#define FIRST_PAUSE			10000	/* milliseconds before a job that failed is tried again; doubles with each failure, */
#define LONGEST_PAUSE		3600000	/* up to this */
#define GRACE				5000	/* milliseconds that users' code has to clean up after it was cancelled */

PGDLLEXPORT void dynapg_housekeeper_main(Datum argument);
PGDLLEXPORT Datum dynapg_jobs_next_look(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum dynapg_run_jobs(PG_FUNCTION_ARGS);

/* A table whose job failed. */
typedef struct Failed
{
	Oid			relid;
	int			times;
	TimestampTz next;
} Failed;

typedef struct Shared
{
	volatile pid_t pid;			/* 0: not running */
	volatile bool starting;		/* started, but has not begun to work */
	bool		refused;		/* see dyn_session_connect */
	TimestampTz next_look;		/* when the worker next looks for due work; 0: it does not run */
	Oid			culprit;		/* the table whose code did not stop, so that the last worker ended; InvalidOid: none */
} Shared;

static Shared *all_shared = NULL;	/* of all databases that are served, by their numbers in base/served.h */
static Shared *shared = NULL;	/* of this worker */
static Oid	streams_log = InvalidOid;	/* for which the job for streams is recorded */
static List *failures = NIL;	/* of Failed, in TopMemoryContext */

/* ---- the server's start ---- */

static void
attach(void)
{
	bool		found;

	all_shared = dyn_shmem_struct(NAME, mul_size(DYN_MAX_SERVED, sizeof(Shared)), &found);
}

/* Ends the worker if it works in that database, and waits until it has left. */
static void
leave_database(const char *database)
{
	int			number = all_shared ? dyn_served_find(database) : -1;
	pid_t		pid = number >= 0 ? all_shared[number].pid : 0;

	if (pid == 0)
		return;
	(void) kill(pid, SIGTERM);
	for (int wait = 0; wait < LEAVE_PATIENCE && all_shared[number].pid == pid; wait++)
	{
		CHECK_FOR_INTERRUPTS();
		pg_usleep(100000);
	}
}

void
dyn_housekeeper_register(void)
{
	BackgroundWorker worker = {
		.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION,
		.bgw_start_time = BgWorkerStart_RecoveryFinished,
		.bgw_restart_time = RESTART_SECONDS,
		.bgw_name = NAME,
		.bgw_type = NAME,
		.bgw_library_name = "dynapg",
		.bgw_function_name = "dynapg_housekeeper_main",
	};

	if (!process_shared_preload_libraries_in_progress || dyn_server_is_private() != NULL)
		return;
	dyn_shmem_register(NAME, mul_size(DYN_MAX_SERVED, sizeof(Shared)), false, attach);
	dyn_session_on_exclusive(leave_database);
	for (int i = 0; i < dyn_served_count(); i++)
	{
		worker.bgw_main_arg = Int32GetDatum(i);
		RegisterBackgroundWorker(&worker);
	}
}

/* ---- what failed before ---- */

static Failed *
failed_before(Oid relid)
{
	ListCell   *cell;

	foreach(cell, failures)
	{
		if (((Failed *) lfirst(cell))->relid == relid)
			return lfirst(cell);
	}
	return NULL;
}

static bool
is_due(Oid relid)
{
	Failed	   *failed = failed_before(relid);

	return failed == NULL || failed->next <= GetCurrentTimestamp();
}

/* Remembers how many times the table's job has failed, and when last. */
static void
remember_failures(Oid relid, int times, TimestampTz at)
{
	Failed	   *failed = failed_before(relid);
	int64		pause;

	if (failed == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);

		failed = palloc0(sizeof(Failed));
		failed->relid = relid;
		failures = lappend(failures, failed);
		MemoryContextSwitchTo(old);
	}
	pause = Min((int64) FIRST_PAUSE << Min(times - 1, 20), LONGEST_PAUSE);
	failed->times = times;
	failed->next = TimestampTzPlusMilliseconds(at, pause);
}

static void
remember_failure(Oid relid)
{
	Failed	   *failed = failed_before(relid);

	remember_failures(relid, failed ? failed->times + 1 : 1, GetCurrentTimestamp());
}

static void
forget_failure(Oid relid)
{
	Failed	   *failed = failed_before(relid);

	if (failed == NULL)
		return;
	failures = list_delete_ptr(failures, failed);
	pfree(failed);
}

/* ---- the table dynapg.jobs; within a transaction ---- */

/* The job for streams is recorded under the relation of their log. */
static Oid
streams_relid(void)
{
	return get_relname_relid("changes", get_namespace_oid("dynapg", false));
}

/* The rate, in items per second, is that of the last transaction. */
static void
note_result(Oid relid, int64 items, float4 rate, const char *failure)
{
	DynSqlArgs	args = {0};

	SPI_connect();
	dyn_sql_oid(&args, relid);
	dyn_sql_int64(&args, items);
	dyn_sql_text(&args, failure);
	dyn_sql_float4(&args, rate);
	dyn_sql_text(&args, relid == streams_relid() ? "streams" : "ttl");
	dyn_catalog_run("INSERT INTO dynapg.jobs AS j (relation, kind, items, done_at, failures, failure, failed_at, rate) "
					"VALUES ($1, $5, $2, CASE WHEN $3 IS NULL THEN pg_catalog.clock_timestamp() END, "
					"($3 IS NOT NULL)::pg_catalog.int4, $3, CASE WHEN $3 IS NOT NULL THEN pg_catalog.clock_timestamp() END, $4) "
					"ON CONFLICT (relation, kind) DO UPDATE SET items = j.items OPERATOR(pg_catalog.+) EXCLUDED.items, "
					"done_at = COALESCE(EXCLUDED.done_at, j.done_at), "
					"failures = CASE WHEN $3 IS NULL THEN 0 ELSE j.failures OPERATOR(pg_catalog.+) 1 END, "
					"failure = $3, failed_at = EXCLUDED.failed_at, "
					"rate = CASE WHEN $3 IS NULL THEN EXCLUDED.rate ELSE j.rate END", &args);
	SPI_finish();
}

/* A restart of the worker does not make earlier failures retry sooner. */
static void
recall_failures(void)
{
	uint64		count;

	SPI_connect();
	count = dyn_catalog_run("SELECT j.relation::pg_catalog.oid, j.failures, j.failed_at FROM dynapg.jobs AS j "
							"WHERE j.failures OPERATOR(pg_catalog.>) 0 AND j.failed_at IS NOT NULL", NULL);
	for (uint64 i = 0; i < count; i++)
		remember_failures(dyn_sql_get_oid(i, 1), dyn_sql_get_int(i, 2), dyn_sql_get_int64(i, 3));
	SPI_finish();
}

/* ---- the time that code of users has ---- */

static TimeoutId deadline;
static volatile sig_atomic_t passed = false;
static Oid	table_at_work = InvalidOid;

/*
 * Runs in a signal handler. Code that catches its cancel and continues would keep the worker from all other tables for ever; it
 * cannot catch the end of the process, which the next check for interrupts triggers.
 */
static void
on_deadline(void)
{
	passed = true;
	ProcDiePending = true;
	InterruptPending = true;
	SetLatch(MyLatch);
}

static void
start_clock(void)
{
	if (StatementTimeout <= 0)
		return;
	enable_timeout_after(STATEMENT_TIMEOUT, StatementTimeout);
	enable_timeout_after(deadline, Min(StatementTimeout, INT_MAX - GRACE) + GRACE);
}

static void
stop_clock(void)
{
	disable_timeout(STATEMENT_TIMEOUT, false);
	disable_timeout(deadline, false);
}

/* ---- a transaction ---- */

static void
begin_transaction(void)
{
	QueryCancelPending = false;
	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	start_clock();
	PushActiveSnapshot(GetTransactionSnapshot());
}

static void
commit_transaction(void)
{
	PopActiveSnapshot();
	CommitTransactionCommand();
}

static float4
rate_of(int64 items, TimestampTz since)
{
	return items * (float4) USECS_PER_SEC / Max(GetCurrentTimestamp() - since, 1);
}

/* Deletes a batch as the table's owner. */
static void
expire_batch(Oid relid, int limit, const DynTtlStart *start, DynTtlBatch *batch)
{
	DynTableDef *def;
	uint64		checked = 0;
	int			settings;		/* nest level */
	TimestampTz start_time = GetCurrentTimestamp();

	begin_transaction();
	def = dyn_catalog_read_relid(relid);
	if (def && !dyn_relation_has_rows(relid))
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("the relation of table \"%s\" has become a view", def->name)));
	if (def && dyn_ttl_read(def).status == DYN_TTL_ENABLED)
	{
		dyn_session_become(dyn_catalog_owner(relid));
		settings = NewGUCNestLevel();
		dyn_namespace_enter(dyn_namespace_text_of(def->name));	/* for triggers, as in a request */
		dyn_code_check_superuser_writes(relid, &checked);
		dyn_ttl_expire(def, limit, start, batch);
		dyn_session_settle();
		AtEOXact_GUC(false, settings);
		if (batch->deleted > 0)
			note_result(relid, batch->deleted, rate_of(batch->deleted, start_time), NULL);
	}
	else if (def)
		dyn_builder_start_now(relid);	/* the index is to be made or dropped */
	commit_transaction();
}

/* The same, but catches and logs its error; returns the error's text, or NULL. */
static char *
try_batch(Oid relid, int limit, const DynTtlStart *start, DynTtlBatch *batch)
{
	MemoryContext context = CurrentMemoryContext;
	char	   *volatile failure = NULL;

	memset(batch, 0, sizeof(DynTtlBatch));
	table_at_work = relid;
	PG_TRY();
	{
		expire_batch(relid, limit, start, batch);
	}
	PG_CATCH();
	{
		ErrorData  *error;

		HOLD_INTERRUPTS();
		stop_clock();
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		EmitErrorReport();
		FlushErrorState();
		AbortCurrentTransaction();
		failure = error->message ? error->message : pstrdup("unknown error");
		batch->deleted = 0;
		RESUME_INTERRUPTS();
	}
	PG_END_TRY();
	stop_clock();
	table_at_work = InvalidOid;
	dyn_session_rest();
	MemoryContextSwitchTo(context);
	return failure;
}

static void
note_failure(Oid relid, const char *failure)
{
	MemoryContext context = CurrentMemoryContext;

	begin_transaction();
	if (OidIsValid(dyn_catalog_owner(relid)))
		note_result(relid, 0, 0, failure);
	commit_transaction();
	stop_clock();
	MemoryContextSwitchTo(context);
	remember_failure(relid);
}

/*
 * Deletes expired items of a table, for a limited time. If a batch fails, its items are tried one by one, so that one that
 * cannot be deleted does not block the others. Returns whether there may be more.
 */
static bool
expire_table(Oid relid)
{
	TimestampTz end = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), SLICE);
	DynTtlBatch batch;
	DynTtlStart start = {0};
	char	   *failure = NULL;
	int			singles = 0;
	bool		more = true;

	while (more && GetCurrentTimestamp() < end)
	{
		char	   *error = try_batch(relid, singles > 0 ? 1 : BATCH, &start, &batch);

		CHECK_FOR_INTERRUPTS();
		if (error)
			failure = error;
		if (error && singles == 0)
		{
			singles = BATCH;	/* the same once more */
			more = batch.found > 0;
			continue;
		}
		if (singles > 0)
			singles--;
		more = batch.found > 0 && batch.last[0] != '\0';
		dyn_ttl_go_on(&start, &batch);
	}
	if (failure)
		note_failure(relid, failure);
	else
		forget_failure(relid);
	return more && !failure;
}

/* ---- the worker ---- */

static List *
tables_to_look_at(void)
{
	MemoryContext context = CurrentMemoryContext;
	List	   *tables = NIL;

	begin_transaction();
	if (dyn_installation_find() != NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(context);

		tables = dyn_ttl_tables(InvalidOid);
		MemoryContextSwitchTo(old);
	}
	commit_transaction();
	stop_clock();
	MemoryContextSwitchTo(context);
	return tables;
}

/* Does the due work for streams, in a transaction of its own. */
static void
run_streams(void)
{
	begin_transaction();
	streams_log = dyn_installation_find() != NULL ? streams_relid() : InvalidOid;
	if (OidIsValid(streams_log) && is_due(streams_log))
	{
		dyn_jobs_run();
		if (failed_before(streams_log))
			note_result(streams_log, 0, 0, NULL);
		commit_transaction();
		forget_failure(streams_log);
	}
	else
		commit_transaction();
}

/* Starts the workers of long work. */
static void
resume_work(void)
{
	dyn_job_forget_old();
	dyn_job_resume_all(InvalidOid);
}

/* Runs one of these; a failure is logged and does not affect other jobs. Returns its text, or NULL. */
static char *
attempt(void (*work) (void))
{
	MemoryContext context = CurrentMemoryContext;
	char	   *volatile failure = NULL;

	PG_TRY();
	{
		work();
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(context);
		HOLD_INTERRUPTS();
		stop_clock();
		error = CopyErrorData();
		EmitErrorReport();
		FlushErrorState();
		AbortCurrentTransaction();
		failure = error->message ? error->message : pstrdup("unknown error");
		RESUME_INTERRUPTS();
	}
	PG_END_TRY();
	stop_clock();
	MemoryContextSwitchTo(context);
	return failure;
}

static void (*piece_of_work) (void);

static void
run_piece(void)
{
	begin_transaction();
	if (dyn_installation_find() != NULL)
		piece_of_work();
	commit_transaction();
}

/* DynAttempt */
static bool
attempt_in_transaction(void (*work) (void))
{
	piece_of_work = work;
	return attempt(run_piece) == NULL;
}

static void
keep_house(void)
{
	char	   *failure = attempt(run_streams);

	if (failure && OidIsValid(streams_log))
		note_failure(streams_log, failure);
	(void) attempt_in_transaction(resume_work);
	dyn_node_work_run(attempt_in_transaction);
	(void) attempt_in_transaction(dyn_open_transactions_warn);
}

/* Forgets failures of tables that are gone or no longer have Time to Live. */
static void
forget_failures_of_others(const List *tables)
{
	ListCell   *cell;

	foreach(cell, failures)
	{
		Failed	   *failed = lfirst(cell);

		if (list_member_oid(tables, failed->relid) || failed->relid == streams_log)
			continue;
		failures = foreach_delete_current(failures, cell);
		pfree(failed);
	}
}

/* Runs everything that is due once; true when there is more to do at once. */
static bool
run_due_jobs(void)
{
	bool		more = false;
	ListCell   *cell;
	List	   *tables;

	SetUserIdAndSecContext(BOOTSTRAP_SUPERUSERID, 0);
	keep_house();
	tables = tables_to_look_at();
	forget_failures_of_others(tables);
	foreach(cell, tables)
	{
		if (is_due(lfirst_oid(cell)))
			more |= expire_table(lfirst_oid(cell));
	}
	return more;
}

static void
set_option(const char *name, const char *value)
{
	SetConfigOption(name, value, PGC_SUSET, PGC_S_OVERRIDE);
}

static void
set_options(void)
{
	char		value[32];

	set_option("search_path", "pg_catalog, pg_temp");
	set_option("default_transaction_isolation", "read committed");
	set_option("default_transaction_read_only", "off");
	set_option("default_transaction_deferrable", "off");
	set_option("jit", "off");
	dyn_compat_lift_transaction_timeout();
	snprintf(value, sizeof(value), "%d", dyn_guc_http_lock_timeout);
	set_option("lock_timeout", value);
	snprintf(value, sizeof(value), "%d", dyn_guc_http_statement_timeout);
	set_option("statement_timeout", value);
}

static void
wait_for(long milliseconds)
{
	(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_EXIT_ON_PM_DEATH | (milliseconds >= 0 ? WL_TIMEOUT : 0), milliseconds, PG_WAIT_EXTENSION);
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
	if (ConfigReloadPending)
	{
		ConfigReloadPending = false;
		ProcessConfigFile(PGC_SIGHUP);
		set_options();
	}
}

/* The log already has PostgreSQL's line about the end; this one says why. The next worker skips the table for some time. */
static void
at_exit(int code, Datum argument)
{
	if (passed && OidIsValid(table_at_work))
	{
		shared->culprit = table_at_work;
		ereport(LOG,
				errmsg("the dynapg housekeeper ends because code of table with OID %u did not stop when it was cancelled", table_at_work),
				errhint("Look for a trigger or function that catches query_canceled and goes on."), errhidestmt(true));
	}
	shared->next_look = 0;
	shared->pid = 0;
}

/* Reads what is known about failures, including that of the last worker. */
static void
recall_state(void)
{
	MemoryContext context = CurrentMemoryContext;
	Oid			culprit = shared->culprit;
	bool		installed;

	begin_transaction();
	installed = dyn_installation_find() != NULL;
	if (installed)
		recall_failures();
	commit_transaction();
	stop_clock();
	MemoryContextSwitchTo(context);
	if (installed && OidIsValid(culprit))
		note_failure(culprit, "code of the table did not stop when it was cancelled");
	shared->culprit = InvalidOid;
}

void
dynapg_housekeeper_main(Datum argument)
{
	MemoryContext context = AllocSetContextCreate(TopMemoryContext, NAME, ALLOCSET_DEFAULT_SIZES);

	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	shared = &all_shared[DatumGetInt32(argument)];
	if (shared->starting)
		wait_for(PAUSE_AFTER_FAILURE);
	shared->pid = MyProcPid;
	on_shmem_exit(at_exit, (Datum) 0);
	dyn_session_connect(dyn_served_database(DatumGetInt32(argument)), &shared->refused);
	shared->starting = true;
	pgstat_report_appname(NAME);
	deadline = RegisterTimeout(USER_TIMEOUT, on_deadline);
	set_options();
	recall_state();
	shared->starting = false;
	for (;;)
	{
		bool		more = false;

		MemoryContextReset(context);
		MemoryContextSwitchTo(context);
		if (dyn_guc_jobs_interval > 0)
		{
			pgstat_report_activity(STATE_RUNNING, "looking for what is due");
			more = run_due_jobs();
			pgstat_report_activity(STATE_IDLE, NULL);
		}
		(void) dyn_compat_report_stat(!more);
		shared->next_look = dyn_guc_jobs_interval <= 0 ? 0 :
			TimestampTzPlusMilliseconds(GetCurrentTimestamp(), more ? 0 : dyn_guc_jobs_interval);
		wait_for(more ? 0 : dyn_guc_jobs_interval > 0 ? dyn_guc_jobs_interval : -1);
	}
}

/* dynapg.jobs_next_look() returns timestamptz: when the worker looks again; NULL where it does not work in this database. */
PG_FUNCTION_INFO_V1(dynapg_jobs_next_look);
Datum
dynapg_jobs_next_look(PG_FUNCTION_ARGS)
{
	int			number = all_shared ? dyn_served_find(get_database_name(MyDatabaseId)) : -1;
	TimestampTz next = number >= 0 ? all_shared[number].next_look : 0;

	if (next == 0)
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(next);
}

/* ---- by hand ---- */

/*
 * dynapg.run_jobs() returns bigint: does the due work for streams if the current user is a superuser or a member of the
 * extension's owner, deletes expired items of the user's tables, within the transaction, and returns the number of these items.
 * It does not touch other users' tables: their triggers would run as the caller.
 */
PG_FUNCTION_INFO_V1(dynapg_run_jobs);
Datum
dynapg_run_jobs(PG_FUNCTION_ARGS)
{
	int64		items = 0;
	ListCell   *cell;
	List	   *tables;

	/* streams belong to the extension, and the work on them holds locks until the end of the transaction */
	if (has_privs_of_role(GetUserId(), dyn_installation_require()->owner))
		dyn_jobs_run();
	if (superuser())
		dyn_node_tokens_sweep();
	dyn_job_resume_all(superuser() ? InvalidOid : GetUserId());
	tables = dyn_ttl_tables(GetUserId());
	foreach(cell, tables)
	{
		DynTableDef *def = dyn_catalog_read_relid(lfirst_oid(cell));
		DynTtlBatch batch = {.found = 1};
		DynTtlStart start = {0};

		if (!def)
			continue;
		SPI_connect();
		dyn_ttl_apply_now(def);
		SPI_finish();
		CommandCounterIncrement();
		while (batch.found > 0)
		{
			CHECK_FOR_INTERRUPTS();
			dyn_ttl_expire(def, BATCH, &start, &batch);
			dyn_ttl_go_on(&start, &batch);
			items += batch.deleted;
		}
	}
	PG_RETURN_INT64(items);
}
