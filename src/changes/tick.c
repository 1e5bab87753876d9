/*
 * tick.c - making and reading ticks
 *
 * Ticks have to be in the order of their snapshots, so they are made one at a time, under a lock. They must not wait for the
 * end of the transaction that makes them, which may be a user's long one: the row is inserted frozen, as COPY FREEZE does, so
 * everybody sees it at once and it survives a rollback of the transaction; then the lock is released. The row is flushed before
 * anything is read by it, so no tick that a reader has used is lost in a crash.
 *
 * A tick's own transaction is not over: PostgreSQL's snapshots leave it out, a tick lists it.
 *
 * Ticks are found by their number. Since the values that they store never decrease, other lookups use binary search.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/array.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "base/compat.h"
#include "changes/log.h"
#include "changes/tick.h"
#include "database/touched.h"

#define MOMENT_PAUSE (10 * USECS_PER_SEC)	/* between the ticks that are kept as moments */
#define MAX_BEGUN 1000			/* transactions in a tick's list that began after the last finished one */

/* The columns of dynapg.ticks and dynapg.moments. */
enum Column
{
	COLUMN_TICK = 1,
	COLUMN_OLDEST_XID,
	COLUMN_NEXT_XID,
	COLUMN_OPEN_XIDS,
	COLUMN_NUMBER_BEFORE,
	COLUMN_NUMBER_AFTER,
	COLUMN_CREATED_AT,
	COLUMN_COMPLETE,
	COLUMNS = COLUMN_COMPLETE
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
	return tick->nopen == 0 || bsearch(&xid, tick->open, tick->nopen, sizeof(int64), compare_xids) == NULL;
}

/* ---- reading ---- */

/* A scan of the ticks, or of the moments, from a number on, by their index. */
typedef struct TickScan
{
	Relation	rel;
	Relation	index;
	ScanKeyData key;
	SysScanDesc scan;
} TickScan;

static void
open_scan_of(TickScan *scan, const char *table, int64 from)
{
	scan->rel = table_open(dyn_log_relation(table), AccessShareLock);
	dyn_touched_add(RelationGetRelid(scan->rel), false);
	if (RelationGetDescr(scan->rel)->natts != COLUMNS)
		elog(ERROR, "table dynapg.%s has been altered", table);
	list_free(RelationGetIndexList(scan->rel)); /* finds the primary key */
	scan->index = index_open(scan->rel->rd_pkindex, AccessShareLock);
	ScanKeyInit(&scan->key, COLUMN_TICK, BTGreaterEqualStrategyNumber, F_INT8GE, Int64GetDatum(from));
	scan->scan = systable_beginscan_ordered(scan->rel, scan->index, NULL, 1, &scan->key);
}

static void
open_scan(TickScan *scan, int64 from)
{
	open_scan_of(scan, "ticks", from);
}

static void
close_scan(TickScan *scan)
{
	systable_endscan_ordered(scan->scan);
	index_close(scan->index, AccessShareLock);
	table_close(scan->rel, AccessShareLock);
}

static Datum
column(const TickScan *scan, HeapTuple tuple, enum Column number)
{
	bool		isnull;
	Datum		value = heap_getattr(tuple, number, RelationGetDescr(scan->rel), &isnull);

	if (isnull)
		elog(ERROR, "a row of dynapg.%s has a null", RelationGetRelationName(scan->rel));
	return value;
}

/* The next tick of the scan; false at its end. */
static bool
next_tick(TickScan *scan, ScanDirection direction, DynTick *tick)
{
	HeapTuple	tuple = systable_getnext_ordered(scan->scan, direction);
	Datum	   *open;

	if (!HeapTupleIsValid(tuple))
		return false;
	tick->tick = DatumGetInt64(column(scan, tuple, COLUMN_TICK));
	tick->oldest_xid = DatumGetInt64(column(scan, tuple, COLUMN_OLDEST_XID));
	tick->next_xid = DatumGetInt64(column(scan, tuple, COLUMN_NEXT_XID));
	deconstruct_array(DatumGetArrayTypeP(column(scan, tuple, COLUMN_OPEN_XIDS)), INT8OID, sizeof(int64), FLOAT8PASSBYVAL,
					  TYPALIGN_DOUBLE, &open, NULL, &tick->nopen);
	tick->open = palloc(Max(tick->nopen, 1) * sizeof(int64));
	for (int i = 0; i < tick->nopen; i++)
		tick->open[i] = DatumGetInt64(open[i]);
	tick->number_before = DatumGetInt64(column(scan, tuple, COLUMN_NUMBER_BEFORE));
	tick->number_after = DatumGetInt64(column(scan, tuple, COLUMN_NUMBER_AFTER));
	tick->created_at = DatumGetTimestampTz(column(scan, tuple, COLUMN_CREATED_AT));
	tick->complete = DatumGetBool(column(scan, tuple, COLUMN_COMPLETE));
	return true;
}

DynTick *
dyn_tick_last(void)
{
	DynTick    *tick = palloc0(sizeof(DynTick));
	TickScan	scan;

	open_scan(&scan, 0);
	(void) next_tick(&scan, BackwardScanDirection, tick);
	close_scan(&scan);
	return tick;
}

int
dyn_tick_range(int64 from, int64 to, DynTick **ticks)
{
	TickScan	scan;
	int			count = 0;

	*ticks = palloc0(Max(to - from + 1, 1) * sizeof(DynTick));
	if (from == 0 && to >= 0)
		count++;
	open_scan(&scan, Max(from, 1));
	while (count <= to - from && next_tick(&scan, ForwardScanDirection, &(*ticks)[count]) && (*ticks)[count].tick == from + count)
		count++;
	close_scan(&scan);
	return count;
}

DynTick *
dyn_tick_read(int64 number)
{
	DynTick    *tick;

	return dyn_tick_range(number, number, &tick) > 0 ? tick : NULL;
}

int64
dyn_tick_horizon(void)
{
	DynTick		tick = {0};
	TickScan	scan;
	bool		found;

	open_scan(&scan, 0);
	found = next_tick(&scan, ForwardScanDirection, &tick);
	close_scan(&scan);
	/* if the very first tick still exists, its records can be read, too */
	return !found || tick.tick == 1 ? 0 : tick.tick;
}

typedef bool (*Test) (const DynTick *tick, int64 argument);

/* The first tick above the horizon and up to `last` for which the test holds, as for all later ones; last + 1 where there is none. */
static int64
search(Test test, int64 argument, int64 last)
{
	int64		low = Max(dyn_tick_horizon(), 1);
	int64		high = last + 1;

	while (low < high)
	{
		int64		middle = low + (high - low) / 2;
		DynTick    *tick = dyn_tick_read(middle);

		/* a tick that has been trimmed meanwhile lies before the result, if there is one */
		if (tick && test(tick, argument))
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static bool
is_since(const DynTick *tick, int64 moment)
{
	return tick->created_at >= moment;
}

static bool
has_begun(const DynTick *tick, int64 xid)
{
	return tick->next_xid > xid;
}

int64
dyn_tick_first_seeing(int64 xid, int64 last)
{
	return search(dyn_tick_sees, xid, last);
}

int64
dyn_tick_first_since(TimestampTz moment, int64 last)
{
	return search(is_since, moment, last);
}

int64
dyn_tick_low_number(const DynTick *previous, const DynTick *tick)
{
	/* the oldest transaction that was open before and is over now took its numbers after a tick at which it had not begun */
	for (int i = 0; i < previous->nopen; i++)
	{
		DynTick    *before;

		if (!dyn_tick_sees(tick, previous->open[i]))
			continue;
		before = dyn_tick_read(search(has_begun, previous->open[i], previous->tick) - 1);
		return before ? before->number_before : 0;
	}
	return previous->number_before;
}

/* ---- moments: ticks that are kept for longer ---- */

/* The tick of dynapg.moments whose number the query returns, or NULL. */
static DynTick *
read_moment(const char *query, int64 argument, bool is_time)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext old;
	DynSqlArgs	args = {0};
	DynTick    *tick = NULL;
	TickScan	scan;
	int64		number = 0;

	if (is_time)
		dyn_sql_timestamptz(&args, argument);
	else
		dyn_sql_int64(&args, argument);
	SPI_connect();
	if (dyn_log_query(query, &args, 1) > 0)
		number = dyn_sql_get_int64(0, 1);
	SPI_finish();
	if (number == 0)
		return NULL;

	old = MemoryContextSwitchTo(caller);
	tick = palloc0(sizeof(DynTick));
	open_scan_of(&scan, "moments", number);
	if (!next_tick(&scan, ForwardScanDirection, tick))
		tick = NULL;
	close_scan(&scan);
	MemoryContextSwitchTo(old);
	return tick;
}

DynTick *
dyn_tick_before(TimestampTz moment)
{
	int64		last = dyn_tick_last()->tick;
	int64		number = dyn_tick_first_since(moment + 1, last) - 1;
	DynTick    *tick = number > 0 ? dyn_tick_read(number) : NULL;

	if (tick == NULL)
		tick = read_moment("SELECT m.tick FROM dynapg.moments m WHERE m.created_at OPERATOR(pg_catalog.<=) $1 "
						   "ORDER BY m.created_at DESC, m.tick DESC LIMIT 1", moment, true);
	return tick ? tick : palloc0(sizeof(DynTick));
}

DynTick *
dyn_tick_after(TimestampTz moment)
{
	int64		last = dyn_tick_last()->tick;
	DynTick    *tick = read_moment("SELECT m.tick FROM dynapg.moments m WHERE m.created_at OPERATOR(pg_catalog.>) $1 "
								   "ORDER BY m.created_at, m.tick LIMIT 1", moment, true);

	return tick ? tick : dyn_tick_read(dyn_tick_first_since(moment + 1, last));
}

int64
dyn_tick_number_bound(const DynTick *tick)
{
	DynTick    *before;

	/* the oldest open transaction took its numbers after a tick at which it had not begun */
	if (tick->nopen == 0)
		return tick->number_before;
	before = dyn_tick_read(search(has_begun, tick->open[0], tick->tick) - 1);
	if (before == NULL)
		before = read_moment("SELECT m.tick FROM dynapg.moments m WHERE m.next_xid OPERATOR(pg_catalog.<=) $1 "
							 "ORDER BY m.tick DESC LIMIT 1", tick->open[0], false);
	return before ? Min(before->number_before, tick->number_before) : 0;
}

/* A tick's row becomes a moment. */
static void
keep_moment(const TickScan *scan, HeapTuple tuple)
{
	Relation	rel = table_open(dyn_log_relation("moments"), RowExclusiveLock);
	Datum		values[COLUMNS];
	bool		nulls[COLUMNS];

	heap_deform_tuple(tuple, RelationGetDescr(scan->rel), values, nulls);
	dyn_log_insert(rel, values, nulls, 0);
	table_close(rel, NoLock);
}

static TimestampTz
last_moment(void)
{
	DynTick		tick = {.created_at = DT_NOBEGIN};
	TickScan	scan;

	open_scan_of(&scan, "moments", 0);
	(void) next_tick(&scan, BackwardScanDirection, &tick);
	close_scan(&scan);
	return tick.created_at;
}

/* Without a statement, so that no publication repeats it on other servers. */
void
dyn_tick_trim(int64 kept, bool keep_moments)
{
	TimestampTz last = keep_moments ? last_moment() : DT_NOEND;
	TickScan	scan;
	HeapTuple	tuple;

	open_scan(&scan, 0);
	LockRelationOid(RelationGetRelid(scan.rel), RowExclusiveLock);
	while (HeapTupleIsValid(tuple = systable_getnext_ordered(scan.scan, ForwardScanDirection)) &&
		   DatumGetInt64(column(&scan, tuple, COLUMN_TICK)) < kept)
	{
		TimestampTz created_at = DatumGetTimestampTz(column(&scan, tuple, COLUMN_CREATED_AT));

		CHECK_FOR_INTERRUPTS();
		if (keep_moments && (last == DT_NOBEGIN || created_at - last >= MOMENT_PAUSE))
		{
			keep_moment(&scan, tuple);
			last = created_at;
		}
		simple_heap_delete(scan.rel, &tuple->t_self);
	}
	close_scan(&scan);
	CommandCounterIncrement();
}

void
dyn_tick_trim_moments(TimestampTz before)
{
	TickScan	scan;
	HeapTuple	tuple;

	open_scan_of(&scan, "moments", 0);
	LockRelationOid(RelationGetRelid(scan.rel), RowExclusiveLock);
	while (HeapTupleIsValid(tuple = systable_getnext_ordered(scan.scan, ForwardScanDirection)) &&
		   DatumGetTimestampTz(column(&scan, tuple, COLUMN_CREATED_AT)) < before)
	{
		CHECK_FOR_INTERRUPTS();
		simple_heap_delete(scan.rel, &tuple->t_self);
	}
	close_scan(&scan);
	CommandCounterIncrement();
}

/* ---- making ---- */

static int64
widen(TransactionId xid, FullTransactionId next)
{
	uint32		epoch = EpochFromFullTransactionId(next);

	if (xid > XidFromFullTransactionId(next))
		epoch--;
	return (int64) U64FromFullTransactionId(FullTransactionIdFromEpochAndXid(epoch, xid));
}

/*
 * Reads what is visible at this moment.
 *
 * A snapshot ends with the last finished transaction; transactions that began later are not in it. They are listed, too, so
 * that the tick knows for every transaction with a number whether it was over: the next tick is due when one of those has
 * ended. If they seem too many, since most are subtransactions, the next tick is always due.
 *
 * The order matters: a transaction gets its id before its first number.
 */
static void
read_snapshot(DynTick *tick)
{
	TransactionId own = GetTopTransactionIdIfAny();
	Snapshot	snapshot;
	FullTransactionId next;
	int64		end;

	tick->number_before = dyn_log_last_number();
	snapshot = GetLatestSnapshot();
	tick->open = palloc((snapshot->xcnt + 1 + MAX_BEGUN) * sizeof(int64));
	tick->nopen = 0;
	next = ReadNextFullTransactionId();
	tick->oldest_xid = widen(snapshot->xmin, next);
	tick->next_xid = widen(snapshot->xmax, next);
	for (uint32 i = 0; i < snapshot->xcnt; i++)
		tick->open[tick->nopen++] = widen(snapshot->xip[i], next);
	if (TransactionIdIsValid(own) && TransactionIdPrecedes(own, snapshot->xmax))
	{
		tick->open[tick->nopen++] = widen(own, next);
		tick->oldest_xid = Min(tick->oldest_xid, widen(own, next));
	}

	tick->number_after = dyn_log_last_number();
	end = (int64) U64FromFullTransactionId(ReadNextFullTransactionId());
	tick->complete = end - tick->next_xid <= MAX_BEGUN;
	while (tick->complete && tick->next_xid < end)
		tick->open[tick->nopen++] = tick->next_xid++;
	qsort(tick->open, tick->nopen, sizeof(int64), compare_xids);
	tick->created_at = GetCurrentTimestamp();
}

/* Can the tick have records that the last one does not have? */
static bool
has_news(const DynTick *last, const DynTick *tick)
{
	if (last->tick == 0 || !last->complete || tick->number_after != last->number_after)
		return true;
	for (int i = 0; i < last->nopen; i++)
	{
		if (dyn_tick_sees(tick, last->open[i]))
			return true;
	}
	return false;
}

/* Inserts the row frozen. */
static void
store_tick(const DynTick *tick)
{
	Relation	rel = table_open(dyn_log_relation("ticks"), RowExclusiveLock);
	Datum	   *open = palloc(Max(tick->nopen, 1) * sizeof(Datum));
	Datum		values[COLUMNS];
	bool		nulls[COLUMNS] = {false};

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
	values[COLUMN_COMPLETE - 1] = BoolGetDatum(tick->complete);

	/* a row without its index entry would reappear when the index is rebuilt */
	HOLD_INTERRUPTS();
	dyn_log_insert(rel, values, nulls, HEAP_INSERT_FROZEN);
	RESUME_INTERRUPTS();
	table_close(rel, NoLock);
	XLogFlush(XactLastRecEnd);
}

static DynTick *
make_tick(bool always)
{
	DynTick    *last = dyn_tick_last();
	DynTick    *tick = palloc0(sizeof(DynTick));

	tick->tick = last->tick + 1;
	read_snapshot(tick);
	if (!always && !has_news(last, tick))
		return last;
	tick->created_at = Max(tick->created_at, last->created_at);

	/* writing needs a transaction id; one assigned only now is above what the snapshot has seen */
	(void) GetTopTransactionId();
	store_tick(tick);
	return tick;
}

static DynTick *
make_locked(bool always)
{
	Oid			relid;
	DynTick    *tick;

	if (RecoveryInProgress() || XactReadOnly || IsInParallelMode())
		return dyn_tick_last();
	relid = dyn_log_relation("ticks");
	LockDatabaseObject(RelationRelationId, relid, 0, ExclusiveLock);
	tick = make_tick(always);
	UnlockDatabaseObject(RelationRelationId, relid, 0, ExclusiveLock);
	return tick;
}

int64
dyn_tick_lag(void)
{
	DynTick    *last = dyn_tick_last();
	DynTick		tick = {0};

	if (last->tick == 0)
		return 0;
	if (!RecoveryInProgress())
	{
		read_snapshot(&tick);
		if (!has_news(last, &tick))
			return 0;
	}
	return Max(GetCurrentTimestamp() - last->created_at, 0);
}

DynTick *
dyn_tick_now(void)
{
	return make_locked(false);
}

DynTick *
dyn_tick_force(void)
{
	return make_locked(true);
}

int64
dyn_tick_widen(TransactionId xid)
{
	return widen(xid, ReadNextFullTransactionId());
}
