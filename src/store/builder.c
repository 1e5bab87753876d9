/*
 * builder.c - the background worker that builds and drops indexes without blocking writers
 *
 * CREATE INDEX CONCURRENTLY commits several transactions of its own, which PostgreSQL allows to a statement of the
 * top level alone: the builder runs it in a portal as the main loop of a session would.
 *
 * A builder is attached to the database as the bootstrap superuser, since the table's owner may have no right to log in,
 * and then takes the owner's identity for all it does.  What it runs is generated here and names everything with
 * its schema; the catalogs are written as their owner (dyn_catalog_run).
 *
 * Ending.  A statement that fails is noted in the index's row, what it left behind is dropped, and the builder
 * ends; dyn_index_resume starts another one later.  A builder that is cancelled (dyn_builder_stop) or terminated ends at
 * once and leaves everything as it is: whatever comes next begins by dropping an invalid index.
 *
 * Layer 2 (store).
 */
#include "postgres.h"

#include <signal.h>

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "parser/parser.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "storage/latch.h"
#include "storage/lock.h"
#include "tcop/pquery.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "store/builder.h"
#include "store/ddl.h"
#include "store/index.h"
#include "store/sql.h"

#define BUILDER_NAME "dynapg index builder"

#define LOCK_CLASS 0x4459		/* 1 and 2 are those of pg_advisory_lock */
#define RESTART_PAUSE 2000		/* ms between two starts for the same table by one backend */
#define STOP_POLL 50			/* ms between two looks whether a builder has ended */
#define LOCK_ATTEMPTS 50		/* of a new builder, every STOP_POLL: until the transaction that started it has ended */

PGDLLEXPORT void dynapg_builder_main(Datum arg);

/* ---- the lock of a table's builder ---- */

/*
 * An advisory lock, since locks of that kind survive the abort of a transaction: on (dynapg.indexes, data table), in a
 * class of its own; false where there is no catalog.
 */
static bool
builder_tag(Oid relid, LOCKTAG *tag)
{
	Oid			schema = get_namespace_oid("dynapg", true);
	Oid			catalog = OidIsValid(schema) ? get_relname_relid("indexes", schema) : InvalidOid;

	SET_LOCKTAG_ADVISORY(*tag, MyDatabaseId, catalog, relid, LOCK_CLASS);
	return OidIsValid(catalog);
}

static bool
try_lock(const LOCKTAG *tag, bool session)
{
	return LockAcquire(tag, ExclusiveLock, session, true) != LOCKACQUIRE_NOT_AVAIL;
}

static void
pause_for(long ms)
{
	(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, ms, PG_WAIT_EXTENSION);
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
}

/* ---- starting ---- */

static List *starts = NIL;		/* data tables, in TopTransactionContext */

static void
start(Oid relid)
{
	BackgroundWorker worker = {0};

	if (IsBinaryUpgrade)
		return;					/* pg_upgrade's server: the one that comes after it does this */
	strlcpy(worker.bgw_name, BUILDER_NAME, BGW_MAXLEN);
	strlcpy(worker.bgw_type, BUILDER_NAME, BGW_MAXLEN);
	strlcpy(worker.bgw_library_name, "dynapg", BGW_MAXLEN);
	strlcpy(worker.bgw_function_name, "dynapg_builder_main", BGW_MAXLEN);
	worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker.bgw_restart_time = BGW_NEVER_RESTART;
	worker.bgw_main_arg = ObjectIdGetDatum(relid);
	memcpy(worker.bgw_extra, &MyDatabaseId, sizeof(MyDatabaseId));
	if (!RegisterDynamicBackgroundWorker(&worker, NULL))
		ereport(LOG,
				errmsg("could not start an index builder: all background worker slots are in use"),
				errhint("Increase max_worker_processes. The index is built when its table is described next."));
}

/* Runs after the commit is done: nothing here may fail. */
static void
at_end_of_transaction(XactEvent event, void *arg)
{
	ListCell   *cell;

	if (event == XACT_EVENT_COMMIT)
	{
		foreach(cell, starts)
			start(lfirst_oid(cell));
	}
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		starts = NIL;
}

void
dyn_builder_start_at_commit(Oid relid)
{
	static bool registered = false;
	MemoryContext old;

	if (!registered)
		RegisterXactCallback(at_end_of_transaction, NULL);
	registered = true;
	old = MemoryContextSwitchTo(TopTransactionContext);
	starts = list_append_unique_oid(starts, relid);
	MemoryContextSwitchTo(old);
}

void
dyn_builder_start_now(Oid relid)
{
	static Oid	last_relid = InvalidOid;
	static TimestampTz last_start = 0;
	TimestampTz now = GetCurrentTimestamp();
	LOCKTAG		tag;

	if (list_member_oid(starts, relid) || !builder_tag(relid, &tag))
		return;
	if (relid == last_relid && !TimestampDifferenceExceeds(last_start, now, RESTART_PAUSE))
		return;
	if (!try_lock(&tag, false))
		return;
	LockRelease(&tag, ExclusiveLock, false);
	last_relid = relid;
	last_start = now;
	start(relid);
}

/* ---- stopping ---- */

/* Cancels the builder that holds the lock.  As the catalogs' owner, who sees what other users' processes are. */
static void
cancel_builder(const LOCKTAG *tag)
{
	DynSqlArgs	args = {0};
	uint64		count;

	SPI_connect();
	dyn_sql_run("SELECT pg_catalog.pg_stat_clear_snapshot()", NULL, 0);	/* or the view stays as it was */
	dyn_sql_oid(&args, tag->locktag_field1);
	dyn_sql_oid(&args, tag->locktag_field2);
	dyn_sql_oid(&args, tag->locktag_field3);
	dyn_sql_int(&args, tag->locktag_field4);
	dyn_sql_text(&args, BUILDER_NAME);
	count = dyn_catalog_run("SELECT a.pid FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a "
							"ON a.pid OPERATOR(pg_catalog.=) l.pid "
							"WHERE l.locktype OPERATOR(pg_catalog.=) 'advisory' AND l.granted "
							"AND l.database OPERATOR(pg_catalog.=) $1 AND l.classid OPERATOR(pg_catalog.=) $2 "
							"AND l.objid OPERATOR(pg_catalog.=) $3 AND l.objsubid OPERATOR(pg_catalog.=) $4 "
							"AND a.backend_type OPERATOR(pg_catalog.=) $5", &args);
	for (uint64 i = 0; i < count; i++)
		(void) kill(dyn_sql_get_int(i, 1), SIGINT);
	SPI_finish();
}

void
dyn_builder_stop(Oid relid)
{
	LOCKTAG		tag;

	if (!builder_tag(relid, &tag))
		return;
	while (!try_lock(&tag, false))
	{
		cancel_builder(&tag);
		pause_for(STOP_POLL);
	}
}

/* ---- the worker ---- */

/* What the builder works on, in a context of its own. */
typedef struct Job
{
	char	   *name;			/* of the index */
	char	   *table;
	DynIndexStatus status;
	bool		exists;			/* its relation, valid or not */
	bool		valid;
	char	   *create;			/* statements */
	char	   *drop;
} Job;

static void
begin(void)
{
	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
}

static void
commit(void)
{
	PopActiveSnapshot();
	CommitTransactionCommand();
}

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

/* Takes the identity of the table's owner; false where there is no such table. */
static bool
become_owner(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		return false;
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	SetConfigOption("session_authorization", GetUserNameFromId(owner, false), PGC_SUSET, PGC_S_SESSION);
	return true;
}

static bool
index_is_valid(Oid index)
{
	HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
	bool		valid;

	if (!HeapTupleIsValid(tuple))
		return false;
	valid = ((Form_pg_index) GETSTRUCT(tuple))->indisvalid;
	ReleaseSysCache(tuple);
	return valid;
}

/* Reads what is to be done; false when there is nothing. */
static bool
read_job(Oid relid, Job *job, MemoryContext context)
{
	const DynIndexDef *index;
	DynTableDef *def;
	MemoryContext old;
	Oid			relation;

	MemoryContextReset(context);
	begin();
	old = MemoryContextSwitchTo(context);
	def = dyn_index_job(relid, &index);
	if (def)
	{
		relation = get_relname_relid(index->relation_name, get_rel_namespace(relid));
		*job = (Job) {
			.name = index->name,
			.table = def->name,
			.status = index->status,
			.exists = OidIsValid(relation),
			.valid = index_is_valid(relation),
			.create = dyn_ddl_create_index(def, index, index->relation_name, true),
			.drop = dyn_ddl_drop_index(def, index->relation_name, true)
		};
	}
	MemoryContextSwitchTo(old);
	commit();
	MemoryContextSwitchTo(context);
	return def != NULL;
}

/*
 * Runs a utility statement that commits transactions of its own.  What must outlive them, among it the text, is in the
 * current memory context.
 */
static void
run_utility(const char *sql)
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

/* Prepares the table for the index, with the lock that building it takes as well. */
static void
prepare_table(Oid relid)
{
	MemoryContext context = CurrentMemoryContext;

	begin();
	SPI_connect();
	dyn_ddl_vacuum_indexed(relid);
	SPI_finish();
	commit();
	MemoryContextSwitchTo(context);
}

/* A step towards the end of the job; the next look at the catalogs tells what is left. */
static void
work(Oid relid, const Job *job)
{
	if (job->status == DYN_INDEX_CREATING && job->valid)
	{
		begin();
		dyn_index_activate(relid, job->name);
		commit();
		ereport(LOG, errmsg("index \"%s\" of table \"%s\" is built", job->name, job->table));
	}
	else if (job->exists)
		run_utility(job->drop);
	else if (job->status == DYN_INDEX_CREATING)
	{
		prepare_table(relid);
		run_utility(job->create);
	}
	else
	{
		begin();
		dyn_index_forget(relid, job->name);
		commit();
	}
}

/* Notes why the job failed and drops what it left behind. */
static void
clean_up(Oid relid, const Job *job, const char *failure, MemoryContext context)
{
	begin();
	dyn_index_note_failure(relid, job->name, failure);
	commit();
	MemoryContextSwitchTo(context);
	if (job->status == DYN_INDEX_CREATING)
		run_utility(job->drop);
}

/*
 * Does one step; false when it failed.  A failure ends the transaction here, as in the main loop of a session, for there
 * is no caller to tell.  After a cancellation nothing more is done.
 */
static bool
try_work(Oid relid, const Job *job, MemoryContext context)
{
	ErrorData  *volatile error = NULL;

	PG_TRY();
	{
		work(relid, job);
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
	if (error && error->sqlerrcode != ERRCODE_QUERY_CANCELED)
		clean_up(relid, job, error->message, context);
	return error == NULL;
}

/*
 * Gets ready: identity, settings, lock.  The transaction that started this builder, or stopped the one before,
 * may still hold the lock for a moment; false when the table is gone or has another builder.
 */
static bool
prepare(Oid relid)
{
	LOCKTAG		tag;
	bool		ready;

	begin();
	override_settings();
	ready = builder_tag(relid, &tag) && become_owner(relid);
	commit();
	for (int i = 0; ready && i < LOCK_ATTEMPTS; i++)
	{
		bool		locked;

		begin();
		locked = try_lock(&tag, true);
		commit();
		if (locked)
			return true;
		pause_for(STOP_POLL);
	}
	return false;
}

void
dynapg_builder_main(Datum arg)
{
	Oid			relid = DatumGetObjectId(arg);
	Oid			database;
	MemoryContext context = AllocSetContextCreate(TopMemoryContext, "dynapg index builder", ALLOCSET_DEFAULT_SIZES);
	Job			job;

	memcpy(&database, MyBgworkerEntry->bgw_extra, sizeof(database));
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnectionByOid(database, InvalidOid, 0);
	pgstat_report_appname(BUILDER_NAME);

	if (!prepare(relid))
		return;
	while (read_job(relid, &job, context) && try_work(relid, &job, context))
		CHECK_FOR_INTERRUPTS();
}
