/*
 * streams_view.c - the view dynapg.stream_list, and dynapg.stream_notify
 */
#include "postgres.h"

#include "api/stream_names.h"
#include "base/errors.h"
#include "base/namespace.h"
#include "base/returned_rows.h"
#include "changes/log.h"
#include "changes/notify.h"
#include "changes/tick.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "tables/catalog.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#define COLUMNS		11

PGDLLEXPORT Datum dynapg_stream_statistics(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum dynapg_stream_notify(PG_FUNCTION_ARGS);

/* The space of a stream in the log. */
typedef struct Figures
{
	int			shards;			/* that are open */
	int64		records;
	int64		bytes;
	TimestampTz oldest;
} Figures;

/*
 * The records are counted in the index. Their bytes are estimated from the newest ones, since measuring all would read the
 * whole log; 90 bytes of a record are its row, without keys and images, and its index entry.
 */
static Figures
figures_of(const DynStream *stream)
{
	Figures		figures = {0};
	DynSqlArgs	args = {0};

	SPI_connect();
	dyn_sql_int(&args, stream->id);
	(void) dyn_log_query("SELECT (SELECT pg_catalog.count(*) FROM dynapg.shards h "
						 "WHERE h.stream_id OPERATOR(pg_catalog.=) $1 AND h.to_xid IS NULL)::pg_catalog.int4, "
						 "(SELECT pg_catalog.count(*) FROM dynapg.changes c WHERE c.stream_id OPERATOR(pg_catalog.=) $1), "
						 "COALESCE((SELECT pg_catalog.avg(90 OPERATOR(pg_catalog.+) pg_catalog.pg_column_size(n.keys) "
						 "OPERATOR(pg_catalog.+) COALESCE(pg_catalog.pg_column_size(n.old_item), 0) "
						 "OPERATOR(pg_catalog.+) COALESCE(pg_catalog.pg_column_size(n.new_item), 0)) "
						 "FROM (SELECT c.keys, c.old_item, c.new_item FROM dynapg.changes c WHERE c.stream_id OPERATOR(pg_catalog.=) $1 "
						 "ORDER BY c.number DESC LIMIT 1000) n), 0)::pg_catalog.int8, "
						 "(SELECT c.created_at FROM dynapg.changes c WHERE c.stream_id OPERATOR(pg_catalog.=) $1 "
						 "ORDER BY c.number LIMIT 1)",
						 &args, 1);
	figures.shards = dyn_sql_get_int(0, 1);
	figures.records = dyn_sql_get_int64(0, 2);
	figures.bytes = figures.records * dyn_sql_get_int64(0, 3);
	if (figures.records > 0)
		figures.oldest = dyn_sql_get_int64(0, 4);
	SPI_finish();
	return figures;
}

static Datum
interval_of(int64 microseconds)
{
	Interval   *interval = palloc0(sizeof(Interval));

	interval->time = microseconds;
	return IntervalPGetDatum(interval);
}

static void
add_row(Tuplestorestate *rows, TupleDesc row, const DynStream *stream, int64 lag)
{
	Datum		values[COLUMNS] = {0};
	bool		nulls[COLUMNS] = {false};
	bool		readable = dyn_stream_is_readable(stream);
	Figures		figures = readable ? figures_of(stream) : (Figures) {0};

	values[0] = CStringGetTextDatum(stream->table_name);
	values[1] = CStringGetTextDatum(stream->label);
	values[2] = CStringGetTextDatum(dyn_stream_names_arn(stream));
	values[3] = CStringGetTextDatum(dyn_stream_view_name(stream->view));
	values[4] = CStringGetTextDatum(stream->enabled ? "ENABLED" : "DISABLED");
	values[5] = Int32GetDatum(figures.shards);
	values[6] = Int64GetDatum(figures.records);
	values[7] = Int64GetDatum(figures.bytes);
	values[8] = TimestampTzGetDatum(figures.oldest);
	values[9] = interval_of(lag);
	nulls[5] = nulls[6] = nulls[7] = !readable;
	nulls[8] = figures.records == 0;
	nulls[9] = !readable || !stream->enabled;
	nulls[10] = stream->channel == NULL;
	if (stream->channel)
		values[10] = CStringGetTextDatum(stream->channel);
	tuplestore_putvalues(rows, row, values, nulls);
}

/* The rows of the view: all streams, with figures of those whose records the user may read. */
PG_FUNCTION_INFO_V1(dynapg_stream_statistics);
Datum
dynapg_stream_statistics(PG_FUNCTION_ARGS)
{
	TupleDesc	row;
	Tuplestorestate *rows = dyn_returned_rows_begin(fcinfo, COLUMNS, &row);
	DynStream  *streams;
	int			count = dyn_stream_list(NULL, NULL, NULL, NULL, PG_INT32_MAX, &streams);
	int64		lag = count > 0 ? dyn_tick_lag() : 0;

	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		add_row(rows, row, &streams[i], lag);
	}
	return (Datum) 0;
}

/*
 * dynapg.stream_notify(table_name text, channel text): transactions that write records of the table notify the channel; NULL
 * ends that.
 */
PG_FUNCTION_INFO_V1(dynapg_stream_notify);
Datum
dynapg_stream_notify(PG_FUNCTION_ARGS)
{
	char	   *name = PG_ARGISNULL(0) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *channel = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	DynStream  *stream = name ? dyn_stream_find(dyn_namespace_full_name(name), NULL) : NULL;

	if (channel && (channel[0] == '\0' || strlen(channel) >= NAMEDATALEN))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the name of a channel must have 1 to %d bytes", NAMEDATALEN - 1)));
	if (stream == NULL || !stream->enabled)
		dyn_error(DYN_E_RESOURCE_NOT_FOUND, "Requested resource not found: Table: %s has no enabled stream", name ? name : "");
	dyn_catalog_require_owner(stream->relid);
	dyn_notify_set(stream, channel);
	PG_RETURN_VOID();
}
