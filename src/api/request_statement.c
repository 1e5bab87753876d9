/*
 * request_statement.c - an object of a request with a PartiQL statement
 */
#include "postgres.h"

#include "api/params.h"
#include "api/request_statement.h"
#include "base/errors.h"
#include "base/request.h"
#include "partiql/cache.h"
#include "partiql/program.h"

static void
read_parameters(DynPartiqlBound *bound, const DynJson *list)
{
	uint32		count = list != NULL ? dyn_json_count(list) : 0;
	DynViolation violation;
	DynNode		node;
	uint32		i = 0;

	if (count != bound->statement->nparameters)
		dyn_validation("Number of parameters in request and statement don't match.");
	if (count == 0)
		return;
	bound->parameters = palloc_array(DynValue, count);
	for (const DynJson *value = dyn_json_first(list); value != NULL; value = dyn_json_next(value))
	{
		if (!dyn_tree_json_node(value, &dyn_wording_older, &node, &violation))
			dyn_violation_raise(&dyn_wording_older, &violation);
		bound->parameters[i++] = dyn_node_pack(&node);
	}
}

DynPartiqlBound *
dyn_request_statement_read(const DynJson *object)
{
	DynPartiqlBound *bound = palloc0_object(DynPartiqlBound);

	bound->statement = dyn_partiql_statement(dyn_request_string(object, "Statement"));
	read_parameters(bound, dyn_request_member(object, "Parameters"));
	dyn_partiql_check(bound);
	bound->consistent = dyn_request_bool(object, "ConsistentRead", false);
	bound->shows_failed = dyn_request_is(object, "ReturnValuesOnConditionCheckFailure", "ALL_OLD");
	bound->report = dyn_params_capacity(object);
	bound->limit = dyn_request_integer(object, "Limit", 0);
	bound->next_token = dyn_request_string(object, "NextToken");
	return bound;
}
