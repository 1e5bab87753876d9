/*
 * jsonout.c - writing JSON text into a StringInfo
 *
 * A string is copied while it is searched for bytes that need an escape; from the first such byte on it is copied in runs.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/base64.h"
#include "base/jsonout.h"
#include "base/scan.h"

#define ESCAPE_MAX	6				/* bytes of one escape */

/* The letter of a short escape, 'u' for \u00xx, 0 for a byte that needs no escape. */
static const char escape_of[256] = {
	'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'b', 't', 'n', 'u', 'f', 'r', 'u', 'u',
	'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u',
	['"'] = '"', ['\\'] = '\\',
};

/* Writes the escape of a byte at q, which has room for ESCAPE_MAX bytes; returns the end. */
static char *
write_escape(char *q, char c)
{
	*q++ = '\\';
	*q++ = escape_of[(uint8) c];
	if (escape_of[(uint8) c] != 'u')
		return q;
	*q++ = '0';
	*q++ = '0';
	*q++ = '0' + ((uint8) c >> 4);
	*q++ = "0123456789abcdef"[c & 15];
	return q;
}

/* Copies up to 15 bytes that need no escape; false, with arbitrary bytes at q, when one needs one. */
static inline bool
copy_short(char *q, const char *p, size_t len)
{
	if (len >= 8)
	{
		if ((dyn_scan_word(p, false) | dyn_scan_word(p + len - 8, false)) != 0)
			return false;
		memcpy(q, p, 8);
		memcpy(q + len - 8, p + len - 8, 8);
		return true;
	}
	if (len >= 4)
	{
		uint32		first;
		uint32		last;

		memcpy(&first, p, 4);
		memcpy(&last, p + len - 4, 4);
		if (dyn_scan_eight((uint64) last << 32 | first, false) != 0)
			return false;
		memcpy(q, &first, 4);
		memcpy(q + len - 4, &last, 4);
		return true;
	}
	for (size_t i = 0; i < len; i++)
	{
		if (escape_of[(uint8) p[i]] != 0)
			return false;
		q[i] = p[i];
	}
	return true;
}

/* Appends the rest of a string from p on, which has bytes to escape, and the closing quote. */
static void
append_escaped(StringInfo out, const char *p, const char *end)
{
	while (p < end)
	{
		const char *run = p;

		p = dyn_scan_plain(p, end, false);
		dyn_jsonout_raw(out, run, p - run);
		if (p < end)
			out->len = write_escape(dyn_jsonout_room(out, ESCAPE_MAX), *p++) - out->data;
	}
	dyn_jsonout_byte(out, '"');
}

/* Copies and looks for bytes to escape in one go: most strings have none. */
void
dyn_jsonout_string(StringInfo out, const char *data, uint32 len)
{
	const char *p = data;
	const char *end = data + len;
	char	   *q = dyn_jsonout_room(out, (Size) len + 2);

	*q++ = '"';
	for (; end - p >= 16; p += 16, q += 16)
	{
#if DYN_SCAN_STEP == 16
		if (dyn_scan_step(p, false) != 0)
			break;
#else
		if ((dyn_scan_step(p, false) | dyn_scan_step(p + 8, false)) != 0)
			break;
#endif
		memcpy(q, p, 16);
	}
	if (end - p < 16 && copy_short(q, p, end - p))
	{
		q += end - p;
		*q++ = '"';
		out->len = q - out->data;
	}
	else
	{
		out->len = q - out->data;
		append_escaped(out, p, end);
	}
	out->data[out->len] = '\0';
}

void
dyn_jsonout_named(StringInfo out, DynSlice name)
{
	if (out->len > 0 && out->data[out->len - 1] != '{')
		appendStringInfoCharMacro(out, ',');
	dyn_jsonout_string(out, name.data, name.len);
	appendStringInfoCharMacro(out, ':');
}

void
dyn_jsonout_member(StringInfo out, const char *name)
{
	dyn_jsonout_named(out, (DynSlice) {name, (uint32) strlen(name)});
}

void
dyn_jsonout_base64(StringInfo out, const uint8 *data, uint32 len)
{
	char	   *p = dyn_jsonout_room(out, ((Size) len + 2) / 3 * 4 + 2);
	char	   *start = p;

	*p++ = '"';
	p += dyn_base64_encode(data, len, p);
	*p++ = '"';
	*p = '\0';
	out->len += p - start;
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
