/*
 * transact_get.c - TransactGetItems
 *
 * All items are read in one snapshot. Names without a projection are ignored, while GetItem refuses them.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "api/handlers.h"
#include "api/items.h"
#include "api/transact_get.h"
#include "base/call.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/limits.h"
#include "base/request.h"
#include "command/keys.h"
#include "command/params.h"
#include "expr/eval.h"
#include "store/cancellation.h"
#include "store/rows.h"
#include "tables/name.h"
#include "throughput/consumed.h"
#include "throughput/throttle.h"
#include "value/member.h"

typedef struct Gets
{
	int			count;
	const DynTransactGet *gets;
	DynRowRead *reads;			/* one of each get */
	DynReason  *reasons;
	DynThrottleAction *used;	/* by each of the gets; NULL where throughput is not limited */
} Gets;

static DynTransactGet *
read_request(const DynJson *request, int *count)
{
	const DynJson *items = dyn_request_member(request, "TransactItems");
	DynTransactGet *gets;
	int			i = 0;

	*count = dyn_json_count(items);
	gets = palloc0_array(DynTransactGet, *count);
	for (const DynJson *item = dyn_json_first(items); item != NULL; item = dyn_json_next(item))
	{
		const DynJson *action = dyn_request_member(item, "Get");
		DynTransactGet *get = &gets[i++];

		get->table_name = dyn_request_string(action, "TableName");
		get->projection = dyn_item_get_projection_expression(action, &dyn_wording_older);
		get->map = dyn_params_attributes(action, "Key", &dyn_wording_older);
	}
	return gets;
}

static void
read_key(const DynTransactGet *get, DynRowRead *read, DynReason *reason)
{
	MemoryContext context = CurrentMemoryContext;

	PG_TRY();
	{
		read->key = dyn_keys_of_key(read->table, &get->map);
		dyn_keys_check_paths(read->table, get->projection);
		if (get->filter != get->projection)
			dyn_keys_check_paths(read->table, get->filter);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		dyn_cancellation_catch(reason, false);
	}
	PG_END_TRY();
}

static void
check_duplicates(const Gets *gets)
{
	for (int i = 0; i < gets->count; i++)
	{
		for (int k = 0; k < i; k++)
		{
			if (dyn_keys_compare_items(gets->reads[i].table, &gets->reads[i].key, gets->reads[k].table, &gets->reads[k].key) == 0)
				dyn_validation("Transaction request cannot include multiple operations on one item");
		}
	}
}

/* A conflict, which only occurs in a caller's serializable transaction, is the reason of the read that met it. */
static void
read_items(Gets *gets)
{
	MemoryContext context = CurrentMemoryContext;
	volatile int at = 0;
	volatile bool fits = true;

	PG_TRY();
	{
		fits = dyn_rows_read(gets->reads, gets->count, DYN_MAX_TRANSACTION_BYTES, &at);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		dyn_cancellation_catch(&gets->reasons[at], false);
	}
	PG_END_TRY();
	dyn_cancellation_raise(gets->reasons, gets->count);
	if (!fits)
		dyn_cancellation_too_large();
}

/* Cancels the transaction where a table has no throughput left for it. */
static void
require_throughput(Gets *gets)
{
	if (likely(!dyn_guc_throttling))
		return;
	gets->used = palloc0_array(DynThrottleAction, gets->count);
	for (int i = 0; i < gets->count; i++)
	{
		gets->used[i].table = gets->reads[i].table;
		gets->used[i].key = &gets->reads[i].key;
	}
	dyn_throttle_check_actions(gets->used, gets->reasons, gets->count, DYN_ALLOWANCE_READ);
	dyn_cancellation_raise(gets->reasons, gets->count);
}

static double
units_of(const DynRowRead *read)
{
	return dyn_capacity_of_transact_read(dyn_image_size(read->item));
}

static void
take_throughput(const Gets *gets)
{
	if (gets->used == NULL)
		return;
	for (int i = 0; i < gets->count; i++)
		gets->used[i].used.table_units = units_of(&gets->reads[i]);
	dyn_throttle_take_actions(gets->used, gets->reasons, gets->count, DYN_ALLOWANCE_READ);
	dyn_cancellation_raise(gets->reasons, gets->count);
}

static void
reply_get(StringInfo reply, const DynTransactGet *get, const DynRowRead *read)
{
	DynNode		part;
	bool		shown = read->item != NULL && (get->filter == NULL || dyn_eval_condition(get->filter, dyn_item_root(read->item)));

	if (shown)
		dyn_call_add_items(1);
	appendStringInfoChar(reply, '{');
	if (shown && get->projection == NULL)
		dyn_member_item(reply, "Item", read->item);
	else if (shown)
	{
		part = get->project ? get->project(get->projection, dyn_item_root(read->item)) :
			dyn_project_item(get->projection, dyn_item_root(read->item));
		dyn_member_node(reply, "Item", &part);
	}
	appendStringInfoChar(reply, '}');
}

static void
reply_capacity(StringInfo reply, const Gets *gets, const DynJson *request)
{
	DynConsumed account;

	dyn_consumed_begin(&account, request, DYN_CAPACITY_TRANSACT_READ, gets->count);
	for (int i = 0; i < gets->count; i++)
	{
		DynConsumedTable *table = dyn_consumed_table(&account, gets->gets[i].table_name, gets->reads[i].table);

		table->capacity.table_units += units_of(&gets->reads[i]);
	}
	dyn_consumed_reply(reply, &account);
}

void
dyn_transact_get(const DynTransactGet *requested, int count, const DynJson *request, StringInfo reply)
{
	Gets		gets = {.count = count, .gets = requested};

	gets.reads = palloc0_array(DynRowRead, count);
	gets.reasons = palloc0_array(DynReason, count);
	for (int i = 0; i < gets.count; i++)
		gets.reads[i].table = dyn_name_find_table(gets.gets[i].table_name, DYN_NAME_DATA);
	for (int i = 0; i < gets.count; i++)
		read_key(&gets.gets[i], &gets.reads[i], &gets.reasons[i]);
	dyn_cancellation_raise(gets.reasons, gets.count);
	check_duplicates(&gets);
	require_throughput(&gets);
	read_items(&gets);
	take_throughput(&gets);

	appendStringInfoString(reply, "{\"Responses\":[");
	for (int i = 0; i < gets.count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		dyn_contributors_read(gets.reads[i].table, &gets.reads[i].key);
		if (i > 0)
			appendStringInfoChar(reply, ',');
		reply_get(reply, &gets.gets[i], &gets.reads[i]);
	}
	appendStringInfoChar(reply, ']');
	reply_capacity(reply, &gets, request);
	appendStringInfoChar(reply, '}');
}

void
dyn_api_transact_get_items(const DynJson *request, StringInfo reply)
{
	int			count;
	DynTransactGet *gets = read_request(request, &count);

	dyn_transact_get(gets, count, request, reply);
}
