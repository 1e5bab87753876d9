/*
 * housekeeper.c - the background worker that runs the jobs
 *
 * It is attached to the database as the bootstrap superuser.  The jobs write catalogs as their owner, and items as the owner of
 * their table.  A job that fails is told in the log, and tried again at the next run; it is no matter of the other jobs.
 *
 * Layer 2 (changes).
 */
#include "postgres.h"

#include <signal.h>

#include "access/xact.h"
#include "catalog/pg_database.h"
#include "commands/dbcommands.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "base/compat.h"
#include "base/guc.h"
#include "changes/expiry.h"
#include "changes/housekeeper.h"
#include "changes/jobs.h"
#include "store/installation.h"
#include "store/session.h"

#define TYPE			"dynapg housekeeper"
#define RESTART_SECONDS	10
#define LEAVE_PATIENCE	50		/* tenths of a second */

PGDLLEXPORT void dynapg_housekeeper_main(Datum argument);

/* ---- the server's start, and commands that need the database without sessions ---- */

/* The housekeeper of the database, or 0. */
static pid_t
find(Oid database)
{
	for (uint32 i = 0; i < ProcGlobal->allProcCount; i++)
	{
		PGPROC	   *proc = &ProcGlobal->allProcs[i];
		pid_t		pid = proc->pid;
		const char *type;

		if (pid == 0 || proc->databaseId != database)
			continue;
		type = GetBackgroundWorkerTypeByPid(pid);
		if (type && strcmp(type, TYPE) == 0)
			return pid;
	}
	return 0;
}

static void
leave_database(const char *name)
{
	Oid			database = get_database_oid(name, true);
	pid_t		pid = OidIsValid(database) ? find(database) : 0;

	if (pid == 0)
		return;
	(void) kill(pid, SIGTERM);
	for (int wait = 0; wait < LEAVE_PATIENCE && find(database) == pid; wait++)
	{
		CHECK_FOR_INTERRUPTS();
		pg_usleep(100000);
	}
}

void
dyn_housekeeper_register(void)
{
	BackgroundWorker worker = {
		.bgw_name = TYPE,
		.bgw_type = TYPE,
		.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION,
		.bgw_start_time = BgWorkerStart_RecoveryFinished,
		.bgw_restart_time = RESTART_SECONDS,
		.bgw_library_name = "dynapg",
		.bgw_function_name = "dynapg_housekeeper_main",
	};

	if (!process_shared_preload_libraries_in_progress || dyn_guc_http_port == 0)
		return;
	dyn_session_on_exclusive(leave_database);
	RegisterBackgroundWorker(&worker);
}

/* ---- the worker ---- */

static void
override_settings(void)
{
	SetConfigOption("search_path", "pg_catalog, pg_temp", PGC_SUSET, PGC_S_OVERRIDE);
	SetConfigOption("statement_timeout", "0", PGC_SUSET, PGC_S_OVERRIDE);
	SetConfigOption("lock_timeout", "0", PGC_SUSET, PGC_S_OVERRIDE);
	SetConfigOption("default_transaction_isolation", "read committed", PGC_SUSET, PGC_S_OVERRIDE);
	SetConfigOption("default_transaction_read_only", "off", PGC_SUSET, PGC_S_OVERRIDE);
	SetConfigOption("jit", "off", PGC_SUSET, PGC_S_OVERRIDE);
}

/* One step of a job as a transaction; false where nothing is left of it, or it has failed. */
static bool
try_step(bool (*step) (void), const char *name)
{
	MemoryContext context = CurrentMemoryContext;
	volatile bool more = false;

	PG_TRY();
	{
		SetCurrentStatementStartTimestamp();
		pgstat_report_activity(STATE_RUNNING, name);
		StartTransactionCommand();
		PushActiveSnapshot(GetTransactionSnapshot());
		more = dyn_installation_find() != NULL && step();
		PopActiveSnapshot();
		CommitTransactionCommand();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		HOLD_INTERRUPTS();
		errcontext("dynapg job \"%s\"", name);
		EmitErrorReport();
		FlushErrorState();
		AbortCurrentTransaction();
		dyn_expiry_aborted();
		RESUME_INTERRUPTS();
		more = false;
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	pgstat_report_activity(STATE_IDLE, NULL);
	return more;
}

static bool
keep_streams(void)
{
	dyn_jobs_run();
	return false;
}

static void
run(MemoryContext context)
{
	(void) try_step(keep_streams, "streams");
	dyn_expiry_begin();
	while (try_step(dyn_expiry_step, "time to live"))
	{
		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(context);
	}
	MemoryContextReset(context);
}

void
dynapg_housekeeper_main(Datum argument)
{
	MemoryContext context = AllocSetContextCreate(TopMemoryContext, TYPE, ALLOCSET_DEFAULT_SIZES);

	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnection(dyn_guc_http_database, NULL, 0);
	pgstat_report_appname(TYPE);
	override_settings();
	MemoryContextSwitchTo(context);
	for (;;)
	{
		if (dyn_guc_job_interval > 0)
			run(context);
		(void) dyn_compat_report_stat(true);
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
						 dyn_guc_job_interval > 0 ? dyn_guc_job_interval * 1000L : 60000L, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
		if (ConfigReloadPending)
		{
			ConfigReloadPending = false;
			ProcessConfigFile(PGC_SIGHUP);
		}
	}
}
