/*
 * batch_get.c - BatchGetItem
 *
 * The whole request is checked before anything is read.  Keys that get no answer are returned as UnprocessedKeys, in the words of the
 * request: its JSON is kept for that alone.
 */
#include "postgres.h"

#include "api/handlers.h"
#include "api/items.h"
#include "api/params.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/limits.h"
#include "base/request.h"
#include "command/get_each.h"

static void
read_part(DynGetsOfTable *gets, const DynJson *part)
{
	const DynJson *keys = dyn_request_member(part, "Keys");
	DynViolation violation;
	int			i = 0;

	dyn_item_get_check(part);
	gets->consistent = dyn_request_bool(part, "ConsistentRead", false);
	gets->maps = palloc_array(DynNode, gets->count);
	for (const DynJson *key = dyn_json_first(keys); key != NULL; key = dyn_json_next(key))
	{
		if (!dyn_tree_json_item_node(key, &dyn_wording_read, &gets->maps[i++], &violation))
			dyn_violation_raise(&dyn_wording_read, &violation);
	}
	gets->projection = dyn_item_get_projection(part);
	dyn_get_each_check_duplicates(gets);
}

/* The tables of the request; the counts are checked before anything in the parts is. */
static DynGetsOfTable *
read_request(const DynJson *request, int *ntables)
{
	const DynJson *parts = dyn_request_member(request, "RequestItems");
	DynGetsOfTable *tables = palloc0_array(DynGetsOfTable, dyn_json_count(parts));
	int			n = 0;
	int			total = 0;

	for (const DynJson *part = dyn_json_first(parts); part != NULL; part = dyn_json_next(part), n++)
	{
		tables[n].table_name = dyn_json_name(part);
		tables[n].count = dyn_json_count(dyn_request_member(part, "Keys"));
		total += tables[n].count;
	}
	if (total > DYN_MAX_BATCH_GETS)
		dyn_validation("Too many items requested for the BatchGetItem call");
	dyn_item_get_check_parts(parts);
	n = 0;
	for (const DynJson *part = dyn_json_first(parts); part != NULL; part = dyn_json_next(part))
		read_part(&tables[n++], part);
	*ntables = n;
	return tables;
}

/* Repeats the table's part of the request, with the keys that are left. */
static void
reply_left(StringInfo reply, const DynGetsOfTable *gets, const DynJson *part)
{
	int			i = 0;
	bool		first = true;

	if (gets->left == 0)
		return;
	dyn_jsonout_named(reply, gets->table_name);
	appendStringInfoString(reply, "{\"Keys\":[");
	for (const DynJson *key = dyn_json_first(dyn_request_member(part, "Keys")); key != NULL; key = dyn_json_next(key))
	{
		if (gets->answered[i++])
			continue;
		if (!first)
			appendStringInfoChar(reply, ',');
		first = false;
		dyn_jsonout_tree(reply, key);
	}
	appendStringInfoChar(reply, ']');
	for (const DynJson *member = dyn_json_first(part); member != NULL; member = dyn_json_next(member))
	{
		if (dyn_slice_is(dyn_json_name(member), "Keys") || dyn_json_kind(member) == DYN_JSON_NULL)
			continue;
		dyn_jsonout_named(reply, dyn_json_name(member));
		dyn_jsonout_tree(reply, member);
	}
	appendStringInfoChar(reply, '}');
}

void
dyn_api_batch_get_item(const DynJson *request, StringInfo reply)
{
	int			ntables;
	DynGetsOfTable *tables = read_request(request, &ntables);
	const DynJson *part = dyn_json_first(dyn_request_member(request, "RequestItems"));
	DynConsumed consumed;

	dyn_get_each_find(tables, ntables);
	consumed = dyn_params_consumed(request, DYN_CAPACITY_PLAIN, ntables);
	appendStringInfoString(reply, "{\"Responses\":{");
	dyn_get_each(tables, ntables, &consumed, reply);
	appendStringInfoString(reply, "},\"UnprocessedKeys\":{");
	for (int i = 0; i < ntables; i++, part = dyn_json_next(part))
		reply_left(reply, &tables[i], part);
	appendStringInfoChar(reply, '}');
	dyn_consumed_reply(reply, &consumed);
	appendStringInfoChar(reply, '}');
}
