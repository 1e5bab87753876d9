/*
 * ddl.c - the relations of a DynamoDB table: names, columns, indexes
 */
#include "postgres.h"

#include "access/reloptions.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/guc.h"
#include "database/citus.h"
#include "database/installation.h"
#include "database/sql.h"
#include "tables/ddl.h"
#include "tables/order.h"
#include "tables/stored_keys.h"
#include "tables/vector.h"

/*
 * Free space lets updates stay on the page (HOT): an update never changes pk and sk, so in a table without secondary indexes
 * every update can, and in one with the column keys (stored_keys.h) every update that changes no key of an index.
 */
#define DATA_FILLFACTOR 90

/*
 * Any other update leaves an entry in every index, which VACUUM has to remove. By default it runs when a fifth of the rows is
 * dead.
 */
#define VACUUM_SETTING "autovacuum_vacuum_scale_factor"
#define INDEXED_VACUUM VACUUM_SETTING " = 0.05"

/* pglz takes several times as long for large items. */
#ifdef USE_LZ4
#define ITEM_COMPRESSION " COMPRESSION lz4"
#define SET_ITEM_COMPRESSION "ALTER item SET COMPRESSION lz4, "
#else
#define ITEM_COMPRESSION ""
#define SET_ITEM_COMPRESSION ""
#endif

#define HASH_SUFFIX 17			/* "~" and 16 hexadecimal digits */

/* The beginning of the name with a hash of the whole. */
static char *
hashed_name(const char *full_name, uint64 seed)
{
	uint64		hash = DatumGetUInt64(hash_any_extended((const unsigned char *) full_name, strlen(full_name), seed));

	return psprintf("%.*s~%016llx", NAMEDATALEN - 1 - HASH_SUFFIX, full_name, (unsigned long long) hash);
}

char *
dyn_ddl_relation_name(const char *full_name, uint64 seed)
{
	return strlen(full_name) < NAMEDATALEN ? pstrdup(full_name) : hashed_name(full_name, seed);
}

/* The name for a relation, or one with a hash when another relation of the schema has it. */
static char *
free_name(const char *full_name, Oid schema)
{
	char	   *name = dyn_ddl_relation_name(full_name, 0);

	for (uint64 seed = 1; OidIsValid(get_relname_relid(name, schema)); seed++)
	{
		CHECK_FOR_INTERRUPTS();
		name = hashed_name(full_name, seed);
	}
	return name;
}

char *
dyn_ddl_index_name(const DynTableDef *def, const char *index_name)
{
	return free_name(psprintf("%s:%s", def->name, index_name), get_rel_namespace(def->relid));
}

char *
dyn_ddl_qualified_name(Oid relid)
{
	char	   *name = get_rel_name(relid);

	if (name == NULL)
		return NULL;
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)), name);
}

/* The column type of a key, spelt out. */
static const char *
column_type(uint8 tag)
{
	return tag == DYN_S ? "pg_catalog.text COLLATE pg_catalog.\"C\"" : tag == DYN_N ? "pg_catalog.numeric" : "pg_catalog.bytea";
}

/* The columns of a new table: their definitions, and their values where they come from another table's t. */
static void
append_column(StringInfo definitions, StringInfo values, const char *name, uint8 tag)
{
	appendStringInfo(definitions, "%s %s NOT NULL, ", name, column_type(tag));
	appendStringInfo(values, "t.%s::%s AS %s, ", name, column_type(tag), name);
}

/* What a new table is made of, as SQL. */
typedef struct NewTable
{
	const char *name;
	StringInfoData columns;		/* pk and sk: definitions, and values where they come from another table's t */
	StringInfoData values;
	const char *keys;			/* the column keys; NULL where it gets none */
	const char *primary_key;
	const char *settings;
} NewTable;

static void
begin_table(NewTable *new, const DynTableDef *def, const char *relation_name)
{
	Oid			schema = dyn_installation_table_schema();

	new->name = quote_qualified_identifier(DYN_TABLE_SCHEMA, relation_name);
	initStringInfo(&new->columns);
	initStringInfo(&new->values);
	append_column(&new->columns, &new->values, "pk", def->pk.tag);
	if (def->sk.tag)
		append_column(&new->columns, &new->values, "sk", def->sk.tag);
	new->keys = dyn_guc_store_index_keys ? dyn_stored_keys_definition(def, NULL) : NULL;
	new->primary_key = psprintf("CONSTRAINT %s PRIMARY KEY (pk%s)",
								quote_identifier(free_name(psprintf("%s primary key", relation_name), schema)), def->sk.tag ? ", sk" : "");
	new->settings = psprintf("fillfactor = %d%s", DATA_FILLFACTOR, dyn_def_count(def) > 0 ? ", " INDEXED_VACUUM : "");
}

/* Creates it with those constraints, each after a comma. */
static void
create_empty(const NewTable *new, const char *constraints)
{
	dyn_sql_run(psprintf("CREATE TABLE %s (%sitem dynapg.item" ITEM_COMPRESSION " NOT NULL%s%s%s) WITH (%s)", new->name,
						 new->columns.data, new->keys ? ", " : "", new->keys ? new->keys : "", constraints, new->settings), NULL, 0);
	if (new->keys)
		dyn_sql_run(psprintf("ALTER TABLE %s " DYN_STORED_KEYS_STORAGE, new->name), NULL, 0);
}

/*
 * Fills the table in the fastest way: rows at once, without an index, and then one build of it.  CREATE TABLE AS makes no generated
 * columns.
 */
static void
create_filled(const NewTable *new, const DynTableDef *def)
{
	if (new->keys)
	{
		create_empty(new, "");
		dyn_sql_run(psprintf("INSERT INTO %s (pk, %sitem) SELECT %st.item::dynapg.item AS item FROM %s t", new->name,
							 def->sk.tag ? "sk, " : "", new->values.data, def->rows_from), NULL, 0);
		dyn_sql_run(psprintf("ALTER TABLE %s ADD %s", new->name, new->primary_key), NULL, 0);
		return;
	}
	dyn_sql_run(psprintf("CREATE TABLE %s WITH (%s) AS SELECT %st.item::dynapg.item AS item FROM %s t", new->name, new->settings,
						 new->values.data, def->rows_from), NULL, 0);
	dyn_sql_run(psprintf("ALTER TABLE %s ALTER item SET NOT NULL, " SET_ITEM_COMPRESSION "ADD %s", new->name, new->primary_key), NULL, 0);
}

Oid
dyn_ddl_create_table(const DynTableDef *def, const char *relation_name, const char *constraints)
{
	NewTable	new;

	begin_table(&new, def, relation_name);
	if (def->rows_from)
		create_filled(&new, def);
	else
		create_empty(&new, psprintf(", %s%s", new.primary_key, constraints));
	return get_relname_relid(relation_name, dyn_installation_table_schema());
}

/* The name of the table's primary key. */
static char *
primary_key_name(Oid relid)
{
	DynSqlArgs	args = {0};

	dyn_sql_oid(&args, relid);
	if (dyn_sql_run("SELECT c.conname::pg_catalog.text FROM pg_catalog.pg_constraint c WHERE c.conrelid OPERATOR(pg_catalog.=) $1 "
					"AND c.contype OPERATOR(pg_catalog.=) 'p'", &args, 1) == 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("table \"%s\" has no primary key", get_rel_name(relid))));
	return dyn_sql_get_text(0, 1);
}

uint64
dyn_ddl_fill_table(const DynTableDef *def, const char *rows)
{
	const char *table = dyn_ddl_qualified_name(def->relid);
	const char *sk = def->sk.tag ? "sk, " : "";
	const char *key;
	StringInfoData ignored;
	StringInfoData values;
	uint64		count;

	initStringInfo(&ignored);
	initStringInfo(&values);
	append_column(&ignored, &values, "pk", def->pk.tag);
	if (def->sk.tag)
		append_column(&ignored, &values, "sk", def->sk.tag);
	SPI_connect();
	/* one build of the index instead of an entry for each row */
	key = quote_identifier(primary_key_name(def->relid));
	dyn_sql_run(psprintf("ALTER TABLE %s DROP CONSTRAINT %s", table, key), NULL, 0);
	count = dyn_sql_run(psprintf("INSERT INTO %s (pk, %sitem) SELECT %st.item::dynapg.item AS item FROM %s t%s", table, sk, values.data,
								 rows, dyn_citus_pace_condition()), NULL, 0);
	dyn_sql_run(psprintf("ALTER TABLE %s ADD CONSTRAINT %s PRIMARY KEY (pk%s)", table, key, def->sk.tag ? ", sk" : ""), NULL, 0);
	SPI_finish();
	return count;
}

/* Does the table, an ordinary one, lack a setting of that name? */
static bool
lacks_setting(Oid relid, const char *name)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Datum		options;
	bool		none;
	bool		lacks = true;
	ListCell   *lc;

	if (!HeapTupleIsValid(tuple))
		return false;
	if (((Form_pg_class) GETSTRUCT(tuple))->relkind != RELKIND_RELATION)
		lacks = false;
	options = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_reloptions, &none);
	foreach(lc, none ? NIL : untransformRelOptions(options))
		if (strcmp(lfirst_node(DefElem, lc)->defname, name) == 0)
			lacks = false;
	ReleaseSysCache(tuple);
	return lacks;
}

void
dyn_ddl_vacuum_indexed(Oid relid)
{
	if (lacks_setting(relid, VACUUM_SETTING))
		dyn_sql_run(psprintf("ALTER TABLE %s SET (" INDEXED_VACUUM ")", dyn_ddl_qualified_name(relid)), NULL, 0);
}

/* The order of an index of the table. */
static DynOrder
index_order(const DynTableDef *def, const DynIndex *index)
{
	DynOrder	order;

	dyn_order_of_index(&order, &def->pk, &def->sk, index);
	return order;
}

void
dyn_ddl_append_index_condition(StringInfo out, const DynTableDef *def, const DynIndex *index)
{
	DynOrder	order;

	if (index->vector)
	{
		dyn_vector_append_condition(out, index->vector);
		return;
	}
	order = index_order(def, index);
	dyn_order_append_predicate(out, &order, "WHERE");
}

const char *
dyn_ddl_concurrently(Oid relid, bool wanted)
{
	char		kind = get_rel_relkind(relid);

	return wanted && kind != RELKIND_PARTITIONED_TABLE && kind != RELKIND_PARTITIONED_INDEX ? "CONCURRENTLY " : "";
}

char *
dyn_ddl_index_statement(const DynTableDef *def, const DynIndex *index, const char *relation_name, bool concurrently)
{
	DynOrder	order;
	StringInfoData sql;

	if (index->vector)
		return dyn_vector_create_flat(dyn_ddl_qualified_name(def->relid), index, relation_name,
									  dyn_ddl_concurrently(def->relid, concurrently));
	order = index_order(def, index);
	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE INDEX %s%s ON %s (", dyn_ddl_concurrently(def->relid, concurrently), quote_identifier(relation_name),
					 dyn_ddl_qualified_name(def->relid));
	for (int i = 0; i < order.count; i++)
	{
		if (i > 0)
			appendStringInfoString(&sql, ", ");
		dyn_order_append_column(&sql, &order.columns[i]);
	}
	appendStringInfoChar(&sql, ')');
	dyn_order_append_predicate(&sql, &order, "WHERE");
	return sql.data;
}

char *
dyn_ddl_create_index(const DynTableDef *def, const DynIndex *index, const char *relation_name, bool concurrently)
{
	DynIndex	made = *index;

	made.over_keys = dyn_stored_keys_serve(def, index);
	return dyn_ddl_index_statement(def, &made, relation_name, concurrently);
}

char *
dyn_ddl_drop_index(Oid relid, bool concurrently)
{
	char	   *name = dyn_ddl_qualified_name(relid);

	return name ? psprintf("DROP INDEX %sIF EXISTS %s", dyn_ddl_concurrently(relid, concurrently), name) : NULL;
}

void
dyn_ddl_drop_table(Oid relid)
{
	char	   *name = dyn_ddl_qualified_name(relid);

	if (name)
		dyn_sql_run(psprintf("DROP %s %s", get_rel_relkind(relid) == RELKIND_FOREIGN_TABLE ? "FOREIGN TABLE" : "TABLE", name), NULL, 0);
}
