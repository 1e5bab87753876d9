/*
 * distribute.c - giving a table to Citus, which keeps its rows on several nodes, and informing these of it
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/memutils.h"

#include "base/errors.h"
#include "base/guc.h"
#include "base/namespace.h"
#include "database/citus.h"
#include "tables/catalog.h"
#include "tables/checks.h"
#include "tables/ddl.h"
#include "tables/distribute.h"
#include "tables/guard.h"
#include "tables/name.h"
#include "tables/nodes.h"

PGDLLEXPORT Datum dynapg_distribute(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum dynapg_accept_table(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum dynapg_inform_nodes(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(dynapg_distribute);
PG_FUNCTION_INFO_V1(dynapg_accept_table);
PG_FUNCTION_INFO_V1(dynapg_inform_nodes);

static void
distribute(const DynTableDef *def, const char *colocate_with)
{
	dyn_checks_drop_violated(def);
	dyn_citus_distribute(def->relid, "pk", colocate_with);
	CacheInvalidateRelcacheByRelid(def->relid);
	dyn_nodes_inform(def->relid);
}

void
dyn_distribute_new(const DynTableDef *def)
{
	if (!dyn_guc_distribute_tables || !dyn_citus_loaded() || !dyn_citus_may_log_in())
		return;
	if (def->filled_by == NULL && def->nvectors == 0 && !def->settings.stream && def->settings.pitr_since == 0)
		distribute(def, NULL);
}

/* The relation of a table that another one's shards are to lie beside. */
static const char *
companion(const char *name)
{
	Oid			relid;

	if (strcmp(name, "none") == 0)
		return name;
	relid = dyn_catalog_relid(dyn_namespace_full_name(name));
	if (!OidIsValid(relid))
		dyn_name_not_found((DynSlice) {name, strlen(name)}, DYN_NAME_DATA);
	return dyn_ddl_qualified_name(relid);
}

/*
 * distribute(table_name, colocate_with): as the table's owner
 */
Datum
dynapg_distribute(PG_FUNCTION_ARGS)
{
	const char *name;
	const char *beside = NULL;
	DynTableDef *def;

	if (PG_ARGISNULL(0))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("the name of a table must not be null")));
	if (!dyn_citus_loaded())
		dyn_validation("Citus is not loaded: it has to be in shared_preload_libraries");
	dyn_citus_require_coordinator("dynapg.distribute");
	name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	SPI_connect();
	def = dyn_catalog_read_for_update(dyn_namespace_full_name(name));
	if (def == NULL)
		dyn_name_not_found((DynSlice) {name, strlen(name)}, DYN_NAME_DATA);
	if (def->nvectors > 0)
		dyn_validation("Table %s has vector indexes: it cannot be distributed", name);
	if (!PG_ARGISNULL(1))
		beside = companion(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	distribute(def, beside);
	SPI_finish();
	PG_RETURN_VOID();
}

/* ---- what a node learns ---- */

/* The tables that the user owns, in the current memory context; inside SPI_connect, whose context is another one. */
static List *
owned_tables(MemoryContext context)
{
	uint64		count = dyn_sql_run("SELECT c.oid FROM dynapg.tables t "
									"JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.relid "
									"WHERE pg_catalog.pg_has_role(c.relowner, 'USAGE') ORDER BY t.name", NULL, 0);
	MemoryContext old = MemoryContextSwitchTo(context);
	List	   *relids = NIL;

	for (uint64 i = 0; i < count; i++)
		relids = lappend_oid(relids, dyn_sql_get_oid(i, 1));
	MemoryContextSwitchTo(old);
	return relids;
}

/* Locks as a change of the table does: first its row, then the relation. */
bool
dyn_distribute_inform(Oid relid)
{
	DynSqlArgs	args = {0};
	bool		informed = false;

	SPI_connect();
	dyn_sql_oid(&args, relid);
	if (dyn_catalog_run("SELECT FROM dynapg.tables t WHERE t.relid OPERATOR(pg_catalog.=) $1 FOR UPDATE", &args) > 0)
	{
		/* whoever drops the relation by SQL has locked it before the row */
		if (!ConditionalLockRelationOid(relid, AccessShareLock))
			ereport(ERROR, (errcode(ERRCODE_LOCK_NOT_AVAILABLE), errmsg("table with OID %u is being changed", relid)));
		informed = dyn_nodes_inform(relid);
	}
	SPI_finish();
	return informed;
}

/*
 * inform_nodes(): as the owner of tables. Returns the number of tables.
 */
Datum
dynapg_inform_nodes(PG_FUNCTION_ARGS)
{
	MemoryContext context = CurrentMemoryContext;
	int			informed = 0;
	List	   *relids;
	ListCell   *cell;

	dyn_citus_require_coordinator("dynapg.inform_nodes");
	SPI_connect();
	relids = owned_tables(context);
	SPI_finish();
	foreach(cell, relids)
	{
		CHECK_FOR_INTERRUPTS();
		informed += dyn_distribute_inform(lfirst_oid(cell));
	}
	PG_RETURN_INT32(informed);
}

/* The nodes that were informed of all tables, as dyn_citus_nodes has them. */
static char *known = NULL;

void
dyn_distribute_forget_nodes(void)
{
	if (known != NULL)
		pfree(known);
	known = NULL;
}

List *
dyn_distribute_unknown_tables(void)
{
	MemoryContext context = CurrentMemoryContext;
	List	   *relids = NIL;
	char	   *nodes;

	if (!dyn_citus_loaded())
		return NIL;
	SPI_connect();
	nodes = dyn_citus_nodes();
	if (nodes != NULL && (known == NULL || strcmp(nodes, known) != 0))
	{
		if (nodes[0] != '\0')
			relids = owned_tables(context);
		dyn_distribute_forget_nodes();
		known = MemoryContextStrdup(TopMemoryContext, nodes);
	}
	SPI_finish();
	return relids;
}

/* As the catalogs' owner: the rows of the relation become those. */
static void
replace_rows(Oid relid, Datum table_row, Datum index_rows)
{
	DynSqlArgs	args = {0};

	dyn_sql_oid(&args, relid);
	dyn_sql_text(&args, TextDatumGetCString(table_row));
	dyn_sql_text(&args, TextDatumGetCString(index_rows));
	dyn_catalog_run("DELETE FROM dynapg.indexes i WHERE i.table_relid OPERATOR(pg_catalog.=) $1 AND $3 IS NOT NULL AND $2 IS NOT NULL",
					&args);
	dyn_catalog_run("DELETE FROM dynapg.tables t WHERE t.relid OPERATOR(pg_catalog.=) $1 OR (t.name OPERATOR(pg_catalog.=) "
					"($2::pg_catalog.json OPERATOR(pg_catalog.->>) 'name') AND $3 IS NOT NULL "
					"AND NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid OPERATOR(pg_catalog.=) t.relid))", &args);
	dyn_catalog_run("INSERT INTO dynapg.tables (relid, name, table_id, created_at, pk_name, pk_type, sk_name, sk_type, "
					"deletion_protection, attribute_definitions, definition) "
					"SELECT $1, r.* FROM pg_catalog.json_to_record($2::pg_catalog.json) AS r (name pg_catalog.text, "
					"table_id pg_catalog.uuid, created_at pg_catalog.timestamptz, pk_name pg_catalog.text, pk_type pg_catalog.text, "
					"sk_name pg_catalog.text, sk_type pg_catalog.text, deletion_protection pg_catalog.bool, "
					"attribute_definitions pg_catalog.json, definition pg_catalog.json) WHERE $3 IS NOT NULL", &args);
	dyn_catalog_run("INSERT INTO dynapg.indexes (table_relid, name, relation_name, is_global, partition_keys, key_names, key_types, "
					"projection, include, definition, status, position) "
					"SELECT $1, r.* FROM pg_catalog.json_to_recordset($3::pg_catalog.json) AS r (name pg_catalog.text, "
					"relation_name pg_catalog.name, is_global pg_catalog.bool, partition_keys pg_catalog.int4, "
					"key_names pg_catalog.text[], key_types pg_catalog.text[], projection pg_catalog.text, "
					"include pg_catalog.text[], definition pg_catalog.json, "
					"status pg_catalog.text, position pg_catalog.int4) WHERE $2 IS NOT NULL", &args);
}

/*
 * accept_table(relation, table_row, index_rows): what the coordinator says of a distributed table, as a user who owns it here
 */
Datum
dynapg_accept_table(PG_FUNCTION_ARGS)
{
	Oid			relid = PG_GETARG_OID(0);
	AttrNumber	column;

	if (!dyn_citus_is_kept_elsewhere(relid) || dyn_citus_kind(relid, &column) != DYN_CITUS_HASH)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("dynapg.accept_table is for distributed tables on the nodes of Citus that are not its coordinator")));
	dyn_catalog_require_owner(relid);
	SPI_connect();
	dyn_guard_checks_all = true;
	PG_TRY();
	{
		replace_rows(relid, PG_GETARG_DATUM(1), PG_GETARG_DATUM(2));
	}
	PG_FINALLY();
	{
		dyn_guard_checks_all = false;
	}
	PG_END_TRY();
	CacheInvalidateRelcacheByRelid(relid);
	SPI_finish();
	PG_RETURN_VOID();
}
