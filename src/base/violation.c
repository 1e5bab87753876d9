/*
 * violation.c - what is wrong with a request, and how an operation words it
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "base/errors.h"
#include "base/violation.h"

#define BIT(kind) (1u << (kind))

const DynWording dyn_wording_plain = {0};
const DynWording dyn_wording_older = {.wraps = true};
const DynWording dyn_wording_read = {.revised = true};
const DynWording dyn_wording_write = {
	.enveloped = BIT(DYN_VIOLATION_PARAMETER) | BIT(DYN_VIOLATION_VALUE) | BIT(DYN_VIOLATION_DEPTH),
	.revised = true
};
const DynWording dyn_wording_item = {
	.enveloped = BIT(DYN_VIOLATION_PARAMETER) | BIT(DYN_VIOLATION_VALUE),
	.revised = true
};

void
dyn_violation_raise(const DynWording *wording, const DynViolation *violation)
{
	bool		enveloped = dyn_wording_or_plain(wording)->enveloped & BIT(violation->kind);

	dyn_validation("%s%s", enveloped ? DYN_ENVELOPE : "", violation->text);
}

void
dyn_violation_parameter(const DynWording *wording, const char *fmt,...)
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
	dyn_violation_raise(wording, &(DynViolation) {DYN_VIOLATION_PARAMETER, text.data});
}
