/*
 * tick.c - making and reading ticks
 *
 * Ticks have to be in the order of their snapshots, so they are made one at a time, under a lock.  They must not wait for
 * the end of the transaction that makes them, which may be a long one of a user's: the row is inserted frozen, as COPY FREEZE
 * does, so everybody sees it at once and it stays when the transaction is rolled back; the lock is released then.  The row is
 * flushed before anything is read by it, so no tick that a reader has used is lost in a crash.
 *
 * A tick's own transaction is not over: PostgreSQL's snapshots leave it out, a tick lists it.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/index.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "storage/procarray.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "changes/log.h"
#include "changes/tick.h"

#define TICK_COLUMNS "t.tick, t.oldest_xid, t.next_xid, t.open_xids, t.number_before, t.number_after, t.created_at"

/* The columns of dynapg.ticks. */
enum Column
{
	COLUMN_TICK = 1,
	COLUMN_OLDEST_XID,
	COLUMN_NEXT_XID,
	COLUMN_OPEN_XIDS,
	COLUMN_NUMBER_BEFORE,
	COLUMN_NUMBER_AFTER,
	COLUMN_CREATED_AT,
	COLUMNS = COLUMN_CREATED_AT
};

static int
compare_xids(const void *a, const void *b)
{
	int64		left = *(const int64 *) a;
	int64		right = *(const int64 *) b;

	return (left > right) - (left < right);
}

bool
dyn_tick_sees(const DynTick *tick, int64 xid)
{
	if (xid < tick->oldest_xid)
		return true;
	if (xid >= tick->next_xid)
		return false;
	return bsearch(&xid, tick->open, tick->nopen, sizeof(int64), compare_xids) == NULL;
}

/* ---- reading ---- */

static DynTick *
tick_of_row(uint64 row, MemoryContext context)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	DynTick    *tick = palloc0(sizeof(DynTick));
	Datum	   *open;

	tick->tick = dyn_sql_get_int64(row, COLUMN_TICK);
	tick->oldest_xid = dyn_sql_get_int64(row, COLUMN_OLDEST_XID);
	tick->next_xid = dyn_sql_get_int64(row, COLUMN_NEXT_XID);
	deconstruct_array(DatumGetArrayTypeP(dyn_sql_get_datum(row, COLUMN_OPEN_XIDS)), INT8OID, sizeof(int64), FLOAT8PASSBYVAL,
					  TYPALIGN_DOUBLE, &open, NULL, &tick->nopen);
	tick->open = palloc(Max(tick->nopen, 1) * sizeof(int64));
	for (int i = 0; i < tick->nopen; i++)
		tick->open[i] = DatumGetInt64(open[i]);
	tick->number_before = dyn_sql_get_int64(row, COLUMN_NUMBER_BEFORE);
	tick->number_after = dyn_sql_get_int64(row, COLUMN_NUMBER_AFTER);
	tick->created_at = dyn_sql_get_int64(row, COLUMN_CREATED_AT);
	MemoryContextSwitchTo(old);
	return tick;
}

DynTick *
dyn_tick_last(void)
{
	MemoryContext caller = CurrentMemoryContext;

	if (dyn_log_query("SELECT " TICK_COLUMNS " FROM dynapg.ticks t ORDER BY t.tick DESC LIMIT 1", NULL, 1) == 0)
		return NULL;
	return tick_of_row(0, caller);
}

DynTick *
dyn_tick_read(int64 number)
{
	MemoryContext caller = CurrentMemoryContext;
	DynSqlArgs	args = {0};

	dyn_sql_int64(&args, number);
	if (dyn_log_query("SELECT " TICK_COLUMNS " FROM dynapg.ticks t WHERE t.tick OPERATOR(pg_catalog.=) $1", &args, 1) == 0)
		return NULL;
	return tick_of_row(0, caller);
}

/* The first column of the query's only row, 0 where there is none. */
static int64
query_number(const char *sql, DynSqlArgs *args)
{
	return dyn_log_query(sql, args, 1) == 0 ? 0 : dyn_sql_get_int64(0, 1);
}

int64
dyn_tick_oldest(void)
{
	return query_number("SELECT t.tick FROM dynapg.ticks t ORDER BY t.tick LIMIT 1", NULL);
}

int64
dyn_tick_at(TimestampTz moment)
{
	DynSqlArgs	args = {0};

	dyn_sql_timestamptz(&args, moment);
	return query_number("SELECT t.tick FROM dynapg.ticks t WHERE t.created_at OPERATOR(pg_catalog.>=) $1 "
						"ORDER BY t.created_at, t.tick LIMIT 1", &args);
}

int64
dyn_tick_with_number(int64 after, int64 number)
{
	DynSqlArgs	args = {0};

	dyn_sql_int64(&args, after);
	dyn_sql_int64(&args, number);
	return query_number("SELECT t.tick FROM dynapg.ticks t WHERE t.number_after OPERATOR(pg_catalog.>=) $2 "
						"AND t.tick OPERATOR(pg_catalog.>) $1 ORDER BY t.number_after, t.tick LIMIT 1", &args);
}

int64
dyn_tick_low_number(const DynTick *previous, const DynTick *tick)
{
	DynSqlArgs	args = {0};

	/* the oldest transaction that was open before and is over now: it began after a tick that had not seen it begin */
	for (int i = 0; i < previous->nopen; i++)
	{
		if (!dyn_tick_sees(tick, previous->open[i]))
			continue;
		dyn_sql_int64(&args, previous->tick);
		dyn_sql_int64(&args, previous->open[i]);
		return query_number("SELECT t.number_before FROM dynapg.ticks t WHERE t.tick OPERATOR(pg_catalog.<) $1 "
							"AND t.next_xid OPERATOR(pg_catalog.<=) $2 ORDER BY t.tick DESC LIMIT 1", &args);
	}
	return previous->number_before;
}

/* ---- making ---- */

static int64
last_number(void)
{
	return query_number("SELECT n.last_value FROM dynapg.change_number n", NULL);
}

/* The transaction id with its epoch; it is one of the last two thousand million. */
static int64
widen(TransactionId xid, FullTransactionId next)
{
	uint32		epoch = EpochFromFullTransactionId(next);

	if (xid > XidFromFullTransactionId(next))
		epoch--;
	return (int64) U64FromFullTransactionId(FullTransactionIdFromEpochAndXid(epoch, xid));
}

/* What is visible at this moment. */
static void
look(DynTick *tick)
{
	Snapshot	snapshot;
	FullTransactionId next;
	TransactionId own = GetTopTransactionIdIfAny();

	tick->number_before = last_number();
	snapshot = GetLatestSnapshot();
	next = ReadNextFullTransactionId();
	tick->oldest_xid = widen(snapshot->xmin, next);
	tick->next_xid = widen(snapshot->xmax, next);
	tick->open = palloc((snapshot->xcnt + 1) * sizeof(int64));
	for (uint32 i = 0; i < snapshot->xcnt; i++)
		tick->open[tick->nopen++] = widen(snapshot->xip[i], next);
	if (TransactionIdIsValid(own) && TransactionIdPrecedes(own, snapshot->xmax))
	{
		tick->open[tick->nopen++] = widen(own, next);
		tick->oldest_xid = Min(tick->oldest_xid, widen(own, next));
	}
	qsort(tick->open, tick->nopen, sizeof(int64), compare_xids);
	tick->number_after = last_number();
	tick->created_at = GetCurrentTimestamp();
}

/* Can a tick made now have records that the last one has not? */
static bool
has_news(const DynTick *last)
{
	if (last_number() != last->number_after)
		return true;
	for (int i = 0; i < last->nopen; i++)
	{
		if (!TransactionIdIsInProgress((TransactionId) last->open[i]))
			return true;
	}
	return false;
}

/* Inserts the row frozen, with the entries of its indexes. */
static void
store(const DynTick *tick)
{
	Relation	rel = table_open(dyn_log_relation("ticks"), RowExclusiveLock);
	Datum	   *open = palloc(Max(tick->nopen, 1) * sizeof(Datum));
	Datum		values[COLUMNS];
	bool		nulls[COLUMNS] = {false};
	HeapTuple	tuple;
	List	   *indexes = RelationGetIndexList(rel);
	ListCell   *cell;

	for (int i = 0; i < tick->nopen; i++)
		open[i] = Int64GetDatum(tick->open[i]);
	values[COLUMN_TICK - 1] = Int64GetDatum(tick->tick);
	values[COLUMN_OLDEST_XID - 1] = Int64GetDatum(tick->oldest_xid);
	values[COLUMN_NEXT_XID - 1] = Int64GetDatum(tick->next_xid);
	values[COLUMN_OPEN_XIDS - 1] = PointerGetDatum(construct_array(open, tick->nopen, INT8OID, sizeof(int64), FLOAT8PASSBYVAL,
																   TYPALIGN_DOUBLE));
	values[COLUMN_NUMBER_BEFORE - 1] = Int64GetDatum(tick->number_before);
	values[COLUMN_NUMBER_AFTER - 1] = Int64GetDatum(tick->number_after);
	values[COLUMN_CREATED_AT - 1] = TimestampTzGetDatum(tick->created_at);
	tuple = heap_form_tuple(RelationGetDescr(rel), values, nulls);
	heap_insert(rel, tuple, GetCurrentCommandId(true), HEAP_INSERT_FROZEN, NULL);
	foreach(cell, indexes)
	{
		Relation	index = index_open(lfirst_oid(cell), RowExclusiveLock);
		IndexInfo  *info = BuildIndexInfo(index);
		Datum		keys[INDEX_MAX_KEYS];
		bool		key_nulls[INDEX_MAX_KEYS];

		for (int i = 0; i < info->ii_NumIndexAttrs; i++)
		{
			keys[i] = values[info->ii_IndexAttrNumbers[i] - 1];
			key_nulls[i] = false;
		}
		index_insert(index, keys, key_nulls, &tuple->t_self, rel, UNIQUE_CHECK_NO, false, info);
		index_close(index, RowExclusiveLock);
	}
	table_close(rel, RowExclusiveLock);
	XLogFlush(XactLastRecEnd);
}

static DynTick *
make(void)
{
	DynTick    *last = dyn_tick_last();
	DynTick    *tick;

	if (last && !has_news(last))
		return last;
	/* it takes a transaction id to write; this one is not over */
	(void) GetTopTransactionId();
	tick = palloc0(sizeof(DynTick));
	tick->tick = last ? last->tick + 1 : 1;
	look(tick);
	store(tick);
	return tick;
}

DynTick *
dyn_tick_now(void)
{
	Oid			relid = dyn_log_relation("ticks");
	DynTick    *tick;

	if (RecoveryInProgress() || XactReadOnly)
		return dyn_tick_last();
	LockDatabaseObject(RelationRelationId, relid, 0, ExclusiveLock);
	tick = make();
	UnlockDatabaseObject(RelationRelationId, relid, 0, ExclusiveLock);
	return tick;
}
