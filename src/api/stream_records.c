/*
 * stream_records.c - dynapg.stream_records: the records of a table's stream as rows
 *
 * Shards do not matter here: the records come in the order of their sequence numbers, which is that of each item's history.
 */
#include "postgres.h"

#include "api/stream_names.h"
#include "base/errors.h"
#include "base/namespace.h"
#include "base/returned_rows.h"
#include "changes/tick.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "tables/name.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/tuplestore.h"

#define COLUMNS		7
#define BATCH		1000

PGDLLEXPORT Datum dynapg_stream_records(PG_FUNCTION_ARGS);

static Datum
numeric_of(const char *text)
{
	return DirectFunctionCall3(numeric_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

static const char *
event_name(DynEvent event)
{
	return event == DYN_EVENT_INSERT ? "INSERT" : event == DYN_EVENT_REMOVE ? "REMOVE" : "MODIFY";
}

static void
add_row(Tuplestorestate *rows, TupleDesc row, const DynRecord *record)
{
	Datum		values[COLUMNS];
	bool		nulls[COLUMNS] = {false};

	values[0] = numeric_of(dyn_stream_names_sequence_print(record->tick, record->number));
	values[1] = CStringGetTextDatum(event_name(record->event));
	values[2] = PointerGetDatum(record->keys);
	values[3] = PointerGetDatum(record->old_item);
	nulls[3] = record->old_item == NULL;
	values[4] = PointerGetDatum(record->new_item);
	nulls[4] = record->new_item == NULL;
	values[5] = TimestampTzGetDatum(record->created_at);
	values[6] = BoolGetDatum(record->by_service);
	tuplestore_putvalues(rows, row, values, nulls);
}

/* Where to begin: after a sequence number, or, where that is NULL or 0, at the oldest record. */
static DynPosition
start_of(FunctionCallInfo fcinfo)
{
	DynPosition position = {dyn_tick_horizon(), DYN_POSITION_ALL};
	char	   *text;

	if (PG_ARGISNULL(1))
		return position;
	text = DatumGetCString(DirectFunctionCall1(numeric_out, PG_GETARG_DATUM(1)));
	if (strcmp(text, "0") == 0)
		return position;
	if (!dyn_stream_names_sequence_read((DynSlice) {text, (uint32) strlen(text)}, &position))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s is not a sequence number of a stream", text)));
	return position;
}

static void
read_rows(DynReading *reading, int64 limit, Tuplestorestate *rows, TupleDesc row)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "dynapg stream records", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);

	while (limit > 0 && !reading->at_end)
	{
		CHECK_FOR_INTERRUPTS();
		reading->limit = (int) Min(limit, BATCH);
		if (!dyn_read_records(reading))
			dyn_error(DYN_E_TRIMMED_DATA_ACCESS, "The data you are trying to access has been trimmed");
		for (int i = 0; i < reading->count; i++)
			add_row(rows, row, &reading->records[i]);
		limit -= reading->count;
		MemoryContextReset(context);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}

PG_FUNCTION_INFO_V1(dynapg_stream_records);
Datum
dynapg_stream_records(PG_FUNCTION_ARGS)
{
	TupleDesc	row;
	Tuplestorestate *rows = dyn_returned_rows_begin(fcinfo, COLUMNS, &row);
	int			limit = PG_ARGISNULL(2) ? PG_INT32_MAX : PG_GETARG_INT32(2);
	char	   *name;
	DynStream  *stream;
	DynReading	reading = {.slots = 1, .max_bytes = 8 * 1024 * 1024};

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	if (limit < 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_ROW_COUNT_IN_LIMIT_CLAUSE), errmsg("\"limit\" must not be negative")));
	name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	stream = dyn_stream_find(dyn_namespace_full_name(name), NULL);
	if (stream == NULL)
		dyn_error(DYN_E_RESOURCE_NOT_FOUND, "Requested resource not found: Table: %s has no stream", name);
	dyn_stream_check_readable(stream);
	reading.stream = stream;
	reading.to_tick = dyn_tick_now()->tick;
	reading.after = start_of(fcinfo);
	read_rows(&reading, limit, rows, row);
	return (Datum) 0;
}
