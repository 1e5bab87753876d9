/*
 * params.c - which expression and legacy parameters a request has
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "api/params.h"
#include "base/request.h"
#include "tables/name.h"

/* Is any of these members in the request? */
static bool
has_any(const char *const *names, const DynJson *request)
{
	for (; *names != NULL; names++)
	{
		if (dyn_request_member(request, *names) != NULL)
			return true;
	}
	return false;
}

/* Is there an expression that could use values?  A projection cannot. */
static bool
takes_values(const char *const *expressions, const DynJson *request)
{
	for (; *expressions != NULL; expressions++)
	{
		if (strcmp(*expressions, "ProjectionExpression") != 0 && dyn_request_member(request, *expressions) != NULL)
			return true;
	}
	return false;
}

/* The members that are in the request, "{A, B}". */
static char *
present(const char *const *names, const DynJson *request)
{
	StringInfoData list;
	const char *separator = "{";

	initStringInfo(&list);
	for (; *names != NULL; names++)
	{
		if (dyn_request_member(request, *names) == NULL)
			continue;
		appendStringInfo(&list, "%s%s", separator, *names);
		separator = ", ";
	}
	appendStringInfoChar(&list, '}');
	return list.data;
}

/* Raises an error when one object has expressions and the same or the other one has legacy parameters. */
static void
check_mixed(const DynParams *params, const DynJson *one, const DynJson *other)
{
	if (has_any(params->expressions, one) && has_any(params->legacy, other))
		dyn_violation_parameter(params->wording, "Can not use both expression and non-expression parameters in the same "
								"request: Non-expression parameters: %s Expression parameters: %s",
								present(params->legacy, other), present(params->expressions, one));
}

void
dyn_params_check_parts(const DynParams *params, const DynJson *parts)
{
	const DynJson *one = NULL;
	const DynJson *other = NULL;

	for (const DynJson *part = dyn_json_first(parts); part != NULL; part = dyn_json_next(part))
	{
		if (one == NULL && has_any(params->expressions, part))
			one = part;
		if (other == NULL && has_any(params->legacy, part))
			other = part;
	}
	if (one != NULL && other != NULL)
		check_mixed(params, one, other);
}

bool
dyn_params_check(const DynParams *params, const DynJson *request)
{
	bool		any = has_any(params->expressions, request);

	check_mixed(params, request, request);
	if (!any && dyn_request_member(request, "ExpressionAttributeNames") != NULL)
		dyn_violation_parameter(params->wording, "ExpressionAttributeNames can only be specified when using expressions");
	if (params->no_values != NULL && dyn_request_member(request, "ExpressionAttributeValues") != NULL &&
		!takes_values(params->expressions, request))
		dyn_violation_parameter(params->wording, "ExpressionAttributeValues can only be specified when using expressions%s",
								params->no_values);
	return any;
}

struct varlena *
dyn_params_item(const DynJson *request, const DynWording *wording)
{
	DynViolation violation;
	struct varlena *item = dyn_tree_json_item(dyn_request_member(request, "Item"), wording, &violation);

	if (item == NULL)
		dyn_violation_raise(wording, &violation);
	return item;
}

DynNode
dyn_params_attributes(const DynJson *request, const char *member, const DynWording *wording)
{
	DynViolation violation;
	DynNode		map;

	if (!dyn_tree_json_item_node(dyn_request_member(request, member), wording, &map, &violation))
		dyn_violation_raise(wording, &violation);
	return map;
}

DynSlice
dyn_params_table_name(const DynJson *request)
{
	return dyn_name_table(dyn_request_string(request, "TableName"));
}

DynCapacityReport
dyn_params_capacity(const DynJson *request)
{
	if (dyn_request_is(request, "ReturnConsumedCapacity", "TOTAL"))
		return DYN_CAPACITY_TOTAL;
	if (dyn_request_is(request, "ReturnConsumedCapacity", "INDEXES"))
		return DYN_CAPACITY_INDEXES;
	return DYN_CAPACITY_NONE;
}

bool
dyn_params_metrics(const DynJson *request)
{
	return dyn_request_is(request, "ReturnItemCollectionMetrics", "SIZE");
}

DynConsumed
dyn_params_consumed(const DynJson *request, DynCapacityKind kind, int nitems)
{
	DynConsumed consumed;

	dyn_consumed_begin(&consumed, kind, dyn_params_capacity(request), dyn_params_metrics(request), nitems);
	return consumed;
}
