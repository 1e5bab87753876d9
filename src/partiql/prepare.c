/*
 * prepare.c - from a request's statement and parameters to a statement that is ready to be lowered
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/request.h"
#include "partiql/cache.h"
#include "partiql/prepare.h"
#include "partiql/program.h"

static void
read_parameters(DynPartiqlBound *bound)
{
	const DynJson *list = dyn_request_member(bound->request, "Parameters");
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
dyn_partiql_bind(const DynJson *object)
{
	DynPartiqlBound *bound = palloc0_object(DynPartiqlBound);

	bound->request = object;
	bound->statement = dyn_partiql_statement(dyn_request_string(object, "Statement"));
	read_parameters(bound);
	dyn_partiql_check(bound);
	return bound;
}
