/*
 * sql.c - the operations as SQL functions: dynapg.get_item(request json) returns json
 *
 * One function per operation, request and reply as on the wire.  A failed operation raises its exception with
 * the SQLSTATE of base/errors.h.  NULL is the empty request.
 *
 * Layer 3 (api).
 */
#include "postgres.h"

#include "api/operation.h"
#include "base/compat.h"
#include "fmgr.h"
#include "utils/builtins.h"

static Datum
call(FunctionCallInfo fcinfo, const char *name)
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
		text	   *request = PG_GETARG_TEXT_PP(0);

		dyn_api_call(operation, VARDATA_ANY(request), VARSIZE_ANY_EXHDR(request), &reply);
		PG_FREE_IF_COPY(request, 0);
	}
	if (reply.len == VARHDRSZ)
		appendStringInfoString(&reply, "{}");	/* an empty body of the API is no json value */
	SET_VARSIZE(reply.data, reply.len);
	return PointerGetDatum(reply.data);
}

/* The SQL function dynapg_NAME for an operation. */
#define OPERATION_FUNCTION(function, operation) \
	PGDLLEXPORT Datum function(PG_FUNCTION_ARGS); \
	PG_FUNCTION_INFO_V1(function); \
	Datum \
	function(PG_FUNCTION_ARGS) \
	{ \
		return call(fcinfo, operation); \
	}

#define DYN_OPERATION(wire_name, c_name, access) OPERATION_FUNCTION(dynapg_##c_name, #wire_name)
#include "api/operations.def"
#undef DYN_OPERATION
