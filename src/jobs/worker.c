/*
 * worker.c - the background worker of long work: transactions, utility statements, and what it is started for
 *
 * CREATE INDEX CONCURRENTLY commits several transactions of its own, which PostgreSQL allows to a statement of the
 * top level alone: the worker runs it in a portal as the main loop of a session would.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "parser/parser.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "storage/latch.h"
#include "tcop/pquery.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "base/compat.h"
#include "database/installation.h"
#include "jobs/job.h"
#include "jobs/worker.h"
#include "tables/catalog.h"

#define LOCK_POLL 50			/* ms */
#define LOCK_ATTEMPTS 50		/* of a new worker, every LOCK_POLL: until the transaction that started it has ended */

PGDLLEXPORT void dynapg_job_main(Datum arg);

void
dyn_worker_begin(void)
{
	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
}

void
dyn_worker_commit(void)
{
	PopActiveSnapshot();
	CommitTransactionCommand();
}

void
dyn_worker_run_utility(const char *sql)
{
	MemoryContext context = CurrentMemoryContext;
	RawStmt    *raw = linitial_node(RawStmt, raw_parser(sql, RAW_PARSE_DEFAULT));
	PlannedStmt *statement = makeNode(PlannedStmt);
	Portal		portal;

	statement->commandType = CMD_UTILITY;
	statement->canSetTag = true;
	statement->utilityStmt = raw->stmt;
	statement->stmt_location = raw->stmt_location;
	statement->stmt_len = raw->stmt_len;

	debug_query_string = sql;
	pgstat_report_activity(STATE_RUNNING, sql);
	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	MemoryContextSwitchTo(context);
	portal = CreatePortal("", true, true);
	PortalDefineQuery(portal, NULL, sql, CreateCommandTag(raw->stmt), list_make1(statement), NULL);
	PortalStart(portal, NULL, 0, InvalidSnapshot);
	dyn_compat_run_portal(portal);
	PortalDrop(portal, false);
	CommitTransactionCommand();
	MemoryContextSwitchTo(context);
	pgstat_report_activity(STATE_IDLE, NULL);
	debug_query_string = NULL;
}

ErrorData *
dyn_worker_try(void (*function) (void *arg), void *arg, MemoryContext context)
{
	ErrorData  *volatile error = NULL;

	PG_TRY();
	{
		function(arg);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		HOLD_INTERRUPTS();
		EmitErrorReport();
		FlushErrorState();
		AbortOutOfAnyTransaction();
		RESUME_INTERRUPTS();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	return error;
}

/* ---- getting ready ---- */

/* Overrides what the database's settings say; a name that this version does not have is left out. */
static void
override(const char *name, const char *value)
{
	if (GetConfigOption(name, true, false))
		SetConfigOption(name, value, PGC_SUSET, PGC_S_SESSION);
}

static void
override_settings(void)
{
	override("search_path", "pg_catalog, pg_temp");
	override("statement_timeout", "0");
	override("transaction_timeout", "0");
	override("lock_timeout", "0");
	override("default_transaction_isolation", "read committed");
	override("default_transaction_read_only", "off");
	override("default_tablespace", "");
}

/* Takes the identity of the table's owner, or of the role that asked for the job; false where there is none. */
static bool
become_role(const DynLaunch *what)
{
	Oid			role = OidIsValid(what->relid) ? dyn_catalog_owner(what->relid) : dyn_job_role(what->id);
	char	   *name = OidIsValid(role) ? GetUserNameFromId(role, true) : NULL;

	if (name == NULL)
		return false;
	SetConfigOption("session_authorization", name, PGC_SUSET, PGC_S_SESSION);
	dyn_compat_set_activity_user(role);
	return true;
}

/*
 * Identity, settings, lock.  The transaction that started this worker, or stopped the one before, may still hold the lock for a
 * moment; false when the table or the job is gone or has another worker.
 */
static bool
prepare(const DynLaunch *what)
{
	bool		ready;

	dyn_worker_begin();
	override_settings();
	ready = dyn_installation_find() != NULL && become_role(what);
	dyn_worker_commit();
	for (int i = 0; ready && i < LOCK_ATTEMPTS; i++)
	{
		bool		locked;

		dyn_worker_begin();
		locked = dyn_launch_try_lock(*what, true);
		dyn_worker_commit();
		if (locked)
			return true;
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, LOCK_POLL, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
	return false;
}

void
dynapg_job_main(Datum arg)
{
	Oid			database;
	DynLaunch	what = dyn_launch_mine(&database);
	MemoryContext context = AllocSetContextCreate(TopMemoryContext, "dynapg job", ALLOCSET_DEFAULT_SIZES);

	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnectionByOid(database, InvalidOid, 0);
	pgstat_report_appname(MyBgworkerEntry->bgw_name);
	if (!prepare(&what))
		return;
	if (OidIsValid(what.relid))
		dyn_table_work(what.relid, context);
	else
		dyn_job_work(what.id, context);
}
