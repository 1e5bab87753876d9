/*
 * item_rows.c - Query and Scan as rows, without pages: dynapg.query_items, dynapg.scan_items
 *
 * The whole range is one statement with one snapshot.  Its items go into a tuplestore as they are stored, which spills to disk beyond
 * work_mem; PostgreSQL keeps the rows of a function in FROM so in any case, so that streaming them one by one would save nothing.
 * Who wants a few says so with "limit".
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "api/item_rows.h"
#include "api/operation.h"
#include "api/sql_request.h"
#include "base/jsonout.h"
#include "base/returned_rows.h"

PGDLLEXPORT Datum dynapg_query_items(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(dynapg_query_items);
PGDLLEXPORT Datum dynapg_scan_items(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(dynapg_scan_items);

static const DynOperation query_rows = {"Query", &dyn_shape_query, dyn_api_query_rows, false, false};
static const DynOperation scan_rows = {"Scan", &dyn_shape_scan, dyn_api_scan_rows, false, false};

typedef struct Rows
{
	DynItemRows items;
	Tuplestorestate *store;
	TupleDesc	row;			/* of one column */
	int64		left;			/* items that are still wanted; negative: all */
} Rows;

/* DynRowConsumer */
static bool
put_row(void *arg, const struct varlena *item)
{
	Rows	   *rows = arg;
	Datum		value = PointerGetDatum(item);
	bool		null = false;

	if (rows->left == 0)
		return false;
	tuplestore_putvalues(rows->store, rows->row, &value, &null);
	return rows->left < 0 || --rows->left > 0;
}

/* The rows of the request, which lacks the brace that ends it; argument n is the number of items that are wanted. */
static Datum
read_rows(FunctionCallInfo fcinfo, const DynOperation *operation, StringInfo request, int n)
{
	Rows		rows = {.items.consumer = put_row, .left = PG_ARGISNULL(n) ? -1 : PG_GETARG_INT64(n)};

	if (!PG_ARGISNULL(n) && rows.left < 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_ROW_COUNT_IN_LIMIT_CLAUSE), errmsg("\"limit\" must not be negative")));
	appendStringInfoChar(request, '}');
	initStringInfo(&rows.items.reply);
	rows.store = dyn_returned_rows_begin_scalar(fcinfo, &rows.row);
	dyn_api_call(operation, request->data, request->len, &rows.items.reply);
	return (Datum) 0;
}

/* query_items(table_name, key_condition, filter, names, "values", index_name, forward, projection, "limit") returns setof item */
Datum
dynapg_query_items(PG_FUNCTION_ARGS)
{
	StringInfoData request;

	dyn_sql_request_begin(&request, fcinfo);
	dyn_sql_request_text(&request, "KeyConditionExpression", fcinfo, 1);
	dyn_sql_request_text(&request, "FilterExpression", fcinfo, 2);
	dyn_sql_request_names(&request, fcinfo, 3);
	dyn_sql_request_values(&request, fcinfo, 4);
	dyn_sql_request_text(&request, "IndexName", fcinfo, 5);
	dyn_sql_request_bool(&request, "ScanIndexForward", fcinfo, 6);
	dyn_sql_request_text(&request, "ProjectionExpression", fcinfo, 7);
	return read_rows(fcinfo, &query_rows, &request, 8);
}

/* scan_items(table_name, filter, names, "values", index_name, projection, segment, total_segments, "limit") returns setof item */
Datum
dynapg_scan_items(PG_FUNCTION_ARGS)
{
	StringInfoData request;

	dyn_sql_request_begin(&request, fcinfo);
	dyn_sql_request_text(&request, "FilterExpression", fcinfo, 1);
	dyn_sql_request_names(&request, fcinfo, 2);
	dyn_sql_request_values(&request, fcinfo, 3);
	dyn_sql_request_text(&request, "IndexName", fcinfo, 4);
	dyn_sql_request_text(&request, "ProjectionExpression", fcinfo, 5);
	dyn_sql_request_integer(&request, "Segment", fcinfo, 6);
	dyn_sql_request_integer(&request, "TotalSegments", fcinfo, 7);
	return read_rows(fcinfo, &scan_rows, &request, 8);
}
