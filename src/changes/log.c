/*
 * log.c - adding records to the change log, and queries on its tables
 *
 * A record is added as PostgreSQL adds rows to its own catalogs: without a statement, so that it costs little and the
 * writer needs no rights on the log.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "catalog/namespace.h"
#include "commands/sequence.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "base/compat.h"
#include "changes/columns.h"
#include "changes/log.h"
#include "database/installation.h"
#include "database/touched.h"

Oid
dyn_log_relation(const char *name)
{
	Oid			schema = get_namespace_oid("dynapg", true);
	Oid			relid = OidIsValid(schema) ? get_relname_relid(name, schema) : InvalidOid;

	if (!OidIsValid(relid))
		elog(ERROR, "relation dynapg.%s does not exist", name);
	return relid;
}

/* The table whose turn it is, open for writing. */
static Relation
open_current(TimestampTz now)
{
	char		name[NAMEDATALEN];
	int64		turn = now / USECS_PER_HOUR / DYN_LOG_TURN_HOURS;
	Relation	rel;

	snprintf(name, sizeof(name), "changes_%d", (int) (turn % DYN_LOG_TABLES));
	rel = table_open(dyn_log_relation(name), RowExclusiveLock);
	if (RelationGetDescr(rel)->natts != DYN_LOG_COLUMNS)
		elog(ERROR, "table dynapg.%s has been altered", name);
	return rel;
}

/* Inserts the entry of a row into an index on plain columns, as the log's tables have. */
static void
insert_entry(Relation rel, Oid index_oid, ItemPointer tid, const Datum *values, const bool *nulls)
{
	Relation	index = index_open(index_oid, RowExclusiveLock);
	IndexInfo  *info = BuildIndexInfo(index);
	Datum		keys[INDEX_MAX_KEYS];
	bool		key_nulls[INDEX_MAX_KEYS];

	if (info->ii_Expressions != NIL || info->ii_Predicate != NIL)
		elog(ERROR, "index \"%s\" is not on plain columns", RelationGetRelationName(index));
	for (int i = 0; i < info->ii_NumIndexAttrs; i++)
	{
		keys[i] = values[info->ii_IndexAttrNumbers[i] - 1];
		key_nulls[i] = nulls[info->ii_IndexAttrNumbers[i] - 1];
	}
	(void) index_insert(index, keys, key_nulls, tid, rel, index->rd_index->indisunique ? UNIQUE_CHECK_YES : UNIQUE_CHECK_NO,
						false, info);
	index_close(index, NoLock);
	pfree(info);
}

void
dyn_log_insert(Relation rel, Datum *values, bool *nulls, int options)
{
	HeapTuple	tuple = heap_form_tuple(RelationGetDescr(rel), values, nulls);
	List	   *indexes = RelationGetIndexList(rel);
	ListCell   *cell;

	heap_insert(rel, tuple, GetCurrentCommandId(true), options | HEAP_INSERT_NO_LOGICAL, NULL);
	foreach(cell, indexes)
		insert_entry(rel, lfirst_oid(cell), &tuple->t_self, values, nulls);
	list_free(indexes);
	heap_freetuple(tuple);
	dyn_touched_add(RelationGetRelid(rel), true);
}

static void
set_item(Datum *values, bool *nulls, DynLogColumn column, struct varlena *item)
{
	values[column - 1] = PointerGetDatum(item);
	nulls[column - 1] = item == NULL;
}

void
dyn_log_take_number(void)
{
	(void) GetTopFullTransactionId();
	(void) nextval_internal(dyn_log_relation("change_number"), false);
}

void
dyn_log_add(int stream, DynRecord *record)
{
	Datum		values[DYN_LOG_COLUMNS];
	bool		nulls[DYN_LOG_COLUMNS] = {false};
	Relation	rel;

	/* the transaction id comes before the number: tick.c relies on that */
	record->xid = (int64) U64FromFullTransactionId(GetTopFullTransactionId());
	record->number = nextval_internal(dyn_log_relation("change_number"), false);
	record->created_at = GetCurrentTimestamp();
	values[DYN_LOG_STREAM - 1] = Int32GetDatum(stream);
	values[DYN_LOG_NUMBER - 1] = Int64GetDatum(record->number);
	values[DYN_LOG_XID - 1] = Int64GetDatum(record->xid);
	values[DYN_LOG_CREATED_AT - 1] = TimestampTzGetDatum(record->created_at);
	values[DYN_LOG_EVENT - 1] = CharGetDatum((char) record->event);
	values[DYN_LOG_BY_SERVICE - 1] = BoolGetDatum(record->by_service);
	values[DYN_LOG_HASH - 1] = Int32GetDatum(record->hash);
	set_item(values, nulls, DYN_LOG_KEYS, record->keys);
	set_item(values, nulls, DYN_LOG_OLD_ITEM, record->old_item);
	set_item(values, nulls, DYN_LOG_NEW_ITEM, record->new_item);

	rel = open_current(record->created_at);
	dyn_log_insert(rel, values, nulls, 0);
	table_close(rel, NoLock);
}

uint64
dyn_log_query(const char *sql, DynSqlArgs *args, long limit)
{
	DynSqlArgs	none = {0};
	Oid			owner = dyn_installation_require()->owner;
	Oid			saved_user;
	int			saved_context;
	int			rc;

	if (args == NULL)
		args = &none;
	GetUserIdAndSecContext(&saved_user, &saved_context);
	PushActiveSnapshot(GetLatestSnapshot());
	SetUserIdAndSecContext(owner, saved_context | SECURITY_LOCAL_USERID_CHANGE);
	rc = SPI_execute_with_args(sql, args->count, args->types, args->values, args->nulls, true, limit);
	SetUserIdAndSecContext(saved_user, saved_context);
	PopActiveSnapshot();
	if (rc < 0)
		elog(ERROR, "%s: %s", SPI_result_code_string(rc), sql);
	return SPI_processed;
}

int64
dyn_log_last_number(void)
{
	int64		number;

	SPI_connect();
	(void) dyn_log_query("SELECT CASE WHEN n.is_called THEN n.last_value ELSE 0 END FROM dynapg.change_number n", NULL, 1);
	number = dyn_sql_get_int64(0, 1);
	SPI_finish();
	return number;
}
