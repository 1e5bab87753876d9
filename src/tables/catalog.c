/*
 * catalog.c - dynapg.tables and dynapg.indexes: what a table was created with and DescribeTable reports
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "database/installation.h"
#include "database/sql.h"
#include "tables/catalog.h"

#define TABLE_COLUMNS \
	"t.relid::pg_catalog.oid, t.table_id::pg_catalog.text, t.created_at, t.pk_name, t.pk_type, t.sk_name, t.sk_type, " \
	"t.deletion_protection, t.attribute_definitions::pg_catalog.text, t.definition::pg_catalog.text, t.name, t.filled_by"

/* A row stands for a table as long as its relation exists. */
#define LIVE_TABLES \
	"dynapg.tables t JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.relid"

uint64
dyn_catalog_run(const char *sql, DynSqlArgs *args)
{
	Oid			saved_user;
	int			saved_context;
	uint64		rows;

	GetUserIdAndSecContext(&saved_user, &saved_context);
	SetUserIdAndSecContext(dyn_installation_require()->owner, saved_context | SECURITY_LOCAL_USERID_CHANGE);
	rows = dyn_sql_run(sql, args, 0);
	SetUserIdAndSecContext(saved_user, saved_context);
	return rows;
}

void
dyn_catalog_require_owner(Oid relid)
{
	if (!dyn_compat_owns_relation(relid, GetUserId()))
		aclcheck_error(ACLCHECK_NOT_OWNER, get_relkind_objtype(get_rel_relkind(relid)), get_rel_name(relid));
}

bool
dyn_catalog_may_read_all(Oid relid)
{
	Oid			user = GetUserId();

	if (pg_class_aclcheck(relid, user, ACL_SELECT) != ACLCHECK_OK &&
		pg_attribute_aclcheck_all(relid, user, ACL_SELECT, ACLMASK_ALL) != ACLCHECK_OK)
		return false;
	return check_enable_rls(relid, InvalidOid, true) != RLS_ENABLED;
}

Oid
dyn_catalog_owner(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

/* ---- reading ---- */

static DynKeyAttr
key_attr(char *name, const char *type)
{
	if (name == NULL || type == NULL)
		return (DynKeyAttr) {0};
	return (DynKeyAttr) {name, strlen(name), dyn_tag_from_name(type, strlen(type))};
}

static DynIndexStatus
index_status(const char *name)
{
	return strcmp(name, "ACTIVE") == 0 ? DYN_INDEX_ACTIVE : strcmp(name, "CREATING") == 0 ? DYN_INDEX_CREATING : DYN_INDEX_DELETING;
}

static void pg_attribute_noreturn()
malformed_row(const DynIndex *index)
{
	elog(ERROR, "malformed row of dynapg.indexes for index \"%s\"", index->name);
}

/* What the row has of a vector index, or NULL. */
static DynVectorDef *
read_vector(uint64 row, DynIndex *index, char **names, char **types, int nkeys)
{
	char	   *attribute = dyn_sql_get_text(row, 11);
	char	   *metric = dyn_sql_get_text(row, 13);
	DynVectorDef *vector;

	if (attribute == NULL)
		return NULL;
	vector = palloc0_object(DynVectorDef);
	vector->attribute = attribute;
	vector->dimensions = dyn_sql_get_int(row, 12);
	vector->has_hash = index->npk > 0;
	vector->nkeys = nkeys;
	vector->keys = palloc0_array(DynKeyAttr, Max(nkeys, 1));
	for (int i = 0; i < nkeys; i++)
		vector->keys[i] = key_attr(names[i], types[i]);
	if (metric == NULL || !dyn_metric_from_name(metric, strlen(metric), &vector->metric) || vector->dimensions < 1 ||
		vector->dimensions > DYN_MAX_DIMENSIONS || nkeys > DYN_MAX_SEARCH_FILTERS + 1)
		malformed_row(index);
	index->kind = DYN_INDEX_VECTOR;
	index->npk = 0;
	return vector;
}

static DynSlice *
slices_of(char *const *texts, int count)
{
	DynSlice   *slices = palloc_array(DynSlice, Max(count, 1));

	for (int i = 0; i < count; i++)
		slices[i] = (DynSlice) {texts[i], (uint32) strlen(texts[i])};
	return slices;
}

static void
read_index(uint64 row, DynIndex *index)
{
	char	   *projection = dyn_sql_get_text(row, 6);
	char	  **include = dyn_sql_get_text_array(row, 7, &index->ninclude);
	int			nnames;
	int			ntypes;
	char	  **names;
	char	  **types;

	index->name = dyn_sql_get_text(row, 1);
	index->kind = dyn_sql_get_bool(row, 2) ? DYN_INDEX_GLOBAL : DYN_INDEX_LOCAL;
	index->npk = dyn_sql_get_int(row, 3);
	index->projection = dyn_index_kind_projection((DynSlice) {projection, strlen(projection)});
	index->include = slices_of(include, index->ninclude);
	dyn_settings_read_index(dyn_sql_get_text(row, 8), &index->settings);
	index->status = index_status(dyn_sql_get_text(row, 9));
	index->relation_name = dyn_sql_get_text(row, 10);
	index->failures = dyn_sql_get_int(row, 14);
	names = dyn_sql_get_text_array(row, 4, &nnames);
	types = dyn_sql_get_text_array(row, 5, &ntypes);
	if (nnames != ntypes || index->npk > nnames)
		malformed_row(index);
	index->vector = read_vector(row, index, names, types, nnames);
	if (index->vector)
		return;
	if (nnames > DYN_MAX_INDEX_KEY_ATTRS)
		malformed_row(index);
	index->nsk = nnames - index->npk;
	for (int i = 0; i < nnames; i++)
		index->keys[i] = key_attr(names[i], types[i]);
}

static void
read_indexes(DynTableDef *def, MemoryContext result_context)
{
	DynSqlArgs	args = {0};
	MemoryContext old;
	int			count;

	dyn_sql_oid(&args, def->relid);
	count = dyn_sql_run("SELECT i.name, i.is_global, i.partition_keys, i.key_names, i.key_types, i.projection, "
								"i.include, i.definition::pg_catalog.text, i.status, i.relation_name::pg_catalog.text, "
								"i.vector OPERATOR(pg_catalog.->>) 'attribute', "
								"(i.vector OPERATOR(pg_catalog.->>) 'dimensions')::pg_catalog.int4, "
								"i.vector OPERATOR(pg_catalog.->>) 'distance', i.failures "
								"FROM dynapg.indexes i "
								"WHERE i.table_relid OPERATOR(pg_catalog.=) $1 ORDER BY i.position", &args, 0);
	old = MemoryContextSwitchTo(result_context);
	def->indexes = palloc0(Max(count, 1) * sizeof(DynIndex));
	def->vectors = palloc0(Max(count, 1) * sizeof(DynIndex));
	for (int i = 0; i < count; i++)
	{
		DynIndex index = {0};

		read_index(i, &index);
		if (index.vector)
			def->vectors[def->nvectors++] = index;
		else
			def->indexes[def->nindexes++] = index;
	}
	MemoryContextSwitchTo(old);
}

/* The definition from row 0 of SPI_tuptable and its indexes, in result_context. */
static DynTableDef *
read_table(MemoryContext result_context)
{
	MemoryContext old = MemoryContextSwitchTo(result_context);
	DynTableDef *def = palloc0(sizeof(DynTableDef));

	def->relid = dyn_sql_get_oid(0, 1);
	def->table_id = dyn_sql_get_text(0, 2);
	def->created_at = dyn_sql_get_int64(0, 3);
	def->pk = key_attr(dyn_sql_get_text(0, 4), dyn_sql_get_text(0, 5));
	def->sk = key_attr(dyn_sql_get_text(0, 6), dyn_sql_get_text(0, 7));
	def->deletion_protection = dyn_sql_get_bool(0, 8);
	def->attribute_definitions = dyn_sql_get_text(0, 9);
	dyn_settings_read(dyn_sql_get_text(0, 10), &def->settings);
	def->name = dyn_sql_get_text(0, 11);
	def->filled_by = dyn_sql_get_text(0, 12);
	MemoryContextSwitchTo(old);
	read_indexes(def, result_context);
	return def;
}

/* The table for which the condition holds with the argument, or NULL. */
static DynTableDef *
read_where(const char *condition, DynSqlArgs *args)
{
	MemoryContext caller = CurrentMemoryContext;
	DynTableDef *def = NULL;

	SPI_connect();
	if (dyn_sql_run(psprintf("SELECT " TABLE_COLUMNS " FROM " LIVE_TABLES " WHERE %s", condition), args, 1) > 0)
		def = read_table(caller);
	SPI_finish();
	return def;
}

DynTableDef *
dyn_catalog_read(const char *name)
{
	DynSqlArgs	args = {0};

	dyn_sql_text(&args, name);
	return read_where("t.name OPERATOR(pg_catalog.=) $1", &args);
}

DynTableDef *
dyn_catalog_read_relid(Oid relid)
{
	DynSqlArgs	args = {0};

	dyn_sql_oid(&args, relid);
	return read_where("t.relid OPERATOR(pg_catalog.=) $1", &args);
}

Oid
dyn_catalog_relid(const char *name)
{
	DynSqlArgs	args = {0};
	Oid			relid = InvalidOid;

	SPI_connect();
	dyn_sql_text(&args, name);
	if (dyn_sql_run("SELECT t.relid::pg_catalog.oid FROM " LIVE_TABLES " WHERE t.name OPERATOR(pg_catalog.=) $1", &args, 1) > 0)
		relid = dyn_sql_get_oid(0, 1);
	SPI_finish();
	return relid;
}

DynTableDef *
dyn_catalog_read_for_update(const char *name)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid			relid = dyn_catalog_relid(name);
	DynSqlArgs	args = {0};
	DynTableDef *def = NULL;

	if (!OidIsValid(relid))
		return NULL;
	dyn_catalog_require_owner(relid);

	SPI_connect();
	dyn_sql_text(&args, name);

	/* Waits for a concurrent change; the row may then belong to another table, or be gone with its table. */
	if (dyn_catalog_run("SELECT " TABLE_COLUMNS " FROM dynapg.tables t WHERE t.name OPERATOR(pg_catalog.=) $1 FOR UPDATE",
					 &args) > 0)
	{
		relid = dyn_sql_get_oid(0, 1);
		if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid)))
		{
			dyn_catalog_require_owner(relid);
			def = read_table(caller);
		}
	}
	SPI_finish();
	return def;
}

int
dyn_catalog_list(const char *start_after, int limit, char **names)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext old;
	DynSqlArgs	args = {0};
	int			count;

	SPI_connect();
	dyn_sql_text(&args, start_after ? start_after : "");
	/* the number is part of the statement so that it is planned for a page, not for all tables */
	count = dyn_sql_run(psprintf("SELECT t.name FROM " LIVE_TABLES
								 " WHERE t.name OPERATOR(pg_catalog.>) $1 ORDER BY t.name LIMIT %d", limit), &args, limit);
	old = MemoryContextSwitchTo(caller);
	for (int i = 0; i < count; i++)
		names[i] = dyn_sql_get_text(i, 1);
	MemoryContextSwitchTo(old);
	SPI_finish();
	return count;
}

/* ---- changing ---- */

static void
update_index(const DynTableDef *def, const DynIndex *index)
{
	DynSqlArgs	args = {0};

	dyn_sql_oid(&args, def->relid);
	dyn_sql_text(&args, index->name);
	dyn_sql_text(&args, dyn_settings_write_index(&index->settings));
	dyn_catalog_run("UPDATE dynapg.indexes i SET definition = $3::pg_catalog.json WHERE i.table_relid OPERATOR(pg_catalog.=) $1 "
				 "AND i.name OPERATOR(pg_catalog.=) $2", &args);
}

void
dyn_catalog_update(const DynTableDef *def)
{
	DynSqlArgs	args = {0};

	dyn_catalog_require_owner(def->relid);
	SPI_connect();
	dyn_sql_oid(&args, def->relid);
	dyn_sql_bool(&args, def->deletion_protection);
	dyn_sql_text(&args, dyn_settings_write(&def->settings));
	dyn_sql_text(&args, def->attribute_definitions);
	if (dyn_catalog_run("UPDATE dynapg.tables t SET deletion_protection = $2, definition = $3::pg_catalog.json, "
					 "attribute_definitions = $4::pg_catalog.json WHERE t.relid OPERATOR(pg_catalog.=) $1", &args) != 1)
		elog(ERROR, "no row of dynapg.tables for table \"%s\"", def->name);
	for (int i = 0; i < def->nindexes; i++)
		update_index(def, &def->indexes[i]);
	CacheInvalidateRelcacheByRelid(def->relid);
	SPI_finish();
}
