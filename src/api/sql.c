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

OPERATION_FUNCTION(dynapg_batch_get_item, "BatchGetItem")
OPERATION_FUNCTION(dynapg_batch_write_item, "BatchWriteItem")
OPERATION_FUNCTION(dynapg_create_table, "CreateTable")
OPERATION_FUNCTION(dynapg_delete_item, "DeleteItem")
OPERATION_FUNCTION(dynapg_delete_table, "DeleteTable")
OPERATION_FUNCTION(dynapg_describe_table, "DescribeTable")
OPERATION_FUNCTION(dynapg_get_item, "GetItem")
OPERATION_FUNCTION(dynapg_list_tables, "ListTables")
OPERATION_FUNCTION(dynapg_put_item, "PutItem")
OPERATION_FUNCTION(dynapg_query, "Query")
OPERATION_FUNCTION(dynapg_scan, "Scan")
OPERATION_FUNCTION(dynapg_transact_get_items, "TransactGetItems")
OPERATION_FUNCTION(dynapg_transact_write_items, "TransactWriteItems")
OPERATION_FUNCTION(dynapg_update_item, "UpdateItem")
OPERATION_FUNCTION(dynapg_update_table, "UpdateTable")
