/*
 * session.c - what a session that serves many users, request by request, needs of the database
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "commands/defrem.h"
#include "commands/prepare.h"
#include "commands/sequence.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lock.h"
#include "tcop/utility.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/portal.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/wait_event.h"

#include "base/compat.h"
#include "database/installation.h"
#include "database/session.h"

#define MAX_LEAVES 4

#define PAUSE_AFTER_REFUSAL 3000	/* milliseconds: the database may be there, and refuse connections */
#define LOOK_FOR_DATABASE	1000	/* milliseconds */

static DynSessionLeave leaves[MAX_LEAVES];
static int	nleaves = 0;
static bool (*roles_may_have_gone) (void) = NULL;
static void (*forget_roles) (void) = NULL;
static ProcessUtility_hook_type next_utility = NULL;

void
dyn_session_require_extension(void)
{
	(void) dyn_installation_require();
}

/* ---- whose session it is ---- */

static Oid	role_now = InvalidOid;
static bool roles_changed = true;	/* names or superusers may have changed */
static bool serving = false;
static XLogRecPtr last_commit = InvalidXLogRecPtr;	/* before the request */

static void
on_role_change(Datum arg, int cache, uint32 hash)
{
	roles_changed = true;
}

/*
 * Sets the settings, so that parallel workers and current_setting() agree. As defaults they do not belong to the transaction,
 * and RESET goes back to them.
 */
static void
set_session_user(Oid role)
{
	char	   *name = GetUserNameFromId(role, false);

	SetConfigOption("session_authorization", name, PGC_SUSET, PGC_S_OVERRIDE);
	SetConfigOption("role", "none", PGC_SUSET, PGC_S_OVERRIDE);
	if (GetSessionUserId() != role)
		elog(ERROR, "the session did not become that of role \"%s\"", name);
	pfree(name);
}

void
dyn_session_become(Oid role)
{
	static bool registered = false;

	if (!registered)
		CacheRegisterSyscacheCallback(AUTHOID, on_role_change, (Datum) 0);
	registered = true;
	last_commit = XactLastCommitEnd;
	if (roles_changed || role != role_now)
	{
		role_now = InvalidOid;
		roles_changed = false;
		set_session_user(role);
		role_now = role;
	}
	SetUserIdAndSecContext(role, SECURITY_LOCAL_USERID_CHANGE);
	dyn_compat_set_activity_user(role);
	serving = true;
}

bool
dyn_session_serves(void)
{
	return serving;
}

void
dyn_session_settle(void)
{
	AfterTriggerFireDeferred();
	PortalHashTableDeleteAll();
	AfterTriggerFireDeferred();
}

/* ---- what is left of a request ---- */

static Oid
temporary_schema(void)
{
	Oid			schema;
	Oid			toast;

	GetTempNamespaceState(&schema, &toast);
	return schema;
}

/* Is there an object in the schema? With the flag, only kinds count that are found there without naming the schema. */
static bool
holds_objects(Oid schema, bool looked_up)
{
	Relation	rel = table_open(DependRelationId, AccessShareLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		found = false;

	ScanKeyInit(&keys[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(NamespaceRelationId));
	ScanKeyInit(&keys[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(schema));
	scan = systable_beginscan(rel, DependReferenceIndexId, true, NULL, 2, keys);
	while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Oid			kind = ((Form_pg_depend) GETSTRUCT(tuple))->classid;

		found = !looked_up || kind == RelationRelationId || kind == TypeRelationId;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return found;
}

bool
dyn_session_has_temporary_names(void)
{
	Oid			schema = temporary_schema();

	return OidIsValid(schema) && holds_objects(schema, true);
}

/* In a transaction of its own, which need not be durable. */
static void
drop_temporary_objects(void)
{
	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
	if (holds_objects(temporary_schema(), false))
	{
		(void) set_config_option("synchronous_commit", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false);
		ResetTempTableNamespace();
	}
	PopActiveSnapshot();
	CommitTransactionCommand();
}

/* Removes the keys of roles that were dropped elsewhere. A failure does not concern the request: it only goes to the log. */
static void
sweep_keys(void)
{
	MemoryContext context = CurrentMemoryContext;

	PG_TRY();
	{
		StartTransactionCommand();
		PushActiveSnapshot(GetTransactionSnapshot());
		(void) set_config_option("synchronous_commit", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false);
		forget_roles();
		PopActiveSnapshot();
		CommitTransactionCommand();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		EmitErrorReport();
		FlushErrorState();
		AbortCurrentTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
}

void
dyn_session_rest(void)
{
	bool		exit_on_error = ExitOnAnyError;

	ExitOnAnyError = true;		/* the next request must not see what this one has left behind */
	serving = false;
	SetUserIdAndSecContext(GetSessionUserId(), 0);
	DropAllPreparedStatements();
	LockReleaseSession(USER_LOCKMETHOD);
	ResetSequenceCaches();
	/* whoever creates an object writes WAL, and has committed */
	if (XactLastCommitEnd != last_commit && OidIsValid(temporary_schema()))
		drop_temporary_objects();
	ExitOnAnyError = exit_on_error;
	if (roles_may_have_gone && roles_may_have_gone())
		sweep_keys();
}

/* ---- commands that need the database without sessions ---- */

/* In a process that is not connected to a database. */
static bool
database_exists(const char *database)
{
	Relation	rel;
	ScanKeyData key;
	SysScanDesc scan;
	bool		exists;

	StartTransactionCommand();
	rel = table_open(DatabaseRelationId, AccessShareLock);
	ScanKeyInit(&key, Anum_pg_database_datname, BTEqualStrategyNumber, F_NAMEEQ, CStringGetDatum(database));
	/* without a database no catalog describes indexes */
	scan = systable_beginscan(rel, InvalidOid, false, NULL, 1, &key);
	exists = HeapTupleIsValid(systable_getnext(scan));
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	CommitTransactionCommand();
	return exists;
}

static void
doze(long milliseconds)
{
	(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, milliseconds, PG_WAIT_EXTENSION);
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
}

static void
look_for_database(const char *database)
{
	BackgroundWorkerInitializeConnection(NULL, NULL, 0);
	pgstat_report_activity(STATE_IDLE, NULL);
	doze(PAUSE_AFTER_REFUSAL);
	while (!database_exists(database))
		doze(LOOK_FOR_DATABASE);
	proc_exit(1);				/* to be started again */
}

void
dyn_session_connect(const char *database, bool *refused)
{
	if (*refused)
	{
		*refused = false;
		look_for_database(database);
	}
	*refused = true;
	BackgroundWorkerInitializeConnection(database, NULL, 0);
	*refused = false;
}

/* The template of CREATE DATABASE, which can be copied only while nobody uses it. */
static const char *
template_of(const CreatedbStmt *statement)
{
	ListCell   *cell;

	foreach(cell, statement->options)
	{
		DefElem    *option = lfirst(cell);

		if (strcmp(option->defname, "template") == 0 && option->arg)
			return defGetString(option);
	}
	return NULL;
}

/* Does ALTER DATABASE move it to another tablespace? */
static bool
moves(const AlterDatabaseStmt *statement)
{
	ListCell   *cell;

	foreach(cell, statement->options)
	{
		if (strcmp(((DefElem *) lfirst(cell))->defname, "tablespace") == 0)
			return true;
	}
	return false;
}

/* The database that must have no sessions for the statement, or NULL. */
static const char *
exclusive_database(const Node *statement)
{
	switch (nodeTag(statement))
	{
		case T_DropdbStmt:
			return ((const DropdbStmt *) statement)->dbname;
		case T_CreatedbStmt:
			return template_of((const CreatedbStmt *) statement);
		case T_RenameStmt:
			if (((const RenameStmt *) statement)->renameType == OBJECT_DATABASE)
				return ((const RenameStmt *) statement)->subname;
			return NULL;
		case T_AlterDatabaseStmt:
			if (moves((const AlterDatabaseStmt *) statement))
				return ((const AlterDatabaseStmt *) statement)->dbname;
			return NULL;
		default:
			return NULL;
	}
}

/* A user without the right to run the command must not end any session. */
static bool
is_ours(const char *database)
{
	Oid			oid = get_database_oid(database, true);

	return OidIsValid(oid) && dyn_compat_owns_database(oid, GetUserId());
}

static void
utility(PlannedStmt *statement, const char *query, bool read_only_tree, ProcessUtilityContext context, ParamListInfo params,
		QueryEnvironment *environment, DestReceiver *dest, QueryCompletion *completion)
{
	const char *database = exclusive_database(statement->utilityStmt);

	if (nleaves > 0 && database && is_ours(database))
	{
		for (int i = 0; i < nleaves; i++)
			leaves[i] (database);
	}
	if (next_utility)
		next_utility(statement, query, read_only_tree, context, params, environment, dest, completion);
	else
		standard_ProcessUtility(statement, query, read_only_tree, context, params, environment, dest, completion);
	if (forget_roles && IsA(statement->utilityStmt, DropRoleStmt))
		forget_roles();
}

bool
dyn_session_database_exists(Oid database)
{
	return SearchSysCacheExists1(DATABASEOID, ObjectIdGetDatum(database));
}

void
dyn_session_on_exclusive(DynSessionLeave leave)
{
	if (nleaves == MAX_LEAVES)
		elog(ERROR, "too many callbacks for leaving a database");
	leaves[nleaves++] = leave;
}

void
dyn_session_on_roles_gone(bool (*may_have_gone) (void), void (*forget) (void))
{
	roles_may_have_gone = may_have_gone;
	forget_roles = forget;
}

void
dyn_session_init(void)
{
	next_utility = ProcessUtility_hook;
	ProcessUtility_hook = utility;
}
