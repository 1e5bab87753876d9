/*
 * jsonout.c - writing JSON text into a StringInfo
 *
 * Strings are copied in runs between the bytes that need an escape, found by a table.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/base64.h"
#include "base/jsonout.h"

/* The letter of a short escape, 'u' for \u00xx, 0 for a byte that stands for itself. */
static const char escape_of[256] = {
	'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'b', 't', 'n', 'u', 'f', 'r', 'u', 'u',
	'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u',
	['"'] = '"', ['\\'] = '\\',
};

void
dyn_jsonout_string(StringInfo out, const char *data, uint32 len)
{
	const char *p = data;
	const char *end = data + len;

	enlargeStringInfo(out, len + 2);
	appendStringInfoCharMacro(out, '"');
	while (p < end)
	{
		const char *run = p;

		p = dyn_json_skip_plain(p, end);
		appendBinaryStringInfo(out, run, p - run);
		if (p == end)
			break;
		appendStringInfoCharMacro(out, '\\');
		appendStringInfoCharMacro(out, escape_of[(uint8) *p]);
		if (escape_of[(uint8) *p] == 'u')
		{
			char		hex[4] = {'0', '0', '0' + ((uint8) *p >> 4), "0123456789abcdef"[*p & 15]};

			appendBinaryStringInfo(out, hex, 4);
		}
		p++;
	}
	appendStringInfoCharMacro(out, '"');
}

void
dyn_jsonout_member(StringInfo out, const char *name)
{
	if (out->len > 0 && out->data[out->len - 1] != '{')
		appendStringInfoCharMacro(out, ',');
	dyn_jsonout_string(out, name, strlen(name));
	appendStringInfoCharMacro(out, ':');
}

void
dyn_jsonout_base64(StringInfo out, const uint8 *data, uint32 len)
{
	enlargeStringInfo(out, ((int64) len + 2) / 3 * 4 + 3);
	out->data[out->len++] = '"';
	out->len += dyn_base64_encode(data, len, out->data + out->len);
	out->data[out->len++] = '"';
	out->data[out->len] = '\0';
}

/* Appends the children of a list or object, separated by commas. */
static void
append_children(StringInfo out, const DynJson *node, bool named)
{
	check_stack_depth();
	for (const DynJson *child = dyn_json_first(node); child != NULL; child = dyn_json_next(child))
	{
		if (child != dyn_json_first(node))
			appendStringInfoCharMacro(out, ',');
		if (named)
		{
			DynSlice	name = dyn_json_name(child);

			dyn_jsonout_string(out, name.data, name.len);
			appendStringInfoCharMacro(out, ':');
		}
		dyn_jsonout_tree(out, child);
	}
}

void
dyn_jsonout_tree(StringInfo out, const DynJson *node)
{
	DynSlice	text;

	switch (dyn_json_kind(node))
	{
		case DYN_JSON_NULL:
			appendBinaryStringInfo(out, "null", 4);
			break;
		case DYN_JSON_FALSE:
			appendBinaryStringInfo(out, "false", 5);
			break;
		case DYN_JSON_TRUE:
			appendBinaryStringInfo(out, "true", 4);
			break;
		case DYN_JSON_NUMBER:
			text = dyn_json_number(node);
			appendBinaryStringInfo(out, text.data, text.len);
			break;
		case DYN_JSON_STRING:
			text = dyn_json_string(node);
			dyn_jsonout_string(out, text.data, text.len);
			break;
		case DYN_JSON_ARRAY:
			appendStringInfoCharMacro(out, '[');
			append_children(out, node, false);
			appendStringInfoCharMacro(out, ']');
			break;
		case DYN_JSON_OBJECT:
			appendStringInfoCharMacro(out, '{');
			append_children(out, node, true);
			appendStringInfoCharMacro(out, '}');
			break;
	}
}
