/*
 * log.c - adding records to the change log, and queries on its tables
 *
 * A record is added as PostgreSQL adds rows to its own catalogs: without a statement, so that it costs little and nobody's
 * rights matter.
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "commands/sequence.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "changes/log.h"

#define TABLES			10
#define HOURS_PER_TURN	3

/* The columns of dynapg.changes and its children. */
enum Column
{
	COLUMN_STREAM = 1,
	COLUMN_NUMBER,
	COLUMN_XID,
	COLUMN_CREATED_AT,
	COLUMN_EVENT,
	COLUMN_BY_SERVICE,
	COLUMN_HASH,
	COLUMN_KEYS,
	COLUMN_OLD_ITEM,
	COLUMN_NEW_ITEM,
	COLUMNS = COLUMN_NEW_ITEM
};

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
	int64		turn = (now / USECS_PER_HOUR) / HOURS_PER_TURN;
	Relation	rel;

	snprintf(name, sizeof(name), "changes_%d", (int) (turn % TABLES));
	rel = table_open(dyn_log_relation(name), RowExclusiveLock);
	if (RelationGetDescr(rel)->natts != COLUMNS)
		elog(ERROR, "table dynapg.%s has been altered", name);
	return rel;
}

static void
set_item(Datum *values, bool *nulls, enum Column column, struct varlena *item)
{
	values[column - 1] = PointerGetDatum(item);
	nulls[column - 1] = item == NULL;
}

void
dyn_log_add(int stream, DynRecord *record)
{
	Datum		values[COLUMNS];
	bool		nulls[COLUMNS] = {false};
	Relation	rel;
	HeapTuple	tuple;

	record->created_at = GetCurrentTimestamp();
	record->xid = (int64) U64FromFullTransactionId(GetTopFullTransactionId());
	record->number = nextval_internal(dyn_log_relation("change_number"), false);
	values[COLUMN_STREAM - 1] = Int32GetDatum(stream);
	values[COLUMN_NUMBER - 1] = Int64GetDatum(record->number);
	values[COLUMN_XID - 1] = Int64GetDatum(record->xid);
	values[COLUMN_CREATED_AT - 1] = TimestampTzGetDatum(record->created_at);
	values[COLUMN_EVENT - 1] = CharGetDatum((char) record->event);
	values[COLUMN_BY_SERVICE - 1] = BoolGetDatum(record->by_service);
	values[COLUMN_HASH - 1] = Int32GetDatum(record->hash);
	set_item(values, nulls, COLUMN_KEYS, record->keys);
	set_item(values, nulls, COLUMN_OLD_ITEM, record->old_item);
	set_item(values, nulls, COLUMN_NEW_ITEM, record->new_item);

	rel = open_current(record->created_at);
	tuple = heap_form_tuple(RelationGetDescr(rel), values, nulls);
	CatalogTupleInsert(rel, tuple);
	heap_freetuple(tuple);
	table_close(rel, NoLock);
}

/* The owner of the log's tables, who is that of the extension. */
static Oid
log_owner(void)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(dyn_log_relation("changes")));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation dynapg.changes");
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

uint64
dyn_log_query(const char *sql, DynSqlArgs *args, long limit)
{
	DynSqlArgs	none = {0};
	Oid			saved_user;
	int			saved_context;
	int			rc;

	if (args == NULL)
		args = &none;
	GetUserIdAndSecContext(&saved_user, &saved_context);
	PushActiveSnapshot(GetLatestSnapshot());
	SetUserIdAndSecContext(log_owner(), saved_context | SECURITY_LOCAL_USERID_CHANGE);
	rc = SPI_execute_with_args(sql, args->count, args->types, args->values, args->nulls, true, limit);
	SetUserIdAndSecContext(saved_user, saved_context);
	PopActiveSnapshot();
	if (rc < 0)
		elog(ERROR, "%s: %s", SPI_result_code_string(rc), sql);
	return SPI_processed;
}
