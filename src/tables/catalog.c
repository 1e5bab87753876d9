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
#include "base/namespace.h"
#include "base/request.h"
#include "database/installation.h"
#include "database/sql.h"
#include "tables/catalog.h"
#include "tables/catrow.h"
#include "tables/nodes.h"

/* As is_live() has it, in SQL. */
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

bool
dyn_catalog_read_vector(const char *text, int nkeys, DynVector *vector)
{
	const DynJson *json = dyn_json_parse(text, strlen(text));
	char	   *attribute = dyn_request_cstring(json, "attribute");
	char	   *metric = dyn_request_cstring(json, "distance");
	int64		dimensions = dyn_request_integer(json, "dimensions", 0);

	if (attribute == NULL || metric == NULL || !dyn_metric_from_name(metric, strlen(metric), &vector->metric) || dimensions < 1 ||
		dimensions > DYN_MAX_DIMENSIONS || nkeys > DYN_MAX_SEARCH_FILTERS + 1)
		return false;
	vector->attribute = (DynSlice) {attribute, strlen(attribute)};
	vector->dimensions = (int) dimensions;
	vector->nkeys = nkeys;
	return true;
}

/* What the row has of a vector index, or NULL. */
static DynVector *
read_vector(const DynCatRow *row, DynIndex *index, char **names, char **types, int nkeys)
{
	char	   *text = dyn_catrow_text(row, "vector");
	DynVector *vector;

	if (text == NULL)
		return NULL;
	vector = palloc0_object(DynVector);
	if (!dyn_catalog_read_vector(text, nkeys, vector))
		malformed_row(index);
	vector->has_hash = index->npk > 0;
	vector->keys = palloc0_array(DynKeyAttr, Max(nkeys, 1));
	for (int i = 0; i < nkeys; i++)
		vector->keys[i] = key_attr(names[i], types[i]);
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
read_index(const DynCatRow *row, DynIndex *index)
{
	char	   *projection = dyn_catrow_text(row, "projection");
	char	  **include = dyn_catrow_text_array(row, "include", &index->ninclude);
	int			nnames;
	int			ntypes;
	char	  **names;
	char	  **types;

	index->name = dyn_catrow_text(row, "name");
	index->kind = dyn_catrow_bool(row, "is_global") ? DYN_INDEX_GLOBAL : DYN_INDEX_LOCAL;
	index->npk = dyn_catrow_int(row, "partition_keys");
	index->projection = dyn_index_kind_projection((DynSlice) {projection, strlen(projection)});
	index->include = slices_of(include, index->ninclude);
	dyn_settings_read_index(dyn_catrow_text(row, "definition"), &index->settings);
	index->status = index_status(dyn_catrow_text(row, "status"));
	index->relation_name = dyn_catrow_text(row, "relation_name");
	index->failures = dyn_catrow_int(row, "failures");
	names = dyn_catrow_text_array(row, "key_names", &nnames);
	types = dyn_catrow_text_array(row, "key_types", &ntypes);
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

/* Indexes as they are read, with the places at which they are described. */
typedef struct ReadIndex
{
	int			position;
	DynIndex def;
} ReadIndex;

typedef struct ReadIndexes
{
	int			count;
	int			size;
	ReadIndex  *list;
} ReadIndexes;

static bool
collect_index(void *arg, const DynCatRow *row)
{
	ReadIndexes *all = arg;
	ReadIndex  *next;

	if (all->count == all->size)
	{
		all->size = Max(all->size * 2, 8);
		all->list = all->list ? repalloc(all->list, all->size * sizeof(ReadIndex)) : palloc(all->size * sizeof(ReadIndex));
	}
	next = &all->list[all->count++];
	*next = (ReadIndex) {.position = dyn_catrow_int(row, "position")};
	read_index(row, &next->def);
	return true;
}

static int
by_position(const void *a, const void *b)
{
	int			x = ((const ReadIndex *) a)->position;
	int			y = ((const ReadIndex *) b)->position;

	return (x > y) - (x < y);
}

static void
read_indexes(DynTableDef *def)
{
	ReadIndexes all = {0};

	dyn_catrow_scan_oid(dyn_installation_require()->indexes, "table_relid", def->relid, collect_index, &all);
	if (all.count > 1)
		qsort(all.list, all.count, sizeof(ReadIndex), by_position);
	def->indexes = palloc0(Max(all.count, 1) * sizeof(DynIndex));
	def->vectors = palloc0(Max(all.count, 1) * sizeof(DynIndex));
	for (int i = 0; i < all.count; i++)
	{
		if (all.list[i].def.vector)
			def->vectors[def->nvectors++] = all.list[i].def;
		else
			def->indexes[def->nindexes++] = all.list[i].def;
	}
}

/* The definition without its indexes. */
static DynTableDef *
read_table(const DynCatRow *row)
{
	DynTableDef *def = palloc0(sizeof(DynTableDef));

	def->relid = dyn_catrow_oid(row, "relid");
	def->table_id = dyn_catrow_text(row, "table_id");
	def->created_at = dyn_catrow_int64(row, "created_at");
	def->pk = key_attr(dyn_catrow_text(row, "pk_name"), dyn_catrow_text(row, "pk_type"));
	def->sk = key_attr(dyn_catrow_text(row, "sk_name"), dyn_catrow_text(row, "sk_type"));
	def->deletion_protection = dyn_catrow_bool(row, "deletion_protection");
	def->attribute_definitions = dyn_catrow_text(row, "attribute_definitions");
	dyn_settings_read(dyn_catrow_text(row, "definition"), &def->settings);
	def->name = dyn_catrow_text(row, "name");
	def->filled_by = dyn_catrow_text(row, "filled_by");
	return def;
}

/* A row stands for a table as long as its relation exists. */
static bool
is_live(const DynCatRow *row)
{
	return SearchSysCacheExists1(RELOID, ObjectIdGetDatum(dyn_catrow_oid(row, "relid")));
}

static bool
take_table(void *arg, const DynCatRow *row)
{
	if (is_live(row))
		*(DynTableDef **) arg = read_table(row);
	return false;
}

static bool
take_relid(void *arg, const DynCatRow *row)
{
	if (is_live(row))
		*(Oid *) arg = dyn_catrow_oid(row, "relid");
	return false;
}

DynTableDef *
dyn_catalog_read(const char *name)
{
	DynTableDef *def = NULL;

	dyn_catrow_scan_text(dyn_installation_require()->tables, "name", name, take_table, &def);
	if (def)
		read_indexes(def);
	return def;
}

DynTableDef *
dyn_catalog_read_relid(Oid relid)
{
	DynTableDef *def = NULL;

	dyn_catrow_scan_oid(dyn_installation_require()->tables, "relid", relid, take_table, &def);
	if (def)
		read_indexes(def);
	return def;
}

DynTableDef *
dyn_catalog_require_relid(Oid relid)
{
	DynTableDef *def = dyn_catalog_read_relid(relid);
	char	   *name = get_rel_name(relid);

	if (def == NULL && name != NULL)
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("\"%s\" is no DynamoDB table", name)));
	if (def == NULL)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation with OID %u does not exist", relid)));
	return def;
}

Oid
dyn_catalog_relid(const char *name)
{
	Oid			relid = InvalidOid;

	dyn_catrow_scan_text(dyn_installation_require()->tables, "name", name, take_relid, &relid);
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
	if (dyn_catalog_run("SELECT t.* FROM dynapg.tables t WHERE t.name OPERATOR(pg_catalog.=) $1 FOR UPDATE", &args) > 0)
	{
		DynCatRow		row = {SPI_tuptable->vals[0], SPI_tuptable->tupdesc};

		relid = dyn_catrow_oid(&row, "relid");
		if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid)))
		{
			dyn_catalog_require_owner(relid);
			MemoryContextSwitchTo(caller);
			def = read_table(&row);
			read_indexes(def);
		}
	}
	SPI_finish();
	return def;
}

/* What comes after all full names that begin with the prefix; NULL for the empty one. */
static char *
end_of(const char *prefix)
{
	char	   *end = pstrdup(prefix);

	if (end[0] == '\0')
		return NULL;
	end[strlen(end) - 1]++;
	return end;
}

int
dyn_catalog_list(const char *start_after, int limit, char **names)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext old;
	DynSqlArgs	args = {0};
	const char *prefix = dyn_namespace_prefix();
	int			count;

	SPI_connect();
	dyn_sql_text(&args, psprintf("%s%s", prefix, start_after ? start_after : ""));
	dyn_sql_text(&args, prefix);
	dyn_sql_text(&args, end_of(prefix));
	/* the number is part of the statement so that it is planned for a page, not for all tables */
	count = dyn_sql_run(psprintf("SELECT t.name FROM " LIVE_TABLES
								 " WHERE t.name OPERATOR(pg_catalog.>) $1 AND ($3 IS NULL OR t.name OPERATOR(pg_catalog.<) $3) "
								 "AND " DYN_IN_NAMESPACE("t.name", "$2") " ORDER BY t.name LIMIT %d", limit), &args, limit);
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
	dyn_nodes_inform(def->relid);
	SPI_finish();
}
