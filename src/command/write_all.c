/*
 * write_all.c - a set of writes and condition checks, all or none
 *
 * Each action is the same statement as the operation on a single item, so its condition is evaluated on the version that it
 * locks.  Actions run in the order of table and key, so that opposite transactions wait for each other
 * and never in a circle.  An action that finds no item and makes none locks the key, so that others cannot make the
 * item before the end.
 *
 * A failing action does not end the work: a false condition or an update that does not fit its item is part of the statement's
 * result, so in the end all reasons are known, and one error undoes everything.
 * A statement that raises an error ends the work; where the error is a conflict, or a violation that only storage can find, it
 * is the reason of its action, else it is raised unchanged.
 *
 * The size of a transaction is that of the items it puts, and of those that its other actions find or create.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/datum.h"

#include "base/call.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/limits.h"
#include "command/keys.h"
#include "command/write_all.h"
#include "command/write_update.h"
#include "store/cancellation.h"
#include "store/key_lock.h"
#include "throughput/throttle.h"

typedef struct Action
{
	DynWriteCommand *command;
	DynChange	change;
	DynReason  *reason;
	DynConsumedTable *consumed; /* of its table */
} Action;

typedef struct Set
{
	int			count;
	Action	   *actions;		/* as the request gave them */
	Action	  **ordered;		/* as they are carried out */
	DynReason  *reasons;
	uint64		bytes;			/* of its items, as far as they are known */
	DynConsumed *consumed;
	DynThrottleAction *used;	/* by each of the actions; NULL where throughput is not limited */
	DynIdempotency *idempotency;
} Set;

static void
init_set(Set *set, DynWriteCommand *commands)
{
	set->actions = palloc0_array(Action, set->count);
	set->ordered = palloc_array(Action *, set->count);
	set->reasons = palloc0_array(DynReason, set->count);
	for (int i = 0; i < set->count; i++)
	{
		set->actions[i].command = &commands[i];
		set->actions[i].reason = &set->reasons[i];
		set->ordered[i] = &set->actions[i];
	}
}

/* ---- what is known before anything is done ---- */

/* One step of fitting an action to its table: a violation is the action's reason. */
static void
try_step(Action *action, void (*step) (DynWriteCommand *))
{
	MemoryContext context = CurrentMemoryContext;

	CHECK_FOR_INTERRUPTS();
	PG_TRY();
	{
		step(action->command);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		dyn_cancellation_catch(action->reason, true);
	}
	PG_END_TRY();
}

/* Leaves the first reason only. */
static void
forget_later_reasons(Set *set)
{
	bool		found = false;

	for (int i = 0; i < set->count; i++)
	{
		if (found)
			set->reasons[i] = (DynReason) {0};
		found = found || set->reasons[i].code != NULL;
	}
}

static void
find_keys(Set *set, bool reports_all)
{
	for (int i = 0; i < set->count; i++)
		try_step(&set->actions[i], dyn_write_find_key);
	if (!reports_all)
		forget_later_reasons(set);
	dyn_cancellation_raise(set->reasons, set->count);
}

static void
fit_program(DynWriteCommand *command)
{
	if (command->flaw != NULL)
		dyn_validation("%s", command->flaw);
	dyn_keys_check_paths(command->write.table, command->program);
	if (command->write.kind == DYN_WRITE_UPDATE)
		dyn_write_update_prepare(command);
}

static void
fit_programs(Set *set)
{
	for (int i = 0; i < set->count; i++)
		try_step(&set->actions[i], fit_program);
	dyn_cancellation_raise(set->reasons, set->count);
}

static int
compare_actions(const void *a, const void *b)
{
	const DynWrite *left = &(*(Action *const *) a)->command->write;
	const DynWrite *right = &(*(Action *const *) b)->command->write;

	return dyn_keys_compare_items(left->table, &left->key, right->table, &right->key);
}

static void
order_actions(Set *set)
{
	qsort(set->ordered, set->count, sizeof(Action *), compare_actions);
	for (int i = 1; i < set->count; i++)
	{
		if (compare_actions(&set->ordered[i - 1], &set->ordered[i]) == 0)
			dyn_validation(DYN_ITEM_TWICE);
	}
}

/* ---- size ---- */

static void
add_bytes(Set *set, uint64 bytes)
{
	set->bytes += bytes;
	if (set->bytes > DYN_MAX_TRANSACTION_BYTES)
		dyn_cancellation_too_large();
}

/* With fewer items the sum can never be too large. */
static bool
is_measured(const Set *set)
{
	return set->count > DYN_MAX_TRANSACTION_BYTES / DYN_MAX_ITEM_SIZE;
}

static void
measure_puts(Set *set)
{
	for (int i = 0; i < set->count; i++)
	{
		if (set->actions[i].command->write.kind == DYN_WRITE_PUT)
			add_bytes(set, dyn_image_size(set->actions[i].command->write.item));
	}
}

static void
measure_found(Set *set, const Action *action)
{
	if (action->command->write.kind != DYN_WRITE_PUT)
		add_bytes(set, Max(dyn_image_size(action->change.before), dyn_image_size(action->change.after)));
}

/* ---- throughput and capacity ---- */

static void
add_tables(Set *set)
{
	for (int i = 0; i < set->count; i++)
	{
		DynWriteCommand *command = set->actions[i].command;

		set->actions[i].consumed = dyn_consumed_table(set->consumed, command->table_name, command->write.table);
	}
}

/* Cancels the transaction where a table has no throughput left for it. */
static void
require_throughput(Set *set, DynAllowanceKind kind)
{
	if (likely(!dyn_guc_throttling))
		return;
	set->used = palloc0_array(DynThrottleAction, set->count);
	for (int i = 0; i < set->count; i++)
	{
		set->used[i].table = set->actions[i].command->write.table;
		set->used[i].key = &set->actions[i].command->write.key;
	}
	dyn_throttle_check_actions(set->used, set->reasons, set->count, kind);
	dyn_cancellation_raise(set->reasons, set->count);
}

/* Takes what the actions used; raises an error with the reasons, including those of throughput. */
static void
conclude(const Set *set, DynAllowanceKind kind)
{
	if (set->used != NULL)
		dyn_throttle_take_actions(set->used, set->reasons, set->count, kind);
	dyn_cancellation_raise(set->reasons, set->count);
}

/* Do the statements' images have to be known for the reply, or for the throughput that they use? */
static bool
is_charged(const Set *set)
{
	return set->consumed->report != DYN_CAPACITY_NONE || set->used != NULL;
}

/* Adds what the action used. */
static void
charge_action(Set *set, const Action *action)
{
	const DynWrite *write = &action->command->write;
	const DynChange *change = &action->change;
	int			number = action - set->actions;

	dyn_contributors_written(write->table, &write->key, change);
	if (write->kind != DYN_WRITE_CHECK)
		dyn_consumed_written(set->consumed, action->consumed, write->key.pk);
	if (!is_charged(set))
		return;
	dyn_idempotency_note(set->idempotency, number, Max(dyn_image_size(change->before), dyn_image_size(change->after)));
	if (set->used != NULL)
	{
		if (write->table->watches_indexes && (change->after || change->before))
			set->used[number].item = (struct varlena *) DatumGetPointer(datumCopy(PointerGetDatum(change->after ? change->after :
																								 change->before), false, -1));
		dyn_throttle_add_transact_write(&set->used[number], write, change);
	}
	if (set->consumed->report != DYN_CAPACITY_NONE)
		dyn_write_charge(&action->consumed->capacity, action->command, change);
}

/* ---- the actions ---- */

/* Is there a reason already? Then nothing needs to be kept to the end. */
static bool
is_cancelled(const Set *set)
{
	return dyn_cancellation_is_due(set->reasons, set->count);
}

/* Which images the statements keep; whether a delete found an item has to be known. */
static void
choose_images(const Set *set)
{
	for (int i = 0; i < set->count; i++)
	{
		DynWriteCommand *command = set->actions[i].command;

		command->wants_before = command->write.kind == DYN_WRITE_DELETE;
		dyn_write_choose_images(command, is_charged(set), is_measured(set));
		command->write.keep_violation = command->write.kind == DYN_WRITE_UPDATE;
	}
}

/* Did the action find no item and make none? */
static bool
left_missing(const Action *action)
{
	if (action->change.status == DYN_MISSING)
		return action->command->missing_violation == NULL;
	return action->command->write.kind == DYN_WRITE_DELETE && action->change.status == DYN_WRITTEN && action->change.before == NULL;
}

static bool
lock_key(const DynWriteCommand *command)
{
	DynNode		key = command->map;
	struct varlena *item = command->write.kind == DYN_WRITE_PUT ? command->write.item : dyn_node_build_item(&key);

	return dyn_key_lock_missing(command->write.table, &command->write.key, item);
}

static void
set_reason(Action *action)
{
	const DynWriteCommand *command = action->command;
	const DynChange *change = &action->change;

	if (change->status == DYN_CONDITION_FAILED)
	{
		*action->reason = command->inserts ? (DynReason) {"DuplicateItem", DYN_DUPLICATE_ITEM, NULL} :
			(DynReason) {"ConditionalCheckFailed", DYN_CONDITION_FAILED_TEXT, NULL};
		if (command->shows_failed)
			action->reason->item = change->before;
	}
	else if (change->violation != NULL)
		*action->reason = (DynReason) {"ValidationError", change->violation, NULL};
}

/*
 * The second attempt finds an item that somebody created between the action and the lock, since it is locked then. If it still
 * finds none, the item is hidden from the caller, or a user's trigger protects it: a write has no effect on it, as in plain
 * SQL, and a check is refused, since its condition cannot be evaluated.
 */
static void
carry_out(const Set *set, Action *action)
{
	const DynWriteCommand *command = action->command;

	CHECK_FOR_INTERRUPTS();
	action->change = dyn_write_carry_out(command);
	if (left_missing(action) && !is_cancelled(set) && !lock_key(command))
	{
		action->change = dyn_write_carry_out(command);
		if (left_missing(action) && command->write.kind == DYN_WRITE_CHECK)
			dyn_row_refuse_hidden(command->write.table);
	}
	set_reason(action);
}

/* Returns false when a statement failed, which ends the work; that is the action's reason. */
static bool
try_action(const Set *set, Action *action)
{
	MemoryContext context = CurrentMemoryContext;
	volatile bool done = true;

	PG_TRY();
	{
		carry_out(set, action);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		dyn_cancellation_catch(action->reason, true);
		done = false;
	}
	PG_END_TRY();
	return done;
}

/* An item that the error must show, as it failed the condition, is kept. */
static void
forget_images(Action *action)
{
	DynChange  *change = &action->change;

	if (change->after != NULL && change->after != change->before && change->after != action->command->write.item)
		pfree(change->after);
	if (change->before != NULL && change->before != action->reason->item)
		pfree(change->before);
	change->before = change->after = NULL;
}

static void
carry_out_all(Set *set)
{
	for (int i = 0; i < set->count; i++)
	{
		Action	   *action = set->ordered[i];

		if (!try_action(set, action))
			break;
		if (is_measured(set))
			measure_found(set, action);
		charge_action(set, action);
		forget_images(action);
	}
	conclude(set, DYN_ALLOWANCE_WRITE);
	for (int i = 0; i < set->count; i++)
		dyn_call_add_items(set->actions[i].command->write.kind != DYN_WRITE_CHECK ? 1 : 0);
}

/* A repeated request changes nothing, and costs as much as reading the items. */
static void
charge_repeated(Set *set)
{
	set->consumed->kind = DYN_CAPACITY_TRANSACT_READ;
	add_tables(set);
	require_throughput(set, DYN_ALLOWANCE_READ);
	for (int i = 0; i < set->count; i++)
	{
		double		units = dyn_idempotency_units(set->idempotency, i);

		set->actions[i].consumed->capacity.table_units += units;
		if (set->used != NULL)
			set->used[i].used.table_units = units;
	}
	conclude(set, DYN_ALLOWANCE_READ);
}

void
dyn_write_all(DynWriteCommand *commands, int count, bool reports_all, DynIdempotency *idempotency, DynConsumed *consumed)
{
	Set			set = {.count = count, .consumed = consumed, .idempotency = idempotency};

	init_set(&set, commands);
	measure_puts(&set);
	for (int i = 0; i < count; i++)
	{
		dyn_write_find_table(&commands[i]);
		idempotency->everywhere |= commands[i].write.table->distributed;
	}
	find_keys(&set, reports_all);
	fit_programs(&set);
	order_actions(&set);
	if (dyn_idempotency_find(idempotency))
	{
		charge_repeated(&set);
		return;
	}
	add_tables(&set);
	require_throughput(&set, DYN_ALLOWANCE_WRITE);
	choose_images(&set);
	carry_out_all(&set);
	dyn_idempotency_keep(idempotency);
}
