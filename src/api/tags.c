/*
 * tags.c - the tags of a request
 */
#include "postgres.h"

#include "api/table_check.h"
#include "base/errors.h"
#include "base/limits.h"
#include "base/request.h"
#include "mb/pg_wchar.h"

/* Letters, digits and white space of any script, and some ASCII signs. */
static bool
is_legal(DynSlice text)
{
	for (uint32 i = 0; i < text.len; i++)
	{
		char		c = text.data[i];

		if (!IS_HIGHBIT_SET(c) && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
			strchr(" +-=._:/@", c) == NULL)
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
check_tag(const DynJson *tag)
{
	DynSlice	key = dyn_request_string(tag, "Key");
	DynSlice	value = dyn_request_string(tag, "Value");

	if (!key.data || key.len == 0 || pg_mbstrlen_with_len(key.data, (int) key.len) > DYN_MAX_TAG_KEY || !is_legal(key))
		dyn_validation("The Tag Key provided is invalid, Key: %.*s", (int) shown(key).len, shown(key).data);
	if (key.len >= 4 && pg_strncasecmp(key.data, "aws:", 4) == 0)
		dyn_validation("Tag Key cannot be prefixed with aws:, Key: %.*s", (int) key.len, key.data);
	if (!value.data || pg_mbstrlen_with_len(value.data, (int) value.len) > DYN_MAX_TAG_VALUE || !is_legal(value))
		dyn_validation("The Tag Value provided is invalid, Value: %.*s", (int) shown(value).len, shown(value).data);
}

void
dyn_tags_check(const DynJson *tags)
{
	if (dyn_json_count(tags) > DYN_MAX_TAGS)
		dyn_validation("Number of Tags exceed the current limit for the provided ResourceArn");
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
