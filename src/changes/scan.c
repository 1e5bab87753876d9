/*
 * scan.c - reading the log's tables by their indexes, all of them together, in the order of numbers
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "miscadmin.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "base/compat.h"
#include "changes/columns.h"
#include "changes/scan.h"
#include "database/touched.h"
#include "value/value.h"

#define KEYS	3

/* One of the log's tables. */
typedef struct Source
{
	Relation	rel;
	Relation	index;
	SysScanDesc scan;
	ScanKeyData keys[KEYS];
	HeapTuple	tuple;			/* the row that comes next; NULL: there is none */
	int64		number;			/* its number */
} Source;

struct DynLogScan
{
	Snapshot	snapshot;
	Source		sources[DYN_LOG_TABLES];
	Source	   *used;			/* the one of the row that was returned last */
};

/* ---- rows ---- */

static void
damaged(HeapTuple tuple, const char *problem)
{
	ereport(ERROR,
			errcode(ERRCODE_DATA_CORRUPTED),
			errmsg("row (%u,%u) of table \"dynapg.%s\" is damaged: %s", ItemPointerGetBlockNumber(&tuple->t_self),
				   ItemPointerGetOffsetNumber(&tuple->t_self), get_rel_name(tuple->t_tableOid), problem));
}

static Datum
column(Relation rel, HeapTuple tuple, DynLogColumn number)
{
	bool		isnull;
	Datum		value = heap_getattr(tuple, number, RelationGetDescr(rel), &isnull);

	if (isnull)
		damaged(tuple, "it has a null");
	return value;
}

/* The context of reading a row, for errors that PostgreSQL raises. */
static void
describe_place(void *arg)
{
	HeapTuple	tuple = arg;

	errcontext("row (%u,%u) of table \"dynapg.%s\"", ItemPointerGetBlockNumber(&tuple->t_self),
			   ItemPointerGetOffsetNumber(&tuple->t_self), get_rel_name(tuple->t_tableOid));
}

static struct varlena *
read_item(Relation rel, HeapTuple tuple, DynLogColumn number)
{
	bool		isnull;
	Datum		value = heap_getattr(tuple, number, RelationGetDescr(rel), &isnull);
	struct varlena *item = isnull ? NULL : PG_DETOAST_DATUM_COPY(value);
	const char *problem = item ? dyn_item_verify(item) : NULL;

	if (problem)
		damaged(tuple, problem);
	return item;
}

static DynEvent
read_event(Relation rel, HeapTuple tuple)
{
	char		event = DatumGetChar(column(rel, tuple, DYN_LOG_EVENT));

	if (event != DYN_EVENT_INSERT && event != DYN_EVENT_MODIFY && event != DYN_EVENT_REMOVE)
		damaged(tuple, psprintf("there is no event with code %d", event));
	return (DynEvent) event;
}

void
dyn_log_scan_read(DynLogScan *scan, HeapTuple tuple, DynRecord *record)
{
	Relation	rel = scan->sources[0].rel;	/* all have the same columns */
	ErrorContextCallback place = {.previous = error_context_stack,.callback = describe_place,.arg = tuple};

	error_context_stack = &place;
	record->number = DatumGetInt64(column(rel, tuple, DYN_LOG_NUMBER));
	record->xid = DatumGetInt64(column(rel, tuple, DYN_LOG_XID));
	record->created_at = DatumGetTimestampTz(column(rel, tuple, DYN_LOG_CREATED_AT));
	record->event = read_event(rel, tuple);
	record->by_service = DatumGetBool(column(rel, tuple, DYN_LOG_BY_SERVICE));
	record->hash = DatumGetInt32(column(rel, tuple, DYN_LOG_HASH));
	record->keys = read_item(rel, tuple, DYN_LOG_KEYS);
	record->old_item = read_item(rel, tuple, DYN_LOG_OLD_ITEM);
	record->new_item = read_item(rel, tuple, DYN_LOG_NEW_ITEM);
	if (record->keys == NULL)
		damaged(tuple, "it has no keys");
	error_context_stack = place.previous;
}

/* ---- scanning ---- */

static void
advance(Source *source)
{
	source->tuple = systable_getnext_ordered(source->scan, ForwardScanDirection);
	if (HeapTupleIsValid(source->tuple))
		source->number = DatumGetInt64(column(source->rel, source->tuple, DYN_LOG_NUMBER));
}

static void
open_source(Source *source, int table, Snapshot snapshot, int stream, int64 above, int64 upto)
{
	char		name[NAMEDATALEN];

	snprintf(name, sizeof(name), "changes_%d", table);
	source->rel = table_open(dyn_log_relation(name), AccessShareLock);
	dyn_touched_add(RelationGetRelid(source->rel), false);
	if (RelationGetDescr(source->rel)->natts != DYN_LOG_COLUMNS)
		elog(ERROR, "table dynapg.%s has been altered", name);
	list_free(RelationGetIndexList(source->rel));	/* finds the primary key */
	source->index = index_open(source->rel->rd_pkindex, AccessShareLock);
	ScanKeyInit(&source->keys[0], DYN_LOG_STREAM, BTEqualStrategyNumber, F_INT4EQ, Int32GetDatum(stream));
	ScanKeyInit(&source->keys[1], DYN_LOG_NUMBER, BTGreaterStrategyNumber, F_INT8GT, Int64GetDatum(above));
	ScanKeyInit(&source->keys[2], DYN_LOG_NUMBER, BTLessEqualStrategyNumber, F_INT8LE, Int64GetDatum(upto));
	source->scan = systable_beginscan_ordered(source->rel, source->index, snapshot, KEYS, source->keys);
	advance(source);
}

DynLogScan *
dyn_log_scan_begin(int stream, int64 above, int64 upto)
{
	DynLogScan *scan = palloc0(sizeof(DynLogScan));

	scan->snapshot = RegisterSnapshot(GetLatestSnapshot());
	for (int i = 0; i < DYN_LOG_TABLES; i++)
		open_source(&scan->sources[i], i, scan->snapshot, stream, above, upto);
	return scan;
}

bool
dyn_log_scan_next(DynLogScan *scan, DynLogRow *row)
{
	Source	   *next = NULL;

	CHECK_FOR_INTERRUPTS();
	if (scan->used)
		advance(scan->used);
	for (int i = 0; i < DYN_LOG_TABLES; i++)
	{
		Source	   *source = &scan->sources[i];

		if (source->tuple && (next == NULL || source->number < next->number))
			next = source;
	}
	scan->used = next;
	if (next == NULL)
		return false;
	row->number = next->number;
	row->xid = DatumGetInt64(column(next->rel, next->tuple, DYN_LOG_XID));
	row->created_at = DatumGetTimestampTz(column(next->rel, next->tuple, DYN_LOG_CREATED_AT));
	row->hash = DatumGetInt32(column(next->rel, next->tuple, DYN_LOG_HASH));
	row->tuple = next->tuple;
	return true;
}

void
dyn_log_scan_end(DynLogScan *scan)
{
	for (int i = 0; i < DYN_LOG_TABLES; i++)
	{
		systable_endscan_ordered(scan->sources[i].scan);
		index_close(scan->sources[i].index, AccessShareLock);
		table_close(scan->sources[i].rel, AccessShareLock);
	}
	UnregisterSnapshot(scan->snapshot);
	pfree(scan);
}
