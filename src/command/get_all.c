/*
 * get_all.c - reads of several items at one moment
 *
 * A snapshot is a moment, but the nodes of a distributed table have no common one. There the items are locked, in the order in which
 * writers lock them, and when the last one is read none of them can have changed.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/errors.h"
#include "base/limits.h"
#include "command/get_all.h"
#include "command/keys.h"
#include "store/cancellation.h"
#include "store/rows.h"
#include "store/sharded.h"
#include "throughput/throttle.h"

typedef struct Gets
{
	int			count;
	DynGet	   *gets;
	DynRowRead *reads;			/* one of each get */
	DynReason  *reasons;
	DynThrottleAction *used;	/* by each of the gets; NULL where throughput is not limited */
} Gets;

static void
find_key(DynGet *get, DynReason *reason)
{
	MemoryContext context = CurrentMemoryContext;

	PG_TRY();
	{
		dyn_get_find_key(get);
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
			if (dyn_keys_compare_items(gets->gets[i].table, &gets->gets[i].key, gets->gets[k].table, &gets->gets[k].key) == 0)
				dyn_validation(DYN_ITEM_TWICE);
		}
	}
}

/* Is there no common snapshot? */
static bool
needs_locks(const Gets *gets)
{
	for (int i = 0; gets->count > 1 && i < gets->count; i++)
	{
		if (gets->gets[i].table->distributed)
			return true;
	}
	return false;
}

static int
compare_reads(const void *a, const void *b)
{
	const DynRowRead *left = *(DynRowRead *const *) a;
	const DynRowRead *right = *(DynRowRead *const *) b;

	return dyn_keys_compare_items(left->table, &left->key, right->table, &right->key);
}

/* Returns false when the items are too large together. */
static bool
read_locked(Gets *gets, volatile int *at)
{
	DynRowRead **ordered = palloc_array(DynRowRead *, gets->count);
	uint64		bytes = 0;

	for (int i = 0; i < gets->count; i++)
		ordered[i] = &gets->reads[i];
	qsort(ordered, gets->count, sizeof(DynRowRead *), compare_reads);
	for (int i = 0; i < gets->count && bytes <= DYN_MAX_TRANSACTION_BYTES; i++)
	{
		DynRowRead *read = ordered[i];
		DynNode		map;

		*at = read - gets->reads;
		map = gets->gets[*at].map;
		read->item = dyn_sharded_read_locked(read->table, &read->key, dyn_node_build_item(&map));
		bytes += dyn_image_size(read->item);
	}
	return bytes <= DYN_MAX_TRANSACTION_BYTES;
}

/* A conflict, which only occurs in a caller's serializable transaction, is the reason of the read that met it. */
static void
read_items(Gets *gets)
{
	MemoryContext context = CurrentMemoryContext;
	volatile int at = 0;
	volatile bool fits = true;

	for (int i = 0; i < gets->count; i++)
		gets->reads[i] = (DynRowRead) {.table = gets->gets[i].table, .key = gets->gets[i].key};
	PG_TRY();
	{
		fits = needs_locks(gets) ? read_locked(gets, &at) :
			dyn_rows_read(gets->reads, gets->count, DYN_MAX_TRANSACTION_BYTES, &at);
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
		gets->used[i].table = gets->gets[i].table;
		gets->used[i].key = &gets->gets[i].key;
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

struct varlena **
dyn_get_all(DynGet *commands, int count, DynConsumed *consumed)
{
	Gets		gets = {.count = count, .gets = commands};
	struct varlena **items = palloc_array(struct varlena *, count);

	gets.reads = palloc0_array(DynRowRead, count);
	gets.reasons = palloc0_array(DynReason, count);
	for (int i = 0; i < count; i++)
		dyn_get_find_table(&commands[i]);
	for (int i = 0; i < count; i++)
		find_key(&commands[i], &gets.reasons[i]);
	dyn_cancellation_raise(gets.reasons, count);
	check_duplicates(&gets);
	require_throughput(&gets);
	read_items(&gets);
	take_throughput(&gets);
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		dyn_contributors_read(commands[i].table, &commands[i].key);
		dyn_consumed_table(consumed, commands[i].table_name, commands[i].table)->capacity.table_units += units_of(&gets.reads[i]);
		items[i] = dyn_get_shows(&commands[i], gets.reads[i].item) ? gets.reads[i].item : NULL;
	}
	return items;
}
