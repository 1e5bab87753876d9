/*
 * returned_rows.c - functions that return a set of rows
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"

#include "base/returned_rows.h"

Tuplestorestate *
dyn_returned_rows_begin(FunctionCallInfo fcinfo, int columns, TupleDesc *row)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext old;
	Tuplestorestate *rows;

	if (result == NULL || !IsA(result, ReturnSetInfo) || !(result->allowedModes & SFRM_Materialize))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("set-valued function called in context that cannot accept a set")));
	old = MemoryContextSwitchTo(result->econtext->ecxt_per_query_memory);
	if (columns == 0)
		*row = result->expectedDesc;
	else if (get_call_result_type(fcinfo, NULL, row) != TYPEFUNC_COMPOSITE || (*row)->natts != columns)
		elog(ERROR, "a function of the extension dynapg has been altered");
	*row = CreateTupleDescCopy(*row);
	rows = tuplestore_begin_heap(true, false, work_mem);
	result->returnMode = SFRM_Materialize;
	result->setResult = rows;
	result->setDesc = *row;
	MemoryContextSwitchTo(old);
	return rows;
}
