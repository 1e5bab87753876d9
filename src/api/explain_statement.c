/*
 * explain_statement.c - dynapg.explain_statement: the operation that a statement becomes, in words, and PostgreSQL's plan
 *
 * Statements are parsed, bound and planned by the same functions as for ExecuteStatement, and raise its errors. Nothing is run.
 */
#include "postgres.h"

#include "fmgr.h"

#include "api/lines.h"
#include "api/operation.h"
#include "api/request_statement.h"
#include "api/sql_params.h"
#include "base/call.h"
#include "base/compat.h"
#include "base/errors.h"
#include "partiql/lower.h"
#include "partiql/print.h"
#include "partiql/select_plan.h"
#include "store/rows.h"

PGDLLEXPORT Datum dynapg_explain_statement(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(dynapg_explain_statement);

/* Appends a plan in lines, indented. */
static void
append_plan(StringInfo out, const char *plan)
{
	appendStringInfoString(out, "PostgreSQL:\n");
	while (*plan != '\0')
	{
		const char *end = strchr(plan, '\n');
		int			len = (int) (end != NULL ? end + 1 - plan : strlen(plan));

		appendStringInfoString(out, "  ");
		appendBinaryStringInfo(out, plan, len);
		plan += len;
	}
}

/* ---- SELECT ---- */

static void
print_source(StringInfo out, const DynPartiqlStatement *statement)
{
	if (statement->index.data != NULL)
		appendStringInfo(out, "index \"%.*s\" of ", (int) statement->index.len, statement->index.data);
	appendStringInfo(out, "table \"%.*s\"", (int) statement->table.len, statement->table.data);
}

static void
print_key_names(StringInfo out, const DynResultPage *page, int from, int to)
{
	for (int i = from; i < to; i++)
	{
		appendStringInfoString(out, i > from ? ", " : "");
		dyn_print_name(out, (DynSlice) {page->keys[i]->name, page->keys[i]->len});
	}
}

/* Which operation, and why. */
static void
print_read(StringInfo out, const DynPartiqlSelect *select)
{
	const DynResultPage *page = &select->page;

	if (dyn_partiql_select_is_get(select))
	{
		appendStringInfoString(out, "GetItem from ");
		print_source(out, select->statement);
		appendStringInfoString(out, ": one item, by its whole key\n");
		return;
	}
	appendStringInfoString(out, select->keyed ? "Query of " : "Scan of ");
	print_source(out, select->statement);
	if (select->keyed && select->nvalues > 1)
	{
		appendStringInfo(out, ": %d times, once for each value of ", select->nvalues);
		print_key_names(out, page, 0, page->npk);
		appendStringInfoString(out, ", in pages of at most 10 items\n");
	}
	else if (select->keyed)
		appendStringInfoString(out, ": the items of one partition key\n");
	else if (select->statement->where == NULL)
		appendStringInfoString(out, ": all of it, as there is no WHERE\n");
	else
	{
		appendStringInfoString(out, ": all of it, as WHERE does not give ");
		print_key_names(out, page, 0, page->npk);
		appendStringInfoString(out, page->npk > 1 ? " values by =\n" : " values by = or IN\n");
	}
}

static void
print_terms(StringInfo out, const DynPartiqlBound *bound, const DynPartiqlTerms *terms, bool taken, const char *label)
{
	StringInfoData text;

	initStringInfo(&text);
	if (dyn_print_terms(&text, bound, terms, taken))
		appendStringInfo(out, "  %s: %s\n", label, text.data);
	pfree(text.data);
}

static void
print_order(StringInfo out, const DynPartiqlSelect *select)
{
	const DynResultPage *page = &select->page;

	if (!select->keyed || page->range.nequal == page->nkeys)
		return;
	appendStringInfoString(out, "  Order: ");
	print_key_names(out, page, page->range.nequal, page->nkeys);
	appendStringInfoString(out, page->range.backward ? ", descending" : ", ascending");
	appendStringInfoString(out, select->nvalues > 1 ? ", for each value by itself\n" : "\n");
}

static void
print_projection(StringInfo out, const DynPartiqlSelect *select)
{
	const DynPartiqlBound *bound = select->bound;

	appendStringInfoString(out, "  Shown: ");
	if (select->page.select == DYN_SELECT_SHOWN)
		appendStringInfoString(out, "the attributes of the index");
	else if (bound->statement->paths == NULL)
		appendStringInfoString(out, "all attributes");
	for (const DynPartiqlNode *path = bound->statement->paths; path != NULL; path = path->next)
	{
		if (path != bound->statement->paths)
			appendStringInfoString(out, ", ");
		dyn_print_node(out, bound, path);
	}
	appendStringInfoChar(out, '\n');
}

static void
explain_select(const DynPartiqlBound *bound, StringInfo out)
{
	DynPartiqlSelect select;
	DynResultPage    *page = &select.page;
	StringInfoData plan;

	dyn_partiql_select_plan(&select, bound);
	print_read(out, &select);
	print_terms(out, bound, &select.terms, true, "Key condition");
	print_terms(out, bound, &select.terms, false, "Filter, on items already read and charged");
	print_order(out, &select);
	print_projection(out, &select);
	initStringInfo(&plan);
	if (dyn_partiql_select_is_get(&select))
		dyn_row_explain_get(page->range.table, &(DynKey) {
			.pk = page->range.equal[0], .sk = page->range.equal[1]
		}, &plan);
	else
		dyn_range_explain(&page->range, &plan);
	append_plan(out, plan.data);
}

/* ---- writes ---- */

static void
print_returned(StringInfo out, DynPartiqlReturning returning)
{
	static const char *const texts[] = {
		[DYN_PARTIQL_ALL_OLD] = "the item as it was",
		[DYN_PARTIQL_ALL_NEW] = "the item as it is then",
		[DYN_PARTIQL_MODIFIED_OLD] = "what is changed, as it was",
		[DYN_PARTIQL_MODIFIED_NEW] = "what is changed, as it is then"
	};

	if (returning != DYN_PARTIQL_NOTHING)
		appendStringInfo(out, "  Returned: %s\n", texts[returning]);
}

/* The key that an INSERT's item has. */
static void
print_item_key(StringInfo out, const DynWrite *write)
{
	const DynKeyAttr *attrs[] = {&write->table->pk, &write->table->sk};
	const DynValue values[] = {write->key.pk, write->key.sk};

	appendStringInfoString(out, "  Key: ");
	for (int i = 0; i < (write->table->sk.tag ? 2 : 1); i++)
	{
		appendStringInfoString(out, i > 0 ? " AND " : "");
		dyn_print_name(out, (DynSlice) {attrs[i]->name, attrs[i]->len});
		appendStringInfoString(out, " = ");
		dyn_print_value(out, values[i]);
	}
	appendStringInfo(out, "\n  Item: %u bytes\n", dyn_item_size(write->item));
}

static void
print_write(StringInfo out, const DynPartiqlStatement *statement, bool has_condition)
{
	switch (statement->kind)
	{
		case DYN_PARTIQL_INSERT:
			appendStringInfoString(out, "PutItem into ");
			print_source(out, statement);
			appendStringInfoString(out, ": DuplicateItemException if there is an item of that key\n");
			break;
		case DYN_PARTIQL_UPDATE:
			appendStringInfoString(out, "UpdateItem in ");
			print_source(out, statement);
			appendStringInfo(out, ": ConditionalCheckFailedException if there is no such item%s\n",
							 has_condition ? " or the condition is false for it" : "");
			break;
		default:
			appendStringInfoString(out, "DeleteItem from ");
			print_source(out, statement);
			appendStringInfo(out, ": nothing happens if there is no such item%s\n",
							 has_condition ? "; ConditionalCheckFailedException if the condition is false for it" : "");
	}
}

static void
explain_write(const DynPartiqlBound *bound, StringInfo out)
{
	const DynPartiqlStatement *statement = bound->statement;
	DynPartiqlTerms terms;
	DynWriteCommand command;
	StringInfoData plan;

	dyn_call_require_primary();
	terms = dyn_partiql_lower_write(bound, &command);
	dyn_partiql_fit_write(&command);
	print_write(out, statement, dyn_partiql_terms_left(&terms) > 0);
	if (statement->kind == DYN_PARTIQL_INSERT)
		print_item_key(out, &command.write);
	print_terms(out, bound, &terms, true, "Key");
	print_terms(out, bound, &terms, false, "Condition");
	if (statement->actions != NULL)
	{
		appendStringInfoString(out, "  Changes: ");
		dyn_print_actions(out, bound);
		appendStringInfoChar(out, '\n');
	}
	print_returned(out, statement->returning);
	initStringInfo(&plan);
	dyn_row_explain_write(&command.write, &plan);
	append_plan(out, plan.data);
}

/* ---- the function ---- */

static void
explain(const DynJson *request, StringInfo reply)
{
	DynPartiqlBound *bound = dyn_request_statement_read(request);

	if (bound->statement->kind == DYN_PARTIQL_EXISTS)
		dyn_validation(DYN_EXISTS_ELSEWHERE);
	if (bound->statement->kind == DYN_PARTIQL_SELECT)
		explain_select(bound, reply);
	else
		explain_write(bound, reply);
}

static StringInfo
explain_call(FunctionCallInfo fcinfo)
{
	static const DynOperation operation = {"ExecuteStatement", &dyn_shape_execute_statement, explain, false, true};
	StringInfo	reply = makeStringInfo();
	StringInfoData request;

	if (PG_ARGISNULL(0))
		return reply;
	initStringInfo(&request);
	dyn_sql_params_print_request(&request, fcinfo);
	appendStringInfoChar(&request, '}');
	(void) dyn_api_call(&operation, request.data, request.len, reply);
	return reply;
}

/* explain_statement(statement text [, VARIADIC "any"]) returns setof text: its lines */
Datum
dynapg_explain_statement(PG_FUNCTION_ARGS)
{
	return dyn_lines(fcinfo, explain_call);
}
