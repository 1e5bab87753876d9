/*
 * main.c - the background worker of long work: its identity, its lock, and its task
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "commands/tablespace.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "storage/latch.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "base/pace.h"
#include "database/installation.h"
#include "jobs/frame.h"
#include "jobs/job.h"
#include "jobs/table_work.h"
#include "jobs/worker.h"
#include "tables/catalog.h"

#define LOCK_POLL 50			/* ms */
#define LOCK_ATTEMPTS 50		/* of a new worker, every LOCK_POLL: until the transaction that started it has ended */

PGDLLEXPORT void dynapg_job_main(Datum arg);

/* ---- getting ready ---- */

/* Overrides a setting of the database. */
static void
override(const char *name, const char *value)
{
	SetConfigOption(name, value, PGC_SUSET, PGC_S_SESSION);
}

static void
override_settings(void)
{
	override("search_path", "pg_catalog, pg_temp");
	override("statement_timeout", "0");
	override("lock_timeout", "0");
	dyn_compat_lift_transaction_timeout();
	override("default_transaction_isolation", "read committed");
	override("default_transaction_read_only", "off");
}

/* The database's default_tablespace holds, unless the role may not use it: then the job would fail long after the request. */
static void
settle_tablespace(Oid role)
{
	Oid			tablespace = GetDefaultTablespace(RELPERSISTENCE_PERMANENT, false);

	if (OidIsValid(tablespace) && !dyn_compat_may_create_in_tablespace(tablespace, role))
		override("default_tablespace", "");
}

/* Takes the identity of the table's owner, or of the role that requested the job; false where there is none. */
static bool
become_role(const DynLaunch *what)
{
	Oid			role = OidIsValid(what->relid) ? dyn_catalog_owner(what->relid) : dyn_job_role(what->id);
	char	   *name = OidIsValid(role) ? GetUserNameFromId(role, true) : NULL;

	if (name == NULL)
		return false;
	SetConfigOption("session_authorization", name, PGC_SUSET, PGC_S_SESSION);
	dyn_compat_set_activity_user(role);
	settle_tablespace(role);
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
	dyn_pace_begin();
	if (OidIsValid(what.relid))
		dyn_table_work(what.relid, context);
	else
		dyn_job_work(what.id, context);
}
