/*
 * sql.c - the operations as SQL functions: dynapg.get_item(request json) returns json
 *
 * Three functions per operation, by the type of the request: json, jsonb and text.  With only json and jsonb, a call with a
 * literal would be ambiguous, because PostgreSQL prefers neither of them for a value of unknown type; it prefers text to both.
 * Request and reply are as on the wire, and the reply is json whatever the request's type.  A failed
 * operation raises its exception with the SQLSTATE of base/errors.h.  NULL is the empty request.
 */
#include "postgres.h"

#include "api/operation.h"
#include "api/table_copy.h"
#include "base/compat.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"

/* The JSON text of an argument. */
typedef struct Request
{
	const char *data;
	size_t		len;
	void	   *owned;			/* what to free afterwards, or NULL */
	DynJsonCheck check;			/* for a text that may not be JSON, else NULL */
} Request;

typedef Request (*RequestReader) (Datum argument);

static Request
read_json(Datum argument)
{
	text	   *request = DatumGetTextPP(argument);
	void	   *owned = (Pointer) request != DatumGetPointer(argument) ? request : NULL;

	return (Request) {VARDATA_ANY(request), VARSIZE_ANY_EXHDR(request), owned, NULL};
}

/* DynJsonCheck: malformed text gets the error of a cast to json. */
static void
cast_to_json(const char *text, size_t len)
{
	char	   *copy = pnstrdup(text, len);

	pfree(DatumGetPointer(DirectFunctionCall1(json_in, CStringGetDatum(copy))));
	pfree(copy);
}

static Request
read_text(Datum argument)
{
	Request		request = read_json(argument);

	request.check = cast_to_json;
	return request;
}

static Request
read_jsonb(Datum argument)
{
	Jsonb	   *request = DatumGetJsonbP(argument);
	char	   *data = JsonbToCString(NULL, &request->root, VARSIZE(request));

	if ((Pointer) request != DatumGetPointer(argument))
		pfree(request);
	return (Request) {data, strlen(data), data, NULL};
}

/* Carries CreateTable out if it has a reply of DescribeTable, which is not a request over HTTP. */
static bool
copies_table(const DynOperation *operation, const Request *request, StringInfo reply)
{
	const char *data = request->data;
	size_t		len = request->len;
	StringInfoData copy;

	dyn_json_skip_mark(&data, &len);
	if (request->check != NULL)
		request->check(data, len);
	initStringInfo(&copy);
	if (!dyn_table_copy_request(data, len, &copy))
		return false;
	dyn_api_call(operation, copy.data, copy.len, reply);
	return true;
}

static void
carry_out(const DynOperation *operation, const Request *request, StringInfo reply)
{
	if (strcmp(operation->name, "CreateTable") == 0 && copies_table(operation, request, reply))
		return;
	dyn_api_call_checked(operation, request->data, request->len, request->check, reply);
}

static Datum
call_operation(FunctionCallInfo fcinfo, const char *name, RequestReader read)
{
	DynOperation const *operation = dyn_operation_find(name, strlen(name));
	StringInfoData reply;

	if (!operation)
		elog(ERROR, "operation %s is not in the table of operations", name);

	/* room for the length word, so that the reply becomes a json value in place */
	initStringInfo(&reply);
	appendStringInfoSpaces(&reply, VARHDRSZ);
	if (PG_ARGISNULL(0))
		dyn_api_call(operation, "", 0, &reply);
	else
	{
		Request		request = read(PG_GETARG_DATUM(0));

		carry_out(operation, &request, &reply);
		if (request.owned)
			pfree(request.owned);
	}
	if (reply.len == VARHDRSZ)
		appendStringInfoString(&reply, "{}");	/* an empty body of the API is not a json value */
	SET_VARSIZE(reply.data, reply.len);
	return PointerGetDatum(reply.data);
}

#define REQUEST_FUNCTION(function, operation, read) \
	PGDLLEXPORT Datum function(PG_FUNCTION_ARGS); \
	PG_FUNCTION_INFO_V1(function); \
	Datum \
	function(PG_FUNCTION_ARGS) \
	{ \
		return call_operation(fcinfo, operation, read); \
	}

/* The SQL functions of an operation: dynapg_NAME, dynapg_NAME_text, dynapg_NAME_jsonb. */
#define DYN_OPERATION(wire_name, c_name, access) \
	REQUEST_FUNCTION(dynapg_##c_name, #wire_name, read_json) \
	REQUEST_FUNCTION(dynapg_##c_name##_text, #wire_name, read_text) \
	REQUEST_FUNCTION(dynapg_##c_name##_jsonb, #wire_name, read_jsonb)
#include "api/operations.def"
#undef DYN_OPERATION
