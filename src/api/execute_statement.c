/*
 * execute_statement.c - ExecuteStatement
 */
#include "postgres.h"

#include "api/handlers.h"
#include "api/request_statement.h"
#include "base/call.h"
#include "base/errors.h"
#include "partiql/lower.h"
#include "partiql/select.h"

static void
reply_write(const DynPartiqlBound *bound, StringInfo reply)
{
	DynCapacity capacity = {.report = bound->report, .table_name = bound->statement->table};
	DynWriteCommand command;
	DynChange	change;

	dyn_call_require_primary();
	(void) dyn_partiql_lower_write(bound, &command);
	dyn_partiql_fit_write(&command);
	change = dyn_write_run(&command, capacity.report != DYN_CAPACITY_NONE);
	dyn_partiql_check_change(&command, &change);
	if (change.status == DYN_WRITTEN)
		dyn_call_add_items(1);

	appendStringInfoString(reply, "{\"Items\":[");
	(void) dyn_partiql_print_returned(reply, bound->statement, &command, &change);
	appendStringInfoChar(reply, ']');
	if (capacity.report != DYN_CAPACITY_NONE)
	{
		dyn_write_charge(&capacity, &command, &change);
		dyn_capacity_reply(reply, &capacity, command.write.table);
	}
	appendStringInfoChar(reply, '}');
}

void
dyn_api_execute_statement(const DynJson *request, StringInfo reply)
{
	DynPartiqlBound *bound = dyn_request_statement_read(request);

	if (bound->statement->kind == DYN_PARTIQL_SELECT)
	{
		dyn_partiql_select(bound, reply);
		return;
	}
	if (bound->statement->kind == DYN_PARTIQL_EXISTS)
		dyn_validation(DYN_EXISTS_ELSEWHERE);
	if (bound->next_token.data != NULL)
		dyn_validation("NextToken does not match request");
	reply_write(bound, reply);
}
