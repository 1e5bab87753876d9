/*
 * count.c - items of a table and their bytes
 *
 * A small table is counted exactly, so that what DescribeTable says right after a few writes is true.  Of a large one
 * PostgreSQL's own estimates are given, so that the cost does not grow with the table; DynamoDB's own figures
 * are up to six hours old.  Estimates also serve a user who may describe a table but not read all of it.
 *
 * Layer 2 (store).
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "optimizer/plancat.h"
#include "storage/bufmgr.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"

#include "store/catalog.h"
#include "store/ddl.h"
#include "store/sql.h"

#define MAX_EXACT_PAGES 256		/* of the heap: 2 MB, about 5 ms */

static bool
may_read_all(Oid relid)
{
	return pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK &&
		check_enable_rls(relid, InvalidOid, true) != RLS_ENABLED;
}

static void
count_exactly(Oid relid, int64 *items, int64 *bytes)
{
	SPI_connect();
	dyn_sql_run(psprintf("SELECT pg_catalog.count(*), coalesce(pg_catalog.sum(dynapg.item_size(t.item)), 0)::pg_catalog.int8 FROM %s AS t",
						 dyn_ddl_qualified_name(relid)), NULL, 0);
	*items = dyn_sql_get_int64(0, 1);
	*bytes = dyn_sql_get_int64(0, 2);
	SPI_finish();
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

void
dyn_catalog_count(Oid relid, int64 *items, int64 *bytes)
{
	Relation	rel = try_relation_open(relid, AccessShareLock);

	*items = 0;
	*bytes = 0;
	if (rel == NULL)
		return;
	if (rel->rd_rel->relkind != RELKIND_RELATION)
		*items = Max((int64) rel->rd_rel->reltuples, 0);	/* partitioned or foreign: nothing here to measure */
	else if (RelationGetNumberOfBlocks(rel) <= MAX_EXACT_PAGES && may_read_all(relid))
		count_exactly(relid, items, bytes);
	else
		estimate(rel, items, bytes);
	relation_close(rel, AccessShareLock);
}

static void
count_index_exactly(const DynTableDef *def, const DynIndexDef *index, int64 *items, int64 *bytes)
{
	StringInfoData sql;

	SPI_connect();
	initStringInfo(&sql);
	appendStringInfo(&sql, "SELECT pg_catalog.count(*), coalesce(pg_catalog.sum(dynapg.item_size(item)), 0)::pg_catalog.int8 FROM %s",
					 dyn_ddl_qualified_name(def->relid));
	dyn_ddl_append_index_condition(&sql, def, index);
	dyn_sql_run(sql.data, NULL, 0);
	*items = dyn_sql_get_int64(0, 1);
	*bytes = dyn_sql_get_int64(0, 2);
	SPI_finish();
}

/* As many items as the index has entries, of the table's average size. */
static void
estimate_index(const DynTableDef *def, const DynIndexDef *index, Relation table, int64 *items, int64 *bytes)
{
	Oid			relid = get_relname_relid(dyn_ddl_index_name(def->name, index->name), RelationGetNamespace(table));
	Relation	rel = OidIsValid(relid) ? try_relation_open(relid, AccessShareLock) : NULL;
	int64		table_items;
	int64		table_bytes;
	int64		index_bytes;

	if (rel == NULL)
		return;
	estimate(rel, items, &index_bytes);
	relation_close(rel, AccessShareLock);
	estimate(table, &table_items, &table_bytes);
	*items = Min(*items, table_items);
	*bytes = table_items > 0 ? (int64) ((double) table_bytes / (double) table_items * (double) *items) : 0;
}

void
dyn_catalog_count_index(const DynTableDef *def, const DynIndexDef *index, int64 *items, int64 *bytes)
{
	Relation	rel = try_relation_open(def->relid, AccessShareLock);

	*items = 0;
	*bytes = 0;
	if (rel == NULL)
		return;
	if (rel->rd_rel->relkind == RELKIND_RELATION)
	{
		if (RelationGetNumberOfBlocks(rel) <= MAX_EXACT_PAGES && may_read_all(def->relid))
			count_index_exactly(def, index, items, bytes);
		else
			estimate_index(def, index, rel, items, bytes);
	}
	relation_close(rel, AccessShareLock);
}
