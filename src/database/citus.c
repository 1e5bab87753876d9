/*
 * citus.c - what Citus knows of a relation
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace_d.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type_d.h"
#include "commands/dbcommands.h"
#include "commands/extension.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/primnodes.h"
#include "nodes/readfuncs.h"
#include "storage/bufmgr.h"
#include "storage/lock.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/errors.h"
#include "database/citus.h"
#include "database/relcache.h"
#include "database/sql.h"

#define SETTING "citus.shard_count"
#define SHARD_LOCK_CLASS 4		/* Citus's class of advisory locks of shards' metadata */
#define SHARE_LOCK 5			/* as Citus's SQL functions have it: PostgreSQL's ShareLock */

/* Anybody can set a parameter of that name, which then is a placeholder. */
bool
dyn_citus_loaded(void)
{
	static bool known = false;
	static bool loaded = false;

	if (!known)
		loaded = GetConfigOption(SETTING, true, false) != NULL && (GetConfigOptionFlags(SETTING, true) & GUC_CUSTOM_PLACEHOLDER) == 0;
	known = true;
	return loaded;
}

void
dyn_citus_begin_block(void)
{
	if (!dyn_citus_loaded())
		return;
	BeginTransactionBlock();
	CommitTransactionCommand();
	StartTransactionCommand();
}

void
dyn_citus_end_block(void)
{
	if (dyn_citus_loaded() && IsTransactionBlock())
		(void) EndTransactionBlock(false);
}

/* Until the end of the GUC nest level. */
static void
set_option(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

int
dyn_citus_begin_reads(void)
{
	int			level = NewGUCNestLevel();

	set_option("citus.function_opens_transaction_block", "off");
	return level;
}

int
dyn_citus_begin_subqueries(void)
{
	int			level = dyn_citus_begin_reads();

	set_option("search_path", "pg_catalog");
	return level;
}

int
dyn_citus_begin_list(bool writes)
{
	int			level = NewGUCNestLevel();

	set_option("citus.max_adaptive_executor_pool_size", "1");
	if (writes)
		set_option("citus.multi_shard_modify_mode", "sequential");
	else
		set_option("citus.function_opens_transaction_block", "off");
	return level;
}

void
dyn_citus_end_settings(int level)
{
	AtEOXact_GUC(true, level);
}

/* Citus raises the errors of nodes again in one function, with fewer fields. */
bool
dyn_citus_is_of_node(const ErrorData *error)
{
	return dyn_citus_loaded() && error->funcname != NULL && strcmp(error->funcname, "ReportResultError") == 0;
}

/* ---- the extension ---- */

static bool
is_of_citus(Oid class, Oid object)
{
	return OidIsValid(object) && getExtensionOfObject(class, object) == get_extension_oid("citus", true);
}

/* A relation of the extension's catalogs, or InvalidOid. */
static Oid
citus_relation(const char *name)
{
	Oid			relid = get_relname_relid(name, PG_CATALOG_NAMESPACE);

	return is_of_citus(RelationRelationId, relid) ? relid : InvalidOid;
}

/* An error where this database has no function of Citus with that name. */
static void
require_function(const char *name)
{
	CatCList   *candidates;
	bool		found = false;

	if (!OidIsValid(get_extension_oid("citus", true)))
		dyn_validation("The database has no Citus: its extension has to be created first");
	candidates = SearchSysCacheList1(PROCNAMEARGSNSP, CStringGetDatum(name));
	for (int i = 0; i < candidates->n_members; i++)
	{
		Form_pg_proc form = (Form_pg_proc) GETSTRUCT(&candidates->members[i]->tuple);

		if (form->pronamespace == PG_CATALOG_NAMESPACE && is_of_citus(ProcedureRelationId, form->oid))
			found = true;
	}
	ReleaseSysCacheList(candidates);
	if (!found)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_FUNCTION), errmsg("this version of Citus has no function %s", name)));
}

/* ---- how a relation is kept ---- */

static AttrNumber
column_number(const char *name, Oid relid)
{
	AttrNumber	number = get_attnum(relid, name);

	if (number == InvalidAttrNumber)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN), errmsg("Citus's catalog has no column %s", name)));
	return number;
}

/* The column of a distribution key, as Citus stores it: the text of a Var. */
static AttrNumber
key_column(const char *text)
{
	Node	   *node = stringToNode(text);

	return node != NULL && IsA(node, Var) ? ((Var *) node)->varattno : InvalidAttrNumber;
}

static DynCitusKind
kind_of_row(Relation rel, HeapTuple tuple, AttrNumber *column)
{
	Oid			relid = RelationGetRelid(rel);
	bool		null;
	Datum		method = heap_getattr(tuple, column_number("partmethod", relid), RelationGetDescr(rel), &null);
	Datum		key;

	if (null || DatumGetChar(method) != 'h')
		return DYN_CITUS_OTHER;
	key = heap_getattr(tuple, column_number("partkey", relid), RelationGetDescr(rel), &null);
	*column = null ? InvalidAttrNumber : key_column(TextDatumGetCString(key));
	return DYN_CITUS_HASH;
}

DynCitusKind
dyn_citus_kind(Oid relid, AttrNumber *column)
{
	DynCitusKind kind = DYN_CITUS_LOCAL;
	Oid			catalog;
	Oid			index;
	Relation	rel;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	*column = InvalidAttrNumber;
	if (!dyn_citus_loaded())
		return DYN_CITUS_LOCAL;
	catalog = citus_relation("pg_dist_partition");
	if (!OidIsValid(catalog))
		return DYN_CITUS_LOCAL;
	index = citus_relation("pg_dist_partition_logical_relid_index");
	rel = table_open(catalog, AccessShareLock);
	ScanKeyInit(&key, column_number("logicalrelid", catalog), BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
	scan = systable_beginscan(rel, index, OidIsValid(index), NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		kind = kind_of_row(rel, tuple, column);
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return kind;
}

void
dyn_citus_refuse(Oid relid, const char *what)
{
	AttrNumber	column;

	if (dyn_citus_kind(relid, &column) != DYN_CITUS_LOCAL)
		dyn_validation("A table that is distributed over several nodes cannot have %s", what);
}

bool
dyn_citus_may_log_in(void)
{
	HeapTuple	tuple = SearchSysCache1(AUTHOID, ObjectIdGetDatum(GetUserId()));
	bool		logs_in;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "there is no role with OID %u", GetUserId());
	logs_in = ((Form_pg_authid) GETSTRUCT(tuple))->rolcanlogin;
	ReleaseSysCache(tuple);
	return logs_in;
}

void
dyn_citus_require_login(void)
{
	if (!dyn_citus_may_log_in())
		dyn_validation("A role that may not log in cannot use distributed tables: Citus connects to its nodes as that role");
}

/* ---- nodes ---- */

/* The number of this node's group: 0 is the coordinator's. */
static int
local_group(void)
{
	Oid			catalog = citus_relation("pg_dist_local_group");
	int			group = 0;
	Relation	rel;
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		null;

	if (!OidIsValid(catalog))
		return 0;
	rel = table_open(catalog, AccessShareLock);
	scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		group = DatumGetInt32(heap_getattr(tuple, column_number("groupid", catalog), RelationGetDescr(rel), &null));
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return group;
}

bool
dyn_citus_is_worker(void)
{
	return dyn_citus_loaded() && local_group() > 0;
}

bool
dyn_citus_is_kept_elsewhere(Oid relid)
{
	AttrNumber	column;

	return dyn_citus_is_worker() && dyn_citus_kind(relid, &column) != DYN_CITUS_LOCAL;
}

/* "host:port", or a word where this node does not know it. */
static char *
coordinator(void)
{
	MemoryContext caller = CurrentMemoryContext;
	char	   *name = NULL;

	SPI_connect();
	if (dyn_sql_run("SELECT pg_catalog.concat(n.nodename, ':', n.nodeport) FROM pg_catalog.pg_dist_node n "
					"WHERE n.groupid OPERATOR(pg_catalog.=) 0 AND n.noderole OPERATOR(pg_catalog.=) 'primary'", NULL, 1) > 0)
		name = MemoryContextStrdup(caller, dyn_sql_get_text(0, 1));
	SPI_finish();
	return name != NULL ? name : "unknown";
}

void
dyn_citus_require_coordinator(const char *what)
{
	if (dyn_citus_is_worker())
		dyn_validation("%s is for the coordinator of Citus, whose PostgreSQL is %s: this node serves the items of distributed tables",
					   what, coordinator());
}

char *
dyn_citus_nodes(void)
{
	if (!dyn_citus_loaded() || !OidIsValid(citus_relation("pg_dist_node")) || local_group() > 0)
		return NULL;
	dyn_sql_run("SELECT COALESCE(pg_catalog.string_agg(n.nodeid::pg_catalog.text, ',' ORDER BY n.nodeid), '') FROM "
				"pg_catalog.pg_dist_node n WHERE n.isactive AND n.groupid OPERATOR(pg_catalog.>) 0 "
				"AND n.noderole OPERATOR(pg_catalog.=) 'primary'", NULL, 1);
	return dyn_sql_get_text(0, 1);
}

static bool
connects_directly(void)
{
	const char *secondaries = GetConfigOption("citus.use_secondary_nodes", true, false);

	return secondaries != NULL && strcmp(secondaries, "never") == 0 && OidIsValid(citus_relation("pg_dist_node")) &&
		OidIsValid(citus_relation("pg_dist_poolinfo"));
}

/* The number of the node. */
static bool
find_address(int group, DynCitusNode *node, int *id)
{
	MemoryContext caller = CurrentMemoryContext;
	DynSqlArgs	args = {0};
	bool		found;

	dyn_sql_int(&args, group);
	SPI_connect();
	found = dyn_sql_run("SELECT n.nodeid, n.nodename, n.nodeport FROM pg_catalog.pg_dist_node n WHERE n.isactive AND "
						"n.metadatasynced AND n.groupid OPERATOR(pg_catalog.=) $1 AND n.noderole OPERATOR(pg_catalog.=) 'primary' "
						"AND NOT EXISTS (SELECT FROM pg_catalog.pg_dist_poolinfo p WHERE p.nodeid OPERATOR(pg_catalog.=) n.nodeid)",
						&args, 2) == 1;
	if (found)
	{
		*id = dyn_sql_get_int(0, 1);
		node->host = MemoryContextStrdup(caller, dyn_sql_get_text(0, 2));
		node->port = dyn_sql_get_int(0, 3);
	}
	SPI_finish();
	return found && strlen(node->host) < DYN_CITUS_MAX_HOST;
}

/*
 * What Citus adds to the user's connections to the node: the row of the node, else that of all nodes, which has the number 0.  Users may
 * not read this catalog.
 */
static const char *
find_secret(const char *user, int id)
{
	Oid			catalog = citus_relation("pg_dist_authinfo");
	const char *secret = "";
	bool		of_node = false;
	Relation	rel;
	SysScanDesc scan;
	HeapTuple	tuple;
	ScanKeyData key;

	if (!OidIsValid(catalog))
		return secret;
	rel = table_open(catalog, AccessShareLock);
	ScanKeyInit(&key, column_number("rolename", catalog), BTEqualStrategyNumber, F_NAMEEQ, CStringGetDatum(user));
	scan = systable_beginscan(rel, InvalidOid, false, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		null;
		int			node = DatumGetInt32(heap_getattr(tuple, column_number("nodeid", catalog), RelationGetDescr(rel), &null));
		Datum		value = heap_getattr(tuple, column_number("authinfo", catalog), RelationGetDescr(rel), &null);

		if (null || of_node || (node != 0 && node != id))
			continue;
		secret = TextDatumGetCString(value);
		of_node = node == id;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return secret;
}

/* A setting of Citus; 0 where it has none of that name. */
static int
milliseconds(const char *name)
{
	const char *setting = GetConfigOption(name, true, false);

	return setting != NULL ? atoi(setting) : 0;
}

int
dyn_citus_connection_lifetime(void)
{
	return milliseconds("citus.max_cached_connection_lifetime");
}

bool
dyn_citus_find_node(int group, Oid user, DynCitusNode *node)
{
	int			id;

	if (!connects_directly() || !find_address(group, node, &id))
		return false;
	node->database = get_database_name(MyDatabaseId);
	node->conninfo = GetConfigOption("citus.node_conninfo", true, false);
	node->secret = find_secret(GetUserNameFromId(user, false), id);
	node->patience = milliseconds("citus.node_connection_timeout");
	return node->database != NULL && node->conninfo != NULL;
}

static uint64 nodes_epoch = 1;
static Oid	nodes_relation = InvalidOid;
static Oid	secrets_relation = InvalidOid;

/* DynRelcacheChange: Citus says that of its catalogs when they change, and of that of secrets when poolers do. */
static void
nodes_changed(Datum arg, Oid relid)
{
	if (relid == InvalidOid || relid == nodes_relation || relid == secrets_relation)
		nodes_epoch++;
}

uint64
dyn_citus_nodes_epoch(void)
{
	static bool watching = false;
	static uint64 known = 0;

	if (!watching)
		dyn_relcache_watch(nodes_changed, (Datum) 0);
	watching = true;
	if (known != nodes_epoch)
	{
		nodes_relation = citus_relation("pg_dist_node");
		secrets_relation = citus_relation("pg_dist_authinfo");
	}
	known = nodes_epoch;
	return nodes_epoch;
}

/*
 * Citus's own function for this, which has no SQL function in its version 13; NULL where it has none at all.  As its extension is a
 * library that the server has preloaded, nobody else's code is found.
 */
static PGFunction
running_function(void)
{
	return load_external_function("$libdir/citus", "execute_command_on_remote_nodes_as_user", false, NULL);
}

bool
dyn_citus_run_on_nodes(Oid superuser, const char *command)
{
	PGFunction	run = running_function();
	char	   *user_name = GetUserNameFromId(GetUserId(), false);
	Oid			user;
	int			security;

	if (run == NULL)
		return false;
	GetUserIdAndSecContext(&user, &security);
	SetUserIdAndSecContext(superuser, security | SECURITY_LOCAL_USERID_CHANGE);
	PG_TRY();
	{
		DirectFunctionCall2(run, CStringGetTextDatum(command), CStringGetTextDatum(user_name));
	}
	PG_FINALLY();
	{
		SetUserIdAndSecContext(user, security);
	}
	PG_END_TRY();
	return true;
}

/* ---- Citus's functions ---- */

typedef enum Parallel
{
	PARALLEL_NO,
	PARALLEL_YES,
	PARALLEL_UNKNOWN			/* Citus's library does not show it, as those for PostgreSQL 16 and later do not */
} Parallel;

/* Has the transaction used several connections to a node?  From then on Citus refuses to use one alone. */
static Parallel
has_run_in_parallel(void)
{
	static bool known = false;
	static bool (*has_run) (void) = NULL;

	if (!known)
		has_run = (bool (*) (void)) (void (*) (void))
			load_external_function("$libdir/citus", "ParallelQueryExecutedInTransaction", false, NULL);
	known = true;
	if (has_run == NULL)
		return dyn_citus_is_alone() ? PARALLEL_NO : PARALLEL_UNKNOWN;
	return has_run() ? PARALLEL_YES : PARALLEL_NO;
}

/* Has the relation rows on this node, or room for some? */
static bool
has_blocks(Oid relid)
{
	Relation	rel = relation_open(relid, AccessShareLock);
	bool		found = rel->rd_rel->relkind == RELKIND_RELATION && RelationGetNumberOfBlocks(rel) > 0;

	relation_close(rel, AccessShareLock);
	return found;
}

typedef struct Distribution
{
	DynSqlArgs	args;
	const char *mode;
} Distribution;

static void
distribute(void *arg)
{
	Distribution *distribution = arg;

	set_option("citus.multi_shard_modify_mode", distribution->mode);
	SPI_connect();
	dyn_sql_run("SELECT pg_catalog.create_distributed_table($1::pg_catalog.regclass, $2, colocate_with => $3)", &distribution->args, 0);
	SPI_finish();
}

/* By one connection for each node, if Citus can: with several, the shards of a table with long names wait for each other. */
static void
distribute_as_possible(Distribution *distribution)
{
	Parallel	parallel = has_run_in_parallel();

	distribution->mode = parallel == PARALLEL_YES ? "parallel" : "sequential";
	if (parallel != PARALLEL_UNKNOWN)
		distribute(distribution);
	else if (dyn_sql_catch(distribute, distribution) != NULL)
	{
		distribution->mode = "parallel";
		distribute(distribution);
	}
}

static void
remove_local_rows(DynSqlArgs *args)
{
	require_function("truncate_local_data_after_distributing_table");
	args->count = 1;
	SPI_connect();
	dyn_sql_run("SELECT pg_catalog.truncate_local_data_after_distributing_table($1::pg_catalog.regclass)", args, 0);
	SPI_finish();
}

void
dyn_citus_distribute(Oid relid, const char *column, const char *colocate_with)
{
	bool		has_rows = has_blocks(relid);
	Distribution distribution = {{0}};
	int			level = NewGUCNestLevel();

	require_function("create_distributed_table");
	dyn_sql_oid(&distribution.args, relid);
	dyn_sql_text(&distribution.args, column);
	dyn_sql_text(&distribution.args, colocate_with != NULL ? colocate_with : "default");
	/* Citus gives notice of the rows that stay here unseen; they are removed below */
	if (client_min_messages < WARNING)
		set_option("client_min_messages", "warning");
	distribute_as_possible(&distribution);
	if (has_rows)
		remove_local_rows(&distribution.args);
	AtEOXact_GUC(true, level);
}

typedef struct Measure
{
	Oid			relid;
	int64		shards;
	int64		pages;
} Measure;

static void
measure(void *arg)
{
	Measure    *all = arg;
	DynSqlArgs	args = {0};

	dyn_sql_oid(&args, all->relid);
	SPI_connect();
	dyn_sql_run("SELECT pg_catalog.count(*), pg_catalog.citus_relation_size($1::pg_catalog.regclass) FROM pg_catalog.pg_dist_shard s "
				"WHERE s.logicalrelid OPERATOR(pg_catalog.=) $1::pg_catalog.regclass", &args, 0);
	all->shards = dyn_sql_get_int64(0, 1);
	all->pages = dyn_sql_get_int64(0, 2) / BLCKSZ;
	SPI_finish();
}

/* Citus measures nothing in a transaction that has written. */
bool
dyn_citus_measure(Oid relid, int64 *shards, int64 *pages)
{
	Measure		all = {.relid = relid};

	require_function("citus_relation_size");
	if (!OidIsValid(citus_relation("pg_dist_shard")))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("this version of Citus has no catalog of shards")));
	if (!dyn_sql_attempt(measure, &all, ERRCODE_ACTIVE_SQL_TRANSACTION))
		return false;
	*shards = all.shards;
	*pages = all.pages;
	return true;
}

/*
 * Only the table's owner may take the lock. The functions take a lock of this node and look at Citus's catalogs; nothing of a user
 * runs, and no node is connected to.
 */
void
dyn_citus_hold_shard(Oid relid, Oid owner, Oid type, Datum value)
{
	DynSqlArgs	args = {0};
	Oid			user;
	int			security;

	require_function("lock_shard_metadata");
	require_function("get_shard_id_for_distribution_column");
	dyn_sql_oid(&args, relid);
	args.types[args.count] = type;
	args.values[args.count] = value;
	args.nulls[args.count++] = ' ';
	dyn_sql_int(&args, SHARE_LOCK);
	GetUserIdAndSecContext(&user, &security);
	SetUserIdAndSecContext(owner, security | SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);
	PG_TRY();
	{
		dyn_sql_run("SELECT pg_catalog.lock_shard_metadata($3, ARRAY[pg_catalog.get_shard_id_for_distribution_column"
					"($1::pg_catalog.regclass, $2)])", &args, 0);
	}
	PG_FINALLY();
	{
		SetUserIdAndSecContext(user, security);
	}
	PG_END_TRY();
}

const char *
dyn_citus_pace_condition(void)
{
	return dyn_citus_loaded() ? "" : " WHERE dynapg.pace_job()";
}

/* ---- shards of this node ---- */

/* Citus gives its connections names of that form. */
static bool
works_for_citus(void)
{
	return strncmp(application_name, "citus_internal", strlen("citus_internal")) == 0;
}

/*
 * Has Citus given the transaction a number of its own, which it does when it begins to take part?  Asked where Citus's library does not
 * show the function for that, as those for PostgreSQL 16 and later do not.
 */
static bool
has_number(void)
{
	Oid			function = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum("get_current_transaction_id"),
										   PointerGetDatum(buildoidvector(NULL, 0)), ObjectIdGetDatum(PG_CATALOG_NAMESPACE));
	Datum		number;
	bool		null;

	if (!OidIsValid(function))
		return true;
	number = GetAttributeByName(DatumGetHeapTupleHeader(OidFunctionCall0(function)), "transaction_number", &null);
	return null || DatumGetInt64(number) != 0;
}

bool
dyn_citus_is_alone(void)
{
	static bool known = false;
	static bool (*is_coordinated) (void) = NULL;

	if (!known)
		is_coordinated = (bool (*) (void)) (void (*) (void))
			load_external_function("$libdir/citus", "InCoordinatedTransaction", false, NULL);
	known = true;
	return !works_for_citus() && !(is_coordinated != NULL ? is_coordinated() : has_number());
}

/* An argument of a function, for what its type says. */
static Const *
argument(Oid type)
{
	return makeNullConst(type, -1, InvalidOid);
}

/* As a call in a query would: the function asks for the type of its second argument. */
int64
dyn_citus_shard_of(Oid relid, Oid type, Datum value)
{
	static PGFunction find = NULL;
	LOCAL_FCINFO(call, 2);
	FmgrInfo	function = {.fn_nargs = 2, .fn_mcxt = CurrentMemoryContext};
	FuncExpr	expression = {.xpr.type = T_FuncExpr};
	Datum		shard;

	if (find == NULL)
		find = load_external_function("$libdir/citus", "get_shard_id_for_distribution_column", true, NULL);
	expression.args = list_make2(argument(REGCLASSOID), argument(type));
	function.fn_addr = find;
	function.fn_expr = (Node *) &expression;
	InitFunctionCallInfoData(*call, &function, 2, InvalidOid, NULL, NULL);
	call->args[0] = (NullableDatum) {.value = ObjectIdGetDatum(relid)};
	call->args[1] = (NullableDatum) {.value = value};
	shard = FunctionCallInvoke(call);
	return call->isnull ? 0 : DatumGetInt64(shard);
}

Oid
dyn_citus_shard_here(Oid relid, int64 shard)
{
	DynSqlArgs	args = {0};
	Oid			here = InvalidOid;

	dyn_sql_oid(&args, relid);
	dyn_sql_int64(&args, shard);
	SPI_connect();
	if (dyn_sql_run("SELECT COALESCE(pg_catalog.to_regclass(pg_catalog.shard_name($1::pg_catalog.regclass, p.shardid))"
					"::pg_catalog.oid, 0) FROM pg_catalog.pg_dist_placement p, pg_catalog.pg_dist_local_group g "
					"WHERE p.shardid OPERATOR(pg_catalog.=) $2 "
					"AND p.groupid OPERATOR(pg_catalog.=) g.groupid AND p.shardstate OPERATOR(pg_catalog.=) 1", &args, 1) > 0)
		here = dyn_sql_get_oid(0, 1);
	SPI_finish();
	return here;
}

int
dyn_citus_shard_group(int64 shard)
{
	DynSqlArgs	args = {0};
	int			group = -1;

	dyn_sql_int64(&args, shard);
	SPI_connect();
	if (dyn_sql_run("SELECT p.groupid FROM pg_catalog.pg_dist_placement p WHERE p.shardid OPERATOR(pg_catalog.=) $1 "
					"AND p.shardstate OPERATOR(pg_catalog.=) 1", &args, 2) == 1)
		group = dyn_sql_get_int(0, 1);
	SPI_finish();
	return group;
}

/* Citus's lock of a shard's metadata is PostgreSQL's advisory lock of a class that SQL cannot take. */
void
dyn_citus_lock_place(int64 shard)
{
	LOCKTAG		tag;

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, (uint32) (shard >> 32), (uint32) shard, SHARD_LOCK_CLASS);
	(void) LockAcquire(&tag, ShareLock, false, false);
	AcceptInvalidationMessages();
}
