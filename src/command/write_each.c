/*
 * write_each.c - a set of puts and deletes without conditions, each on its own
 *
 * Writes run in the order of table and key, so that overlapping sets wait for each other but never in a circle. Neighbours that
 * only store, or only delete, are one statement, which keeps the old images if they are charged. If throughput limits the
 * table, each write is a statement of its own; those that are not admitted are left.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/limits.h"
#include "command/keys.h"
#include "command/write_each.h"
#include "throughput/throttle.h"

typedef struct Set
{
	int			count;
	DynWriteOfSet *const *writes;
	const DynConsumed *consumed;
	List	   *refusals;		/* why writes were not admitted */
} Set;

/* ---- order ---- */

static int
compare_writes(const void *a, const void *b)
{
	const DynWrite *left = &(*(DynWriteOfSet *const *) a)->command.write;
	const DynWrite *right = &(*(DynWriteOfSet *const *) b)->command.write;

	return dyn_keys_compare_items(left->table, &left->key, right->table, &right->key);
}

void
dyn_write_each_order(DynWriteOfSet **writes, int count)
{
	for (int i = 0; i < count; i++)
	{
		DynWriteCommand *command = &writes[i]->command;
		DynWrite   *write = &command->write;

		write->holds_on_missing = true;
		write->key = write->kind == DYN_WRITE_PUT ? dyn_keys_of_batch_item(write->table, dyn_item_root(write->item)) :
			dyn_keys_of_key(write->table, &command->map);
	}
	qsort(writes, count, sizeof(DynWriteOfSet *), compare_writes);
	for (int i = 1; i < count; i++)
	{
		if (compare_writes(&writes[i - 1], &writes[i]) == 0)
			dyn_validation(DYN_DUPLICATE_KEYS);
	}
}

/* ---- writes that nothing limits ---- */

static bool
is_charged(const Set *set)
{
	return set->consumed->report != DYN_CAPACITY_NONE;
}

static void
charge_write(const Set *set, const DynWriteOfSet *of_set, const DynChange *change)
{
	dyn_consumed_written(set->consumed, of_set->consumed, of_set->command.write.key.pk);
	dyn_contributors_written(of_set->command.write.table, &of_set->command.write.key, change);
	if (is_charged(set))
		dyn_write_charge(&of_set->consumed->capacity, &of_set->command, change);
}

/* Writes neighbours of one kind and table; returns the number of the next one. */
static int
write_neighbours(const Set *set, int first)
{
	DynWriteOfSet *const *start = &set->writes[first];
	DynTable   *table = start[0]->command.write.table;
	DynWriteKind kind = start[0]->command.write.kind;
	DynKey		keys[DYN_MAX_BATCH_WRITES];
	struct varlena *items[DYN_MAX_BATCH_WRITES];
	struct varlena *before[DYN_MAX_BATCH_WRITES] = {0};
	bool		keeps = is_charged(set) || table->watches_indexes;
	int			n = 0;

	do
	{
		keys[n] = start[n]->command.write.key;
		items[n] = start[n]->command.write.item;
		n++;
	} while (first + n < set->count && start[n]->command.write.table == table && start[n]->command.write.kind == kind);
	if (kind == DYN_WRITE_PUT)
		dyn_rows_put(table, keys, items, n, is_charged(set) ? before : NULL);
	else
		dyn_rows_delete(table, keys, n, keeps ? before : NULL);
	for (int i = 0; i < n; i++)
		charge_write(set, start[i], &(DynChange) {.status = DYN_WRITTEN, .before = before[i], .after = items[i]});
	return first + n;
}

/* ---- writes that throughput limits ---- */

/* DynWriteJudge: takes what the write used; false where it is not admitted. */
static bool
take_throughput(void *arg, const DynWrite *write, const DynChange *change)
{
	Set		   *set = arg;
	DynCapacity used = dyn_throttle_of_write(write, change);
	List	   *refusals = dyn_throttle_take(write->table, DYN_ALLOWANCE_WRITE, &used);

	(void) dyn_throttle_count(refusals, &write->key, change->after ? change->after : change->before);
	set->refusals = dyn_throttle_join(set->refusals, refusals);
	return refusals == NIL;
}

/*
 * Writes if the table's throughput admits it. Only then it is known which indexes it changes, so it may have to be undone if
 * one of them has nothing left.
 */
static bool
try_write(Set *set, const DynWriteCommand *command, DynChange *change)
{
	const DynWrite *write = &command->write;
	List	   *refusals = dyn_throttle_check(write->table, NULL, DYN_ALLOWANCE_WRITE);
	DynCapacity used;

	(void) dyn_throttle_count(refusals, &write->key, NULL);
	set->refusals = dyn_throttle_join(set->refusals, refusals);
	if (refusals != NIL)
		return false;
	if (dyn_throttle_index_exhausted(write->table))
		return dyn_row_try_write(write, change, take_throughput, set);
	*change = dyn_write_carry_out(command);
	used = dyn_throttle_of_write(write, change);
	dyn_throttle_charge(write->table, DYN_ALLOWANCE_WRITE, &used);
	return true;
}

static void
write_admitted(Set *set, DynWriteOfSet *of_set)
{
	DynChange	change;

	dyn_write_choose_images(&of_set->command, true, false);
	of_set->left = !try_write(set, &of_set->command, &change);
	if (!of_set->left)
		charge_write(set, of_set, &change);
}

int
dyn_write_each(DynWriteOfSet *const *writes, int count, const DynConsumed *consumed)
{
	Set			set = {count, writes, consumed, NIL};
	int			left = 0;
	int			i = 0;

	while (i < count)
	{
		if (dyn_throttle_applies(writes[i]->command.write.table, DYN_ALLOWANCE_WRITE))
		{
			write_admitted(&set, writes[i]);
			left += writes[i++]->left;
		}
		else
			i = write_neighbours(&set, i);
	}
	if (left == count)
		dyn_throttle_refuse(set.refusals);
	return left;
}
