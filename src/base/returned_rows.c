/*
 * returned_rows.c - functions that return a set of rows
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"

#include "base/returned_rows.h"

/* Raises where the caller takes no tuplestore. */
static ReturnSetInfo *
result_of(FunctionCallInfo fcinfo)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	if (result == NULL || !IsA(result, ReturnSetInfo) || !(result->allowedModes & SFRM_Materialize))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("set-valued function called in context that cannot accept a set")));
	return result;
}

/* In the context of the query. */
static Tuplestorestate *
begin_rows(ReturnSetInfo *result, TupleDesc row)
{
	Tuplestorestate *rows = tuplestore_begin_heap((result->allowedModes & SFRM_Materialize_Random) != 0, false, work_mem);

	result->returnMode = SFRM_Materialize;
	result->setResult = rows;
	result->setDesc = row;
	return rows;
}

Tuplestorestate *
dyn_returned_rows_begin(FunctionCallInfo fcinfo, int columns, TupleDesc *row)
{
	ReturnSetInfo *result = result_of(fcinfo);
	MemoryContext old = MemoryContextSwitchTo(result->econtext->ecxt_per_query_memory);
	Tuplestorestate *rows;

	if (columns == 0)
		*row = result->expectedDesc;
	else if (get_call_result_type(fcinfo, NULL, row) != TYPEFUNC_COMPOSITE || (*row)->natts != columns)
		elog(ERROR, "a function of the extension dynapg has been altered");
	*row = CreateTupleDescCopy(*row);
	rows = begin_rows(result, *row);
	MemoryContextSwitchTo(old);
	return rows;
}

Tuplestorestate *
dyn_returned_rows_begin_scalar(FunctionCallInfo fcinfo, TupleDesc *row)
{
	ReturnSetInfo *result = result_of(fcinfo);
	MemoryContext old = MemoryContextSwitchTo(result->econtext->ecxt_per_query_memory);
	Tuplestorestate *rows;
	Oid			type;

	if (get_call_result_type(fcinfo, &type, NULL) != TYPEFUNC_SCALAR)
		elog(ERROR, "a function of the extension dynapg has been altered");
	*row = CreateTemplateTupleDesc(1);
	TupleDescInitEntry(*row, 1, "item", type, -1, 0);
	rows = begin_rows(result, *row);
	MemoryContextSwitchTo(old);
	return rows;
}
