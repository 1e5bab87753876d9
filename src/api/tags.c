/*
 * tags.c - the tags of a request
 */
#include "postgres.h"

#include "api/table_check.h"
#include "base/errors.h"
#include "base/limits.h"
#include "base/request.h"
#include "mb/pg_wchar.h"

/* Ranges of characters beyond ASCII that are signs: punctuation, symbols, emoji, controls and private ones. */
static const pg_wchar signs[][2] = {
	{0x80, 0x9F}, {0xA1, 0xA9}, {0xAB, 0xB1}, {0xB4, 0xB4}, {0xB6, 0xB8}, {0xBB, 0xBB}, {0xBF, 0xBF}, {0xD7, 0xD7}, {0xF7, 0xF7},
	{0x200B, 0x2027}, {0x202A, 0x202E}, {0x2030, 0x205E}, {0x2060, 0x206F}, {0x20A0, 0x20FF}, {0x2190, 0x245F}, {0x249C, 0x24E9},
	{0x2500, 0x2775}, {0x2794, 0x2BFF}, {0x3001, 0x3004}, {0x3008, 0x3020}, {0x3030, 0x3030}, {0xE000, 0xF8FF}, {0xFD3E, 0xFD3F},
	{0xFE00, 0xFE6F}, {0xFF01, 0xFF0F}, {0xFF1A, 0xFF20}, {0xFF3B, 0xFF40}, {0xFF5B, 0xFF65}, {0xFFE0, 0xFFFF}, {0x1F000, 0x1F0FF},
	{0x1F10D, 0x1FAFF}, {0xE0000, 0x10FFFF}
};

static bool
is_sign(pg_wchar c)
{
	for (int i = 0; i < lengthof(signs); i++)
		if (c >= signs[i][0] && c <= signs[i][1])
			return true;
	return false;
}

/* Letters, digits and white space of any script, and some ASCII signs. */
static bool
is_legal(DynSlice text)
{
	for (uint32 i = 0; i < text.len; i += IS_HIGHBIT_SET(text.data[i]) ? pg_utf_mblen((const unsigned char *) text.data + i) : 1)
	{
		char		c = text.data[i];

		if (IS_HIGHBIT_SET(c) ? is_sign(utf8_to_unicode((const unsigned char *) text.data + i)) :
			!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && strchr(" +-=._:/@", c) == NULL)
			return false;
	}
	return memchr(text.data, '\0', text.len) == NULL;
}

/* "null" for an absent text. */
static DynSlice
shown(DynSlice text)
{
	return text.data ? text : DYN_SLICE("null");
}

static void
check_key(DynSlice key)
{
	if (!key.data || key.len == 0 || pg_mbstrlen_with_len(key.data, (int) key.len) > DYN_MAX_TAG_KEY || !is_legal(key))
		dyn_validation("The Tag Key provided is invalid, Key: %.*s", (int) shown(key).len, shown(key).data);
	if (key.len >= 4 && pg_strncasecmp(key.data, "aws:", 4) == 0)
		dyn_validation("Tag Key cannot be prefixed with aws:, Key: %.*s", (int) key.len, key.data);
}

static void
check_tag(const DynJson *tag)
{
	DynSlice	value = dyn_request_string(tag, "Value");

	check_key(dyn_request_string(tag, "Key"));
	if (!value.data || pg_mbstrlen_with_len(value.data, (int) value.len) > DYN_MAX_TAG_VALUE || !is_legal(value))
		dyn_validation("The Tag Value provided is invalid, Value: %.*s", (int) shown(value).len, shown(value).data);
}

static void
check_count(const DynJson *list)
{
	if (dyn_json_count(list) > DYN_MAX_TAGS)
		dyn_validation("Number of Tags exceed the current limit for the provided ResourceArn");
}

void
dyn_tags_check_keys(const DynJson *keys)
{
	if (dyn_json_count(keys) == 0)
		dyn_validation("Atleast one Tag Key needs to be provided as Input.");
	check_count(keys);
	for (const DynJson *key = dyn_json_first(keys); key; key = dyn_json_next(key))
		check_key(dyn_json_string(key));
}

void
dyn_tags_check(const DynJson *tags)
{
	check_count(tags);
	for (const DynJson *tag = dyn_json_first(tags); tag; tag = dyn_json_next(tag))
		check_tag(tag);
	for (const DynJson *tag = dyn_json_first(tags); tag; tag = dyn_json_next(tag))
	{
		DynSlice	key = dyn_request_string(tag, "Key");

		for (const DynJson *other = dyn_json_next(tag); other; other = dyn_json_next(other))
			if (dyn_slice_equal(key, dyn_request_string(other, "Key")))
				dyn_validation("Duplicate Tag Keys provided as input: Duplicate Tag Key found %.*s", (int) key.len, key.data);
	}
}
