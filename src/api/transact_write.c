/*
 * transact_write.c - TransactWriteItems
 *
 * Each action is the statement that the operation on a single item is, so its condition is judged on the version that
 * it locks.  Actions run in the order of table and key, so that opposite transactions wait for each other
 * and never in a circle.  An action that finds no item and makes none claims the key, so that others cannot make the
 * item before the end.
 *
 * The action that fails does not end the work: a condition that is false, an update that does not fit its item, are told
 * by the statement's result, so all reasons are known in the end, and the one error then undoes everything.
 * A statement that raises an error ends the work; where the error is a conflict, or a flaw that only storage can find, it
 * is the reason of its action, else it is raised as it is.
 *
 * The size of a transaction is that of the items it puts, and of those it finds or makes by its other actions.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "api/handlers.h"
#include "api/shapes.h"
#include "api/transact_token.h"
#include "api/transact_write.h"
#include "base/call.h"
#include "base/errors.h"
#include "base/limits.h"
#include "command/keys.h"
#include "command/params.h"
#include "command/write_update.h"
#include "store/cancellation.h"
#include "store/key_lock.h"
#include "tables/name.h"
#include "throughput/throttle.h"

typedef struct Transaction
{
	int			count;
	DynTransactAction *actions;		/* as the request gave them */
	DynTransactAction **ordered;		/* as they are carried out */
	DynReason  *reasons;
	uint64		bytes;			/* of its items, as far as they are known */
	DynConsumed account;
	DynThrottleAction *used;	/* by each of the actions; NULL where throughput is not limited */
	DynTransactToken token;
} Transaction;

/* The one action of an entry of TransactItems. */
static const DynJson *
only_action(const DynJson *entry, DynWriteKind *kind)
{
	static const struct
	{
		const char *name;
		DynWriteKind kind;
	}			members[] = {{"ConditionCheck", DYN_WRITE_CHECK}, {"Put", DYN_WRITE_PUT}, {"Delete", DYN_WRITE_DELETE},
	{"Update", DYN_WRITE_UPDATE}};
	const DynJson *found = NULL;

	for (int i = 0; i < lengthof(members); i++)
	{
		const DynJson *action = dyn_request_member(entry, members[i].name);

		if (action == NULL)
			continue;
		if (found != NULL)
			dyn_validation("TransactItems can only contain one of Check, Put, Update or Delete");
		found = action;
		*kind = members[i].kind;
	}
	if (found == NULL)
		dyn_validation("Invalid Request: TransactWriteRequest should contain Delete or Put or Update request");
	return found;
}

/*
 * An action's expressions are checked before its key or item.  Names and values without an expression are ignored here,
 * where the operations on one item refuse them.
 */
static void
read_action(DynTransactAction *action, const DynJson *entry)
{
	DynWriteCall *call = &action->call;
	DynWrite   *write = &call->write;

	CHECK_FOR_INTERRUPTS();
	call->request = only_action(entry, &write->kind);
	action->table_name = dyn_request_string(call->request, "TableName");
	call->program = dyn_write_compile_expressions(write->kind, call->request, &dyn_wording_older);
	dyn_write_set_program(write, call->program);
	action->map = dyn_params_attributes(call->request, write->kind == DYN_WRITE_PUT ? "Item" : "Key", &dyn_wording_older);
	if (write->kind == DYN_WRITE_PUT)
	{
		write->item = dyn_item_build(&action->map);
		if (dyn_item_size(write->item) > DYN_MAX_ITEM_SIZE)
			dyn_validation("Item size has exceeded the maximum allowed size");
	}
}

/* Checks the action against its table: a flaw is its reason. */
static void
fit_action(DynTransactAction *action)
{
	MemoryContext context = CurrentMemoryContext;
	DynWrite   *write = &action->call.write;

	CHECK_FOR_INTERRUPTS();
	PG_TRY();
	{
		write->key = write->kind == DYN_WRITE_PUT ? dyn_keys_of_item(write->table, dyn_item_root(write->item)) :
			dyn_keys_of_key(write->table, &action->map);
		dyn_keys_check_paths(write->table, action->call.program);
		if (write->kind == DYN_WRITE_UPDATE)
			dyn_write_update_prepare(&action->call, &action->map);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		dyn_cancellation_catch(action->reason);
	}
	PG_END_TRY();
}

static int
compare_actions(const void *a, const void *b)
{
	const DynWrite *left = &(*(DynTransactAction *const *) a)->call.write;
	const DynWrite *right = &(*(DynTransactAction *const *) b)->call.write;

	return dyn_keys_compare_items(left->table, &left->key, right->table, &right->key);
}

static void
order_actions(Transaction *transaction)
{
	qsort(transaction->ordered, transaction->count, sizeof(DynTransactAction *), compare_actions);
	for (int i = 1; i < transaction->count; i++)
	{
		if (compare_actions(&transaction->ordered[i - 1], &transaction->ordered[i]) == 0)
			dyn_validation("Transaction request cannot include multiple operations on one item");
	}
}

/* Is there a reason already?  Then nothing has to last to the end. */
static bool
is_cancelled(const Transaction *transaction)
{
	return dyn_cancellation_is_due(transaction->reasons, transaction->count);
}

/* Did the action find no item and make none? */
static bool
left_missing(const DynTransactAction *action)
{
	if (action->result.status == DYN_MISSING)
		return action->call.missing_error == NULL;
	return action->call.write.kind == DYN_WRITE_DELETE && action->result.status == DYN_WRITTEN &&
		action->result.old_item == NULL;
}

static void
judge(DynTransactAction *action)
{
	const DynWriteResult *result = &action->result;
	const char *flaw;

	if (result->status == DYN_CONDITION_FAILED)
	{
		*action->reason = action->inserts ? (DynReason) {"DuplicateItem", DYN_DUPLICATE_ITEM, NULL} :
			(DynReason) {"ConditionalCheckFailed", "The conditional request failed", NULL};
		if (dyn_request_is(action->call.request, "ReturnValuesOnConditionCheckFailure", "ALL_OLD"))
			action->reason->item = result->old_item;
		return;
	}
	flaw = dyn_write_violation(&action->call, result);
	if (flaw != NULL)
		*action->reason = (DynReason) {"ValidationError", flaw, NULL};
}

static bool
claim(DynTransactAction *action)
{
	const DynWrite *write = &action->call.write;

	return dyn_key_lock_missing(write->table, &write->key, dyn_item_build(&action->map));
}

/*
 * An item that somebody made between the action and the claim is met by the second attempt, since it is locked then.  One
 * that is not met even so is hidden from the caller, or a trigger of the user's keeps it: a write does nothing to it, as in
 * plain SQL, and a check is refused, since what it asks cannot be told.
 */
static void
carry_out(const Transaction *transaction, DynTransactAction *action)
{
	const DynWrite *write = &action->call.write;

	CHECK_FOR_INTERRUPTS();
	action->result = dyn_row_write(write);
	if (left_missing(action) && !is_cancelled(transaction) && !claim(action))
	{
		action->result = dyn_row_write(write);
		if (left_missing(action) && write->kind == DYN_WRITE_CHECK)
			dyn_row_refuse_hidden(write->table);
	}
	judge(action);
}

/* Returns false when a statement failed, which ends the work; that is the action's reason. */
static bool
try_action(const Transaction *transaction, DynTransactAction *action)
{
	MemoryContext context = CurrentMemoryContext;
	volatile bool done = true;

	PG_TRY();
	{
		carry_out(transaction, action);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		dyn_cancellation_catch(action->reason);
		done = false;
	}
	PG_END_TRY();
	return done;
}

/* ---- size ---- */

static void
add_bytes(Transaction *transaction, uint64 bytes)
{
	transaction->bytes += bytes;
	if (transaction->bytes > DYN_MAX_TRANSACTION_BYTES)
		dyn_cancellation_too_large();
}

/* Fewer items can never be too many bytes together. */
static bool
is_measured(const Transaction *transaction)
{
	return transaction->count > DYN_MAX_TRANSACTION_BYTES / DYN_MAX_ITEM_SIZE;
}

/* What is known before anything is done. */
static void
measure_puts(Transaction *transaction)
{
	for (int i = 0; i < transaction->count; i++)
	{
		if (transaction->actions[i].call.write.kind == DYN_WRITE_PUT)
			add_bytes(transaction, dyn_image_size(transaction->actions[i].call.write.item));
	}
}

static void
measure_found(Transaction *transaction, const DynTransactAction *action)
{
	const DynWriteResult *result = &action->result;

	if (action->call.write.kind != DYN_WRITE_PUT)
		add_bytes(transaction, Max(dyn_image_size(result->old_item), dyn_image_size(result->new_item)));
}

/* Do the statements' images have to be known for the reply, or for the throughput that they use? */
static bool
is_charged(const Transaction *transaction)
{
	return transaction->account.report != DYN_CAPACITY_NONE || transaction->used != NULL;
}

/* Which images the statements hand over. */
static void
choose_images(const Transaction *transaction)
{
	bool		all = is_charged(transaction) || is_measured(transaction);

	for (int i = 0; i < transaction->count; i++)
	{
		DynWrite   *write = &transaction->actions[i].call.write;
		bool		update = write->kind == DYN_WRITE_UPDATE;
		bool		indexed = update && write->table->nindexes > 0;

		write->keep_old = indexed || write->kind == DYN_WRITE_DELETE ||
			(write->kind == DYN_WRITE_PUT ? is_charged(transaction) : all);
		write->keep_new = update && (indexed || all);
		write->keep_flaw = update;
	}
}

/* An item that is to be shown as what failed the condition stays. */
static void
forget_images(DynTransactAction *action)
{
	DynWriteResult *result = &action->result;

	if (result->old_item != NULL && result->old_item != action->reason->item)
		pfree(result->old_item);
	if (result->new_item != NULL && result->new_item != action->call.write.item)
		pfree(result->new_item);
	result->old_item = result->new_item = NULL;
}

/* ---- accounting ---- */

static void
open_account(Transaction *transaction, const DynJson *request, DynCapacityKind kind)
{
	dyn_consumed_begin(&transaction->account, request, kind, transaction->count);
	for (int i = 0; i < transaction->count; i++)
	{
		DynTransactAction *action = &transaction->actions[i];

		action->account = dyn_consumed_table(&transaction->account, action->table_name, action->call.write.table);
	}
}

/* Cancels the transaction where a table has no throughput left for it. */
static void
require_throughput(Transaction *transaction, DynAllowanceKind kind)
{
	if (likely(!dyn_guc_throttling))
		return;
	transaction->used = palloc0_array(DynThrottleAction, transaction->count);
	for (int i = 0; i < transaction->count; i++)
		transaction->used[i].table = transaction->actions[i].call.write.table;
	dyn_throttle_check_actions(transaction->used, transaction->reasons, transaction->count, kind);
	dyn_cancellation_raise(transaction->reasons, transaction->count);
}

/* Takes what the actions used; the reasons are told then, those of throughput and others. */
static void
conclude(const Transaction *transaction, DynAllowanceKind kind)
{
	if (transaction->used != NULL)
		dyn_throttle_take_actions(transaction->used, transaction->reasons, transaction->count, kind);
	dyn_cancellation_raise(transaction->reasons, transaction->count);
}

/* Adds what the action used. */
static void
charge(Transaction *transaction, const DynTransactAction *action)
{
	const DynWrite *write = &action->call.write;
	const DynWriteResult *result = &action->result;
	const struct varlena *after = dyn_row_image_after(write, result);
	int			number = action - transaction->actions;

	if (write->kind != DYN_WRITE_CHECK)
		dyn_consumed_written(&transaction->account, action->account, write->key.pk);
	if (!is_charged(transaction))
		return;
	dyn_transact_token_note(&transaction->token, number, Max(dyn_image_size(result->old_item), dyn_image_size(after)));
	if (transaction->used != NULL)
		dyn_throttle_add_transact_write(&transaction->used[number], write, result);
	if (transaction->account.report != DYN_CAPACITY_NONE)
		dyn_capacity_add_transact_write(&action->account->capacity, write->table, result->old_item, after);
}

/* ---- all actions ---- */

static void
carry_out_all(Transaction *transaction)
{
	for (int i = 0; i < transaction->count; i++)
	{
		DynTransactAction *action = transaction->ordered[i];

		if (!try_action(transaction, action))
			break;
		if (is_measured(transaction))
			measure_found(transaction, action);
		charge(transaction, action);
		forget_images(action);
	}
	conclude(transaction, DYN_ALLOWANCE_WRITE);
}

static void
count_items(const Transaction *transaction)
{
	for (int i = 0; i < transaction->count; i++)
		dyn_call_add_items(transaction->actions[i].call.write.kind != DYN_WRITE_CHECK ? 1 : 0);
}

static DynTransactAction *
read_request(const DynJson *request, int *count)
{
	const DynJson *items = dyn_request_member(request, "TransactItems");
	DynTransactAction *actions;
	int			i = 0;

	*count = dyn_json_count(items);
	actions = palloc0_array(DynTransactAction, *count);
	for (const DynJson *entry = dyn_json_first(items); entry != NULL; entry = dyn_json_next(entry))
		read_action(&actions[i++], entry);
	return actions;
}

static void
set_actions(Transaction *transaction, DynTransactAction *actions, int count)
{
	transaction->count = count;
	transaction->actions = actions;
	transaction->ordered = palloc_array(DynTransactAction *, count);
	transaction->reasons = palloc0_array(DynReason, count);
	for (int i = 0; i < count; i++)
	{
		transaction->ordered[i] = &actions[i];
		actions[i].reason = &transaction->reasons[i];
	}
}

static void
print_reply(const Transaction *transaction, const DynTransactKind *kind, StringInfo reply)
{
	appendStringInfoChar(reply, '{');
	if (kind->responses)
	{
		appendStringInfoString(reply, "\"Responses\":[");
		for (int i = 0; i < transaction->count; i++)
			appendStringInfoString(reply, i > 0 ? ",{}" : "{}");
		appendStringInfoChar(reply, ']');
	}
	dyn_consumed_reply(reply, &transaction->account);
	appendStringInfoChar(reply, '}');
}

/* The reply to a request that has been done before: it changed nothing, and cost reading the items. */
static void
reply_repeated(Transaction *transaction, const DynJson *request, const DynTransactKind *kind, StringInfo reply)
{
	open_account(transaction, request, DYN_CAPACITY_TRANSACT_READ);
	require_throughput(transaction, DYN_ALLOWANCE_READ);
	for (int i = 0; i < transaction->count; i++)
	{
		double		units = dyn_transact_token_units(&transaction->token, i);

		transaction->actions[i].account->capacity.table_units += units;
		if (transaction->used != NULL)
			transaction->used[i].used.table_units = units;
	}
	conclude(transaction, DYN_ALLOWANCE_READ);
	print_reply(transaction, kind, reply);
}

void
dyn_transact_write(DynTransactAction *actions, int count, const DynJson *request, const DynTransactKind *kind, StringInfo reply)
{
	Transaction transaction = {0};

	set_actions(&transaction, actions, count);
	measure_puts(&transaction);
	for (int i = 0; i < count; i++)
		actions[i].call.write.table = dyn_name_find_table(actions[i].table_name, DYN_NAME_DATA);
	for (int i = 0; i < count; i++)
		fit_action(&actions[i]);
	dyn_cancellation_raise(transaction.reasons, count);
	order_actions(&transaction);
	if (dyn_transact_token_find(&transaction.token, request, kind->shape, kind->token_prefix, count))
	{
		reply_repeated(&transaction, request, kind, reply);
		return;
	}
	open_account(&transaction, request, DYN_CAPACITY_TRANSACT_WRITE);
	require_throughput(&transaction, DYN_ALLOWANCE_WRITE);
	choose_images(&transaction);
	carry_out_all(&transaction);
	count_items(&transaction);
	dyn_transact_token_keep(&transaction.token);
	print_reply(&transaction, kind, reply);
}

void
dyn_api_transact_write_items(const DynJson *request, StringInfo reply)
{
	static const DynTransactKind kind = {&dyn_shape_transact_write_items, "", false};
	int			count;
	DynTransactAction *actions = read_request(request, &count);

	dyn_transact_write(actions, count, request, &kind, reply);
}
