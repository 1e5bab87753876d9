/*
 * lifecycle.c - how tables come into the catalogs and go
 *
 * A heavyweight lock on (dynapg.tables, hash of the name), held to the end of the transaction, serialises the creation of a
 * name: a second creator waits for the first and then sees its row, or, after a rollback, none. Our locks do not cover a CREATE
 * TABLE by hand in schema dynamodb; it is found by its relation name.
 *
 * Rows of tables that were dropped by hand are removed by the event trigger dynapg_on_sql_drop.  As event triggers
 * can be switched off, nothing relies on it: every read joins pg_class, and creating a table removes stale rows that are in its
 * way.
 */
#include "postgres.h"

#include "catalog/objectaddress.h"
#include "commands/event_trigger.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"

#include "database/citus.h"
#include "database/installation.h"
#include "database/sql.h"
#include "tables/catalog.h"
#include "tables/checks.h"
#include "tables/ddl.h"
#include "tables/distribute.h"
#include "tables/index.h"
#include "tables/lifecycle.h"

PGDLLEXPORT Datum dynapg_on_sql_drop(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum dynapg_on_ddl_command_end(PG_FUNCTION_ARGS);

/* ---- creating ---- */

static void
lock_name(const char *name)
{
	uint32		hash = DatumGetUInt32(hash_any((const unsigned char *) name, strlen(name)));

	LockDatabaseObject(dyn_installation_require()->tables, hash, 0, ExclusiveLock);
}

/*
 * A relation name for the table that is free in the schema; NULL when the table's own name is taken. Only a shortened name has
 * an alternative.
 */
static char *
free_relation_name(const char *name)
{
	Oid			schema = dyn_installation_table_schema();

	for (uint64 seed = 0;; seed++)
	{
		char	   *relation_name = dyn_ddl_relation_name(name, seed);

		if (!OidIsValid(get_relname_relid(relation_name, schema)))
			return relation_name;
		if (strcmp(relation_name, name) == 0)
			return NULL;
		CHECK_FOR_INTERRUPTS();
	}
}

/* Removes rows of relations that are gone and would be in the way of a new table of that name and OID. */
static void
remove_stale_rows(const char *name, Oid relid)
{
	DynSqlArgs	args = {0};

	dyn_sql_text(&args, name);
	dyn_sql_oid(&args, relid);
	dyn_catalog_run("DELETE FROM dynapg.indexes i WHERE i.table_relid OPERATOR(pg_catalog.=) $2 OR i.table_relid OPERATOR(pg_catalog.=) "
				 "(SELECT t.relid FROM dynapg.tables t WHERE t.name OPERATOR(pg_catalog.=) $1)", &args);
	dyn_catalog_run("DELETE FROM dynapg.tables t WHERE t.name OPERATOR(pg_catalog.=) $1 OR t.relid OPERATOR(pg_catalog.=) $2", &args);
}

static void
insert_table(DynTableDef *def, MemoryContext result_context)
{
	DynSqlArgs	args = {0};
	MemoryContext old;

	dyn_sql_text(&args, def->name);
	dyn_sql_oid(&args, def->relid);
	dyn_sql_text(&args, def->pk.name);
	dyn_sql_text(&args, dyn_tag_name(def->pk.tag));
	dyn_sql_text(&args, def->sk.tag ? def->sk.name : NULL);
	dyn_sql_text(&args, def->sk.tag ? dyn_tag_name(def->sk.tag) : NULL);
	dyn_sql_bool(&args, def->deletion_protection);
	dyn_sql_text(&args, def->attribute_definitions);
	dyn_sql_text(&args, dyn_settings_write(&def->settings));
	dyn_sql_text(&args, def->filled_by);
	dyn_catalog_run("INSERT INTO dynapg.tables AS t (name, relid, pk_name, pk_type, sk_name, sk_type, deletion_protection, "
				 "attribute_definitions, definition, filled_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8::pg_catalog.json, "
				 "$9::pg_catalog.json, $10) RETURNING t.table_id::pg_catalog.text, t.created_at", &args);
	old = MemoryContextSwitchTo(result_context);
	def->table_id = dyn_sql_get_text(0, 1);
	def->created_at = dyn_sql_get_int64(0, 2);
	MemoryContextSwitchTo(old);
}

/* The data table, with its constraints; rows that it begins with need not fit. */
static void
create_relation(DynTableDef *def, const char *relation_name)
{
	StringInfoData constraints;

	initStringInfo(&constraints);
	dyn_checks_append(&constraints, def);
	def->relid = dyn_ddl_create_table(def, relation_name, constraints.data);
	if (def->rows_from)
		(void) dyn_checks_add_all(def, true);
}

static bool
create(DynTableDef *def, MemoryContext result_context)
{
	char	   *relation_name;

	lock_name(def->name);
	if (OidIsValid(dyn_catalog_relid(def->name)))
		return false;
	relation_name = free_relation_name(def->name);
	if (relation_name == NULL)
		return false;

	create_relation(def, relation_name);
	remove_stale_rows(def->name, def->relid);
	insert_table(def, result_context);
	for (int i = 0; i < dyn_def_count(def); i++)
	{
		if (def->filled_by != NULL)
			dyn_index_announce(def, dyn_def_index(def, i));
		else
			dyn_index_create(def, dyn_def_index(def, i));
	}
	CacheInvalidateRelcacheByRelid(def->relid);
	dyn_distribute_new(def);
	return true;
}

bool
dyn_lifecycle_create(DynTableDef *def)
{
	MemoryContext caller = CurrentMemoryContext;
	bool		created;

	SPI_connect();
	created = create(def, caller);
	SPI_finish();
	return created;
}

static bool
attach(DynTableDef *def, MemoryContext result_context)
{
	lock_name(def->name);
	if (OidIsValid(dyn_catalog_relid(def->name)))
		return false;
	remove_stale_rows(def->name, def->relid);
	insert_table(def, result_context);
	dyn_index_attach(def);
	dyn_checks_add_all(def, true);
	CacheInvalidateRelcacheByRelid(def->relid);
	return true;
}

bool
dyn_lifecycle_attach(DynTableDef *def)
{
	MemoryContext caller = CurrentMemoryContext;
	bool		attached;

	SPI_connect();
	attached = attach(def, caller);
	SPI_finish();
	return attached;
}

uint64
dyn_lifecycle_fill(const DynTableDef *def, const char *rows)
{
	uint64		count;

	SPI_connect();
	dyn_checks_drop_all(def);
	count = dyn_ddl_fill_table(def, rows);
	(void) dyn_checks_add_all(def, true);
	SPI_finish();
	return count;
}

void
dyn_lifecycle_set_filled(const DynTableDef *def)
{
	DynTableDef filled = *def;
	DynSqlArgs	args = {0};

	dyn_catalog_require_owner(def->relid);
	SPI_connect();
	dyn_sql_oid(&args, def->relid);
	dyn_catalog_run("UPDATE dynapg.tables t SET filled_by = NULL WHERE t.relid OPERATOR(pg_catalog.=) $1", &args);
	CacheInvalidateRelcacheByRelid(def->relid);
	filled.filled_by = NULL;
	dyn_distribute_new(&filled);
	SPI_finish();
}

/* ---- dropping ---- */

void
dyn_lifecycle_drop(const DynTableDef *def)
{
	DynSqlArgs	args = {0};

	dyn_catalog_require_owner(def->relid);
	SPI_connect();
	dyn_ddl_drop_table(def->relid);

	/* The event trigger has done this, unless it is disabled. */
	dyn_sql_oid(&args, def->relid);
	dyn_catalog_run("DELETE FROM dynapg.indexes i WHERE i.table_relid OPERATOR(pg_catalog.=) $1", &args);
	dyn_catalog_run("DELETE FROM dynapg.tables t WHERE t.relid OPERATOR(pg_catalog.=) $1", &args);
	SPI_finish();
}

/*
 * Ends the streams of tables that the command dropped. The owners of the tables are no longer known: whoever dropped them may
 * read what is left.
 */
static void
end_streams_of_dropped(void)
{
	DynSqlArgs	args = {0};

	dyn_sql_oid(&args, GetOuterUserId());
	dyn_sql_run("WITH ended AS (UPDATE dynapg.streams s SET disabled_at = pg_catalog.clock_timestamp(), owner = $1 "
				"FROM pg_catalog.pg_event_trigger_dropped_objects() d "
				"WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass "
				"AND d.objsubid OPERATOR(pg_catalog.=) 0 AND s.relid OPERATOR(pg_catalog.=) d.objid AND s.disabled_at IS NULL "
				"RETURNING s.stream_id) "
				"UPDATE dynapg.shards h SET to_xid = pg_catalog.pg_current_xact_id()::pg_catalog.text::pg_catalog.int8, "
				"closed_at = pg_catalog.clock_timestamp() "
				"FROM (SELECT e.stream_id, pg_catalog.nextval('dynapg.change_number') FROM ended e) e "
				"WHERE h.stream_id OPERATOR(pg_catalog.=) e.stream_id AND h.to_xid IS NULL", &args, 0);
}

/* A table that was dropped, and a relation that may have taken its place. */
typedef struct Conversion
{
	Oid			old;
	Oid			new;
	bool		distributed;	/* the new one */
} Conversion;

/*
 * The relations without a catalog row that this transaction has made in the same schema, with the old one's name and a number, and with
 * items: the new table, and, where this node has any, its shards.
 */
static Conversion *
find_conversions(int *count)
{
	Conversion *found;
	AttrNumber	column;

	*count = dyn_sql_run("SELECT d.objid, n.oid FROM pg_catalog.pg_event_trigger_dropped_objects() d "
						 "JOIN dynapg.tables t ON t.relid OPERATOR(pg_catalog.=) d.objid "
						 "JOIN pg_catalog.pg_namespace s ON s.nspname OPERATOR(pg_catalog.=) d.schema_name::pg_catalog.name "
						 "JOIN pg_catalog.pg_class n ON n.relnamespace OPERATOR(pg_catalog.=) s.oid "
						 "AND n.xmin OPERATOR(pg_catalog.=) pg_catalog.pg_current_xact_id()::pg_catalog.xid "
						 "AND n.relkind OPERATOR(pg_catalog.=) 'r' "
						 "AND pg_catalog.starts_with(n.relname, pg_catalog.\"left\"(d.object_name, 40)) "
						 "AND n.relname OPERATOR(pg_catalog.~) '_[0-9]+$' "
						 "JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) n.oid "
						 "AND a.attname OPERATOR(pg_catalog.=) 'item' "
						 "AND a.atttypid OPERATOR(pg_catalog.=) 'dynapg.item'::pg_catalog.regtype "
						 "WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass "
						 "AND d.objsubid OPERATOR(pg_catalog.=) 0 "
						 "AND NOT EXISTS (SELECT FROM dynapg.tables o WHERE o.relid OPERATOR(pg_catalog.=) n.oid)", NULL, 0);
	found = palloc_array(Conversion, Max(*count, 1));
	for (int i = 0; i < *count; i++)
		found[i] = (Conversion) {dyn_sql_get_oid(i, 1), dyn_sql_get_oid(i, 2)};
	for (int i = 0; i < *count; i++)
		found[i].distributed = dyn_citus_kind(found[i].new, &column) != DYN_CITUS_LOCAL;
	return found;
}

/* Is the new relation a table, not a shard of it?  A local table comes back to the coordinator, and no shards are made then. */
static bool
is_conversion(const Conversion *found, int count, int number)
{
	if (found[number].distributed)
		return true;
	for (int i = 0; i < count; i++)
	{
		if (i != number && found[i].old == found[number].old)
			return false;
	}
	return !dyn_citus_is_worker();
}

/*
 * Citus's undistribute_table and alter_distributed_table make a new relation with the rows, drop the old one, and give the new one its name
 * and indexes. The catalog rows then go over to it, on each node to its own.
 */
static void
follow_conversions(void)
{
	Conversion *found;
	int			count;

	if (!dyn_citus_loaded())
		return;
	found = find_conversions(&count);
	for (int i = 0; i < count; i++)
	{
		DynSqlArgs	args = {0};

		if (!is_conversion(found, count, i))
			continue;
		dyn_sql_oid(&args, found[i].old);
		dyn_sql_oid(&args, found[i].new);
		dyn_sql_run("UPDATE dynapg.indexes i SET table_relid = $2 WHERE i.table_relid OPERATOR(pg_catalog.=) $1", &args, 0);
		dyn_sql_run("UPDATE dynapg.tables t SET relid = $2 WHERE t.relid OPERATOR(pg_catalog.=) $1", &args, 0);
	}
}

/*
 * Event trigger sql_drop: removes the catalog rows of data tables and indexes that the command dropped.  SECURITY DEFINER,
 * since the user who drops the table may lack the right to write the catalogs.
 */
PG_FUNCTION_INFO_V1(dynapg_on_sql_drop);
Datum
dynapg_on_sql_drop(PG_FUNCTION_ARGS)
{
	if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
						errmsg("dynapg.on_sql_drop can only be called by an event trigger")));
	if (dyn_installation_find() == NULL)
		PG_RETURN_NULL();		/* relations with the names of the catalogs need not be the catalogs */

	SPI_connect();
	follow_conversions();
	dyn_index_forget_dropped();
	end_streams_of_dropped();
	dyn_sql_run("WITH gone AS (SELECT d.objid FROM pg_catalog.pg_event_trigger_dropped_objects() d "
				"WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass "
				"AND d.objsubid OPERATOR(pg_catalog.=) 0), "
				"indexes AS (DELETE FROM dynapg.indexes i USING gone WHERE i.table_relid OPERATOR(pg_catalog.=) gone.objid), "
				"backups AS (DELETE FROM dynapg.backups b USING gone "
				"WHERE COALESCE(b.copy, b.source) OPERATOR(pg_catalog.=) gone.objid), "
				"recoveries AS (DELETE FROM dynapg.recoveries r USING gone WHERE r.relid OPERATOR(pg_catalog.=) gone.objid), "
				"jobs AS (DELETE FROM dynapg.jobs j USING gone WHERE j.relation OPERATOR(pg_catalog.=) gone.objid), "
				"snapshots AS (UPDATE dynapg.snapshot_tables s SET copy = 0 FROM gone WHERE s.copy OPERATOR(pg_catalog.=) gone.objid), "
				"bounds AS (DELETE FROM dynapg.scan_bounds b USING gone WHERE b.relation OPERATOR(pg_catalog.=) gone.objid) "
				"DELETE FROM dynapg.tables t USING gone WHERE t.relid OPERATOR(pg_catalog.=) gone.objid", NULL, 0);
	SPI_finish();
	PG_RETURN_NULL();
}

/* The schemas that the command has altered keep their names. */
static void
check_schemas(void)
{
	uint64		count = dyn_sql_run("SELECT d.objid FROM pg_catalog.pg_event_trigger_ddl_commands() d WHERE d.classid "
									"OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass", NULL, 0);

	for (uint64 i = 0; i < count; i++)
		dyn_installation_check_schema(dyn_sql_get_oid(i, 1));
}

/*
 * Event trigger ddl_command_end: refuses other names for the schemas, and follows those of the relations of indexes.  SECURITY
 * DEFINER, as above.
 */
PG_FUNCTION_INFO_V1(dynapg_on_ddl_command_end);
Datum
dynapg_on_ddl_command_end(PG_FUNCTION_ARGS)
{
	if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
						errmsg("dynapg.on_ddl_command_end can only be called by an event trigger")));
	SPI_connect();
	check_schemas();
	if (dyn_installation_find() != NULL)
		dyn_index_follow_renames();
	SPI_finish();
	PG_RETURN_NULL();
}
