/*
 * execute_statement.c - ExecuteStatement
 */
#include "postgres.h"

#include "api/handlers.h"
#include "base/call.h"
#include "base/errors.h"
#include "base/request.h"
#include "partiql/lower.h"
#include "partiql/prepare.h"
#include "partiql/select.h"

static void
reply_write(const DynPartiqlBound *bound, StringInfo reply)
{
	DynWriteCall call;
	DynNode		map;
	DynWriteResult result;

	dyn_call_require_primary();
	(void) dyn_partiql_lower_write(bound, &call, &map);
	call.capacity.report = dyn_capacity_report(bound->request);
	call.capacity.table_name = bound->statement->table;
	dyn_partiql_fit_write(&call, &map);
	result = dyn_write_run(&call);
	dyn_partiql_check_result(&call, &result);
	if (result.status == DYN_WRITTEN)
		dyn_call_add_items(1);

	appendStringInfoString(reply, "{\"Items\":[");
	(void) dyn_partiql_print_returned(reply, &call, &result);
	appendStringInfoChar(reply, ']');
	if (call.capacity.report != DYN_CAPACITY_NONE)
	{
		dyn_capacity_add_write(&call.capacity, call.write.table, result.old_item, dyn_row_image_after(&call.write, &result));
		dyn_capacity_reply(reply, &call.capacity, call.write.table);
	}
	appendStringInfoChar(reply, '}');
}

void
dyn_api_execute_statement(const DynJson *request, StringInfo reply)
{
	DynPartiqlBound *bound = dyn_partiql_bind(request);

	if (bound->statement->kind == DYN_PARTIQL_SELECT)
	{
		dyn_partiql_select(bound, reply);
		return;
	}
	if (bound->statement->kind == DYN_PARTIQL_EXISTS)
		dyn_validation("EXISTS is only supported in ExecuteTransaction");
	if (dyn_request_member(request, "NextToken") != NULL)
		dyn_validation("NextToken does not match request");
	reply_write(bound, reply);
}
