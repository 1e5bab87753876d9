/*
 * namespace_text.c - namespaces of tables as texts
 */
#include "postgres.h"

#include "base/namespace_text.h"

#define LETTERS_DIGITS	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

static bool
consists_of(DynSlice text, const char *characters)
{
	for (uint32 i = 0; i < text.len; i++)
		if (text.data[i] == '\0' || strchr(characters, text.data[i]) == NULL)
			return false;
	return true;
}

bool
dyn_namespace_text_is_key(DynSlice key)
{
	return key.len > 0 && key.len <= DYN_MAX_NAMESPACE_KEY && consists_of(key, LETTERS_DIGITS "_.-");
}

bool
dyn_namespace_text_is_region(DynSlice region)
{
	return region.len > 0 && region.len <= DYN_MAX_REGION && consists_of(region, LETTERS_DIGITS "-");
}

bool
dyn_namespace_text_is_legal(const char *text)
{
	const char *at = strchr(text, '@');
	DynSlice	key = {text, (uint32) (at ? at - text : strlen(text))};

	if (text[0] == '\0')
		return true;
	if (at && !dyn_namespace_text_is_region((DynSlice) {at + 1, (uint32) strlen(at + 1)}))
		return false;
	return dyn_namespace_text_is_key(key) || (at && key.len == 0);
}

const char *
dyn_namespace_text_name(const char *full)
{
	const char *slash = strrchr(full, '/');

	return slash ? slash + 1 : full;
}

char *
dyn_namespace_text_of(const char *full)
{
	const char *name = dyn_namespace_text_name(full);

	return name == full ? pstrdup("") : pnstrdup(full, name - full - 1);
}
