/*
 * request.c - reading the members of a request that passed its shape, or of JSON that is stored
 */
#include "postgres.h"

#include <math.h>

#include "base/errors.h"
#include "base/request.h"
#include "base/texts.h"

int64
dyn_request_number(const DynJson *json, int64 low, int64 high)
{
	double		value;

	if (dyn_json_is_integer(json))
		return Min(Max(dyn_json_integer(json), low), high);
	value = trunc(dyn_json_double(json));
	if (value >= (double) high)
		return high;
	return value <= (double) low ? low : (int64) value;
}

const DynJson *
dyn_request_member(const DynJson *object, const char *name)
{
	const DynJson *member = object ? dyn_json_member(object, name) : NULL;

	return member && dyn_json_kind(member) != DYN_JSON_NULL ? member : NULL;
}

static const DynJson *
member_of_kind(const DynJson *object, const char *name, DynJsonKind kind)
{
	const DynJson *member = dyn_request_member(object, name);

	return member && dyn_json_kind(member) == kind ? member : NULL;
}

DynSlice
dyn_request_string(const DynJson *object, const char *name)
{
	const DynJson *member = member_of_kind(object, name, DYN_JSON_STRING);

	return member ? dyn_json_string(member) : (DynSlice) {NULL, 0};
}

bool
dyn_request_bool(const DynJson *object, const char *name, bool absent)
{
	const DynJson *member = dyn_request_member(object, name);

	return member ? dyn_json_kind(member) == DYN_JSON_TRUE : absent;
}

int64
dyn_request_integer(const DynJson *object, const char *name, int64 absent)
{
	const DynJson *member = member_of_kind(object, name, DYN_JSON_NUMBER);

	return member ? dyn_request_number(member, PG_INT64_MIN, PG_INT64_MAX) : absent;
}

bool
dyn_request_is(const DynJson *object, const char *name, const char *literal)
{
	DynSlice	text = dyn_request_string(object, name);

	return dyn_slice_is(text, literal);
}

char *
dyn_request_cstring(const DynJson *object, const char *name)
{
	DynSlice	text = dyn_request_string(object, name);

	if (text.data == NULL)
		return NULL;
	if (memchr(text.data, '\0', text.len))
		dyn_validation(DYN_INVALID_PARAMETER "%s must not contain the character U+0000", name);
	return pnstrdup(text.data, text.len);
}
