/*
 * select.c - SELECT of ExecuteStatement: the pages of its items
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/errors.h"
#include "base/jsonout.h"
#include "partiql/lower.h"
#include "partiql/next_token.h"
#include "partiql/select.h"
#include "partiql/select_plan.h"
#include "throughput/throttle.h"

/* Items in a page of a read of several ranges; developer guide, "PartiQL operators" */
#define MANY_PAGE_ITEMS 10

/* The item by its key: one read, without a next page. */
static void
reply_get(DynPartiqlSelect *select, StringInfo reply)
{
	DynResultPage *page = &select->page;
	DynGet		get = {
		.table = page->range.table,
		.key = {.pk = page->range.equal[0]},
		.projection = page->projection,
		.project = page->project,
		.filter = page->filter,
		.consistent = page->consistent
	};
	struct varlena *item;

	if (get.table->sk.tag)
		get.key.sk = page->range.equal[1];
	item = dyn_get_run(&get, &page->capacity);
	appendStringInfoString(reply, "{\"Items\":[");
	if (item != NULL)
		dyn_get_print(reply, &get, item);
	appendStringInfoChar(reply, ']');
	dyn_capacity_reply(reply, &page->capacity, get.table);
	appendStringInfoChar(reply, '}');
}

/* Makes the page's range begin where the token says. */
static void
start_at(DynPartiqlSelect *select, const DynPartiqlPosition *position)
{
	DynResultPage    *page = &select->page;
	DynViolation violation;
	DynJson    *key;

	if (position->range >= Max(select->nvalues, 1))
		dyn_validation(DYN_INVALID_NEXT_TOKEN);
	if (position->key.len == 0)
		return;
	key = dyn_json_try(position->key.data, position->key.len);
	if (key == NULL || dyn_json_kind(key) != DYN_JSON_OBJECT)
		dyn_validation(DYN_INVALID_NEXT_TOKEN);
	dyn_tree_json_check_map_types(key);
	if (!dyn_tree_json_item_node(key, &dyn_wording_older, &page->start_map, &violation))
		dyn_validation(DYN_INVALID_NEXT_TOKEN);
	page->has_start = true;
	dyn_result_page_start(page, false);
}

static int64
limit_of(const DynPartiqlSelect *select)
{
	int64		limit = select->page.limit;

	if (select->nvalues > 1 && (limit == 0 || limit > MANY_PAGE_ITEMS))
		return MANY_PAGE_ITEMS;
	return limit;
}

/*
 * Reads the ranges from the position on until the page is full.  True: there may be more, and the position is where the next
 * page begins, which is not at an item if a range has just ended.
 */
static bool
read_ranges(DynPartiqlSelect *select, DynResultPageReader *reader, DynPartiqlPosition *position)
{
	DynRange   *range = &select->page.range;

	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		if (select->nvalues > 0)
			range->equal[0] = select->values[position->range];
		dyn_result_page_read(reader);
		position->key = (DynSlice) {reader->last_key.data, (uint32) reader->last_key.len};
		if (reader->last_key.len > 0)
			return true;
		if (position->range + 1 >= select->nvalues)
			return false;
		position->range++;
		range->start = NULL;
		if (dyn_result_page_is_full(reader))
			return true;
	}
}

void
dyn_partiql_select(const DynPartiqlBound *bound, StringInfo reply)
{
	DynSlice	token = bound->next_token;
	DynPartiqlPosition position = {0};
	DynResultPageReader reader;
	DynPartiqlSelect select;
	bool		more;

	if (token.data != NULL)
		position = dyn_partiql_token_read(token, bound);
	dyn_partiql_select_plan(&select, bound);
	if (dyn_partiql_select_is_get(&select))
	{
		reply_get(&select, reply);
		return;
	}
	start_at(&select, &position);
	dyn_result_page_reader_begin(&reader, &select.page, reply, limit_of(&select));
	dyn_throttle_require_page(&select.page.range);
	appendStringInfoString(reply, "{\"Items\":[");
	more = read_ranges(&select, &reader, &position);
	dyn_result_page_charge(&select.page, &reader);
	appendStringInfoChar(reply, ']');
	if (more)
	{
		dyn_jsonout_member(reply, "NextToken");
		dyn_partiql_token_print(reply, bound, &position);
	}
	if (reader.last_key.len > 0)
	{
		dyn_jsonout_member(reply, "LastEvaluatedKey");
		appendBinaryStringInfo(reply, reader.last_key.data, reader.last_key.len);
	}
	dyn_capacity_reply(reply, &select.page.capacity, select.page.range.table);
	appendStringInfoChar(reply, '}');
}
