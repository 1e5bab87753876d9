/*
 * read.c - reading the records of a stream in their order
 *
 * Ticks are processed in chunks: one scan reads the records of a chunk, and their ticks are then determined here. A chunk is
 * limited, by the numbers that its ticks span, so that its records fit memory, and initially to what is wanted; if a single
 * tick is larger than that, its records are read in the order of their numbers until there are enough.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "miscadmin.h"

#include "base/compat.h"
#include "changes/log.h"
#include "changes/read.h"
#include "changes/scan.h"
#include "changes/tick.h"
#include "value/value.h"

#define CHUNK_TICKS		500
#define CHUNK_RECORDS	5000
#define CHUNKS			20		/* of one call */

/* A record's place in the order. */
typedef struct Place
{
	int64		tick;
	int64		number;
	HeapTuple	tuple;
} Place;

static int
compare_places(const void *a, const void *b)
{
	const Place *left = a;
	const Place *right = b;

	if (left->tick != right->tick)
		return left->tick < right->tick ? -1 : 1;
	return (left->number > right->number) - (left->number < right->number);
}

/* ---- what belongs to the reading ---- */

/* The records with numbers that those of the ticks above `previous` and up to `last` can have, above `number`. */
static DynLogScan *
scan_of(const DynReading *reading, const DynTick *previous, const DynTick *last, int64 number)
{
	return dyn_log_scan_begin(reading->stream->id, Max(number, dyn_tick_low_number(previous, last)), last->number_after);
}

/* The next record of the part that belongs to those ticks; false at the end. */
static bool
next_of(DynLogScan *scan, const DynReading *reading, const DynTick *previous, const DynTick *last, DynLogRow *row)
{
	while (dyn_log_scan_next(scan, row))
	{
		uint64		hash = (uint64) ((int64) row->hash - PG_INT32_MIN);

		if (!dyn_tick_sees(previous, row->xid) && dyn_tick_sees(last, row->xid) &&
			(int) ((hash * reading->slots) >> 32) == reading->slot)
			return true;
	}
	return false;
}

/* ---- a chunk ---- */

/* The first of the ticks that sees the transaction; one does. */
static int64
tick_of(const DynTick *ticks, int count, int64 xid)
{
	int			low = 0;
	int			high = count - 1;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (dyn_tick_sees(&ticks[middle], xid))
			high = middle;
		else
			low = middle + 1;
	}
	return ticks[low].tick;
}

/* How many of the ticks after the first one, which precedes the chunk, form a chunk. */
static int
chunk_size(const DynTick *ticks, int count, int records)
{
	int			size = 1;

	while (size < count - 1 && ticks[size + 1].number_after - ticks[0].number_before <= records)
		size++;
	return size;
}

/* Takes the record of a row; false, with the row left, when there are enough.  The record's memory is context's. */
static bool
take_record(DynReading *reading, DynLogScan *scan, HeapTuple tuple, int64 tick, int64 *bytes, MemoryContext context)
{
	DynRecord  *record = &reading->records[reading->count];
	MemoryContext old;

	if (reading->count == reading->limit)
		return false;
	old = MemoryContextSwitchTo(context);
	dyn_log_scan_read(scan, tuple, record);
	MemoryContextSwitchTo(old);
	record->tick = tick;
	*bytes += dyn_item_size(record->keys) + dyn_image_size(record->old_item) + dyn_image_size(record->new_item);
	if (reading->count > 0 && *bytes > reading->max_bytes)
		return false;
	reading->count++;
	reading->after = (DynPosition) {tick, record->number};
	return true;
}

/* Reads a tick's records above the number, in the order of their numbers; false when there are enough records. */
static bool
read_tick(DynReading *reading, const DynTick *previous, const DynTick *tick, int64 number, int64 *bytes, MemoryContext context)
{
	DynLogScan *scan = scan_of(reading, previous, tick, number);
	DynLogRow	row;
	bool		more = true;

	while (more && next_of(scan, reading, previous, tick, &row))
		more = take_record(reading, scan, row.tuple, tick->tick, bytes, context);
	dyn_log_scan_end(scan);
	return more;
}

/*
 * Reads the records of the ticks (of the first one, above the number) with their rows in memory: false, with nothing read,
 * where there are too many.
 */
static bool
read_ticks_together(DynReading *reading, const DynTick *ticks, int size, int64 number, int64 *bytes, MemoryContext context, bool *more)
{
	DynLogScan *scan = scan_of(reading, &ticks[0], &ticks[size], 0);
	Place	   *places = palloc(CHUNK_RECORDS * sizeof(Place));
	DynLogRow	row;
	int			count = 0;
	bool		fits = true;

	while (fits && next_of(scan, reading, &ticks[0], &ticks[size], &row))
	{
		Place		place = {tick_of(ticks + 1, size, row.xid), row.number, NULL};

		if (place.tick == ticks[1].tick && place.number <= number)
			continue;
		fits = count < CHUNK_RECORDS;
		if (!fits)
			break;
		place.tuple = heap_copytuple(row.tuple);
		places[count++] = place;
	}
	if (fits)
	{
		qsort(places, count, sizeof(Place), compare_places);
		*more = true;
		for (int i = 0; i < count && *more; i++)
			*more = take_record(reading, scan, places[i].tuple, places[i].tick, bytes, context);
	}
	dyn_log_scan_end(scan);
	return fits;
}

/* Reads what the chunk of ticks has after the position; false when there are enough records, before its end. */
static bool
read_chunk(DynReading *reading, const DynTick *ticks, int size, int64 *bytes, MemoryContext context)
{
	int64		number = reading->after.number == DYN_POSITION_ALL ? 0 : reading->after.number;
	bool		more;

	if (size == 1 || !read_ticks_together(reading, ticks, size, number, bytes, context, &more))
	{
		size = 1;
		more = read_tick(reading, &ticks[0], &ticks[1], number, bytes, context);
	}
	if (more)
		reading->after = (DynPosition) {ticks[size].tick, DYN_POSITION_ALL};
	return more;
}

/* The ticks from before the position's rest on, the first of which comes before the chunk; 0 where it was trimmed. */
static int
read_ticks(const DynReading *reading, DynTick **ticks)
{
	int64		first = reading->after.number == DYN_POSITION_ALL ? reading->after.tick : reading->after.tick - 1;
	int64		to = Min(reading->to_tick, first + CHUNK_TICKS);

	if (first < dyn_tick_horizon())
		return 0;
	return dyn_tick_range(first, to, ticks);
}

static bool
is_done(const DynReading *reading)
{
	return reading->after.tick > reading->to_tick ||
		(reading->after.tick == reading->to_tick && reading->after.number == DYN_POSITION_ALL);
}

bool
dyn_read_records(DynReading *reading)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context = AllocSetContextCreate(caller, "dynapg stream", ALLOCSET_DEFAULT_SIZES);
	int64		bytes = 0;
	int			records = Min(Max(reading->limit, 1), CHUNK_RECORDS);
	bool		more = true;
	bool		kept = true;

	reading->records = palloc(Max(reading->limit, 1) * sizeof(DynRecord));
	reading->count = 0;
	MemoryContextSwitchTo(context);
	if (is_done(reading) && reading->after.tick < dyn_tick_horizon())
		kept = false;
	for (int i = 0; kept && more && !is_done(reading) && reading->count < reading->limit && i < CHUNKS; i++)
	{
		DynTick    *ticks;
		int			count = read_ticks(reading, &ticks);

		CHECK_FOR_INTERRUPTS();
		if (count < 2)
			kept = reading->count > 0;	/* trimmed meanwhile: what was read is valid */
		if (count < 2)
			break;
		more = read_chunk(reading, ticks, chunk_size(ticks, count, records), &bytes, caller);
		MemoryContextReset(context);
		records = Min(records * 2, CHUNK_RECORDS);
	}
	reading->at_end = is_done(reading);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return kept;
}

DynPosition
dyn_read_position_at(const DynReading *reading, TimestampTz moment)
{
	int64		tick = dyn_tick_first_since(moment, reading->to_tick);
	DynPosition position = {tick - 1, DYN_POSITION_ALL};
	DynTick    *ticks;
	DynLogScan *scan;
	DynLogRow	row;

	if (tick > reading->to_tick)
		return (DynPosition) {reading->to_tick, DYN_POSITION_ALL};
	if (dyn_tick_range(tick - 1, tick, &ticks) < 2)
		return position;
	position.tick = tick;
	scan = scan_of(reading, &ticks[0], &ticks[1], 0);
	while (next_of(scan, reading, &ticks[0], &ticks[1], &row))
	{
		if (row.created_at < moment)
			continue;
		position.number = row.number - 1;
		break;
	}
	dyn_log_scan_end(scan);
	return position;
}
