/*
 * explain.c - how PostgreSQL carries an operation out: dynapg.explain
 *
 * The operation is called as it is, with its checks, errors and rights, in a subtransaction that is always undone; store/explain.h
 * watches its statements.  With run => true all of them run.
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

#include "api/lines.h"
#include "api/operation.h"
#include "base/compat.h"
#include "base/json.h"
#include "base/jsonout.h"
#include "store/explain.h"

PGDLLEXPORT Datum dynapg_explain(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum dynapg_explain_text(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum dynapg_explain_jsonb(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(dynapg_explain);
PG_FUNCTION_INFO_V1(dynapg_explain_text);
PG_FUNCTION_INFO_V1(dynapg_explain_jsonb);

/* The operations on items: nothing else is undone without a trace, such as workers and files. */
static const DynOperation *
operation_named(text *name)
{
	static const char *const names[] = {
		"BatchExecuteStatement", "BatchGetItem", "BatchWriteItem", "DeleteItem", "ExecuteStatement", "ExecuteTransaction", "GetItem",
		"PutItem", "Query", "Scan", "SearchVectors", "TransactGetItems", "TransactWriteItems", "UpdateItem"
	};
	char	   *wanted = text_to_cstring(name);

	for (int i = 0; i < lengthof(names); i++)
	{
		if (strcmp(wanted, names[i]) == 0)
			return dyn_operation_find(wanted, strlen(wanted));
	}
	ereport(ERROR,
			errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			errmsg("operation \"%s\" cannot be explained", wanted),
			errhint("Operations on items can, by their names on the wire, such as Query."));
}

/* ---- the call ---- */

/* The request with a ReturnConsumedCapacity, unless it has one. */
static StringInfo
with_capacity(const char *request)
{
	const DynJson *object = dyn_json_try(request, strlen(request));
	const char *open = strchr(request, '{');
	StringInfo	text = makeStringInfo();

	if (object == NULL || dyn_json_kind(object) != DYN_JSON_OBJECT || dyn_json_count(object) == 0 ||
		dyn_json_member(object, "ReturnConsumedCapacity") != NULL)
		appendStringInfoString(text, request);
	else
		appendStringInfo(text, "{\"ReturnConsumedCapacity\":\"INDEXES\",%s", open + 1);
	return text;
}

static void
call(const DynOperation *operation, const char *request, DynExplain *explain, StringInfo reply)
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
		(void) dyn_api_call(operation, request, strlen(request), reply);
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
explain_request(const DynOperation *operation, const char *request, bool analyze)
{
	DynExplain	explain = {.out = makeStringInfo(), .analyze = analyze};
	StringInfo	reply = makeStringInfo();
	const DynJson *parsed;
	instr_time	began;
	instr_time	ended;

	appendStringInfo(explain.out, "%s: %s\n", operation->name, analyze ? "run, and rolled back" : "its first statement, not run");
	INSTR_TIME_SET_CURRENT(began);
	call(operation, analyze ? with_capacity(request)->data : request, &explain, reply);
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
	return explain_request(operation_named(PG_GETARG_TEXT_PP(0)), request, PG_GETARG_BOOL(2));
}

static StringInfo
explain_jsonb(FunctionCallInfo fcinfo)
{
	Jsonb	   *jsonb = PG_GETARG_JSONB_P(1);
	char	   *request = JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb));

	return explain_request(operation_named(PG_GETARG_TEXT_PP(0)), request, PG_GETARG_BOOL(2));
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
