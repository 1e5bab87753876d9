/*
 * tag_resource.c - TagResource, UntagResource, ListTagsOfResource
 *
 * A table's tags are part of its settings.  One page has all of them: a table has at most 50.  The service does not look at a
 * NextToken that it did not give.
 */
#include "postgres.h"

#include "api/handlers.h"
#include "api/resource_arn.h"
#include "api/table_check.h"
#include "api/table_describe.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/limits.h"
#include "base/request.h"
#include "tables/catalog.h"
#include "tables/settings.h"

/* The table that ResourceArn names; a stream has no tags. */
static DynTableDef *
find_resource(const DynJson *request, bool for_update)
{
	DynResource resource = dyn_resource_arn_of_tags(request);
	char	   *name = pnstrdup(resource.table.data, resource.table.len);
	DynTableDef *def = resource.label.data ? NULL : for_update ? dyn_catalog_read_for_update(name) : dyn_catalog_read(name);
	DynSlice	arn = dyn_request_string(request, "ResourceArn");

	if (def == NULL || dyn_table_describe_is_filling(def))
		dyn_error(DYN_E_RESOURCE_NOT_FOUND, "Requested resource not found: ResourceArn: %.*s not found", (int) arn.len, arn.data);
	return def;
}

static const DynJson *
stored_tags(const DynTableSettings *settings)
{
	const char *tags = settings->tags ? settings->tags : "[]";

	return dyn_json_parse(tags, strlen(tags));
}

static void
append_tag(StringInfo tags, const DynJson *tag)
{
	if (tags->len > 1)
		appendStringInfoChar(tags, ',');
	dyn_jsonout_tree(tags, tag);
}

/* The tag of that key in the list, or NULL. */
static const DynJson *
find_tag(const DynJson *tags, DynSlice key)
{
	for (const DynJson *tag = dyn_json_first(tags); tag; tag = dyn_json_next(tag))
	{
		if (dyn_slice_equal(key, dyn_request_string(tag, "Key")))
			return tag;
	}
	return NULL;
}

static bool
is_among(const DynJson *keys, DynSlice key)
{
	for (const DynJson *candidate = dyn_json_first(keys); candidate; candidate = dyn_json_next(candidate))
	{
		if (dyn_slice_equal(key, dyn_json_string(candidate)))
			return true;
	}
	return false;
}

static void
store_tags(DynTableDef *def, DynTableSettings *settings, StringInfo tags)
{
	appendStringInfoChar(tags, ']');
	settings->tags = tags->len > 2 ? tags->data : NULL;
	dyn_catalog_update(def);
}

void
dyn_api_tag_resource(const DynJson *request, StringInfo reply)
{
	const DynJson *added = dyn_request_member(request, "Tags");
	DynTableDef *def;
	DynTableSettings *settings;
	const DynJson *stored;
	StringInfoData tags;

	if (dyn_json_count(added) == 0)
		dyn_validation("Atleast one Tag needs to be provided as Input.");
	dyn_tags_check(added);
	def = find_resource(request, true);
	settings = &def->settings;
	stored = stored_tags(settings);

	initStringInfo(&tags);
	appendStringInfoChar(&tags, '[');
	for (const DynJson *tag = dyn_json_first(stored); tag; tag = dyn_json_next(tag))
	{
		const DynJson *replaced = find_tag(added, dyn_request_string(tag, "Key"));

		append_tag(&tags, replaced ? replaced : tag);
	}
	for (const DynJson *tag = dyn_json_first(added); tag; tag = dyn_json_next(tag))
	{
		if (!find_tag(stored, dyn_request_string(tag, "Key")))
			append_tag(&tags, tag);
	}
	store_tags(def, settings, &tags);
	if (dyn_json_count(stored_tags(settings)) > DYN_MAX_TAGS)
		dyn_validation("Number of Tags exceed the current limit for the provided ResourceArn");
}

void
dyn_api_untag_resource(const DynJson *request, StringInfo reply)
{
	const DynJson *keys = dyn_request_member(request, "TagKeys");
	DynTableDef *def;
	DynTableSettings *settings;
	const DynJson *stored;
	StringInfoData tags;

	dyn_tags_check_keys(keys);
	def = find_resource(request, true);
	settings = &def->settings;
	stored = stored_tags(settings);

	initStringInfo(&tags);
	appendStringInfoChar(&tags, '[');
	for (const DynJson *tag = dyn_json_first(stored); tag; tag = dyn_json_next(tag))
	{
		if (!is_among(keys, dyn_request_string(tag, "Key")))
			append_tag(&tags, tag);
	}
	store_tags(def, settings, &tags);
}

void
dyn_api_list_tags_of_resource(const DynJson *request, StringInfo reply)
{
	DynTableDef *def = find_resource(request, false);
	DynTableSettings *settings = &def->settings;

	appendStringInfo(reply, "{\"Tags\":%s}", settings->tags ? settings->tags : "[]");
}
