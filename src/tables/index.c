/*
 * index.c - rows of dynapg.indexes: what secondary indexes there are, and their states
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "base/jsonout.h"
#include "database/sql.h"
#include "tables/catalog.h"
#include "tables/ddl.h"
#include "tables/hnsw.h"
#include "tables/index.h"
#include "tables/nodes.h"
#include "tables/relation.h"

#define OF_INDEX "i.table_relid OPERATOR(pg_catalog.=) $1 AND i.name OPERATOR(pg_catalog.=) $2"

/* ---- rows of dynapg.indexes; SPI is connected ---- */

/* The column vector of a vector index. */
static char *
vector_text(const DynVector *vector)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	dyn_jsonout_member(&out, "attribute");
	dyn_jsonout_string(&out, vector->attribute.data, vector->attribute.len);
	dyn_jsonout_member(&out, "dimensions");
	appendStringInfo(&out, "%d", vector->dimensions);
	dyn_jsonout_member(&out, "distance");
	appendStringInfo(&out, "\"%s\"}", dyn_metric_name(vector->metric));
	return out.data;
}

static char **
texts_of(const DynSlice *slices, int count)
{
	char	  **texts = palloc_array(char *, Max(count, 1));

	for (int i = 0; i < count; i++)
		texts[i] = pnstrdup(slices[i].data, slices[i].len);
	return texts;
}

void
dyn_index_insert(const DynTableDef *def, const DynIndex *index, const char *relation_name, const char *status)
{
	DynSqlArgs	args = {0};
	int			nkeys;
	const DynKeyAttr *keys = dyn_def_keys(index, &nkeys);
	char	  **names = palloc_array(char *, Max(nkeys, 1));
	char	  **types = palloc_array(char *, Max(nkeys, 1));

	for (int i = 0; i < nkeys; i++)
	{
		names[i] = keys[i].name;
		types[i] = unconstify(char *, dyn_tag_name(keys[i].tag));
	}
	dyn_sql_oid(&args, def->relid);
	dyn_sql_text(&args, index->name);
	dyn_sql_text(&args, relation_name);
	dyn_sql_bool(&args, index->kind != DYN_INDEX_LOCAL);
	dyn_sql_int(&args, index->vector ? index->vector->has_hash : index->npk);
	dyn_sql_text_array(&args, names, nkeys);
	dyn_sql_text_array(&args, types, nkeys);
	dyn_sql_text(&args, dyn_index_kind_projection_name(index->projection));
	dyn_sql_text_array(&args, texts_of(index->include, index->ninclude), index->ninclude);
	dyn_sql_text(&args, index->kind == DYN_INDEX_LOCAL ? "{}" : dyn_settings_write_index(&index->settings));
	dyn_sql_text(&args, status);
	dyn_sql_text(&args, index->vector ? vector_text(index->vector) : NULL);
	dyn_catalog_run("INSERT INTO dynapg.indexes (table_relid, name, relation_name, is_global, partition_keys, key_names, "
					"key_types, projection, include, definition, status, vector, position) "
					"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::pg_catalog.json, $11, $12::pg_catalog.json, "
					"(SELECT COALESCE(pg_catalog.max(i.position), 0) OPERATOR(pg_catalog.+) 1 FROM dynapg.indexes i "
					"WHERE i.table_relid OPERATOR(pg_catalog.=) $1))", &args);
	CacheInvalidateRelcacheByRelid(def->relid);
	dyn_nodes_inform(def->relid);
}

/* Runs a statement about the row of an index, with a third argument unless it is NULL. */
static void
change_row(const char *sql, Oid relid, const char *name, const char *argument)
{
	DynSqlArgs	args = {0};

	dyn_sql_oid(&args, relid);
	dyn_sql_text(&args, name);
	if (argument)
		dyn_sql_text(&args, argument);
	dyn_catalog_run(sql, &args);
	CacheInvalidateRelcacheByRelid(relid);
}

/* Removes the attributes that no key uses any more from the table's definitions. */
static void
prune_definitions(Oid relid)
{
	DynSqlArgs	args = {0};

	dyn_sql_oid(&args, relid);
	dyn_catalog_run("UPDATE dynapg.tables t SET attribute_definitions = "
					"(SELECT pg_catalog.concat('[', pg_catalog.string_agg(d.value::pg_catalog.text, ',' ORDER BY d.ordinality), "
					"']')::pg_catalog.json "
					"FROM pg_catalog.json_array_elements(t.attribute_definitions) WITH ORDINALITY d, "
					"LATERAL (SELECT d.value OPERATOR(pg_catalog.->>) 'AttributeName' AS name) a "
					"WHERE a.name OPERATOR(pg_catalog.=) t.pk_name OR a.name OPERATOR(pg_catalog.=) t.sk_name "
					"OR EXISTS (SELECT FROM dynapg.indexes i WHERE i.table_relid OPERATOR(pg_catalog.=) t.relid "
					"AND a.name OPERATOR(pg_catalog.=) ANY (i.key_names))) "
					"WHERE t.relid OPERATOR(pg_catalog.=) $1", &args);
}

static void
delete_row(Oid relid, const char *name)
{
	change_row("DELETE FROM dynapg.indexes i WHERE " OF_INDEX, relid, name, NULL);
	prune_definitions(relid);
}

static void
set_relation_name(Oid relid, const char *name, const char *relation_name)
{
	change_row("UPDATE dynapg.indexes i SET relation_name = $3::pg_catalog.name WHERE " OF_INDEX, relid, name, relation_name);
}

/* ---- adding and dropping ---- */

/* Creates the second relation of a vector index, unless it needs none or shares that of another index. */
static void
create_hnsw(const DynTableDef *def, const DynIndex *index)
{
	char	   *name = dyn_ddl_index_name(def, psprintf("%s hnsw", index->name));
	char	   *sql = dyn_hnsw_create(def, index, name, false);
	bool		valid;

	if (sql && !OidIsValid(dyn_hnsw_relation(def, index, &valid)))
		dyn_sql_run(sql, NULL, 0);
}

void
dyn_index_create(const DynTableDef *def, const DynIndex *index)
{
	char	   *relation_name = dyn_ddl_index_name(def, index->name);

	dyn_sql_run(dyn_ddl_create_index(def, index, relation_name, false), NULL, 0);
	dyn_index_insert(def, index, relation_name, "ACTIVE");
	if (index->vector)
		create_hnsw(def, index);
}

void
dyn_index_announce(const DynTableDef *def, const DynIndex *index)
{
	dyn_index_insert(def, index, dyn_ddl_index_name(def, index->name), "CREATING");
}

void
dyn_index_make(const DynTableDef *def, const DynIndex *index)
{
	char	   *relation_name = dyn_ddl_index_name(def, index->name);

	SPI_connect();
	dyn_sql_run(dyn_ddl_create_index(def, index, relation_name, false), NULL, 0);
	if (index->vector)
		create_hnsw(def, index);
	SPI_finish();
	dyn_index_set_relation_name(def->relid, index->name, relation_name);
	dyn_index_activate(def->relid, index->name);
}

void
dyn_index_attach(const DynTableDef *def)
{
	for (int i = 0; i < dyn_def_count(def); i++)
	{
		DynIndex *index = dyn_def_index(def, i);

		index->relation_name = dyn_ddl_relation_name(psprintf("%s:%s", def->name, index->name), 0);
	}
	for (int i = 0; i < dyn_def_count(def); i++)
	{
		DynIndex *index = dyn_def_index(def, i);
		Oid			relid = dyn_relation_of_index(def, index, true);

		CHECK_FOR_INTERRUPTS();
		if (OidIsValid(relid) && dyn_relation_fits(def, index, relid))
		{
			index->relation_name = get_rel_name(relid);
			dyn_index_insert(def, index, index->relation_name, "ACTIVE");
		}
		else
			dyn_index_create(def, index);
	}
	if (dyn_def_count(def) > 0)
		dyn_ddl_vacuum_indexed(def->relid);
}

/* ---- unfinished indexes ---- */

const DynIndex *
dyn_index_unfinished(const DynTableDef *def)
{
	for (int i = 0; i < dyn_def_count(def); i++)
		if (dyn_def_index(def, i)->status != DYN_INDEX_ACTIVE)
			return dyn_def_index(def, i);
	return NULL;
}

bool
dyn_index_is_allocating(const DynTableDef *def, const DynIndex *index)
{
	return index->status == DYN_INDEX_CREATING && index->failures == 0 && !OidIsValid(dyn_relation_of_index(def, index, false));
}

bool
dyn_index_is_due(const DynTableDef *def, const DynIndex *index)
{
	DynSqlArgs	args = {0};
	bool		due;

	SPI_connect();
	dyn_sql_oid(&args, def->relid);
	dyn_sql_text(&args, index->name);
	due = dyn_sql_run("SELECT FROM dynapg.indexes i WHERE " OF_INDEX " AND (i.failed_at IS NULL OR "
					  "pg_catalog.clock_timestamp() OPERATOR(pg_catalog.>) (i.failed_at OPERATOR(pg_catalog.+) "
					  "pg_catalog.make_interval(secs => LEAST(3600, 5 OPERATOR(pg_catalog.*) "
					  "pg_catalog.pow(2, LEAST(i.failures, 10))))))", &args, 1) > 0;
	SPI_finish();
	return due;
}

/* ---- relations that users drop and rename ---- */

/*
 * Stores the present names of the relations of the table's indexes. An index without a relation is removed, or left alone. An event
 * trigger does this, and that of another node does it there.
 */
static void
note_relations(DynTableDef *def, bool forget)
{
	for (int i = 0; i < dyn_def_count(def); i++)
	{
		DynIndex *index = dyn_def_index(def, i);
		Oid			relid = index->status == DYN_INDEX_ACTIVE ? dyn_relation_of_index(def, index, true) : InvalidOid;
		char	   *name = OidIsValid(relid) ? get_rel_name(relid) : NULL;

		if (index->status != DYN_INDEX_ACTIVE)
			continue;
		if (name == NULL && forget)
			delete_row(def->relid, index->name);
		if (name == NULL || strcmp(name, index->relation_name) == 0)
			continue;
		index->relation_name = name;
		set_relation_name(def->relid, index->name, name);
	}
}

/* Does that for the tables whose OIDs the statement returns. */
static void
note_relations_of(const char *tables, bool forget)
{
	uint64		count = dyn_sql_run(tables, NULL, 0);
	Oid		   *relids = palloc(Max(count, 1) * sizeof(Oid));

	for (uint64 i = 0; i < count; i++)
		relids[i] = dyn_sql_get_oid(i, 1);
	for (uint64 i = 0; i < count; i++)
	{
		DynTableDef *def = dyn_catalog_read_relid(relids[i]);

		CHECK_FOR_INTERRUPTS();
		if (def)
			note_relations(def, forget);
	}
}

void
dyn_index_forget_dropped(void)
{
	/* the index's table is no longer known: check the tables that lack a relation with that name */
	note_relations_of("SELECT DISTINCT i.table_relid::pg_catalog.oid FROM dynapg.indexes i "
					  "JOIN pg_catalog.pg_class t ON t.oid OPERATOR(pg_catalog.=) i.table_relid "
					  "JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) t.relnamespace "
					  "WHERE i.status OPERATOR(pg_catalog.=) 'ACTIVE' AND EXISTS "
					  "(SELECT FROM pg_catalog.pg_event_trigger_dropped_objects() d "
					  "WHERE d.object_type OPERATOR(pg_catalog.=) 'index' AND (d.original OR d.normal) "
					  "AND d.schema_name::pg_catalog.name OPERATOR(pg_catalog.=) n.nspname) "
					  "AND NOT EXISTS (SELECT FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class c "
					  "ON c.oid OPERATOR(pg_catalog.=) x.indexrelid WHERE x.indrelid OPERATOR(pg_catalog.=) i.table_relid "
					  "AND c.relname OPERATOR(pg_catalog.=) i.relation_name)", true);
}

void
dyn_index_follow_renames(void)
{
	note_relations_of("SELECT DISTINCT t.relid::pg_catalog.oid FROM pg_catalog.pg_event_trigger_ddl_commands() d "
					  "LEFT JOIN pg_catalog.pg_index x ON x.indexrelid OPERATOR(pg_catalog.=) d.objid "
					  "JOIN dynapg.tables t ON t.relid OPERATOR(pg_catalog.=) COALESCE(x.indrelid, d.objid) "
					  "WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass", false);
}

void
dyn_index_set_relation_name(Oid relid, const char *name, const char *relation_name)
{
	SPI_connect();
	set_relation_name(relid, name, relation_name);
	dyn_nodes_inform(relid);
	SPI_finish();
}

void
dyn_index_activate(Oid relid, const char *name)
{
	SPI_connect();
	change_row("UPDATE dynapg.indexes i SET status = 'ACTIVE', failures = 0, failed_at = NULL, failure = NULL WHERE " OF_INDEX
			   " AND i.status OPERATOR(pg_catalog.=) 'CREATING'", relid, name, NULL);
	dyn_nodes_inform(relid);
	SPI_finish();
}

void
dyn_index_set_creating(Oid relid, const char *name)
{
	SPI_connect();
	change_row("UPDATE dynapg.indexes i SET status = 'CREATING' WHERE " OF_INDEX, relid, name, NULL);
	dyn_nodes_inform(relid);
	SPI_finish();
}

void
dyn_index_set_deleting(Oid relid, const char *name)
{
	SPI_connect();
	change_row("UPDATE dynapg.indexes i SET status = 'DELETING', failures = 0, failed_at = NULL, failure = NULL WHERE " OF_INDEX,
			   relid, name, NULL);
	dyn_nodes_inform(relid);
	SPI_finish();
}

void
dyn_index_forget(Oid relid, const char *name)
{
	SPI_connect();
	delete_row(relid, name);
	dyn_nodes_inform(relid);
	SPI_finish();
}

void
dyn_index_note_failure(Oid relid, const char *name, const char *failure)
{
	SPI_connect();
	change_row("UPDATE dynapg.indexes i SET failures = i.failures OPERATOR(pg_catalog.+) 1, "
			   "failed_at = pg_catalog.clock_timestamp(), failure = $3 WHERE " OF_INDEX, relid, name, failure);
	SPI_finish();
}
