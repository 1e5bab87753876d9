/*
 * explain.c - PostgreSQL's plans of statements, as EXPLAIN shows them
 *
 * An operation is explained by carrying it out while its statements are watched: what is shown is what it does, for every operation
 * there is.  Without analyze its first statement is planned and an error then ends the operation.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/explain.h"
#include "executor/executor.h"
#include "executor/instrument.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"

#include "base/compat.h"
#include "store/executor.h"
#include "store/explain.h"

#define MAX_SHOWN_VALUE 200		/* bytes */

DynExplain *dyn_explain_watching = NULL;

static ExecutorStart_hook_type next_start = NULL;
static ExecutorEnd_hook_type next_end = NULL;
static bool hooked = false;
static ParamListInfo next_params = NULL;	/* of the statement that starts next */
static bool expected = false;				/* it does */

/* Statements under way; a trigger may run further ones inside. */
#define MAX_UNDER_WAY 16
static struct
{
	QueryDesc  *query;
	ParamListInfo params;
	SubTransactionId subtransaction;
}			under_way[MAX_UNDER_WAY];
static int	nunder_way = 0;

void
dyn_explain_plan(StringInfo out, const DynPlan *plan, ParamListInfo params)
{
	CachedPlan *cached = SPI_plan_get_cached_plan(plan->plan);
	ExplainState *es = NewExplainState();

	if (cached == NULL)
		elog(ERROR, "a kept plan is gone");
	es->costs = false;
	PushActiveSnapshot(GetTransactionSnapshot());
	dyn_compat_explain_plan(linitial_node(PlannedStmt, cached->stmt_list), es, "", params);
	PopActiveSnapshot();
	ReleaseCachedPlan(cached, cached->is_saved ? CurrentResourceOwner : NULL);
	appendBinaryStringInfo(out, es->str->data, es->str->len);
}

void
dyn_explain_text(StringInfo out, const char *sql, ParamListInfo params)
{
	SPIExecuteOptions options = {.params = params->numParams > 0 ? params : NULL};
	MemoryContext caller = CurrentMemoryContext;
	int			rc = SPI_execute_extended(psprintf("EXPLAIN (COSTS OFF) %s", sql), &options);

	if (rc < 0)
		elog(ERROR, "%s: %s", SPI_result_code_string(rc), sql);
	MemoryContextSwitchTo(caller);
	for (uint64 i = 0; i < SPI_processed; i++)
		appendStringInfo(out, "%s\n", SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
}

/* ---- what is shown of a statement ---- */

/* Keys, also lists of them; items and compiled expressions, which are bytea as binary keys are, are no use to a reader. */
static bool
is_shown(Oid type)
{
	Oid			element = get_element_type(type);

	if (OidIsValid(element))
		type = element;
	return type == TEXTOID || type == NUMERICOID || type == INT4OID || type == INT8OID;
}

static void
append_params(StringInfo out, ParamListInfo params)
{
	const char *separator = ": ";

	for (int i = 0; params != NULL && i < params->numParams; i++)
	{
		const ParamExternData *param = &params->params[i];
		Oid			function;
		bool		varlena;
		char	   *value;
		int			len;

		if (param->isnull || !is_shown(param->ptype))
			continue;
		getTypeOutputInfo(param->ptype, &function, &varlena);
		value = OidOutputFunctionCall(function, param->value);
		len = strlen(value);
		if (len > MAX_SHOWN_VALUE)
			strcpy(value + pg_mbcliplen(value, len, MAX_SHOWN_VALUE - 3), "...");
		appendStringInfo(out, "%s$%d = %s", separator, i + 1, quote_literal_cstr(value));
		separator = ", ";
	}
	appendStringInfoChar(out, '\n');
}

static void
append_statement(ParamListInfo params, const char *plan)
{
	StringInfo	out = dyn_explain_watching->out;

	appendStringInfo(out, "Statement %d", ++dyn_explain_watching->statements);
	append_params(out, params);
	while (*plan != '\0')
	{
		const char *end = strchr(plan, '\n');
		int			len = (int) (end != NULL ? end + 1 - plan : strlen(plan));

		appendStringInfo(out, "  %.*s", len, plan);
		if (end == NULL)
			appendStringInfoChar(out, '\n');
		plan += len;
	}
}

/* ---- statements that run ---- */

static void
on_start(QueryDesc *query, int flags)
{
	bool		ours;

	/* an error that the operation caught ended statements without their end */
	while (nunder_way > 0 && !SubTransactionIsActive(under_way[nunder_way - 1].subtransaction))
		nunder_way--;
	ours = expected && dyn_explain_watching != NULL && dyn_explain_watching->user == GetUserId() && nunder_way < MAX_UNDER_WAY;

	if (ours)
	{
		expected = false;
		query->instrument_options |= INSTRUMENT_ROWS | INSTRUMENT_TIMER | INSTRUMENT_BUFFERS;
		under_way[nunder_way].query = query;
		under_way[nunder_way].subtransaction = GetCurrentSubTransactionId();
		under_way[nunder_way++].params = next_params;
	}
	if (next_start != NULL)
		next_start(query, flags);
	else
		standard_ExecutorStart(query, flags);
}

static void
show(QueryDesc *query, ParamListInfo params)
{
	ExplainState *es = NewExplainState();

	es->analyze = true;
	es->costs = false;
	es->buffers = true;
	es->timing = true;
	ExplainPrintPlan(es, query);
	ExplainPrintTriggers(es, query);
	append_statement(params, es->str->data);
}

static void
on_end(QueryDesc *query)
{
	if (nunder_way > 0 && under_way[nunder_way - 1].query == query)
	{
		nunder_way--;
		if (dyn_explain_watching != NULL)
			show(query, under_way[nunder_way].params);
	}
	if (next_end != NULL)
		next_end(query);
	else
		standard_ExecutorEnd(query);
}

void
dyn_explain_watch(DynExplain *explain)
{
	dyn_explain_watching = explain;
	nunder_way = 0;
	expected = false;
	if (explain != NULL)
		explain->user = GetUserId();
	if (explain == NULL || hooked)
		return;
	/* a backend that never explains has no hooks; they stay, since others may have put theirs before them */
	next_start = dyn_executor_hook_start(on_start);
	next_end = dyn_executor_hook_end(on_end);
	hooked = true;
}

/* Is a statement that comes to be run shown instead?  If not, it is shown when it ends. */
static bool
is_shown_instead(ParamListInfo params)
{
	DynExplain *explain = dyn_explain_watching;

	if (explain->user != GetUserId())
		return false;
	expected = explain->analyze;
	next_params = params;
	return !explain->analyze;
}

static void
show_instead(ParamListInfo params, const char *plan)
{
	append_statement(params, plan);
	dyn_explain_watching->stopped = true;
	ereport(ERROR, errcode(ERRCODE_INTERNAL_ERROR), errmsg_internal("the statement's plan is known"));
}

void
dyn_explain_note(const DynPlan *plan, ParamListInfo params)
{
	StringInfoData text;

	if (!is_shown_instead(params))
		return;
	initStringInfo(&text);
	dyn_explain_plan(&text, plan, params);
	show_instead(params, text.data);
}

void
dyn_explain_note_text(const char *sql, ParamListInfo params)
{
	StringInfoData text;

	if (!is_shown_instead(params))
		return;
	initStringInfo(&text);
	dyn_explain_text(&text, sql, params);
	show_instead(params, text.data);
}
