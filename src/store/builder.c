/*
 * builder.c - the background worker that builds and drops indexes and makes backups without blocking writers
 *
 * CREATE INDEX CONCURRENTLY commits several transactions of its own, which PostgreSQL allows to a statement of the
 * top level alone: the builder runs it in a portal as the main loop of a session would.
 *
 * A builder is attached to the database as the bootstrap superuser, since the table's owner may have no right to log in,
 * and then takes the owner's identity for all it does.  What it runs is generated here and names everything with
 * its schema; the catalogs are written as their owner (dyn_catalog_run).
 *
 * Ending.  A statement that fails is noted in the index's row, what it left behind is dropped, and the builder
 * ends; dyn_index_build_resume starts another one later.  A builder that is cancelled (dyn_builder_stop) or terminated ends at
 * once and leaves everything as it is: whatever comes next begins by dropping an invalid index.
 */
#include "postgres.h"

#include <signal.h>

#include "access/xact.h"
#include "catalog/namespace.h"
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
#include "utils/timestamp.h"

#include "base/compat.h"
#include "database/sql.h"
#include "store/backup.h"
#include "store/builder.h"
#include "store/index_build.h"
#include "store/ttl.h"
#include "tables/catalog.h"
#include "tables/ddl.h"
#include "tables/index.h"
#include "tables/relation.h"

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
	char	   *relation_name;	/* of its relation, or of the one to make */
	DynIndexStatus status;
	bool		exists;			/* its relation, valid or not */
	bool		valid;
	char	   *create;			/* statements */
	char	   *drop;			/* NULL: nothing is there */
	bool		is_ttl;			/* it is the index of Time to Live, which has no row; only the statements are set */
	char	   *backup;			/* it is this backup, and nothing else is set; NULL: it is an index */
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
	Oid			owner = dyn_catalog_owner(relid);

	if (!OidIsValid(owner))
		return false;
	SetConfigOption("session_authorization", GetUserNameFromId(owner, false), PGC_SUSET, PGC_S_SESSION);
	return true;
}

/*
 * The relation of the index that is to be built or dropped.  What has the name by chance, and is built in another way, is not
 * to become the index.
 */
static Oid
job_relation(const DynTableDef *def, const DynIndexDef *index)
{
	Oid			relid = dyn_relation_of_index(def, index, false);

	if (index->status == DYN_INDEX_CREATING && OidIsValid(relid) && !dyn_relation_fits(def, index, relid))
		return InvalidOid;
	return relid;
}

/* The name to build the index with: another one where a relation has taken its own. */
static char *
name_to_build(const DynTableDef *def, const DynIndexDef *index)
{
	if (!OidIsValid(get_relname_relid(index->relation_name, get_rel_namespace(def->relid))))
		return index->relation_name;
	return dyn_ddl_index_name(def, index->name);
}

/* What is to be done for a secondary index. */
static bool
read_index_job(Oid relid, Job *job)
{
	const DynIndexDef *index;
	DynTableDef *def = dyn_index_build_job(relid, &index);
	Oid			relation;

	if (!def)
		return false;
	relation = job_relation(def, index);
	*job = (Job) {
		.name = index->name,
		.table = def->name,
		.relation_name = OidIsValid(relation) ? get_rel_name(relation) : name_to_build(def, index),
		.status = index->status,
		.exists = OidIsValid(relation),
		.valid = dyn_relation_is_valid(relation),
		.drop = dyn_ddl_drop_index(relation, true)
	};
	job->create = dyn_ddl_create_index(def, index, job->relation_name, true);
	return true;
}

static bool
read_ttl_job(Oid relid, Job *job)
{
	DynTtlJob	ttl;

	if (!dyn_ttl_job(relid, &ttl))
		return false;
	*job = (Job) {.create = ttl.create,.drop = ttl.drop,.is_ttl = true};
	return true;
}

/* Backups come first: one that fails waits for its next attempt, while an index that fails is there all the time. */
static bool
read_backup_job(Oid relid, Job *job)
{
	*job = (Job) {.backup = dyn_backup_job(relid)};
	return job->backup != NULL;
}

/* Reads what is to be done; false when there is nothing. */
static bool
read_job(Oid relid, Job *job, MemoryContext context)
{
	MemoryContext old;
	bool		found;

	MemoryContextReset(context);
	begin();
	old = MemoryContextSwitchTo(context);
	found = read_backup_job(relid, job) || read_index_job(relid, job) || read_ttl_job(relid, job);
	MemoryContextSwitchTo(old);
	commit();
	MemoryContextSwitchTo(context);
	return found;
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

/* Prepares the table for the index, with the lock that building it takes as well, and notes the name of what is built. */
static void
prepare_table(Oid relid, const Job *job)
{
	MemoryContext context = CurrentMemoryContext;

	begin();
	SPI_connect();
	dyn_ddl_vacuum_indexed(relid);
	SPI_finish();
	if (!job->is_ttl)
		dyn_index_set_relation_name(relid, job->name, job->relation_name);
	commit();
	MemoryContextSwitchTo(context);
}

/* A step towards the end of the job; the next look at the catalogs tells what is left. */
static void
work(Oid relid, const Job *job)
{
	if (job->backup)
	{
		begin();
		dyn_backup_make(job->backup);
		commit();
	}
	else if (job->is_ttl)
	{
		if (job->create)
			prepare_table(relid, job);
		run_utility(job->create ? job->create : job->drop);
	}
	else if (job->status == DYN_INDEX_CREATING && job->valid)
	{
		begin();
		dyn_index_set_relation_name(relid, job->name, job->relation_name);
		dyn_index_activate(relid, job->name);
		commit();
		ereport(LOG, errmsg("index \"%s\" of table \"%s\" is built", job->name, job->table));
	}
	else if (job->exists)
		run_utility(job->drop);
	else if (job->status == DYN_INDEX_CREATING)
	{
		prepare_table(relid, job);
		run_utility(job->create);
	}
	else
	{
		begin();
		dyn_index_forget(relid, job->name);
		commit();
	}
}

/* Notes why the job failed and drops what it left behind: an index of the table that is not valid, and nothing else. */
static void
clean_up(Oid relid, Job *job, const char *failure, MemoryContext context)
{
	if (job->backup)
	{
		begin();
		dyn_backup_note_failure(job->backup, failure);
		commit();
		return;
	}
	if (!job->is_ttl)
	{
		begin();
		dyn_index_note_failure(relid, job->name, failure);
		commit();
		MemoryContextSwitchTo(context);
	}
	if (read_job(relid, job, context) && (job->is_ttl ? job->create == NULL && job->drop != NULL :
										  job->status == DYN_INDEX_CREATING && job->exists && !job->valid))
		run_utility(job->drop);
}

/*
 * Does one step; false when it failed.  A failure ends the transaction here, as in the main loop of a session, for there
 * is no caller to tell.  After a cancellation nothing more is done.
 */
static bool
try_work(Oid relid, Job *job, MemoryContext context)
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
	if (error == NULL)
		return true;
	if (error->sqlerrcode != ERRCODE_QUERY_CANCELED)
		clean_up(relid, job, error->message, context);
	return false;
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
