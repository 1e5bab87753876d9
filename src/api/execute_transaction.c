/*
 * execute_transaction.c - ExecuteTransaction
 */
#include "postgres.h"

#include "miscadmin.h"

#include "api/handlers.h"
#include "api/params.h"
#include "api/request_statement.h"
#include "api/request_token.h"
#include "api/shapes.h"
#include "api/transact_get.h"
#include "base/call.h"
#include "base/errors.h"
#include "command/write_all.h"
#include "partiql/lower.h"

static DynPartiqlBound **
bind_all(const DynJson *statements, int count)
{
	DynPartiqlBound **bounds = palloc_array(DynPartiqlBound *, count);
	int			i = 0;

	for (const DynJson *entry = dyn_json_first(statements); entry != NULL; entry = dyn_json_next(entry))
	{
		CHECK_FOR_INTERRUPTS();
		bounds[i++] = dyn_request_statement_read(entry);
	}
	return bounds;
}

/* Either all statements read or all write; writes return nothing. */
static void
check_kinds(DynPartiqlBound *const *bounds, int count)
{
	for (int i = 0; i < count; i++)
	{
		if (dyn_partiql_reads(bounds[i]->statement) != dyn_partiql_reads(bounds[0]->statement))
			dyn_validation("Transactions must consist of either read statements or write statements, but not both");
		if (bounds[i]->statement->returning != DYN_PARTIQL_NOTHING)
			dyn_validation("RETURNING clause is not supported in ExecuteTransaction");
	}
}

static void
execute_reads(DynPartiqlBound *const *bounds, int count, const DynJson *request, StringInfo reply)
{
	DynGet	   *gets = palloc_array(DynGet, count);
	DynConsumed consumed = dyn_params_consumed(request, DYN_CAPACITY_TRANSACT_READ, count);

	for (int i = 0; i < count; i++)
	{
		if (!dyn_partiql_lower_get(bounds[i], &gets[i]))
			dyn_validation("Select statements within ExecuteTransaction must specify the primary key in the where clause.");
	}
	dyn_transact_get(gets, count, &consumed, reply);
}

static void
execute_writes(DynPartiqlBound *const *bounds, int count, const DynJson *request, StringInfo reply)
{
	DynWriteCommand *commands = palloc_array(DynWriteCommand, count);
	DynIdempotency idempotency;
	DynConsumed consumed;

	dyn_call_require_primary();
	for (int i = 0; i < count; i++)
		(void) dyn_partiql_lower_write(bounds[i], &commands[i]);
	idempotency = dyn_request_token_read(request, &dyn_shape_execute_transaction, "ExecuteTransaction.ClientRequestToken:", count);
	consumed = dyn_params_consumed(request, DYN_CAPACITY_TRANSACT_WRITE, count);
	dyn_write_all(commands, count, true, &idempotency, &consumed);

	appendStringInfoString(reply, "{\"Responses\":[");
	for (int i = 0; i < count; i++)
		appendStringInfoString(reply, i > 0 ? ",{}" : "{}");
	appendStringInfoChar(reply, ']');
	dyn_consumed_reply(reply, &consumed);
	appendStringInfoChar(reply, '}');
}

void
dyn_api_execute_transaction(const DynJson *request, StringInfo reply)
{
	const DynJson *statements = dyn_request_member(request, "TransactStatements");
	int			count = dyn_json_count(statements);
	DynPartiqlBound **bounds = bind_all(statements, count);

	check_kinds(bounds, count);
	if (dyn_partiql_reads(bounds[0]->statement))
		execute_reads(bounds, count, request, reply);
	else
		execute_writes(bounds, count, request, reply);
}
