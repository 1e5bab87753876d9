/*
 * key_move.c - moving the indexes of a table to the column keys
 *
 * Tables are older than that column, or than indexes that need more of it.  One statement then rewrites the table with the column,
 * and every index that is not over it is made again.  All of it happens in one transaction, in which nobody else uses the table.
 */
#include "postgres.h"

#include "fmgr.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"

#include "database/citus.h"
#include "database/sql.h"
#include "store/ttl.h"
#include "tables/catalog.h"
#include "tables/ddl.h"
#include "tables/index.h"
#include "tables/relation.h"
#include "tables/stored_keys.h"

PGDLLEXPORT Datum dynapg_store_index_keys(PG_FUNCTION_ARGS);

/* What is to be done. */
typedef struct Move
{
	DynTableDef *def;
	const char *definition;		/* of the column; NULL where no index needs it */
	bool		complete;		/* it is there with all attributes */
	List	   *indexes;		/* those to be made again */
	bool		ttl;			/* so is that of Time to Live */
} Move;

static const char *
ttl_attribute(const DynTableDef *def)
{
	return def->settings.ttl_enabled ? def->settings.ttl_attribute : NULL;
}

static bool
holds_ttl_attribute(const DynTableDef *def)
{
	const char *name = ttl_attribute(def);
	const DynKeyAttr attribute = {unconstify(char *, name), name ? strlen(name) : 0, DYN_N};

	return name == NULL || dyn_stored_keys_hold(def->relid, &attribute, 1);
}

/* The table, which nobody else may use or change to the end of the transaction. */
static DynTableDef *
lock_table(Oid relid)
{
	DynTableDef *def = dyn_catalog_require_relid(relid);
	const DynIndex *unfinished;

	dyn_catalog_require_owner(relid);
	def = dyn_catalog_read_for_update(def->name);
	if (def == NULL || def->relid != relid || !dyn_relation_has_rows(relid))
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("\"%s\" is no table", get_rel_name(relid))));
	unfinished = dyn_index_unfinished(def);
	if (unfinished)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_IN_USE),
						errmsg("index \"%s\" of table \"%s\" is being made or dropped", unfinished->name, def->name)));
	LockRelationOid(relid, AccessExclusiveLock);
	if (dyn_stored_keys_exist(relid) && !dyn_stored_keys_are_ours(relid))
		ereport(ERROR, (errcode(ERRCODE_DUPLICATE_COLUMN),
						errmsg("column \"" DYN_KEYS_COLUMN "\" of table \"%s\" is another one", def->name),
						errhint("Rename it, or drop it.")));
	return def;
}

static Move
plan_move(DynTableDef *def)
{
	Move		move = {
		.def = def,
		.definition = dyn_stored_keys_definition(def, ttl_attribute(def)),
		.complete = holds_ttl_attribute(def)
	};

	for (int i = 0; move.definition && i < def->nindexes; i++)
	{
		DynIndex   *index = &def->indexes[i];

		if (dyn_stored_keys_needed(def, index))
			move.complete = move.complete && dyn_stored_keys_serve(def, index);
	}
	for (int i = 0; move.definition && i < def->nindexes; i++)
	{
		DynIndex   *index = &def->indexes[i];
		Oid			relid = dyn_relation_of_index(def, index, true);

		if (dyn_stored_keys_needed(def, index) && OidIsValid(relid) && !(move.complete && dyn_relation_is_over_keys(def, relid)))
			move.indexes = lappend(move.indexes, index);
	}
	move.ttl = move.definition && ttl_attribute(def) && !(move.complete && !dyn_ttl_is_over_item(def));
	return move;
}

static void
drop_indexes(const Move *move)
{
	ListCell   *cell;

	foreach(cell, move->indexes)
	{
		const DynIndex *index = lfirst(cell);

		/* else dropping the relation would remove the index */
		dyn_index_set_creating(move->def->relid, index->name);
		dyn_sql_run(dyn_ddl_drop_index(dyn_relation_of_index(move->def, index, true), false), NULL, 0);
	}
	if (move->ttl)
		dyn_ttl_drop_now(move->def);
}

static void
make_indexes(const Move *move)
{
	ListCell   *cell;

	foreach(cell, move->indexes)
		dyn_index_make(move->def, lfirst(cell));
	if (move->ttl)
		dyn_ttl_apply_now(move->def);
}

/* Citus takes one change at a time, and none of how a column is stored. */
static void
add_distributed_column(const Move *move, bool replaced)
{
	const char *name = dyn_ddl_qualified_name(move->def->relid);

	if (replaced)
		dyn_sql_run(psprintf("ALTER TABLE %s DROP COLUMN " DYN_KEYS_COLUMN, name), NULL, 0);
	dyn_sql_run(psprintf("ALTER TABLE %s ADD COLUMN %s", name, move->definition), NULL, 0);
}

static void
add_column(const Move *move)
{
	bool		replaced = dyn_stored_keys_exist(move->def->relid);
	AttrNumber	column;

	if (dyn_citus_kind(move->def->relid, &column) != DYN_CITUS_LOCAL)
	{
		add_distributed_column(move, replaced);
		return;
	}
	dyn_sql_run(psprintf("ALTER TABLE %s %sADD COLUMN %s, " DYN_STORED_KEYS_STORAGE, dyn_ddl_qualified_name(move->def->relid),
						 replaced ? "DROP COLUMN " DYN_KEYS_COLUMN ", " : "", move->definition), NULL, 0);
}

/*
 * Who has SELECT on the column item reads by indexes, too.  The attributes in the new column are all in that one, so this lets nobody
 * see more.
 */
static void
grant_column(const Move *move)
{
	DynSqlArgs	args = {0};
	uint64		count;
	char	  **grantees;

	dyn_sql_oid(&args, move->def->relid);
	count = dyn_sql_run("SELECT CASE g.grantee WHEN 0 THEN 'PUBLIC' "
						"ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(g.grantee)) END "
						"OPERATOR(pg_catalog.||) CASE WHEN pg_catalog.bool_or(g.is_grantable) THEN ' WITH GRANT OPTION' ELSE '' END "
						"FROM pg_catalog.pg_attribute a, pg_catalog.aclexplode(a.attacl) g WHERE a.attrelid OPERATOR(pg_catalog.=) $1 "
						"AND a.attname OPERATOR(pg_catalog.=) 'item' AND g.privilege_type OPERATOR(pg_catalog.=) 'SELECT' "
						"GROUP BY g.grantee",
						&args, 0);
	grantees = palloc(Max(count, 1) * sizeof(char *));
	for (uint64 i = 0; i < count; i++)
		grantees[i] = dyn_sql_get_text(i, 1);
	for (uint64 i = 0; i < count; i++)
		dyn_sql_run(psprintf("GRANT SELECT (" DYN_KEYS_COLUMN ") ON %s TO %s", dyn_ddl_qualified_name(move->def->relid), grantees[i]),
					NULL, 0);
}

/* store_index_keys(relation regclass) returns boolean: was there anything to do? */
PG_FUNCTION_INFO_V1(dynapg_store_index_keys);
Datum
dynapg_store_index_keys(PG_FUNCTION_ARGS)
{
	Move		move = plan_move(lock_table(PG_GETARG_OID(0)));

	if (move.definition == NULL || (move.complete && move.indexes == NIL && !move.ttl))
		PG_RETURN_BOOL(false);
	SPI_connect();
	drop_indexes(&move);
	if (!move.complete)
	{
		add_column(&move);
		grant_column(&move);
	}
	make_indexes(&move);
	SPI_finish();
	PG_RETURN_BOOL(true);
}
