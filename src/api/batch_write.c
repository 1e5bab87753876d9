/*
 * batch_write.c - BatchWriteItem
 *
 * The whole request is checked before anything is written.  Then its writes are done in the order of table and key,
 * so that batches that meet wait for each other and never for one another; neighbours that only store, or only delete,
 * are one statement, which hands over the images before them where the reply tells the capacity.  Where throughput limits
 * the table each write is a statement of its own; writes that are not admitted are handed back as UnprocessedItems.
 */
#include "postgres.h"

#include "api/handlers.h"
#include "base/call.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/limits.h"
#include "base/request.h"
#include "command/keys.h"
#include "command/params.h"
#include "store/rows.h"
#include "tables/name.h"
#include "throughput/consumed.h"
#include "throughput/throttle.h"

typedef struct TableWrites
{
	DynSlice	name;			/* as the request gave it */
	const DynJson *requests;
	DynTable   *table;
	bool		limited;		/* by its throughput */
	int			left;			/* writes that were not admitted */
	DynConsumedTable *account;
} TableWrites;

/* One PutRequest or DeleteRequest. */
typedef struct BatchWrite
{
	TableWrites *of;
	const DynJson *request;
	bool		left;			/* not admitted */
	DynNode		map;			/* Key of a delete */
	struct varlena *item;		/* of a put, or NULL */
	DynKey		key;
} BatchWrite;

typedef struct Batch
{
	int			ntables;
	TableWrites *tables;
	int			nwrites;
	BatchWrite	writes[DYN_MAX_BATCH_WRITES];
	DynConsumed	account;
	List	   *refusals;		/* why writes were not admitted */
} Batch;

static void
read_write(BatchWrite *write, const DynJson *request)
{
	const DynJson *put = dyn_request_member(request, "PutRequest");
	const DynJson *delete = dyn_request_member(request, "DeleteRequest");

	if ((put != NULL) == (delete != NULL))
		dyn_validation("Supplied AttributeValue has more than one datatypes set, "
					   "must contain exactly one of the supported datatypes");
	if (delete != NULL)
	{
		write->map = dyn_params_attributes(delete, "Key", &dyn_wording_older);
		return;
	}
	write->map = dyn_params_attributes(put, "Item", &dyn_wording_older);
	write->item = dyn_item_build(&write->map);
	if (dyn_item_size(write->item) > DYN_MAX_ITEM_SIZE)
		dyn_validation("Item size has exceeded the maximum allowed size");
}

static void
list_tables(Batch *batch, const DynJson *request)
{
	const DynJson *tables = dyn_request_member(request, "RequestItems");
	int			total = 0;

	batch->tables = palloc0_array(TableWrites, dyn_json_count(tables));
	for (const DynJson *part = dyn_json_first(tables); part != NULL; part = dyn_json_next(part))
	{
		TableWrites *writes = &batch->tables[batch->ntables++];

		writes->name = dyn_json_name(part);
		writes->requests = part;
		total += dyn_json_count(part);
	}
	if (total > DYN_MAX_BATCH_WRITES)
		dyn_validation("Too many items requested for the BatchWriteItem call");
}

static void
read_writes(Batch *batch)
{
	for (int i = 0; i < batch->ntables; i++)
	{
		for (const DynJson *request = dyn_json_first(batch->tables[i].requests); request != NULL; request = dyn_json_next(request))
		{
			BatchWrite *write = &batch->writes[batch->nwrites++];

			write->of = &batch->tables[i];
			write->request = request;
			read_write(write, request);
		}
	}
}

static void
find_tables(Batch *batch)
{
	for (int i = 0; i < batch->ntables; i++)
		batch->tables[i].table = dyn_name_find_table(batch->tables[i].name, DYN_NAME_DATA);
}

static void
open_account(Batch *batch, const DynJson *request)
{
	dyn_consumed_begin(&batch->account, request, DYN_CAPACITY_PLAIN, batch->nwrites);
	batch->account.shows_none = batch->account.metrics;
	for (int i = 0; i < batch->ntables; i++)
		batch->tables[i].account = dyn_consumed_add(&batch->account, batch->tables[i].name, batch->tables[i].table);
}

static void
read_keys(Batch *batch)
{
	for (int i = 0; i < batch->nwrites; i++)
	{
		BatchWrite *write = &batch->writes[i];

		write->key = write->item != NULL ? dyn_keys_of_batch_item(write->of->table, dyn_item_root(write->item)) :
			dyn_keys_of_key(write->of->table, &write->map);
	}
}

static int
compare_writes(const void *a, const void *b)
{
	const BatchWrite *left = a;
	const BatchWrite *right = b;

	return dyn_keys_compare_items(left->of->table, &left->key, right->of->table, &right->key);
}

/* Brings the writes into their order, in which equal keys are neighbours. */
static void
sort_writes(Batch *batch)
{
	qsort(batch->writes, batch->nwrites, sizeof(BatchWrite), compare_writes);
	for (int i = 1; i < batch->nwrites; i++)
	{
		if (compare_writes(&batch->writes[i - 1], &batch->writes[i]) == 0)
			dyn_validation("Provided list of item keys contains duplicates");
	}
}

static bool
is_charged(const Batch *batch)
{
	return batch->account.report != DYN_CAPACITY_NONE;
}

/* Notes a write that was done; old_item is known where it is charged. */
static void
account_for(const Batch *batch, const BatchWrite *write, const struct varlena *old_item)
{
	DynConsumedTable *account = write->of->account;

	dyn_consumed_written(&batch->account, account, write->key.pk);
	if (is_charged(batch))
		dyn_capacity_add_write(&account->capacity, account->table, old_item, write->item);
}

/* Writes neighbours of one kind and table; returns the number of the next one. */
static int
write_run(const Batch *batch, int first)
{
	const BatchWrite *start = &batch->writes[first];
	DynTable   *table = start->of->table;
	bool		charged = is_charged(batch);
	DynKey		keys[DYN_MAX_BATCH_WRITES];
	struct varlena *items[DYN_MAX_BATCH_WRITES];
	struct varlena *old_items[DYN_MAX_BATCH_WRITES] = {0};
	int			n = 0;

	while (first + n < batch->nwrites && start[n].of->table == table && (start[n].item != NULL) == (start->item != NULL))
	{
		keys[n] = start[n].key;
		items[n] = start[n].item;
		n++;
	}
	if (start->item != NULL)
		dyn_rows_put(table, keys, items, n, charged ? old_items : NULL);
	else
		dyn_rows_delete(table, keys, n, charged ? old_items : NULL);
	for (int i = 0; i < n; i++)
		account_for(batch, &start[i], old_items[i]);
	return first + n;
}

/* The write as a statement of its own, which hands over the image before it. */
static DynWrite
single_write(const BatchWrite *batch_write)
{
	return (DynWrite)
	{
		.kind = batch_write->item != NULL ? DYN_WRITE_PUT : DYN_WRITE_DELETE,
		.table = batch_write->of->table,
		.key = batch_write->key,
		.item = batch_write->item,
		.holds_on_missing = true,
		.keep_old = true
	};
}

/* DynWriteJudge: takes what the write used; false where it is not admitted. */
static bool
take(void *arg, const DynWrite *write, const DynChange *result)
{
	Batch	   *batch = arg;
	DynCapacity used = dyn_throttle_of_write(write, result);
	List	   *refusals = dyn_throttle_take(write->table, DYN_ALLOWANCE_WRITE, &used);

	batch->refusals = dyn_throttle_join(batch->refusals, refusals);
	return refusals == NIL;
}

/*
 * Does the write if the table's throughput admits it.  Which indexes it changes is known only then, so it may have to be
 * undone where one of them has nothing left.
 */
static bool
try_write(Batch *batch, const DynWrite *write, DynChange *result)
{
	List	   *refusals = dyn_throttle_check(write->table, NULL, DYN_ALLOWANCE_WRITE);
	DynCapacity used;

	batch->refusals = dyn_throttle_join(batch->refusals, refusals);
	if (refusals != NIL)
		return false;
	if (dyn_throttle_index_exhausted(write->table))
		return dyn_row_try_write(write, result, take, batch);
	*result = dyn_row_write(write);
	used = dyn_throttle_of_write(write, result);
	dyn_throttle_charge(write->table, DYN_ALLOWANCE_WRITE, &used);
	return true;
}

static void
write_admitted(Batch *batch, BatchWrite *batch_write)
{
	TableWrites *of = batch_write->of;
	DynWrite	write = single_write(batch_write);
	DynChange result;

	batch_write->left = !try_write(batch, &write, &result);
	if (batch_write->left)
		of->left++;
	else
		account_for(batch, batch_write, result.before);
}

static int
count_left(const Batch *batch)
{
	int			left = 0;

	for (int i = 0; i < batch->ntables; i++)
		left += batch->tables[i].left;
	return left;
}

static void
write_all(Batch *batch)
{
	int			i = 0;
	int			left;

	for (int t = 0; t < batch->ntables; t++)
		batch->tables[t].limited = dyn_throttle_applies(batch->tables[t].table, DYN_ALLOWANCE_WRITE);
	while (i < batch->nwrites)
	{
		if (batch->writes[i].of->limited)
			write_admitted(batch, &batch->writes[i++]);
		else
			i = write_run(batch, i);
	}
	left = count_left(batch);
	if (left == batch->nwrites)
		dyn_throttle_refuse(batch->refusals);
	dyn_call_add_items(batch->nwrites - left);
}

/* The writes of a table that were not admitted, as the request gave them. */
static void
reply_left(StringInfo reply, const Batch *batch, const TableWrites *table)
{
	bool		first = true;

	dyn_jsonout_string(reply, table->name.data, table->name.len);
	appendStringInfoString(reply, ":[");
	for (int i = 0; i < batch->nwrites; i++)
	{
		if (batch->writes[i].of != table || !batch->writes[i].left)
			continue;
		if (!first)
			appendStringInfoChar(reply, ',');
		first = false;
		dyn_jsonout_tree(reply, batch->writes[i].request);
	}
	appendStringInfoChar(reply, ']');
}

static void
reply_unprocessed(StringInfo reply, const Batch *batch)
{
	bool		first = true;

	appendStringInfoString(reply, "\"UnprocessedItems\":{");
	for (int i = 0; i < batch->ntables; i++)
	{
		if (batch->tables[i].left == 0)
			continue;
		if (!first)
			appendStringInfoChar(reply, ',');
		first = false;
		reply_left(reply, batch, &batch->tables[i]);
	}
	appendStringInfoChar(reply, '}');
}

void
dyn_api_batch_write_item(const DynJson *request, StringInfo reply)
{
	Batch	   *batch = palloc0_object(Batch);

	list_tables(batch, request);
	read_writes(batch);
	find_tables(batch);
	read_keys(batch);
	sort_writes(batch);
	open_account(batch, request);
	write_all(batch);

	appendStringInfoChar(reply, '{');
	reply_unprocessed(reply, batch);
	dyn_consumed_reply(reply, &batch->account);
	appendStringInfoChar(reply, '}');
}
