/*
 * ttl.c - Time to Live: the items that have expired, and the index that finds them
 */
#include "postgres.h"

#include "catalog/index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "base/guc.h"
#include "base/json.h"
#include "database/citus.h"
#include "database/sql.h"
#include "store/builder.h"
#include "store/ttl.h"
#include "tables/catalog.h"
#include "tables/ddl.h"
#include "tables/relation.h"
#include "tables/stored_keys.h"

#define NAME_CHOICES	8
#define FIVE_YEARS	(5 * 365 * INT64CONST(86400))	/* seconds */

static Oid	deleting = InvalidOid;	/* the table from which expired items are being deleted */

/* ---- the index ---- */

/*
 * No secondary index can have that name, as it contains two colons in a row. Others may have given it to their own relations,
 * so there are several alternatives.
 */
static char *
index_name(const DynTableDef *def, const char *attribute, uint64 choice)
{
	uint64		hash = DatumGetUInt64(hash_any_extended((const unsigned char *) attribute, strlen(attribute), choice));

	return dyn_ddl_relation_name(psprintf("%s::%016llx", def->name, (unsigned long long) hash), choice);
}

/* The index of the table, or InvalidOid; *name is its name, or a free one to create it with, NULL where none is free. */
static Oid
find_index(const DynTableDef *def, const char *attribute, char **name)
{
	*name = NULL;
	for (uint64 choice = 0; choice < NAME_CHOICES; choice++)
	{
		char	   *candidate = index_name(def, attribute, choice);
		Oid			relation = get_relname_relid(candidate, get_rel_namespace(def->relid));

		if (OidIsValid(relation) && IndexGetRelation(relation, true) == def->relid)
		{
			*name = candidate;
			return relation;
		}
		if (!OidIsValid(relation) && *name == NULL)
			*name = candidate;
	}
	return InvalidOid;
}

/* The attribute's number, or NULL where it is not a number: as the index has it, or, where there is none, as it is to have it. */
static char *
expression(const DynTableDef *def, const char *attribute)
{
	const DynKeyAttr key = {unconstify(char *, attribute), strlen(attribute), DYN_N};
	char	   *name;
	Oid			index = find_index(def, attribute, &name);
	bool		over_keys = dyn_stored_keys_hold(def->relid, &key, 1) && (!OidIsValid(index) || dyn_relation_is_over_keys(def, index));

	return psprintf("dynapg.key_n(%s, %s)", over_keys ? DYN_KEYS_COLUMN : "item", quote_literal_cstr(attribute));
}

static char *
create_statement(const DynTableDef *def, const char *attribute, const char *name, bool concurrently)
{
	char	   *number = expression(def, attribute);

	if (name == NULL)
		ereport(ERROR,
				errcode(ERRCODE_DUPLICATE_TABLE),
				errmsg("the names for the index of Time to Live of table \"%s\" are taken by other relations", def->name));
	return psprintf("CREATE INDEX %s%s ON %s (%s) WHERE %s IS NOT NULL", dyn_ddl_concurrently(def->relid, concurrently),
					quote_identifier(name), dyn_ddl_qualified_name(def->relid), number, number);
}

DynTtl
dyn_ttl_read(const DynTableDef *def)
{
	const DynTableSettings *wanted = &def->settings;
	char	   *name;
	Oid			index;

	if (!wanted->ttl_attribute)
		return (DynTtl) {DYN_TTL_DISABLED, NULL};
	index = find_index(def, wanted->ttl_attribute, &name);
	if (wanted->ttl_enabled)
		return (DynTtl) {dyn_relation_is_valid(index) ? DYN_TTL_ENABLED : DYN_TTL_ENABLING, wanted->ttl_attribute};
	return (DynTtl) {OidIsValid(index) ? DYN_TTL_DISABLING : DYN_TTL_DISABLED, wanted->ttl_attribute};
}

const char *
dyn_ttl_status_name(DynTtlStatus status)
{
	static const char *const names[] = {"DISABLED", "ENABLING", "ENABLED", "DISABLING"};

	return names[status];
}

void
dyn_ttl_apply_now(const DynTableDef *def)
{
	const DynTableSettings *wanted = &def->settings;
	char	   *name;
	Oid			index;
	bool		valid;

	if (!wanted->ttl_attribute)
		return;
	index = find_index(def, wanted->ttl_attribute, &name);
	valid = dyn_relation_is_valid(index);
	if (OidIsValid(index) && !(wanted->ttl_enabled && valid))
		dyn_sql_run(dyn_ddl_drop_index(index, false), NULL, 0);
	if (wanted->ttl_enabled && !valid)
	{
		dyn_sql_run(create_statement(def, wanted->ttl_attribute, name, false), NULL, 0);
		dyn_ddl_vacuum_indexed(def->relid);
	}
}

bool
dyn_ttl_is_over_item(const DynTableDef *def)
{
	char	   *name;
	Oid			index = def->settings.ttl_attribute ? find_index(def, def->settings.ttl_attribute, &name) : InvalidOid;

	return OidIsValid(index) && !dyn_relation_is_over_keys(def, index);
}

void
dyn_ttl_drop_now(const DynTableDef *def)
{
	char	   *name;
	Oid			index = def->settings.ttl_attribute ? find_index(def, def->settings.ttl_attribute, &name) : InvalidOid;

	if (OidIsValid(index))
		dyn_sql_run(dyn_ddl_drop_index(index, false), NULL, 0);
}

void
dyn_ttl_apply(const DynTableDef *def)
{
	dyn_catalog_require_owner(def->relid);
	if (dyn_guc_index_build == DYN_INDEX_BUILD_IMMEDIATE)
	{
		SPI_connect();
		dyn_ttl_apply_now(def);
		SPI_finish();
	}
	else
		dyn_builder_start_at_commit(def->relid);
}

bool
dyn_ttl_job(Oid relid, DynTtlJob *job)
{
	DynTableDef *def = dyn_catalog_read_relid(relid);
	const DynTableSettings *wanted = def ? &def->settings : NULL;
	char	   *name;
	Oid			index;

	memset(job, 0, sizeof(DynTtlJob));
	if (!wanted || !wanted->ttl_attribute || !dyn_relation_has_rows(relid))
		return false;
	index = find_index(def, wanted->ttl_attribute, &name);
	if (wanted->ttl_enabled ? dyn_relation_is_valid(index) : !OidIsValid(index))
		return false;
	if (OidIsValid(index))
		job->drop = dyn_ddl_drop_index(index, true);
	else
		job->create = create_statement(def, wanted->ttl_attribute, name, true);
	return true;
}

/* ---- expiry ---- */

/* The condition under which an item had expired at that second. */
static char *
expired_at(const char *number, int64 seconds)
{
	return psprintf("%s OPERATOR(pg_catalog.<) " INT64_FORMAT " AND %s OPERATOR(pg_catalog.>=) " INT64_FORMAT,
					number, seconds, number, seconds - FIVE_YEARS);
}

/* The present second; a time counts as past once its whole second is over. */
static int64
present(void)
{
	return timestamptz_to_time_t(GetCurrentTimestamp());
}

/*
 * Deletes the rows, which are locked since they were found expired, so that nobody can have changed them.  If the condition
 * were repeated here, the planner would go through all expired items to find them. For a table with partitions or children it
 * has to be here: rows of several relations may have the same ctid.
 */
static int64
delete_rows(Oid relid, const char *table, const char *expired, Datum rows)
{
	DynSqlArgs	args = {.count = 1,.types = {TIDARRAYOID},.values = {rows},.nulls = {' '}};
	const char *condition = has_subclass(relid) ? psprintf(" AND %s", expired) : "";
	int64		deleted = 0;

	deleting = relid;
	PG_TRY();
	{
		deleted = dyn_sql_run(psprintf("DELETE FROM %s AS t WHERE t.ctid OPERATOR(pg_catalog.=) ANY ($1)%s", table, condition), &args, 0);
	}
	PG_FINALLY();
	{
		deleting = InvalidOid;
	}
	PG_END_TRY();
	return deleted;
}

/* Until the end of the GUC nest level. */
static void
set_planner_option(const char *setting, const char *value)
{
	(void) set_config_option(setting, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

/*
 * Runs a query on expired rows in the order of the index.  Without statistics, as for a table that was just filled, the planner
 * would sort all expired items for each batch.
 */
static void
run_by_index(const char *sql)
{
	int			level = NewGUCNestLevel();

	set_planner_option("enable_indexscan", "on");
	set_planner_option("enable_seqscan", "off");
	set_planner_option("enable_bitmapscan", "off");
	set_planner_option("enable_sort", "off");
	set_planner_option("jit", "off");
	dyn_sql_run(sql, NULL, 0);
	AtEOXact_GUC(true, level);
}

/* Rows of several nodes can be at the same place, and Citus deletes in no batches: one statement deletes all that have expired. */
static void
expire_on_nodes(const char *table, const char *expired, DynTtlBatch *batch)
{
	SPI_connect();
	batch->deleted = dyn_sql_run(psprintf("DELETE FROM %s AS t WHERE %s", table, expired), NULL, 0);
	SPI_finish();
}

void
dyn_ttl_expire(const DynTableDef *def, int limit, const DynTtlStart *start, DynTtlBatch *batch)
{
	const DynTableSettings *wanted = &def->settings;
	bool		anywhere = start == NULL || start->at[0] == '\0';
	char	   *table = dyn_ddl_qualified_name(def->relid);
	char	   *number;
	char	   *expired;
	AttrNumber	column;

	memset(batch, 0, sizeof(DynTtlBatch));
	if (!wanted->ttl_enabled || !table)
		return;
	number = expression(def, wanted->ttl_attribute);
	expired = expired_at(number, present());
	if (dyn_citus_kind(def->relid, &column) != DYN_CITUS_LOCAL)
	{
		expire_on_nodes(table, expired, batch);
		return;
	}
	SPI_connect();
	/* the condition is checked on the row version that was locked, so an update that saves an item is seen */
	run_by_index(psprintf("SELECT pg_catalog.count(*), pg_catalog.max(d.at)::pg_catalog.text, pg_catalog.array_agg(d.ctid) "
						  "FROM (SELECT t.ctid, %s AS at FROM %s AS t WHERE %s AND %s OPERATOR(pg_catalog.%s) %s "
						  "ORDER BY %s LIMIT %d OFFSET " INT64_FORMAT " FOR UPDATE SKIP LOCKED) AS d",
						  number, table, expired, number, anywhere ? ">" : ">=", anywhere ? "-1" : start->at,
						  number, limit, anywhere ? 0 : start->skip));
	batch->found = dyn_sql_get_int64(0, 1);
	if (batch->found > 0)
	{
		strlcpy(batch->last, dyn_sql_get_text(0, 2), sizeof(batch->last));
		batch->deleted = delete_rows(def->relid, table, expired, dyn_sql_get_datum(0, 3));
	}
	SPI_finish();
}

/*
 * Items of the same time come in the order of their places, so the skipped ones come first. If some of the kept ones have an
 * earlier time, that number too many are skipped; the next run finds them.
 */
void
dyn_ttl_go_on(DynTtlStart *start, const DynTtlBatch *batch)
{
	if (strcmp(start->at, batch->last) != 0)
		start->skip = 0;
	start->skip += Max(batch->found - batch->deleted, 0);
	strlcpy(start->at, batch->last, sizeof(start->at));
}

DynTtlBacklog
dyn_ttl_backlog(const DynTableDef *def)
{
	char	   *number = expression(def, def->settings.ttl_attribute);
	DynTtlBacklog backlog = {0};

	SPI_connect();
	run_by_index(psprintf("SELECT pg_catalog.count(*), pg_catalog.to_timestamp(pg_catalog.min(%s)::double precision) FROM %s AS t WHERE %s",
						  number, dyn_ddl_qualified_name(def->relid), expired_at(number, present())));
	backlog.items = dyn_sql_get_int64(0, 1);
	if (backlog.items > 0)
		backlog.oldest = dyn_sql_get_int64(0, 2);
	SPI_finish();
	return backlog;
}

bool
dyn_ttl_is_deleting(Oid relid)
{
	return OidIsValid(deleting) && deleting == relid;
}

List *
dyn_ttl_tables(Oid owner)
{
	MemoryContext context = CurrentMemoryContext;
	List	   *tables = NIL;
	uint64		count;
	DynSqlArgs	args = {0};

	SPI_connect();
	dyn_sql_oid(&args, owner);
	count = dyn_sql_run("SELECT c.oid FROM dynapg.tables AS t JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) t.relid "
						"WHERE " DYN_SETTINGS_SQL_TTL " IS NOT NULL "
						"AND (c.relowner OPERATOR(pg_catalog.=) $1 OR $1 OPERATOR(pg_catalog.=) 0::pg_catalog.oid) ORDER BY t.name",
						&args, 0);
	for (uint64 i = 0; i < count; i++)
	{
		Oid			relid = dyn_sql_get_oid(i, 1);
		MemoryContext old;

		if (dyn_citus_is_kept_elsewhere(relid))
			continue;
		old = MemoryContextSwitchTo(context);
		tables = lappend_oid(tables, relid);
		MemoryContextSwitchTo(old);
	}
	SPI_finish();
	return tables;
}
