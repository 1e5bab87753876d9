/*
 * read.c - reading the records of a stream in their order
 *
 * Ticks are taken in chunks: one query gets the records of a chunk, whose ticks are then worked out here.  A chunk is so
 * small, by the numbers that its ticks span, that its records fit memory; where one tick alone is larger than that, its
 * records are read in the order of their numbers, as many as are wanted.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/compat.h"
#include "changes/log.h"
#include "changes/read.h"
#include "changes/tick.h"
#include "database/sql.h"
#include "value/value.h"

#define CHUNK_TICKS		500
#define CHUNK_RECORDS	5000
#define CHUNKS			20		/* of one call */

#define RECORD_COLUMNS \
	"c.number, c.xid, c.created_at, c.event::pg_catalog.text, c.by_service, c.hash, c.keys, c.old_item, c.new_item"

/* A record's place in the result of a query. */
typedef struct Place
{
	int64		tick;
	int64		number;
	uint64		row;
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

/* ---- the query ---- */

static void
add_xids(DynSqlArgs *args, const DynTick *tick)
{
	dyn_sql_int64_array(args, tick->open, tick->nopen);
}

/*
 * Queries the records of the part that belong to the ticks above `previous` and up to `last`, with numbers above `number`, in
 * the order of their numbers.  They are in SPI_tuptable.
 */
static uint64
query(const DynReading *reading, const DynTick *previous, const DynTick *last, int64 number, TimestampTz since, int limit)
{
	DynSqlArgs	args = {0};
	StringInfoData sql;

	dyn_sql_int(&args, reading->stream->id);
	dyn_sql_int64(&args, Max(number, dyn_tick_low_number(previous, last)));
	dyn_sql_int64(&args, last->number_after);
	dyn_sql_int64(&args, previous->next_xid);
	add_xids(&args, previous);
	dyn_sql_int64(&args, last->next_xid);
	add_xids(&args, last);
	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT " RECORD_COLUMNS " FROM dynapg.changes c WHERE c.stream_id OPERATOR(pg_catalog.=) $1 "
						   "AND c.number OPERATOR(pg_catalog.>) $2 AND c.number OPERATOR(pg_catalog.<=) $3 "
						   "AND (c.xid OPERATOR(pg_catalog.>=) $4 OR c.xid OPERATOR(pg_catalog.=) ANY ($5)) "
						   "AND c.xid OPERATOR(pg_catalog.<) $6 AND c.xid OPERATOR(pg_catalog.<>) ALL ($7)");
	if (reading->slots > 1)
	{
		dyn_sql_int64(&args, reading->slots);
		dyn_sql_int64(&args, reading->slot);
		appendStringInfoString(&sql, " AND ((c.hash::pg_catalog.int8 OPERATOR(pg_catalog.+) 2147483648) OPERATOR(pg_catalog.*) $8) "
							   "OPERATOR(pg_catalog.>>) 32 OPERATOR(pg_catalog.=) $9");
	}
	if (since != DT_NOBEGIN)
	{
		dyn_sql_timestamptz(&args, since);
		appendStringInfo(&sql, " AND c.created_at OPERATOR(pg_catalog.>=) $%d", args.count);
	}
	appendStringInfoString(&sql, " ORDER BY c.number");
	return dyn_log_query(sql.data, &args, limit);
}

static struct varlena *
read_item(uint64 row, int column)
{
	bool		isnull;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &isnull);

	return isnull ? NULL : PG_DETOAST_DATUM_COPY(value);
}

/* The record of that row, in the current memory context. */
static void
read_record(uint64 row, int64 tick, DynRecord *record)
{
	record->tick = tick;
	record->number = dyn_sql_get_int64(row, 1);
	record->xid = dyn_sql_get_int64(row, 2);
	record->created_at = dyn_sql_get_int64(row, 3);
	record->event = (DynEvent) dyn_sql_get_text(row, 4)[0];
	record->by_service = dyn_sql_get_bool(row, 5);
	record->hash = dyn_sql_get_int(row, 6);
	record->keys = read_item(row, 7);
	record->old_item = read_item(row, 8);
	record->new_item = read_item(row, 9);
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

/* How many of the ticks after the first, which comes before the chunk, make one. */
static int
chunk_size(const DynTick *ticks, int count)
{
	int			size = 1;

	while (size < count - 1 && ticks[size + 1].number_after - ticks[0].number_before <= CHUNK_RECORDS)
		size++;
	return size;
}

/*
 * Takes records in their order until there are enough; false when there are, with the position after the last one.  The
 * records' memory is result_context's.
 */
static bool
take(DynReading *reading, const Place *places, int count, int64 *bytes, MemoryContext result_context)
{
	MemoryContext old = MemoryContextSwitchTo(result_context);
	bool		enough = false;

	for (int i = 0; i < count && !enough; i++)
	{
		DynRecord  *record = &reading->records[reading->count];

		if (reading->count == reading->limit)
		{
			enough = true;
			break;
		}
		read_record(places[i].row, places[i].tick, record);
		*bytes += dyn_item_size(record->keys) + dyn_image_size(record->old_item) + dyn_image_size(record->new_item);
		if (reading->count > 0 && *bytes > reading->max_bytes)
		{
			enough = true;
			break;
		}
		reading->count++;
		reading->after = (DynPosition) {places[i].tick, places[i].number};
	}
	MemoryContextSwitchTo(old);
	return !enough;
}

/* Reads what the chunk of ticks has after the position; false when there are enough records, before its end. */
static bool
read_chunk(DynReading *reading, const DynTick *ticks, int size, int64 *bytes, MemoryContext result_context)
{
	int64		number = reading->after.number == DYN_POSITION_ALL ? 0 : reading->after.number;
	int			limit = size > 1 ? CHUNK_RECORDS : reading->limit - reading->count + 1;
	int			count = 0;
	bool		single = size == 1;
	uint64		rows = query(reading, &ticks[0], &ticks[size], single ? number : 0, DT_NOBEGIN, limit);
	Place	   *places;

	if (!single && rows == limit)
		return read_chunk(reading, ticks, 1, bytes, result_context);
	places = palloc(Max(rows, 1) * sizeof(Place));
	for (uint64 i = 0; i < rows; i++)
	{
		Place		place = {tick_of(ticks + 1, size, dyn_sql_get_int64(i, 2)), dyn_sql_get_int64(i, 1), i};

		if (place.tick > ticks[1].tick || place.number > number)
			places[count++] = place;
	}
	qsort(places, count, sizeof(Place), compare_places);
	if (!take(reading, places, count, bytes, result_context))
		return false;
	reading->after = (DynPosition) {ticks[size].tick, DYN_POSITION_ALL};
	return true;
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
	int64		bytes = 0;
	bool		more = true;
	bool		kept = true;

	reading->records = palloc(Max(reading->limit, 1) * sizeof(DynRecord));
	reading->count = 0;
	SPI_connect();
	if (is_done(reading) && reading->after.tick < dyn_tick_horizon())
		kept = false;
	for (int i = 0; kept && more && !is_done(reading) && reading->count < reading->limit && i < CHUNKS; i++)
	{
		DynTick    *ticks;
		int			count = read_ticks(reading, &ticks);

		CHECK_FOR_INTERRUPTS();
		if (count < 2)
			kept = reading->count > 0;	/* trimmed under our eyes: what was read is good */
		if (count < 2)
			break;
		more = read_chunk(reading, ticks, chunk_size(ticks, count), &bytes, caller);
	}
	reading->at_end = is_done(reading);
	SPI_finish();
	return kept;
}

DynPosition
dyn_read_position_at(const DynReading *reading, TimestampTz moment)
{
	int64		tick = dyn_tick_first_since(moment, reading->to_tick);
	DynPosition position = {tick - 1, DYN_POSITION_ALL};
	DynTick    *ticks;

	if (tick > reading->to_tick)
		return (DynPosition) {reading->to_tick, DYN_POSITION_ALL};
	SPI_connect();
	if (dyn_tick_range(tick - 1, tick, &ticks) == 2)
	{
		if (query(reading, &ticks[0], &ticks[1], 0, moment, 1) > 0)
			position = (DynPosition) {tick, dyn_sql_get_int64(0, 1) - 1};
		else
			position = (DynPosition) {tick, DYN_POSITION_ALL};
	}
	SPI_finish();
	return position;
}
