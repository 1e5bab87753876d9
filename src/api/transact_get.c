/*
 * transact_get.c - TransactGetItems
 *
 * Names without a projection are ignored, while GetItem refuses them.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "api/handlers.h"
#include "api/items.h"
#include "api/params.h"
#include "api/transact_get.h"
#include "base/jsonout.h"
#include "base/request.h"

static DynGet *
read_request(const DynJson *request, int *count)
{
	const DynJson *items = dyn_request_member(request, "TransactItems");
	DynGet	   *gets;
	int			i = 0;

	*count = dyn_json_count(items);
	gets = palloc0_array(DynGet, *count);
	for (const DynJson *item = dyn_json_first(items); item != NULL; item = dyn_json_next(item))
	{
		const DynJson *action = dyn_request_member(item, "Get");
		DynGet	   *get = &gets[i++];

		get->table_name = dyn_request_string(action, "TableName");
		get->projection = dyn_item_get_projection_expression(action, &dyn_wording_older);
		get->map = dyn_params_attributes(action, "Key", &dyn_wording_older);
	}
	return gets;
}

/*
 * The member Item.  Where a projection shows nothing of the item, TransactGetItems leaves it out, while GetItem, BatchGetItem and a SELECT
 * reply with an empty one.
 */
static void
reply_item(StringInfo reply, const DynGet *get, const struct varlena *item)
{
	int			start = reply->len;
	int			value;

	dyn_jsonout_member(reply, "Item");
	value = reply->len;
	dyn_get_print(reply, get, item);
	if (get->projection != NULL && get->project == NULL && reply->len - value == strlen("{}"))
	{
		reply->len = start;
		reply->data[start] = '\0';
	}
}

void
dyn_transact_get(DynGet *gets, int count, DynConsumed *consumed, StringInfo reply)
{
	struct varlena **items = dyn_get_all(gets, count, consumed);

	appendStringInfoString(reply, "{\"Responses\":[");
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		appendStringInfoString(reply, i > 0 ? ",{" : "{");
		if (items[i] != NULL)
			reply_item(reply, &gets[i], items[i]);
		appendStringInfoChar(reply, '}');
	}
	appendStringInfoChar(reply, ']');
	dyn_consumed_reply(reply, consumed);
	appendStringInfoChar(reply, '}');
}

void
dyn_api_transact_get_items(const DynJson *request, StringInfo reply)
{
	int			count;
	DynGet	   *gets = read_request(request, &count);
	DynConsumed consumed = dyn_params_consumed(request, DYN_CAPACITY_TRANSACT_READ, count);

	dyn_transact_get(gets, count, &consumed, reply);
}
