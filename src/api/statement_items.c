/*
 * statement_items.c - the items of a statement as rows: dynapg.partiql
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "api/operation.h"
#include "api/sql_params.h"
#include "base/compat.h"
#include "base/jsonout.h"
#include "value/tree.h"

PGDLLEXPORT Datum dynapg_partiql(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(dynapg_partiql);
PGDLLEXPORT Datum dynapg_partiql_items(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(dynapg_partiql_items);

/* The state that grows while pages are read. */
typedef struct Items
{
	int			count;
	int			room;
	Datum	   *items;
} Items;

static void
print_parameters(StringInfo request, ArrayType *parameters)
{
	Datum	   *values;
	int			count;

	deconstruct_array(parameters, JSONOID, -1, false, TYPALIGN_INT, &values, NULL, &count);
	if (count == 0)
		return;
	dyn_jsonout_member(request, "Parameters");
	for (int i = 0; i < count; i++)
	{
		text	   *value = DatumGetTextPP(values[i]);

		appendStringInfoChar(request, i == 0 ? '[' : ',');
		appendBinaryStringInfo(request, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
	}
	appendStringInfoChar(request, ']');
}

static void
add_items(Items *items, const DynJson *page)
{
	for (const DynJson *json = dyn_json_first(dyn_json_member(page, "Items")); json != NULL; json = dyn_json_next(json))
	{
		DynViolation violation;
		DynNode		item;

		if (!dyn_tree_json_item_node(json, &dyn_wording_plain, &item, &violation))
			elog(ERROR, "a reply holds no item: %s", violation.text);
		if (items->count == items->room)
			items->items = repalloc(items->items, sizeof(Datum) * (items->room *= 2));
		items->items[items->count++] = PointerGetDatum(dyn_node_build_item(&item));
	}
}

/* Reads one page; the token of the next one, data NULL where there is none. */
static DynSlice
read_page(Items *items, const char *request, int len, DynSlice token)
{
	const DynOperation *operation = dyn_operation_find("ExecuteStatement", strlen("ExecuteStatement"));
	StringInfoData text;
	StringInfoData reply;
	const DynJson *page;
	const DynJson *next;

	initStringInfo(&text);
	appendBinaryStringInfo(&text, request, len);
	if (token.data != NULL)
	{
		dyn_jsonout_member(&text, "NextToken");
		dyn_jsonout_string(&text, token.data, token.len);
	}
	appendStringInfoChar(&text, '}');
	initStringInfo(&reply);
	dyn_api_call(operation, text.data, text.len, &reply);
	page = dyn_json_parse(reply.data, reply.len);
	add_items(items, page);
	next = dyn_json_member(page, "NextToken");
	return next != NULL ? dyn_json_string(next) : (DynSlice) {NULL, 0};
}

/* partiql_items(statement text, parameters json[]) returns item[] */
Datum
dynapg_partiql_items(PG_FUNCTION_ARGS)
{
	text	   *statement = PG_GETARG_TEXT_PP(0);
	Oid			type = get_element_type(get_func_rettype(fcinfo->flinfo->fn_oid));
	Items		items = {.room = 64, .items = palloc_array(Datum, 64)};
	DynSlice	token = {NULL, 0};
	StringInfoData request;
	int16		len;
	bool		by_value;
	char		align;

	initStringInfo(&request);
	appendStringInfoChar(&request, '{');
	dyn_jsonout_member(&request, "Statement");
	dyn_jsonout_string(&request, VARDATA_ANY(statement), VARSIZE_ANY_EXHDR(statement));
	print_parameters(&request, PG_GETARG_ARRAYTYPE_P(1));
	do
	{
		CHECK_FOR_INTERRUPTS();
		token = read_page(&items, request.data, request.len, token);
	} while (token.data != NULL);
	get_typlenbyvalalign(type, &len, &by_value, &align);
	PG_RETURN_ARRAYTYPE_P(construct_array(items.items, items.count, type, len, by_value, align));
}

/* The rows of a call: the items of one page at a time. */
typedef struct Rows
{
	StringInfoData request;		/* without the brace that ends it */
	MemoryContext context;		/* of the page */
	Items		items;
	int			next;
	DynSlice	token;			/* of the next page; data NULL: there is none */
} Rows;

static void
next_page(Rows *rows)
{
	MemoryContext caller;
	DynSlice	token = rows->token;

	if (token.data != NULL)
		token.data = pnstrdup(token.data, token.len);
	MemoryContextReset(rows->context);
	caller = MemoryContextSwitchTo(rows->context);
	rows->items = (Items) {.room = 64, .items = palloc_array(Datum, 64)};
	rows->next = 0;
	rows->token = read_page(&rows->items, rows->request.data, rows->request.len, token);
	MemoryContextSwitchTo(caller);
}

static Rows *
begin_rows(FunctionCallInfo fcinfo)
{
	Rows	   *rows = palloc0_object(Rows);

	initStringInfo(&rows->request);
	dyn_sql_params_print_request(&rows->request, fcinfo);
	rows->context = AllocSetContextCreate(CurrentMemoryContext, "dynapg PartiQL page", ALLOCSET_DEFAULT_SIZES);
	next_page(rows);
	return rows;
}

/* partiql(statement text [, VARIADIC "any"]) returns setof item */
Datum
dynapg_partiql(PG_FUNCTION_ARGS)
{
	FuncCallContext *call;
	Rows	   *rows;

	if (SRF_IS_FIRSTCALL())
	{
		MemoryContext caller;

		call = SRF_FIRSTCALL_INIT();
		caller = MemoryContextSwitchTo(call->multi_call_memory_ctx);
		call->user_fctx = PG_ARGISNULL(0) ? NULL : begin_rows(fcinfo);
		MemoryContextSwitchTo(caller);
	}
	call = SRF_PERCALL_SETUP();
	rows = call->user_fctx;
	if (rows == NULL)
		SRF_RETURN_DONE(call);
	while (rows->next == rows->items.count && rows->token.data != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		next_page(rows);
	}
	if (rows->next == rows->items.count)
		SRF_RETURN_DONE(call);
	SRF_RETURN_NEXT(call, rows->items.items[rows->next++]);
}
