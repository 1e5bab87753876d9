/*
 * ion_print.c - attribute values as Amazon Ion text, as exports have them
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/base64.h"
#include "value/ion_print.h"
#include "value/number.h"

#define LEAST_PLAIN_ZEROS 6		/* with this number of zeros behind the point, a number is printed with an exponent */

static void print_value(StringInfo out, DynValue v);

/* Appends the text between quotes; control characters, the quote and the backslash are escaped. */
static void
print_quoted(StringInfo out, const char *text, uint32 len, char quote)
{
	const char *end = text + len;

	appendStringInfoChar(out, quote);
	for (const char *p = text; p < end;)
	{
		const char *run = p;

		while (p < end && (uint8) *p >= 0x20 && *p != quote && *p != '\\' && *p != 0x7f)
			p++;
		appendBinaryStringInfo(out, run, p - run);
		if (p == end)
			break;
		if (*p == quote || *p == '\\')
			appendStringInfo(out, "\\%c", *p);
		else if (*p == '\n')
			appendStringInfoString(out, "\\n");
		else if (*p == '\t')
			appendStringInfoString(out, "\\t");
		else if (*p == '\r')
			appendStringInfoString(out, "\\r");
		else
			appendStringInfo(out, "\\x%02x", (uint8) *p);
		p++;
	}
	appendStringInfoChar(out, quote);
}

/* May the name stand without quotes?  Not what is a keyword, or the number of a symbol ($10). */
static bool
is_identifier(DynSlice name)
{
	static const char *const keywords[] = {"null", "true", "false", "nan"};

	if (name.len == 0 || (name.data[0] >= '0' && name.data[0] <= '9') || name.data[0] == '$')
		return false;
	for (int i = 0; i < (int) lengthof(keywords); i++)
		if (dyn_slice_is(name, keywords[i]))
			return false;
	for (uint32 i = 0; i < name.len; i++)
	{
		char		c = name.data[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$'))
			return false;
	}
	return true;
}

static void
print_name(StringInfo out, DynSlice name)
{
	if (is_identifier(name))
		appendBinaryStringInfo(out, name.data, name.len);
	else
		print_quoted(out, name.data, name.len, '\'');
}

/* A decimal: 103., 6d2, -0.5, 1d-130. */
static void
print_number(StringInfo out, DynValue v)
{
	char		text[DYN_NUMBER_MAX_TEXT];
	int			len = dyn_number_print(v.data, v.len, text);
	const char *point = memchr(text, '.', len);
	int			zeros = 0;

	if (point == NULL)
	{
		while (zeros < len - 1 && text[len - 1 - zeros] == '0')
			zeros++;
		appendBinaryStringInfo(out, text, len - zeros);
		if (zeros > 0)
			appendStringInfo(out, "d%d", zeros);
		else
			appendStringInfoChar(out, '.');
		return;
	}
	while (point + 1 + zeros < text + len && point[1 + zeros] == '0')
		zeros++;
	if (zeros < LEAST_PLAIN_ZEROS || point[-1] != '0' || point - text > (text[0] == '-' ? 2 : 1))
	{
		appendBinaryStringInfo(out, text, len);
		return;
	}
	if (text[0] == '-')
		appendStringInfoChar(out, '-');
	appendBinaryStringInfo(out, point + 1 + zeros, text + len - (point + 1 + zeros));
	appendStringInfo(out, "d-%d", (int) (text + len - (point + 1)));
}

static void
print_blob(StringInfo out, DynValue v)
{
	appendStringInfoString(out, "{{");
	enlargeStringInfo(out, 4 * ((v.len + 2) / 3));
	out->len += dyn_base64_encode(v.data, v.len, out->data + out->len);
	out->data[out->len] = '\0';
	appendStringInfoString(out, "}}");
}

static void
print_set(StringInfo out, DynValue set)
{
	uint32		count = dyn_value_count(set);

	appendStringInfo(out, "$dynamodb_%s::[", dyn_tag_name(set.tag));
	for (uint32 i = 0; i < count; i++)
	{
		if (i > 0)
			appendStringInfoChar(out, ',');
		print_value(out, dyn_set_element(set, i));
	}
	appendStringInfoChar(out, ']');
}

static void
print_list(StringInfo out, DynValue list)
{
	uint32		count = dyn_value_count(list);

	appendStringInfoChar(out, '[');
	for (uint32 i = 0; i < count; i++)
	{
		if (i > 0)
			appendStringInfoChar(out, ',');
		print_value(out, dyn_list_element(list, i));
	}
	appendStringInfoChar(out, ']');
}

void
dyn_ion_print_item(StringInfo out, DynValue root)
{
	uint32		count = dyn_value_count(root);

	appendStringInfoChar(out, '{');
	for (uint32 i = 0; i < count; i++)
	{
		DynSlice	name;
		DynValue	member = dyn_map_member(root, i, &name);

		if (i > 0)
			appendStringInfoChar(out, ',');
		print_name(out, name);
		appendStringInfoChar(out, ':');
		print_value(out, member);
	}
	appendStringInfoChar(out, '}');
}

static void
print_value(StringInfo out, DynValue v)
{
	check_stack_depth();
	switch ((DynTag) v.tag)
	{
		case DYN_NULL:
			appendStringInfoString(out, "null");
			break;
		case DYN_BOOL:
			appendStringInfoString(out, v.data[0] ? "true" : "false");
			break;
		case DYN_N:
			print_number(out, v);
			break;
		case DYN_S:
			print_quoted(out, (const char *) v.data, v.len, '"');
			break;
		case DYN_B:
			print_blob(out, v);
			break;
		case DYN_SS:
		case DYN_NS:
		case DYN_BS:
			print_set(out, v);
			break;
		case DYN_L:
			print_list(out, v);
			break;
		case DYN_M:
			dyn_ion_print_item(out, v);
			break;
	}
}
