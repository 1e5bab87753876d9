/*
 * get_each.c - a set of reads by key, each on its own
 *
 * Items may come in any order, so a key is known to have no item only when all have come.
 */
#include "postgres.h"

#include "base/call.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/limits.h"
#include "command/get_each.h"
#include "command/keys.h"
#include "expr/eval.h"
#include "store/rows.h"
#include "store/statement.h"
#include "tables/name.h"
#include "throughput/throttle.h"

typedef struct Reader
{
	DynGetsOfTable *gets;
	StringInfo	reply;
	bool		any;			/* printed of this table */
	bool		full;			/* the reply has no room for the next item */
	bool		throttled;		/* this table has no throughput left for the next key */
	List	   *refusals;		/* why, all tables */
	uint64		bytes;			/* of items in the reply, all tables */
} Reader;

static int
compare_maps(const void *a, const void *b)
{
	const DynValue *left = a;
	const DynValue *right = b;

	return dyn_bytes_compare(left->data, left->len, right->data, right->len);
}

void
dyn_get_each_check_duplicates(const DynGetsOfTable *gets)
{
	DynValue   *packed = palloc_array(DynValue, gets->count);

	for (int i = 0; i < gets->count; i++)
	{
		DynNode		copy = gets->maps[i];

		packed[i] = dyn_node_pack(&copy);
	}
	qsort(packed, gets->count, sizeof(DynValue), compare_maps);
	for (int i = 1; i < gets->count; i++)
	{
		if (dyn_value_equal(packed[i - 1], packed[i]))
			dyn_validation(DYN_DUPLICATE_KEYS);
	}
}

static void
find_keys(DynGetsOfTable *gets)
{
	gets->keys = palloc_array(DynKey, gets->count);
	gets->answered = palloc0_array(bool, gets->count);
	gets->left = gets->count;
	for (int i = 0; i < gets->count; i++)
		gets->keys[i] = dyn_keys_of_key(gets->table, &gets->maps[i]);
	dyn_keys_check_paths(gets->table, gets->projection);
}

/* Raises an error when two parts are for the same table, by its name and by its ARN, and share a key. */
static void
check_shared(const DynGetsOfTable *one, const DynGetsOfTable *other)
{
	if (one->table->relid != other->table->relid)
		return;
	for (int i = 0; i < one->count; i++)
	{
		for (int k = 0; k < other->count; k++)
		{
			if (dyn_keys_compare(&one->keys[i], &other->keys[k]) == 0)
				dyn_validation(DYN_DUPLICATE_KEYS);
		}
	}
}

static bool
is_admitted(Reader *reader, List *refusals)
{
	reader->refusals = dyn_throttle_join(reader->refusals, refusals);
	reader->throttled = refusals != NIL;
	return refusals == NIL;
}

/* Charges a key, which is answered then, unless throughput does not admit it. */
static bool
answer(Reader *reader, int key, uint32 size)
{
	DynGetsOfTable *gets = reader->gets;
	DynCapacity used = {.table_units = dyn_capacity_of_read(size, gets->consistent)};

	if (gets->limited && !is_admitted(reader, dyn_throttle_count(dyn_throttle_take(gets->table, DYN_ALLOWANCE_READ, &used),
																 &gets->keys[key], NULL)))
		return false;
	dyn_contributors_read(gets->table, &gets->keys[key]);
	gets->consumed->capacity.table_units += used.table_units;
	gets->answered[key] = true;
	gets->left--;
	return true;
}

/* All items have come: the other keys have none. */
static void
answer_missing(Reader *reader)
{
	DynGetsOfTable *gets = reader->gets;

	for (int key = 0; key < gets->count; key++)
	{
		if (!gets->answered[key] && !answer(reader, key, 0))
			return;
	}
}

/* DynRowConsumer.  An item that SQL has stored under another key is returned, as by GetItem, and answers no key. */
static bool
print_item(void *arg, const struct varlena *item)
{
	Reader	   *reader = arg;
	DynGetsOfTable *gets = reader->gets;
	int			key = dyn_statement_find_key(gets->table, gets->keys, gets->count, gets->next, item);
	DynNode		part;

	reader->full = reader->bytes + dyn_item_size(item) > DYN_MAX_BATCH_BYTES;
	if (reader->full)
		return false;
	if (key >= 0 && !gets->answered[key] && !answer(reader, key, dyn_item_size(item)))
		return false;
	gets->next = key + 1;
	dyn_call_add_items(1);
	reader->bytes += dyn_item_size(item);
	if (reader->any)
		appendStringInfoChar(reader->reply, ',');
	reader->any = true;
	if (gets->projection == NULL)
	{
		dyn_printer_item(dyn_table_printer(gets->table), reader->reply, dyn_item_root(item));
		return true;
	}
	part = dyn_project_item(gets->projection, dyn_item_root(item));
	dyn_item_print(reader->reply, dyn_node_pack(&part));
	return true;
}

static void
reply_table(Reader *reader, DynGetsOfTable *gets)
{
	reader->gets = gets;
	reader->any = false;
	gets->limited = dyn_throttle_applies(gets->table, DYN_ALLOWANCE_READ);
	(void) is_admitted(reader, gets->limited ? dyn_throttle_check(gets->table, NULL, DYN_ALLOWANCE_READ) : NIL);
	dyn_jsonout_named(reader->reply, gets->table_name);
	appendStringInfoChar(reader->reply, '[');
	if (!reader->full && !reader->throttled)
		dyn_rows_get(gets->table, gets->keys, gets->count, print_item, reader);
	if (!reader->full && !reader->throttled)
		answer_missing(reader);
	appendStringInfoChar(reader->reply, ']');
}

/* A batch without any admitted key is refused as a whole. */
static void
check_admitted(const Reader *reader, const DynGetsOfTable *all, int ntables)
{
	for (int i = 0; i < ntables; i++)
	{
		if (all[i].left < all[i].count)
			return;
	}
	dyn_throttle_refuse(reader->refusals);
}

void
dyn_get_each_find(DynGetsOfTable *tables, int ntables)
{
	for (int i = 0; i < ntables; i++)
		tables[i].table = dyn_name_find_table(tables[i].table_name, DYN_NAME_DATA);
	for (int i = 0; i < ntables; i++)
	{
		find_keys(&tables[i]);
		for (int k = 0; k < i; k++)
			check_shared(&tables[k], &tables[i]);
	}
}

void
dyn_get_each(DynGetsOfTable *tables, int ntables, DynConsumed *consumed, StringInfo reply)
{
	Reader		reader = {.reply = reply};

	for (int i = 0; i < ntables; i++)
		tables[i].consumed = dyn_consumed_add(consumed, tables[i].table_name, tables[i].table);
	for (int i = 0; i < ntables; i++)
		reply_table(&reader, &tables[i]);
	check_admitted(&reader, tables, ntables);
}
