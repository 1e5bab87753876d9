/*
 * sql.c - the operations as SQL functions: dynapg.get_item(request json) returns json
 *
 * Three functions per operation, by the type of the request: json, jsonb and text.  With json and jsonb alone a call
 * with a literal would be ambiguous, because PostgreSQL prefers neither of them for a value of unknown type; it prefers
 * text to both.  Request and reply are as on the wire, and the reply is json whatever the request's type.  A failed
 * operation raises its exception with the SQLSTATE of base/errors.h.  NULL is the empty request.
 *
 * Layer 3 (api).
 */
#include "postgres.h"

#include "api/operation.h"
#include "base/compat.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"

/* The JSON text of an argument; owned is what to free afterwards, or NULL. */
typedef struct Request
{
	const char *data;
	size_t		len;
	void	   *owned;
} Request;

typedef Request (*RequestReader) (Datum argument);

static Request
read_json(Datum argument)
{
	text	   *request = DatumGetTextPP(argument);

	return (Request) {VARDATA_ANY(request), VARSIZE_ANY_EXHDR(request), (Pointer) request != DatumGetPointer(argument) ? request : NULL};
}

/* Malformed text gets the error that its cast to json gives. */
static Request
read_text(Datum argument)
{
	char	   *data = TextDatumGetCString(argument);

	pfree(DatumGetPointer(DirectFunctionCall1(json_in, CStringGetDatum(data))));
	return (Request) {data, strlen(data), data};
}

static Request
read_jsonb(Datum argument)
{
	Jsonb	   *request = DatumGetJsonbP(argument);
	char	   *data = JsonbToCString(NULL, &request->root, VARSIZE(request));

	if ((Pointer) request != DatumGetPointer(argument))
		pfree(request);
	return (Request) {data, strlen(data), data};
}

static Datum
call(FunctionCallInfo fcinfo, const char *name, RequestReader read)
{
	DynOperation const *operation = dyn_operation_find(name, strlen(name));
	StringInfoData reply;

	if (!operation)
		elog(ERROR, "operation %s is not in the table of operations", name);

	/* room for the length word, so that the reply becomes a json value as it is */
	initStringInfo(&reply);
	appendStringInfoSpaces(&reply, VARHDRSZ);
	if (PG_ARGISNULL(0))
		dyn_api_call(operation, "", 0, &reply);
	else
	{
		Request		request = read(PG_GETARG_DATUM(0));

		dyn_api_call(operation, request.data, request.len, &reply);
		if (request.owned)
			pfree(request.owned);
	}
	SET_VARSIZE(reply.data, reply.len);
	return PointerGetDatum(reply.data);
}

#define REQUEST_FUNCTION(function, operation, read) \
	PGDLLEXPORT Datum function(PG_FUNCTION_ARGS); \
	PG_FUNCTION_INFO_V1(function); \
	Datum \
	function(PG_FUNCTION_ARGS) \
	{ \
		return call(fcinfo, operation, read); \
	}

/* The SQL functions of an operation: dynapg_NAME, dynapg_NAME_text, dynapg_NAME_jsonb. */
#define OPERATION_FUNCTION(function, operation) \
	REQUEST_FUNCTION(function, operation, read_json) \
	REQUEST_FUNCTION(function ## _text, operation, read_text) \
	REQUEST_FUNCTION(function ## _jsonb, operation, read_jsonb)

OPERATION_FUNCTION(dynapg_batch_get_item, "BatchGetItem")
OPERATION_FUNCTION(dynapg_batch_write_item, "BatchWriteItem")
OPERATION_FUNCTION(dynapg_create_table, "CreateTable")
OPERATION_FUNCTION(dynapg_delete_item, "DeleteItem")
OPERATION_FUNCTION(dynapg_delete_table, "DeleteTable")
OPERATION_FUNCTION(dynapg_describe_table, "DescribeTable")
OPERATION_FUNCTION(dynapg_get_item, "GetItem")
OPERATION_FUNCTION(dynapg_list_tables, "ListTables")
OPERATION_FUNCTION(dynapg_put_item, "PutItem")
OPERATION_FUNCTION(dynapg_query, "Query")
OPERATION_FUNCTION(dynapg_scan, "Scan")
OPERATION_FUNCTION(dynapg_transact_get_items, "TransactGetItems")
OPERATION_FUNCTION(dynapg_transact_write_items, "TransactWriteItems")
OPERATION_FUNCTION(dynapg_update_item, "UpdateItem")
OPERATION_FUNCTION(dynapg_update_table, "UpdateTable")
