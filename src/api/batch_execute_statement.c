/*
 * batch_execute_statement.c - BatchExecuteStatement
 *
 * Statements are independent: an error of one is an entry of the reply. All run in one transaction, each in a subtransaction
 * that undoes it if it fails. Writes run in the order of table and key, so that overlapping batches wait for each other but
 * never in a circle. What a constraint or trigger of the table's owner refuses is an answer to its statement. An error that the
 * API does not report for a single statement fails the whole request.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "api/handlers.h"
#include "api/params.h"
#include "api/request_statement.h"
#include "base/call.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/refusal.h"
#include "base/request.h"
#include "command/keys.h"
#include "iam/caller.h"
#include "partiql/lower.h"
#include "throughput/consumed.h"
#include "throughput/throttle.h"

typedef struct Member
{
	const DynJson *entry;		/* of the request, for bind_member */
	DynPartiqlBound *bound;		/* NULL: its statement cannot be carried out */
	const char *code;			/* of its error, or NULL */
	const char *message;
	bool		denied;			/* by PostgreSQL, whose text it is */
	bool		attempted;		/* the error came of the data */
	DynTable   *table;
	DynKey		key;
	DynGet		get;			/* of a read */
	DynWriteCommand command;	/* of a write */
	StringInfoData item;		/* JSON of the item to show; data NULL: none */
} Member;

typedef struct Batch
{
	int			count;
	Member	   *members;		/* as the request gave them */
	Member	  **ordered;		/* those that run, in the order in which they do */
	int			nordered;
	DynConsumed account;
} Batch;

/* ---- errors ---- */

/* The code that stands for an exception, or NULL for one that is not reported for a statement. */
static const char *
code_of(int sqlstate)
{
	static const struct
	{
		DynErr		exception;
		const char *code;
	}			codes[] = {
		{DYN_E_VALIDATION, "ValidationError"},
		{DYN_E_CONDITIONAL_CHECK_FAILED, "ConditionalCheckFailed"},
		{DYN_E_DUPLICATE_ITEM, "DuplicateItem"},
		{DYN_E_RESOURCE_NOT_FOUND, "ResourceNotFound"},
		{DYN_E_ACCESS_DENIED, "AccessDenied"},
		{DYN_E_ITEM_COLLECTION_SIZE_LIMIT, "ItemCollectionSizeLimitExceeded"},
		{DYN_E_TRANSACTION_CONFLICT, "TransactionConflict"},
		{DYN_E_PROVISIONED_THROUGHPUT_EXCEEDED, "ProvisionedThroughputExceeded"},
		{DYN_E_REQUEST_LIMIT_EXCEEDED, "RequestLimitExceeded"},
		{DYN_E_THROTTLING, "ThrottlingError"}
	};

	for (int i = 0; i < lengthof(codes); i++)
	{
		if (dyn_error_info(codes[i].exception)->sqlstate == sqlstate)
			return codes[i].code;
	}
	return sqlstate == ERRCODE_LOCK_NOT_AVAILABLE ? "TransactionConflict" : NULL;
}

/* Makes the error the member's; false where it does not belong to a member and ends the batch. */
static bool
take_error(Member *member, const ErrorData *error, bool attempted)
{
	const char *refusal = attempted ? dyn_refusal_text(error, !dyn_partiql_reads(member->bound->statement)) : NULL;

	if (refusal != NULL)
	{
		dyn_refusal_log(error, "a statement of BatchExecuteStatement");
		member->code = "ValidationError";
		member->message = refusal;
		member->attempted = true;
		return true;
	}
	member->code = code_of(error->sqlerrcode);
	member->denied = error->sqlerrcode == ERRCODE_INSUFFICIENT_PRIVILEGE && !dyn_error_is_ours(error);
	if (member->code == NULL)
		return false;
	member->message = error->sqlerrcode == ERRCODE_LOCK_NOT_AVAILABLE ? DYN_ITEM_ONGOING : error->message;
	member->attempted = attempted;
	return true;
}

/* The service's name of the right to run the statement. */
static const char *
right_of(DynPartiqlKind kind)
{
	switch (kind)
	{
		case DYN_PARTIQL_SELECT:
			return "PartiQLSelect";
		case DYN_PARTIQL_INSERT:
			return "PartiQLInsert";
		case DYN_PARTIQL_UPDATE:
			return "PartiQLUpdate";
		default:
			return "PartiQLDelete";
	}
}

/* PostgreSQL's text about a missing right is not for clients, since it can name objects of the table's owner. */
static void
word_denial(Member *member)
{
	const char *operation;
	StringInfoData request;

	if (!member->denied || member->bound == NULL)
		return;
	ereport(LOG_SERVER_ONLY, errmsg("a statement of BatchExecuteStatement failed: %s", member->message), errhidestmt(true));
	operation = right_of(member->bound->statement->kind);
	initStringInfo(&request);
	appendStringInfoChar(&request, '{');
	dyn_jsonout_member(&request, "TableName");
	dyn_jsonout_string(&request, member->bound->statement->table.data, member->bound->statement->table.len);
	appendStringInfoChar(&request, '}');
	member->message = dyn_caller_denied_text(GetUserId(), operation, (DynSlice) {request.data, (uint32) request.len});
}

/* Runs a step of a member in a subtransaction, which an error undoes. */
static void
attempt(Batch *batch, Member *member, void (*step) (Batch *, Member *), bool attempted)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;

	CHECK_FOR_INTERRUPTS();
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		step(batch, member);
		ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
		if (!take_error(member, error, attempted))
			ReThrowError(error);
	}
	PG_END_TRY();
	word_denial(member);
}

/* ---- lowering ---- */

static void
bind_member(Batch *batch, Member *member)
{
	DynPartiqlBound *bound = dyn_request_statement_read(member->entry);

	if (bound->statement->kind == DYN_PARTIQL_EXISTS)
		dyn_validation(DYN_EXISTS_ELSEWHERE);
	member->bound = bound;
}

static void
lower_read(Member *member)
{
	DynGet	   *get = &member->get;

	if (!dyn_partiql_lower_get(member->bound, get))
		dyn_validation("Select statements within BatchExecuteStatement must specify the primary key in the where clause.");
	dyn_get_find_key(get);
	member->key = get->key;
	member->table = get->table;
}

static void
lower_member(Batch *batch, Member *member)
{
	if (dyn_partiql_reads(member->bound->statement))
	{
		lower_read(member);
		return;
	}
	(void) dyn_partiql_lower_write(member->bound, &member->command);
	dyn_partiql_fit_write(&member->command);
	member->key = member->command.write.key;
	member->table = member->command.write.table;
}

static void
check_kinds(const Batch *batch)
{
	const Member *first = NULL;

	for (int i = 0; i < batch->count; i++)
	{
		const Member *member = &batch->members[i];

		if (member->bound == NULL)
			continue;
		if (first == NULL)
			first = member;
		if (dyn_partiql_reads(member->bound->statement) != dyn_partiql_reads(first->bound->statement))
			dyn_validation("Batch must consist of either read statements or write statements, but not both");
		if (!dyn_partiql_reads(member->bound->statement))
			dyn_call_require_primary();
	}
}

static int
compare_members(const void *a, const void *b)
{
	const Member *left = *(Member *const *) a;
	const Member *right = *(Member *const *) b;

	return dyn_keys_compare_items(left->table, &left->key, right->table, &right->key);
}

/* Sorts the members to run, so that those of one item are neighbours. */
static void
order_members(Batch *batch)
{
	for (int i = 0; i < batch->count; i++)
	{
		if (batch->members[i].code == NULL)
			batch->ordered[batch->nordered++] = &batch->members[i];
	}
	qsort(batch->ordered, batch->nordered, sizeof(Member *), compare_members);
	for (int i = 1; i < batch->nordered; i++)
	{
		if (compare_members(&batch->ordered[i - 1], &batch->ordered[i]) == 0)
			dyn_validation(DYN_DUPLICATE_KEYS);
	}
}

/* ---- carrying out ---- */

static DynConsumedTable *
account_of(Batch *batch, Member *member)
{
	return dyn_consumed_table(&batch->account, member->bound->statement->table, member->table);
}

static void
execute_read(Batch *batch, Member *member)
{
	DynCapacity used = {.report = batch->account.report};
	struct varlena *item = dyn_get_run(&member->get, &used);

	if (used.report != DYN_CAPACITY_NONE)
		account_of(batch, member)->capacity.table_units += used.table_units;
	if (item == NULL)
		return;
	initStringInfo(&member->item);
	dyn_get_print(&member->item, &member->get, item);
}

static void
execute_write(Batch *batch, Member *member)
{
	DynWriteCommand *command = &member->command;
	bool		charged = batch->account.report != DYN_CAPACITY_NONE;
	DynChange	change = dyn_write_run(command, charged);

	if (charged && change.status != DYN_WRITTEN)
		account_of(batch, member)->capacity.table_units += dyn_throttle_of_write(&command->write, &change).table_units;
	dyn_partiql_check_change(command, &change);
	if (charged)
		dyn_write_charge(&account_of(batch, member)->capacity, command, &change);
	initStringInfo(&member->item);
	if (!dyn_partiql_print_returned(&member->item, member->bound->statement, command, &change))
		member->item.data = NULL;
	dyn_call_add_items(1);
}

static void
execute_member(Batch *batch, Member *member)
{
	if (dyn_partiql_reads(member->bound->statement))
		execute_read(batch, member);
	else
		execute_write(batch, member);
}

/* The entries of consumed capacity, in the order in which the request names the tables. */
static void
open_accounts(Batch *batch)
{
	for (int i = 0; i < batch->count; i++)
	{
		if (batch->members[i].code == NULL)
			(void) account_of(batch, &batch->members[i]);
	}
}

/* ---- the reply ---- */

static void
reply_error(StringInfo reply, const Member *member)
{
	dyn_jsonout_member(reply, "Error");
	appendStringInfo(reply, "{\"Code\":\"%s\"", member->code);
	dyn_jsonout_member(reply, "Message");
	dyn_jsonout_string(reply, member->message, strlen(member->message));
	appendStringInfoChar(reply, '}');
}

static void
reply_member(StringInfo reply, const Member *member)
{
	appendStringInfoChar(reply, '{');
	if (member->code != NULL)
		reply_error(reply, member);
	if (member->code == NULL || member->attempted)
	{
		DynSlice	name = member->bound->statement->table;

		dyn_jsonout_member(reply, "TableName");
		dyn_jsonout_string(reply, name.data, name.len);
	}
	if (member->code == NULL && member->item.data != NULL)
	{
		dyn_jsonout_member(reply, "Item");
		appendBinaryStringInfo(reply, member->item.data, member->item.len);
	}
	appendStringInfoChar(reply, '}');
}

static bool
any_succeeded(const Batch *batch)
{
	for (int i = 0; i < batch->count; i++)
	{
		if (batch->members[i].code == NULL)
			return true;
	}
	return false;
}

static void
reply_batch(StringInfo reply, const Batch *batch)
{
	appendStringInfoString(reply, "{\"Responses\":[");
	for (int i = 0; i < batch->count; i++)
	{
		if (i > 0)
			appendStringInfoChar(reply, ',');
		reply_member(reply, &batch->members[i]);
	}
	appendStringInfoChar(reply, ']');
	if (any_succeeded(batch))
		dyn_consumed_reply(reply, &batch->account);
	appendStringInfoChar(reply, '}');
}

void
dyn_api_batch_execute_statement(const DynJson *request, StringInfo reply)
{
	const DynJson *statements = dyn_request_member(request, "Statements");
	Batch		batch = {.count = dyn_json_count(statements)};
	int			n = 0;

	batch.members = palloc0_array(Member, batch.count);
	batch.ordered = palloc_array(Member *, batch.count);
	batch.account = dyn_params_consumed(request, DYN_CAPACITY_PLAIN, batch.count);
	for (const DynJson *entry = dyn_json_first(statements); entry != NULL; entry = dyn_json_next(entry))
	{
		batch.members[n].entry = entry;
		attempt(&batch, &batch.members[n++], bind_member, false);
	}
	check_kinds(&batch);
	for (int i = 0; i < batch.count; i++)
	{
		if (batch.members[i].code == NULL)
			attempt(&batch, &batch.members[i], lower_member, false);
	}
	order_members(&batch);
	open_accounts(&batch);
	for (int i = 0; i < batch.nordered; i++)
		attempt(&batch, batch.ordered[i], execute_member, true);
	reply_batch(reply, &batch);
}
