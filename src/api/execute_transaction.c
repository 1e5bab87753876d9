/*
 * execute_transaction.c - ExecuteTransaction
 */
#include "postgres.h"

#include "miscadmin.h"

#include "api/handlers.h"
#include "api/shapes.h"
#include "api/transact_get.h"
#include "api/transact_write.h"
#include "base/call.h"
#include "base/errors.h"
#include "partiql/lower.h"
#include "partiql/prepare.h"

static DynPartiqlBound **
bind_all(const DynJson *statements, int count)
{
	DynPartiqlBound **bounds = palloc_array(DynPartiqlBound *, count);
	int			i = 0;

	for (const DynJson *entry = dyn_json_first(statements); entry != NULL; entry = dyn_json_next(entry))
	{
		CHECK_FOR_INTERRUPTS();
		bounds[i++] = dyn_partiql_bind(entry);
	}
	return bounds;
}

/* All statements read or all write; nothing is returned of a write. */
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
	DynTransactGet *gets = palloc0_array(DynTransactGet, count);

	for (int i = 0; i < count; i++)
	{
		DynPartiqlGet get;

		if (!dyn_partiql_lower_get(bounds[i], &get))
			dyn_validation("Select statements within ExecuteTransaction must specify the primary key in the where clause.");
		gets[i] = (DynTransactGet) {
			.table_name = bounds[i]->statement->table,
			.map = get.map,
			.filter = get.filter,
			.projection = get.projection,
			.project = dyn_partiql_project
		};
	}
	dyn_transact_get(gets, count, request, reply);
}

static void
execute_writes(DynPartiqlBound *const *bounds, int count, const DynJson *request, StringInfo reply)
{
	static const DynTransactKind kind = {&dyn_shape_execute_transaction, "ExecuteTransaction.ClientRequestToken:", true};
	DynTransactAction *actions = palloc0_array(DynTransactAction, count);

	dyn_call_require_primary();
	for (int i = 0; i < count; i++)
	{
		(void) dyn_partiql_lower_write(bounds[i], &actions[i].call, &actions[i].map);
		actions[i].table_name = bounds[i]->statement->table;
		actions[i].inserts = bounds[i]->statement->kind == DYN_PARTIQL_INSERT;
	}
	dyn_transact_write(actions, count, request, &kind, reply);
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
