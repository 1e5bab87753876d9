/*
 * shape_print.c - values of requests in messages
 */
#include "postgres.h"

#include "common/hashfn.h"

#include "api/shape_print.h"

void
dyn_shape_print_field(StringInfo out, const char *name)
{
	appendStringInfoChar(out, pg_ascii_tolower((unsigned char) name[0]));
	appendStringInfoString(out, name + 1);
}

void
dyn_shape_print_text(StringInfo out, DynSlice text)
{
	for (uint32 i = 0; i < text.len; i++)
	{
		if (text.data[i] == '\0')
			appendStringInfoString(out, "\\u0000");
		else
			appendStringInfoCharMacro(out, text.data[i]);
	}
}

int64
dyn_shape_print_number(const DynShape *shape, const DynJson *json)
{
	bool		is_short = shape->kind == DYN_SHAPE_INTEGER;

	return dyn_request_number(json, is_short ? PG_INT32_MIN : PG_INT64_MIN, is_short ? PG_INT32_MAX : PG_INT64_MAX);
}

/* Appends "PutRequest(item={...})". */
static void
print_members(StringInfo out, const DynShape *shape, const DynJson *json)
{
	appendStringInfo(out, "%s(", shape->name);
	for (int i = 0; i < shape->nfields; i++)
	{
		const DynJson *member = dyn_request_member(json, shape->fields[i].name);

		if (i > 0)
			appendStringInfoString(out, ", ");
		dyn_shape_print_field(out, shape->fields[i].name);
		appendStringInfoChar(out, '=');
		if (member != NULL)
			dyn_shape_print(out, shape->fields[i].shape, member);
		else
			appendStringInfoString(out, "null");
	}
	appendStringInfo(out, "%s)", shape->shown);
}

void
dyn_shape_print(StringInfo out, const DynShape *shape, const DynJson *json)
{
	bool		is_list = shape->kind == DYN_SHAPE_LIST;
	const char *separator = "";

	if (dyn_json_kind(json) == DYN_JSON_NULL)
	{
		appendStringInfoString(out, "null");
		return;
	}
	switch (shape->kind)
	{
		case DYN_SHAPE_STRING:
			dyn_shape_print_text(out, dyn_json_string(json));
			return;
		case DYN_SHAPE_INTEGER:
		case DYN_SHAPE_LONG:
			appendStringInfo(out, INT64_FORMAT, dyn_shape_print_number(shape, json));
			return;
		case DYN_SHAPE_DOUBLE:
			appendStringInfo(out, "%g", dyn_json_double(json));
			return;
		case DYN_SHAPE_BOOLEAN:
			appendStringInfoString(out, dyn_json_kind(json) == DYN_JSON_TRUE ? "true" : "false");
			return;
		case DYN_SHAPE_STRUCTURE:
			if (shape->shown != NULL)
			{
				print_members(out, shape, json);
				return;
			}
			/* FALLTHROUGH */
		case DYN_SHAPE_ATTRIBUTE_VALUE:
			/* Java's default toString ends with the object's hash, which has no meaning: any hash will do */
			appendStringInfo(out, DYN_JAVA_PACKAGE "%s@%x", shape->name,
							 hash_bytes((const unsigned char *) shape->name, (int) strlen(shape->name)));
			return;
		case DYN_SHAPE_LIST:
		case DYN_SHAPE_MAP:
		case DYN_SHAPE_ATTRIBUTE_MAP:
			break;
	}
	appendStringInfoChar(out, is_list ? '[' : '{');
	for (const DynJson *child = dyn_json_first(json); child; child = dyn_json_next(child))
	{
		appendStringInfoString(out, separator);
		separator = ", ";
		if (!is_list)
		{
			dyn_shape_print_text(out, dyn_json_name(child));
			appendStringInfoChar(out, '=');
		}
		dyn_shape_print(out, shape->element, child);
	}
	appendStringInfoChar(out, is_list ? ']' : '}');
}
