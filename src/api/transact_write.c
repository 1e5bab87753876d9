/*
 * transact_write.c - TransactWriteItems
 */
#include "postgres.h"

#include "miscadmin.h"

#include "api/handlers.h"
#include "api/item_write.h"
#include "api/params.h"
#include "api/request_token.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/request.h"
#include "command/write_all.h"

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

/* Of an Update, a value that is inside too many lists and maps is the reason of its action, not an error of the request. */
static void
read_expressions(DynWriteCommand *command, const DynJson *action)
{
	MemoryContext context = CurrentMemoryContext;
	DynProgram *volatile program = NULL;

	PG_TRY();
	{
		program = dyn_item_write_expressions(command->write.kind, action, &dyn_wording_older);
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		if (command->write.kind != DYN_WRITE_UPDATE || !dyn_error_is_rule(error, DYN_RULE_VALUE_NESTING))
			PG_RE_THROW();
		FlushErrorState();
		command->flaw = "Nesting Levels have exceeded supported limits";
	}
	PG_END_TRY();
	dyn_write_set_program(command, program);
}

/*
 * An action's expressions are checked before its key or item.  Names and values without an expression are ignored here, while
 * the operations on one item refuse them.
 */
static void
read_action(DynWriteCommand *command, const DynJson *entry)
{
	DynWriteKind kind = DYN_WRITE_CHECK;
	const DynJson *action = only_action(entry, &kind);

	CHECK_FOR_INTERRUPTS();
	command->write.kind = kind;
	command->table_name = dyn_request_string(action, "TableName");
	command->shows_failed = dyn_request_is(action, "ReturnValuesOnConditionCheckFailure", "ALL_OLD");
	read_expressions(command, action);
	if (kind == DYN_WRITE_PUT)
		dyn_write_set_item(command, dyn_params_item(action, &dyn_wording_older));
	else
		command->map = dyn_params_attributes(action, "Key", &dyn_wording_older);
}

void
dyn_api_transact_write_items(const DynJson *request, StringInfo reply)
{
	const DynJson *items = dyn_request_member(request, "TransactItems");
	int			count = dyn_json_count(items);
	DynWriteCommand *commands = palloc0_array(DynWriteCommand, count);
	DynIdempotency idempotency;
	DynConsumed consumed;
	int			i = 0;

	for (const DynJson *entry = dyn_json_first(items); entry != NULL; entry = dyn_json_next(entry))
		read_action(&commands[i++], entry);
	idempotency = dyn_request_token_read(request, &dyn_shape_transact_write_items, "", count);
	consumed = dyn_params_consumed(request, DYN_CAPACITY_TRANSACT_WRITE, count);
	dyn_write_all(commands, count, false, &idempotency, &consumed);

	appendStringInfoChar(reply, '{');
	dyn_consumed_reply(reply, &consumed);
	appendStringInfoChar(reply, '}');
}
