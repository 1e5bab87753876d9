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
	bool		any = has_any(params->expressions, request);

	if (any && has_any(params->legacy, request))
		dyn_validation("%sCan not use both expression and non-expression parameters in the same request: "
					   "Non-expression parameters: %s Expression parameters: %s", params->envelope,
					   present(params->legacy, request), present(params->expressions, request));
	if (!any && dyn_request_member(request, "ExpressionAttributeNames") != NULL)
		dyn_validation("ExpressionAttributeNames can only be specified when using expressions");
	if (params->no_values != NULL && dyn_request_member(request, "ExpressionAttributeValues") != NULL &&
		!takes_values(params->expressions, request))
		dyn_validation("%sExpressionAttributeValues can only be specified when using expressions: %s",
					   params->envelope, params->no_values);
	return any;
}

static bool
starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* Flaws of an attribute value's form, number or depth are told without an envelope. */
static bool
is_bare(const char *flaw)
{
	static const char *const bare[] = {"Supplied AttributeValue ", "The parameter cannot be converted ", "Number ",
	"Attempting to store ", "Nesting Levels "};

	for (int i = 0; i < lengthof(bare); i++)
	{
		if (starts_with(flaw, bare[i]))
			return true;
	}
	return false;
}

DynNode
dyn_params_attributes(const DynJson *request, const char *member, const char *envelope)
{
	DynNode		map;
	const char *flaw;

	if (!dyn_node_item_from_json(dyn_request_member(request, member), &map, &flaw))
		dyn_validation("%s%s", is_bare(flaw) ? "" : envelope, flaw);
	return map;
}

/*
 * A flaw of a value in ExpressionAttributeValues is told as that of an attribute is: without the parameter
 * and the key around it.  A key has no spaces, so the last "for key" is not part of a value that is quoted.
 */
char *
dyn_params_enveloped(const char *message)
{
	static const char around[] = "ExpressionAttributeValues contains invalid value: ";
	static const char before_key[] = " for key ";
	const char *flaw = message + strlen(around);
	const char *end = NULL;

	if (!starts_with(message, around))
		return psprintf("%s%s", is_bare(message) ? "" : DYN_ENVELOPE, message);
	for (const char *next = flaw; (next = strstr(next, before_key)) != NULL; next++)
		end = next;
	if (end == NULL)
		return psprintf(DYN_ENVELOPE "%s", message);
	return psprintf("%s%.*s", is_bare(flaw) ? "" : DYN_ENVELOPE, (int) (end - flaw), flaw);
}
