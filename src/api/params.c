/*
 * params.c - which expression and legacy parameters a request has
 *
 * Layer 3 (api).
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "api/params.h"
#include "api/shapes.h"
#include "base/errors.h"

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

/* Those of the members that are in the request, "{A, B}". */
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

bool
dyn_params_check(const DynParams *params, const DynJson *request)
{
	if (has_any(params->expressions, request))
	{
		if (has_any(params->legacy, request))
			dyn_validation("Can not use both expression and non-expression parameters in the same request: "
						   "Non-expression parameters: %s Expression parameters: %s",
						   present(params->legacy, request), present(params->expressions, request));
		return true;
	}
	if (dyn_request_member(request, "ExpressionAttributeNames") != NULL)
		dyn_validation("ExpressionAttributeNames can only be specified when using expressions");
	if (params->no_values != NULL && dyn_request_member(request, "ExpressionAttributeValues") != NULL)
		dyn_validation("ExpressionAttributeValues can only be specified when using expressions: %s",
					   params->no_values);
	return false;
}
