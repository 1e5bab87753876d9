/*
 * template.c - the kinds of expressions and their errors
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "expr/template.h"

/* The parameter's name, "UpdateExpression" ... */
static const char *
kind_name(DynExprKind kind)
{
	static const char *const names[] = {
		[DYN_EXPR_UPDATE] = "UpdateExpression",
		[DYN_EXPR_CONDITION] = "ConditionExpression",
		[DYN_EXPR_FILTER] = "FilterExpression",
		[DYN_EXPR_KEY_CONDITION] = "KeyConditionExpression",
		[DYN_EXPR_PROJECTION] = "ProjectionExpression",
		[DYN_EXPR_SEARCH] = "SearchConditionExpression"
	};

	return names[kind];
}

void
dyn_expr_error(const DynWording *wording, DynExprKind kind, const char *fmt,...)
{
	StringInfoData text;

	initStringInfo(&text);
	for (;;)
	{
		va_list		args;
		int			needed;

		va_start(args, fmt);
		needed = appendStringInfoVA(&text, fmt, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&text, needed);
	}
	dyn_violation_parameter(wording, "Invalid %s: %s", kind_name(kind), text.data);
}
