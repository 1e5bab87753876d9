/*
 * count.c - items of a table and their bytes
 *
 * A small table is counted exactly, so that DescribeTable is correct right after a few writes. In a large one a fixed number of
 * blocks is counted, so that the cost does not grow with the table. That shows roughly how many items there are now; if one of
 * PostgreSQL's own figures agrees with it, that figure is better: the rows that the server's statistics have counted, or those
 * that the last VACUUM or ANALYZE found. Neither can be trusted alone: the first are lost in a crash and on a standby, the
 * second may have any age.  DynamoDB's own figures are up to six
 * hours old.
 *
 * A user who may describe a table but not read all of it gets PostgreSQL's figures, which everybody can see.
 *
 * An item collection is never counted, as writes ask for its size.  Its share of the table's rows is what ANALYZE has found
 * for its partition key if that is a common one, else the average of the others.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/namespace.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "optimizer/plancat.h"
#include "storage/bufmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/jsonout.h"
#include "database/citus.h"
#include "database/sql.h"
#include "tables/catalog.h"
#include "tables/count.h"
#include "tables/ddl.h"
#include "tables/order.h"
#include "tables/relation.h"
#include "tables/sample.h"

#define MAX_EXACT_PAGES 256		/* pages of the heap: 2 MB, about 5 ms */
#define SAMPLE_PAGES 32
#define SHARD_PAGES 64			/* of each shard of a distributed table */
#define MAX_EXACT_VECTOR_PAGES 16	/* the same of vectors, which take longer to look at */
#define SAMPLE_VECTOR_PAGES 4
#define SAMPLE_RANGES 4			/* of pages, spread over the table */
#define CERTAINTY 3				/* standard errors that a sample of an index may be off */
#define CLUSTERING 0.1			/* and as much of its own figure, since neighbours are often alike */

/*
 * The owner may have given the column another type with a cast to dynapg.item: the owner's function would then run here as the
 * caller, who has not asked for items.
 */
static bool
holds_items(Oid relid)
{
	HeapTuple	column = SearchSysCacheAttName(relid, "item");
	Oid			type;

	if (!HeapTupleIsValid(column))
		return false;
	type = ((Form_pg_attribute) GETSTRUCT(column))->atttypid;
	ReleaseSysCache(column);
	return type == GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum("item"),
								   ObjectIdGetDatum(get_namespace_oid("dynapg", true)));
}

/* With the relation locked. */
static bool
may_read_all(Oid relid)
{
	return holds_items(relid) && dyn_catalog_may_read_all(relid);
}

/* Bytes of a relation's main fork. */
static int64
heap_bytes(Relation rel)
{
	return (int64) RelationGetNumberOfBlocks(rel) * BLCKSZ;
}

static int64
toast_bytes(Relation rel)
{
	Relation	toast;
	int64		bytes;

	if (!OidIsValid(rel->rd_rel->reltoastrelid))
		return 0;
	toast = relation_open(rel->rd_rel->reltoastrelid, AccessShareLock);
	bytes = heap_bytes(toast);
	relation_close(toast, AccessShareLock);
	return bytes;
}

static void
estimate(Relation rel, int64 *items, int64 *bytes)
{
	BlockNumber pages;
	double		tuples;
	double		all_visible;

	estimate_rel_size(rel, NULL, &pages, &tuples, &all_visible);
	*items = (int64) tuples;
	*bytes = heap_bytes(rel) + toast_bytes(rel);
}

/* The rows that the server's statistics have counted; 0 where they know nothing. */
static double
tracked_rows(Relation rel)
{
	return (double) DatumGetInt64(DirectFunctionCall1(pg_stat_get_live_tuples, ObjectIdGetDatum(RelationGetRelid(rel))));
}

/* The rows that VACUUM or ANALYZE found, scaled to the present number of blocks; -1 where neither has run. */
static double
measured_rows(Relation rel)
{
	double		rows = rel->rd_rel->reltuples;
	double		blocks = rel->rd_rel->relpages;

	if (rows < 0 || blocks == 0)
		return -1;
	return rows / blocks * RelationGetNumberOfBlocks(rel);
}

static bool
within(double figure, double expected, double margin)
{
	return fabs(figure - expected) <= margin;
}

/* The most exact of PostgreSQL's figures that agrees with the sample, or else the sample's own. */
static double
best_figure(Relation rel, const DynSample *sample)
{
	double		figures[] = {tracked_rows(rel), rel->rd_rel->reltuples, measured_rows(rel)};

	for (int i = 0; i < lengthof(figures); i++)
		if (within(figures[i], sample->items, sample->margin))
			return figures[i];
	return sample->items;
}

/* PostgreSQL's figures alone, for the rows and for the space that they take. */
static void
count_publicly(Relation rel, int64 *items, int64 *bytes)
{
	double		measured = measured_rows(rel);

	*items = (int64) rint(measured < 0 ? tracked_rows(rel) : measured);
	*bytes = *items > 0 ? heap_bytes(rel) + toast_bytes(rel) : 0;
}

/* Exactly, if the table is small. */
static void
count(Relation rel, int64 *items, int64 *bytes)
{
	bool		small = RelationGetNumberOfBlocks(rel) <= MAX_EXACT_PAGES;
	DynSample	sample;

	if (!may_read_all(RelationGetRelid(rel)) || !dyn_sample_count(rel, small, &sample))
	{
		count_publicly(rel, items, bytes);
		return;
	}
	*items = (int64) rint(small ? sample.items : best_figure(rel, &sample));
	*bytes = sample.items > 0 ? (int64) rint(sample.bytes / sample.items * (double) *items) : 0;
}

static bool
is_distributed(Oid relid)
{
	AttrNumber	column;

	return dyn_citus_kind(relid, &column) != DYN_CITUS_LOCAL;
}

/* What the first blocks of each shard hold, by the size of an item and a condition on t, and the rest in proportion. */
static void
count_shards(Oid relid, const char *size, const char *condition, int64 *items, int64 *bytes)
{
	int64		shards;
	int64		pages;
	double		share = 1;

	if (!may_read_all(relid))
		return;
	if (dyn_citus_measure(relid, &shards, &pages) && pages > SHARD_PAGES)
		share = Min(1, (double) (SHARD_PAGES * shards) / (double) pages);
	SPI_connect();
	dyn_sql_run(psprintf("SELECT pg_catalog.count(*), coalesce(pg_catalog.sum(%s), 0)::pg_catalog.int8 FROM %s AS t "
						 "WHERE t.ctid OPERATOR(pg_catalog.<) '(%d,0)'::pg_catalog.tid%s",
						 size, dyn_ddl_qualified_name(relid), SHARD_PAGES, condition), NULL, 0);
	*items = (int64) rint((double) dyn_sql_get_int64(0, 1) / share);
	*bytes = (int64) rint((double) dyn_sql_get_int64(0, 2) / share);
	SPI_finish();
}

void
dyn_count_table(Oid relid, int64 *items, int64 *bytes)
{
	Relation	rel = try_relation_open(relid, AccessShareLock);

	*items = 0;
	*bytes = 0;
	if (rel == NULL)
		return;
	if (rel->rd_rel->relkind != RELKIND_RELATION)
		*items = Max((int64) rel->rd_rel->reltuples, 0);	/* partitioned or foreign: nothing here to measure */
	else if (is_distributed(relid))
		count_shards(relid, "dynapg.item_size(t.item)", "", items, bytes);
	else
		count(rel, items, bytes);
	relation_close(rel, AccessShareLock);
}

/* ---- item collections ---- */

#define PK_COLUMN "pk"			/* of a data table; its number may be any */
#define UNKNOWN_KEYS 200		/* partition keys of a table that was never analyzed: the planner's guess */

/* How many different partition keys there are according to the statistics. */
static double
count_keys(Form_pg_statistic statistic, double rows)
{
	double		keys = statistic->stadistinct;

	if (keys == 0)
		keys = UNKNOWN_KEYS;
	else if (keys < 0)
		keys = -keys * rows;
	return Max(keys, 1);
}

/* The share of rows with this common key, or the average share of a key that is not common. */
static double
share_among(const AttStatsSlot *common, const DynTable *table, DynValue pk, double keys)
{
	DynValue	content = dyn_key_content(pk, DYN_KEY_PART);
	double		rest = 1;

	for (int i = 0; i < common->nvalues; i++)
	{
		DynValue	value;

		if (dyn_key_datum_try_content(common->values[i], table->pk.tag, &value) && dyn_value_equal(value, content))
			return common->numbers[i];
		rest -= common->numbers[i];
	}
	return Max(rest, 0) / Max(keys - common->nvalues, 1);
}

static double
share_of_key(const DynTable *table, DynValue pk, double rows)
{
	HeapTuple	tuple = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(table->relid),
										Int16GetDatum(get_attnum(table->relid, PK_COLUMN)), BoolGetDatum(false));
	AttStatsSlot common = {0};
	double		keys;
	double		share;

	if (!HeapTupleIsValid(tuple))
		return 1.0 / UNKNOWN_KEYS;
	keys = count_keys((Form_pg_statistic) GETSTRUCT(tuple), rows);
	/* users who do not see all rows must not learn which keys are common */
	if (!dyn_catalog_may_read_all(table->relid))
	{
		ReleaseSysCache(tuple);
		return 1 / keys;
	}
	/* statistics from a time when the column had another type are useless, and their values have that type */
	if (!get_attstatsslot(&common, tuple, STATISTIC_KIND_MCV, InvalidOid, ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS) ||
		common.valuetype != dyn_key_column_type(table->pk.tag))
		common.nvalues = 0;
	share = share_among(&common, table, pk, keys);
	free_attstatsslot(&common);
	ReleaseSysCache(tuple);
	return share;
}

/* How many times a whole item is stored: in the table, and in local indexes that project all of it. */
static int
count_copies(const DynTable *table)
{
	int			copies = 1;

	for (int i = 0; i < table->nindexes; i++)
		copies += table->indexes[i].kind == DYN_INDEX_LOCAL && table->indexes[i].projection == DYN_PROJECT_ALL;
	return copies;
}

double
dyn_count_collection_bytes(const DynTable *table, DynValue pk, double enough)
{
	Relation	rel = try_relation_open(table->relid, AccessShareLock);
	int64		rows = 0;
	int64		bytes = 0;

	if (rel == NULL)
		return 0;
	if (rel->rd_rel->relkind == RELKIND_RELATION)
		estimate(rel, &rows, &bytes);
	relation_close(rel, AccessShareLock);
	bytes *= count_copies(table);
	return bytes < enough ? 0 : (double) bytes * share_of_key(table, pk, (double) rows);
}

/* ---- indexes ---- */

typedef struct NameList
{
	StringInfoData paths;		/* #0, #1 */
	StringInfoData names;		/* {"#0":"a","#1":"b" */
	int			count;
} NameList;

static void
add_name(NameList *list, const char *name)
{
	appendStringInfo(&list->paths, "%s#%d", list->count > 0 ? ", " : "", list->count);
	dyn_jsonout_member(&list->names, psprintf("#%d", list->count));
	dyn_jsonout_string(&list->names, name, strlen(name));
	list->count++;
}

/* Is the attribute among the table's keys, or the first n of the index's? */
static bool
is_listed(const DynTableDef *def, const DynIndex *index, int n, const char *name)
{
	int			nkeys;

	if (strcmp(name, def->pk.name) == 0 || (def->sk.tag != 0 && strcmp(name, def->sk.name) == 0))
		return true;
	for (int i = 0; i < n; i++)
		if (strcmp(name, dyn_def_keys(index, &nkeys)[i].name) == 0)
			return true;
	return false;
}

/* Appends the size in bytes of what the index projects of an item: the keys, and what its projection names. */
static void
append_shown_size(StringInfo sql, const DynTableDef *def, const DynIndex *index)
{
	int			nkeys;
	const DynKeyAttr *keys = dyn_def_keys(index, &nkeys);
	NameList	list = {0};

	if (index->projection == DYN_PROJECT_ALL)
	{
		appendStringInfoString(sql, "dynapg.item_size(t.item)");
		return;
	}
	initStringInfo(&list.paths);
	initStringInfo(&list.names);
	appendStringInfoChar(&list.names, '{');
	add_name(&list, def->pk.name);
	if (def->sk.tag != 0)
		add_name(&list, def->sk.name);
	for (int i = 0; i < nkeys; i++)
		if (!is_listed(def, index, i, keys[i].name))
			add_name(&list, keys[i].name);
	for (int i = 0; i < index->ninclude; i++)
		if (!is_listed(def, index, nkeys, index->include[i].data))
			add_name(&list, index->include[i].data);
	appendStringInfoChar(&list.names, '}');
	appendStringInfo(sql, "dynapg.item_size(dynapg.item_project(t.item, '%s', %s::pg_catalog.json))", list.paths.data,
					 quote_literal_cstr(list.names.data));
}

/* Counts the index's items, and their bytes, among the rows of some pages of the table. */
static void
count_index_rows(const DynTableDef *def, const DynIndex *index, BlockNumber first, BlockNumber pages, int64 *items, int64 *bytes)
{
	StringInfoData sql;

	SPI_connect();
	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT pg_catalog.count(*), coalesce(pg_catalog.sum(");
	append_shown_size(&sql, def, index);
	appendStringInfo(&sql, "), 0)::pg_catalog.int8 FROM (SELECT * FROM %s AS s "
					 "WHERE s.ctid OPERATOR(pg_catalog.>=) '(%u,0)'::pg_catalog.tid "
					 "AND s.ctid OPERATOR(pg_catalog.<) '(%u,0)'::pg_catalog.tid) AS t",
					 dyn_ddl_qualified_name(def->relid), first, first + pages);
	dyn_ddl_append_index_condition(&sql, def, index);
	dyn_sql_run(sql.data, NULL, 0);
	*items = dyn_sql_get_int64(0, 1);
	*bytes = dyn_sql_get_int64(0, 2);
	SPI_finish();
}

static void
count_index_shards(const DynTableDef *def, const DynIndex *index, int64 *items, int64 *bytes)
{
	StringInfoData size;
	StringInfoData condition;
	DynOrder	order;

	initStringInfo(&size);
	initStringInfo(&condition);
	append_shown_size(&size, def, index);
	dyn_order_of_index(&order, &def->pk, &def->sk, index);
	dyn_order_append_predicate(&condition, &order, "AND");
	count_shards(def->relid, size.data, condition.data, items, bytes);
}

/* The same for some pages of the table, in ranges spread over it; *share is their part of the table. */
static void
sample_index(const DynTableDef *def, const DynIndex *index, Relation table, int64 *items, int64 *bytes, double *share)
{
	BlockNumber pages = RelationGetNumberOfBlocks(table);
	BlockNumber range = Max(Min(pages, index->vector ? SAMPLE_VECTOR_PAGES : SAMPLE_PAGES) / SAMPLE_RANGES, 1);

	*share = (double) range * SAMPLE_RANGES / (double) Max(pages, range * SAMPLE_RANGES);
	for (int i = 0; i < SAMPLE_RANGES; i++)
	{
		BlockNumber middle = (BlockNumber) ((uint64) pages * (2 * i + 1) / (2 * SAMPLE_RANGES));
		BlockNumber first = middle - Min(middle, range / 2);
		int64		found;
		int64		found_bytes;

		count_index_rows(def, index, first, range, &found, &found_bytes);
		*items += found;
		*bytes += found_bytes;
	}
}

/* The part of the table's rows that the index held when PostgreSQL last counted both; -1 where it never did. */
static double
measured_share(Relation index, Relation table)
{
	double		rows = table->rd_rel->reltuples;
	double		entries = index->rd_rel->reltuples;

	return entries > 0 && rows > 0 ? Min(entries / rows, 1) : -1;
}

/*
 * The part of the table's items that PostgreSQL has last counted in the index, or an estimate from a sample of the table, where
 * PostgreSQL has not counted or the sample contradicts it; their size is that of the sample. A user who may not read the table
 * gets the average size of its items.
 */
static void
estimate_index(const DynTableDef *def, const DynIndex *index, Relation table, int64 *items, int64 *bytes)
{
	Oid			relid = dyn_relation_of_index(def, index, true);
	Relation	rel = OidIsValid(relid) ? try_relation_open(relid, AccessShareLock) : NULL;
	bool		may_sample = may_read_all(def->relid);
	double		measured;
	int64		table_items;
	int64		table_bytes;
	int64		seen = 0;
	int64		seen_bytes = 0;
	double		share = 1;
	double		sampled;

	if (rel == NULL)
		return;
	measured = measured_share(rel, table);
	relation_close(rel, AccessShareLock);
	count(table, &table_items, &table_bytes);
	if (may_sample)
		sample_index(def, index, table, &seen, &seen_bytes, &share);
	sampled = (double) seen / share;
	*items = (int64) rint(measured * (double) table_items);
	if (measured < 0 ||
		(may_sample && !within((double) *items, sampled, CERTAINTY * sqrt(seen + 1.0) / share + CLUSTERING * sampled)))
		*items = (int64) rint(sampled);
	*items = Min(*items, table_items);
	if (seen > 0)
		*bytes = (int64) ((double) seen_bytes / (double) seen * (double) *items);
	else
		*bytes = table_items > 0 ? (int64) ((double) table_bytes / (double) table_items * (double) *items) : 0;
}

void
dyn_count_index(const DynTableDef *def, const DynIndex *index, int64 *items, int64 *bytes)
{
	Relation	rel = try_relation_open(def->relid, AccessShareLock);

	*items = 0;
	*bytes = 0;
	if (rel == NULL)
		return;
	if (is_distributed(def->relid))
		count_index_shards(def, index, items, bytes);
	else if (rel->rd_rel->relkind == RELKIND_RELATION)
	{
		BlockNumber max = index->vector ? MAX_EXACT_VECTOR_PAGES : MAX_EXACT_PAGES;

		if (RelationGetNumberOfBlocks(rel) <= max && may_read_all(def->relid))
			count_index_rows(def, index, 0, max, items, bytes);
		else
			estimate_index(def, index, rel, items, bytes);
	}
	relation_close(rel, AccessShareLock);
}
