/*
 * import_sql.c - the aggregate dynapg.import_items: a file's lines, as rows, into a table
 *
 * It is an aggregate, so that lines are written in batches and one result covers all of them.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "api/import.h"
#include "api/import_text.h"
#include "base/compat.h"

PGDLLEXPORT Datum dynapg_import_line(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum dynapg_import_line_jsonb(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum dynapg_import_result(PG_FUNCTION_ARGS);

/* The import that the rows before have begun, or a new one. */
static DynImport *
import_of(FunctionCallInfo fcinfo)
{
	MemoryContext context;
	MemoryContext caller;
	DynImport  *import;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "dynapg.import_items must be called as an aggregate");
	if (!PG_ARGISNULL(0))
		return (DynImport *) PG_GETARG_POINTER(0);
	caller = MemoryContextSwitchTo(context);
	import = dyn_import_begin();
	MemoryContextSwitchTo(caller);
	return import;
}

static void
take_line(DynImport *import, FunctionCallInfo fcinfo, const char *line, size_t len)
{
	text	   *table = PG_ARGISNULL(1) ? NULL : PG_GETARG_TEXT_PP(1);

	dyn_import_into(import, table == NULL ? (DynSlice) {NULL, 0} : (DynSlice) {VARDATA_ANY(table), VARSIZE_ANY_EXHDR(table)});
	dyn_import_text(import, line, len);
}

/* import_line(state internal, table_name text, line text) returns internal; the same for json */
PG_FUNCTION_INFO_V1(dynapg_import_line);
Datum
dynapg_import_line(PG_FUNCTION_ARGS)
{
	DynImport  *import = import_of(fcinfo);

	if (PG_ARGISNULL(2))
		take_line(import, fcinfo, "", 0);
	else
	{
		text	   *line = PG_GETARG_TEXT_PP(2);

		take_line(import, fcinfo, VARDATA_ANY(line), VARSIZE_ANY_EXHDR(line));
	}
	PG_RETURN_POINTER(import);
}

PG_FUNCTION_INFO_V1(dynapg_import_line_jsonb);
Datum
dynapg_import_line_jsonb(PG_FUNCTION_ARGS)
{
	DynImport  *import = import_of(fcinfo);

	if (PG_ARGISNULL(2))
		take_line(import, fcinfo, "", 0);
	else
	{
		Jsonb	   *line = PG_GETARG_JSONB_P(2);
		char	   *data = JsonbToCString(NULL, &line->root, VARSIZE(line));

		take_line(import, fcinfo, data, strlen(data));
	}
	PG_RETURN_POINTER(import);
}

/* import_result(state internal) returns json */
PG_FUNCTION_INFO_V1(dynapg_import_result);
Datum
dynapg_import_result(PG_FUNCTION_ARGS)
{
	StringInfoData reply;

	initStringInfo(&reply);
	appendStringInfoChar(&reply, '{');
	dyn_import_finish(import_of(fcinfo), &reply);
	appendStringInfoChar(&reply, '}');
	PG_RETURN_DATUM(CStringGetTextDatum(reply.data));
}
