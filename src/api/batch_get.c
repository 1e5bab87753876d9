/*
 * batch_get.c - BatchGetItem
 *
 * The whole request is checked before anything is read; then each table is read by one statement, whose items are
 * printed straight into the reply.  A reply holds 16 MB of items; the keys that have had no answer by then are
 * handed back as UnprocessedKeys, as are those that the table's throughput does not admit.  Items may come in any order,
 * so that a key has no item is known when all have come.
 */
#include "postgres.h"

#include "api/handlers.h"
#include "api/items.h"
#include "base/call.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/limits.h"
#include "base/request.h"
#include "command/keys.h"
#include "expr/eval.h"
#include "store/rows.h"
#include "tables/name.h"
#include "throughput/consumed.h"
#include "throughput/throttle.h"

#define DUPLICATES "Provided list of item keys contains duplicates"

/* What a request says of one table, and how far reading it has come. */
typedef struct TableReads
{
	DynSlice	name;			/* as the request gave it */
	const DynJson *part;		/* KeysAndAttributes */
	int			count;
	DynNode    *maps;			/* of Keys */
	DynProgram *projection;
	DynTable   *table;
	DynKey	   *keys;
	bool	   *answered;		/* of each key: is its item in the reply, or known to be missing? */
	int			left;			/* keys that are not answered */
	int			next;			/* the key after that of the last item, where the next one most often is */
	bool		limited;		/* by its throughput */
	DynConsumedTable *account;
} TableReads;

typedef struct Reader
{
	TableReads *reads;
	StringInfo	reply;
	bool		consistent;
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

/* Raises when two keys are the same values; the table need not be known for that. */
static void
check_duplicates(TableReads *reads)
{
	DynValue   *packed = palloc_array(DynValue, reads->count);

	for (int i = 0; i < reads->count; i++)
	{
		DynNode		copy = reads->maps[i];

		packed[i] = dyn_node_pack(&copy);
	}
	qsort(packed, reads->count, sizeof(DynValue), compare_maps);
	for (int i = 1; i < reads->count; i++)
	{
		if (dyn_value_equal(packed[i - 1], packed[i]))
			dyn_validation(DUPLICATES);
	}
}

static void
read_part(TableReads *reads)
{
	const DynJson *keys = dyn_request_member(reads->part, "Keys");
	DynViolation violation;
	int			i = 0;

	dyn_item_get_check(reads->part);
	reads->maps = palloc_array(DynNode, reads->count);
	for (const DynJson *key = dyn_json_first(keys); key != NULL; key = dyn_json_next(key))
	{
		if (!dyn_tree_json_item_node(key, &dyn_wording_read, &reads->maps[i++], &violation))
			dyn_violation_raise(&dyn_wording_read, &violation);
	}
	reads->projection = dyn_item_get_projection(reads->part);
	check_duplicates(reads);
}

static void
read_keys(TableReads *reads)
{
	reads->keys = palloc_array(DynKey, reads->count);
	reads->answered = palloc0_array(bool, reads->count);
	reads->left = reads->count;
	for (int i = 0; i < reads->count; i++)
		reads->keys[i] = dyn_keys_of_key(reads->table, &reads->maps[i]);
	dyn_keys_check_paths(reads->table, reads->projection);
}

/* Raises when two parts are of one table, by its name and by its ARN, and have a key in common. */
static void
check_shared(const TableReads *one, const TableReads *other)
{
	if (one->table->relid != other->table->relid)
		return;
	for (int i = 0; i < one->count; i++)
	{
		for (int k = 0; k < other->count; k++)
		{
			if (dyn_keys_compare(&one->keys[i], &other->keys[k]) == 0)
				dyn_validation(DUPLICATES);
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
	TableReads *reads = reader->reads;
	DynCapacity used = {.table_units = dyn_capacity_of_read(size, reader->consistent)};

	if (reads->limited && !is_admitted(reader, dyn_throttle_count(dyn_throttle_take(reads->table, DYN_ALLOWANCE_READ, &used),
																  &reads->keys[key], NULL)))
		return false;
	dyn_contributors_read(reads->table, &reads->keys[key]);
	reads->account->capacity.table_units += used.table_units;
	reads->answered[key] = true;
	reads->left--;
	return true;
}

/* All items have come: the other keys have none. */
static void
answer_missing(Reader *reader)
{
	TableReads *reads = reader->reads;

	for (int key = 0; key < reads->count; key++)
	{
		if (!reads->answered[key] && !answer(reader, key, 0))
			return;
	}
}

/* DynRowConsumer.  An item that SQL has put under another key than its own is shown, as by GetItem, and answers no key. */
static bool
print_item(void *arg, const struct varlena *item)
{
	Reader	   *reader = arg;
	TableReads *reads = reader->reads;
	int			key = dyn_row_find_key(reads->table, reads->keys, reads->count, reads->next, item);
	DynNode		part;

	reader->full = reader->bytes + dyn_item_size(item) > DYN_MAX_BATCH_BYTES;
	if (reader->full)
		return false;
	if (key >= 0 && !reads->answered[key] && !answer(reader, key, dyn_item_size(item)))
		return false;
	reads->next = key + 1;
	dyn_call_add_items(1);
	reader->bytes += dyn_item_size(item);
	if (reader->any)
		appendStringInfoChar(reader->reply, ',');
	reader->any = true;
	if (reads->projection == NULL)
	{
		dyn_item_print(reader->reply, dyn_item_root(item));
		return true;
	}
	part = dyn_project_item(reads->projection, dyn_item_root(item));
	dyn_item_print(reader->reply, dyn_node_pack(&part));
	return true;
}

static void
open_member(StringInfo reply, DynSlice name)
{
	if (reply->data[reply->len - 1] != '{')
		appendStringInfoChar(reply, ',');
	dyn_jsonout_string(reply, name.data, name.len);
	appendStringInfoChar(reply, ':');
}

static void
reply_table(Reader *reader, TableReads *reads)
{
	reader->reads = reads;
	reader->consistent = dyn_request_bool(reads->part, "ConsistentRead", false);
	reader->any = false;
	reads->limited = dyn_throttle_applies(reads->table, DYN_ALLOWANCE_READ);
	(void) is_admitted(reader, reads->limited ? dyn_throttle_check(reads->table, NULL, DYN_ALLOWANCE_READ) : NIL);
	open_member(reader->reply, reads->name);
	appendStringInfoChar(reader->reply, '[');
	if (!reader->full && !reader->throttled)
		dyn_rows_get(reads->table, reads->keys, reads->count, print_item, reader);
	if (!reader->full && !reader->throttled)
		answer_missing(reader);
	appendStringInfoChar(reader->reply, ']');
}

/* A batch of which no key is admitted is refused as a whole. */
static void
check_admitted(const Reader *reader, const TableReads *all, int ntables)
{
	for (int i = 0; i < ntables; i++)
	{
		if (all[i].left < all[i].count)
			return;
	}
	dyn_throttle_refuse(reader->refusals);
}

/* The table's part of the request again, with those of its keys that are left. */
static void
reply_left(StringInfo reply, const TableReads *reads)
{
	int			i = 0;
	bool		first = true;

	if (reads->left == 0)
		return;
	open_member(reply, reads->name);
	appendStringInfoString(reply, "{\"Keys\":[");
	for (const DynJson *key = dyn_json_first(dyn_request_member(reads->part, "Keys")); key != NULL; key = dyn_json_next(key))
	{
		if (reads->answered[i++])
			continue;
		if (!first)
			appendStringInfoChar(reply, ',');
		first = false;
		dyn_jsonout_tree(reply, key);
	}
	appendStringInfoChar(reply, ']');
	for (const DynJson *member = dyn_json_first(reads->part); member != NULL; member = dyn_json_next(member))
	{
		if (dyn_slice_is(dyn_json_name(member), "Keys") || dyn_json_kind(member) == DYN_JSON_NULL)
			continue;
		open_member(reply, dyn_json_name(member));
		dyn_jsonout_tree(reply, member);
	}
	appendStringInfoChar(reply, '}');
}

/* The tables of the request with their parts; the counts are checked before anything in the parts is. */
static TableReads *
list_tables(const DynJson *request, int *ntables)
{
	const DynJson *tables = dyn_request_member(request, "RequestItems");
	TableReads *all = palloc0_array(TableReads, dyn_json_count(tables));
	int			n = 0;
	int			total = 0;

	for (const DynJson *part = dyn_json_first(tables); part != NULL; part = dyn_json_next(part))
	{
		TableReads *reads = &all[n++];

		reads->name = dyn_json_name(part);
		reads->part = part;
		reads->count = dyn_json_count(dyn_request_member(part, "Keys"));
		total += reads->count;
	}
	if (total > DYN_MAX_BATCH_GETS)
		dyn_validation("Too many items requested for the BatchGetItem call");
	*ntables = n;
	return all;
}

void
dyn_api_batch_get_item(const DynJson *request, StringInfo reply)
{
	int			ntables;
	TableReads *all = list_tables(request, &ntables);
	Reader		reader = {.reply = reply};
	DynConsumed	account;

	dyn_item_get_check_parts(dyn_request_member(request, "RequestItems"));
	for (int i = 0; i < ntables; i++)
		read_part(&all[i]);
	for (int i = 0; i < ntables; i++)
		all[i].table = dyn_name_find_table(all[i].name, DYN_NAME_DATA);
	for (int i = 0; i < ntables; i++)
	{
		read_keys(&all[i]);
		for (int k = 0; k < i; k++)
			check_shared(&all[k], &all[i]);
	}
	dyn_consumed_begin(&account, request, DYN_CAPACITY_PLAIN, ntables);
	for (int i = 0; i < ntables; i++)
		all[i].account = dyn_consumed_add(&account, all[i].name, all[i].table);

	appendStringInfoString(reply, "{\"Responses\":{");
	for (int i = 0; i < ntables; i++)
		reply_table(&reader, &all[i]);
	check_admitted(&reader, all, ntables);
	appendStringInfoString(reply, "},\"UnprocessedKeys\":{");
	for (int i = 0; i < ntables; i++)
		reply_left(reply, &all[i]);
	appendStringInfoChar(reply, '}');
	dyn_consumed_reply(reply, &account);
	appendStringInfoChar(reply, '}');
}
