/*
 * explain.c - how PostgreSQL carries an operation out: dynapg.explain, and X-Dynapg-Explain over HTTP
 *
 * The operation is called as it is, with its checks, errors and rights, in a subtransaction that is always undone; store/explain.h
 * watches its statements.  With run => true all of them run.
 *
 * Over HTTP a role needs EXECUTE on dynapg.http_explain as well: plans show what row security hides, such as the number of rows that
 * a policy passed over, and a key's holder cannot run EXPLAIN.
 */
#include "postgres.h"

#include "access/xact.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "portability/instr_time.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/resowner.h"

#include "api/explain.h"
#include "api/lines.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/guc.h"
#include "base/json.h"
#include "base/jsonout.h"
#include "database/installation.h"
#include "store/explain.h"

PGDLLEXPORT Datum dynapg_explain(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum dynapg_explain_text(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum dynapg_explain_jsonb(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum dynapg_http_explain(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(dynapg_explain);
PG_FUNCTION_INFO_V1(dynapg_explain_text);
PG_FUNCTION_INFO_V1(dynapg_explain_jsonb);
PG_FUNCTION_INFO_V1(dynapg_http_explain);

/* Is it one of the operations on items?  Nothing else is undone without a trace, such as workers and files. */
static bool
is_on_items(const char *name)
{
	static const char *const names[] = {
		"BatchExecuteStatement", "BatchGetItem", "BatchWriteItem", "DeleteItem", "ExecuteStatement", "ExecuteTransaction", "GetItem",
		"PutItem", "Query", "Scan", "SearchVectors", "TransactGetItems", "TransactWriteItems", "UpdateItem"
	};

	for (int i = 0; i < lengthof(names); i++)
	{
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

static const DynOperation *
operation_named(text *name)
{
	char	   *wanted = text_to_cstring(name);

	if (is_on_items(wanted))
		return dyn_operation_find(wanted, strlen(wanted));
	ereport(ERROR,
			errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			errmsg("operation \"%s\" cannot be explained", wanted),
			errhint("Operations on items can, by their names on the wire, such as Query."));
}

/* ---- the call ---- */

/* The request with a ReturnConsumedCapacity, unless it has one. */
static DynSlice
with_capacity(DynSlice request)
{
	const DynJson *object = dyn_json_try(request.data, request.len);
	const char *open = memchr(request.data, '{', request.len);
	StringInfo	text;

	if (object == NULL || dyn_json_kind(object) != DYN_JSON_OBJECT || dyn_json_count(object) == 0 ||
		dyn_json_member(object, "ReturnConsumedCapacity") != NULL)
		return request;
	text = makeStringInfo();
	appendStringInfoString(text, "{\"ReturnConsumedCapacity\":\"INDEXES\",");
	appendBinaryStringInfo(text, open + 1, request.data + request.len - open - 1);
	return (DynSlice) {text->data, text->len};
}

static void
call(const DynOperation *operation, DynSlice request, DynExplain *explain, StringInfo reply)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData  *volatile error = NULL;

	/* a trigger of the table can call this again */
	if (dyn_explain_watching != NULL)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("an operation that is being explained cannot explain another one")));
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		dyn_explain_watch(explain);
		(void) dyn_api_call(operation, request.data, request.len, reply);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
	}
	PG_END_TRY();
	dyn_explain_watch(NULL);
	RollbackAndReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	/* also where the operation itself has caught the error that stopped it: a cancel that came later is the session's */
	if (error != NULL && (!explain->stopped || ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_OPERATOR_INTERVENTION))
		ReThrowError(error);
}

/* ---- the reply ---- */

static void
append_counts(StringInfo out, const DynJson *reply)
{
	const DynJson *count = dyn_json_member(reply, "Count");
	const DynJson *scanned = dyn_json_member(reply, "ScannedCount");

	if (count != NULL && scanned != NULL)
		appendStringInfo(out, "Items: " INT64_FORMAT " read, " INT64_FORMAT " passed over by the filter, " INT64_FORMAT " returned\n",
						 dyn_json_integer(scanned), dyn_json_integer(scanned) - dyn_json_integer(count), dyn_json_integer(count));
}

static void
append_capacity(StringInfo out, const DynJson *reply)
{
	const DynJson *capacity = dyn_json_member(reply, "ConsumedCapacity");

	if (capacity == NULL)
		return;
	appendStringInfoString(out, "Consumed capacity: ");
	dyn_jsonout_tree(out, capacity);
	appendStringInfoChar(out, '\n');
}

static StringInfo
explain_request(const DynOperation *operation, DynSlice request, bool analyze)
{
	DynExplain	explain = {.out = makeStringInfo(), .analyze = analyze};
	StringInfo	reply = makeStringInfo();
	const DynJson *parsed;
	instr_time	began;
	instr_time	ended;

	appendStringInfo(explain.out, "%s: %s\n", operation->name, analyze ? "run, and rolled back" : "its first statement, not run");
	INSTR_TIME_SET_CURRENT(began);
	call(operation, analyze ? with_capacity(request) : request, &explain, reply);
	INSTR_TIME_SET_CURRENT(ended);
	INSTR_TIME_SUBTRACT(ended, began);
	if (explain.statements == 0)
		appendStringInfoString(explain.out, "No statement on a table\n");
	if (!analyze)
		return explain.out;
	parsed = dyn_json_try(reply->data, reply->len);
	if (parsed != NULL && dyn_json_kind(parsed) == DYN_JSON_OBJECT)
	{
		append_counts(explain.out, parsed);
		append_capacity(explain.out, parsed);
	}
	appendStringInfo(explain.out, "Time: %.3f ms\n", INSTR_TIME_GET_MILLISEC(ended));
	return explain.out;
}

/* ---- the functions: explain(operation text, request json|text|jsonb, run boolean) returns setof text ---- */

static StringInfo
explain_text(FunctionCallInfo fcinfo)
{
	char	   *request = text_to_cstring(PG_GETARG_TEXT_PP(1));

	pfree(DatumGetPointer(DirectFunctionCall1(json_in, CStringGetDatum(request))));
	return explain_request(operation_named(PG_GETARG_TEXT_PP(0)), (DynSlice) {request, strlen(request)}, PG_GETARG_BOOL(2));
}

static StringInfo
explain_jsonb(FunctionCallInfo fcinfo)
{
	Jsonb	   *jsonb = PG_GETARG_JSONB_P(1);
	char	   *request = JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb));

	return explain_request(operation_named(PG_GETARG_TEXT_PP(0)), (DynSlice) {request, strlen(request)}, PG_GETARG_BOOL(2));
}

Datum
dynapg_explain(PG_FUNCTION_ARGS)
{
	return dyn_lines(fcinfo, explain_text);
}

Datum
dynapg_explain_text(PG_FUNCTION_ARGS)
{
	return dyn_lines(fcinfo, explain_text);
}

Datum
dynapg_explain_jsonb(PG_FUNCTION_ARGS)
{
	return dyn_lines(fcinfo, explain_jsonb);
}

/* ---- over HTTP ---- */

static void
append_line(StringInfo out, const char *line, size_t len)
{
	if (out->data[out->len - 1] != '[')
		appendStringInfoChar(out, ',');
	dyn_jsonout_string(out, line, len);
}

/* {"Explain": [line, ...]} */
static void
append_as_json(StringInfo out, StringInfo text)
{
	const char *end = text->data + text->len;

	appendStringInfoString(out, "{\"Explain\":[");
	for (const char *line = text->data; line < end;)
	{
		const char *stop = memchr(line, '\n', end - line);

		append_line(out, line, stop - line);
		line = stop + 1;
	}
	appendStringInfoString(out, "]}");
}

/* Without authentication the front serves this machine alone, as a role that everybody there may use. */
static void
check_right(Oid role)
{
	if (dyn_guc_http_auth != DYN_HTTP_AUTH_TRUST && !dyn_installation_may_call("http_explain", role))
		dyn_error(DYN_E_ACCESS_DENIED, "You are not authorized to use " DYN_EXPLAIN_HEADER
				  ": the role of this access key lacks EXECUTE on the function dynapg.http_explain");
}

void
dyn_api_explain(const DynOperation *operation, DynSlice request, DynSlice how, Oid role, StringInfo reply)
{
	bool		run = dyn_slice_is(how, "run");

	check_right(role);
	if (!run && !dyn_slice_is(how, "plan"))
		dyn_error(DYN_E_VALIDATION, DYN_EXPLAIN_HEADER " must be plan or run");
	if (!is_on_items(operation->name))
		dyn_error(DYN_E_VALIDATION, DYN_EXPLAIN_HEADER " is for operations on items, and %s is none", operation->name);
	append_as_json(reply, explain_request(operation, request, run));
}

/* http_explain(operation text, request text, run boolean) returns json: what the front replies, for those who may ask it */
Datum
dynapg_http_explain(PG_FUNCTION_ARGS)
{
	StringInfo	reply = makeStringInfo();

	append_as_json(reply, explain_text(fcinfo));
	PG_RETURN_TEXT_P(cstring_to_text_with_len(reply->data, reply->len));
}
