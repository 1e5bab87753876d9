/*
 * item_write.c - what PutItem, DeleteItem and UpdateItem share: from the request to a command, from the change to the reply
 */
#include "postgres.h"

#include "api/item_write.h"
#include "api/params.h"
#include "base/call.h"
#include "base/request.h"
#include "expr/compile.h"
#include "expr/eval.h"
#include "value/member.h"

/* ---- the request ---- */

static const char *const condition_only[] = {"ConditionExpression", NULL};
static const char *const expected_only[] = {"Expected", "ConditionalOperator", NULL};
static const char *const update_and_condition[] = {"UpdateExpression", "ConditionExpression", NULL};
static const char *const updates_and_expected[] = {"AttributeUpdates", "Expected", "ConditionalOperator", NULL};

static const DynParams put_params = {condition_only, expected_only, "", &dyn_wording_write};
static const DynParams delete_params = {condition_only, expected_only, "", &dyn_wording_write};
static const DynParams update_params = {update_and_condition, updates_and_expected,
": UpdateExpression and ConditionExpression are null", &dyn_wording_write};

static const DynParams *
params_of(DynWriteKind kind)
{
	switch (kind)
	{
		case DYN_WRITE_PUT:
			return &put_params;
		case DYN_WRITE_DELETE:
		case DYN_WRITE_CHECK:
			return &delete_params;
		case DYN_WRITE_UPDATE:
			return &update_params;
	}
	pg_unreachable();
}

void
dyn_item_write_begin(DynItemWrite *item_write, DynWriteKind kind, const DynJson *request)
{
	DynWriteCommand *command = &item_write->command;

	memset(item_write, 0, sizeof(*item_write));
	item_write->metrics = dyn_params_metrics(request);
	command->table_name = dyn_request_string(request, "TableName");
	item_write->capacity.report = dyn_params_capacity(request);
	item_write->capacity.table_name = command->table_name;
	command->write.kind = kind;
	dyn_params_check(params_of(kind), request);
	if (kind == DYN_WRITE_PUT)
		dyn_write_set_item(command, dyn_params_item(request, &dyn_wording_item));
	else
		command->map = dyn_params_attributes(request, "Key", &dyn_wording_write);
}

static DynReturnValues
return_values_of(const DynJson *request)
{
	static const char *const names[] = {"NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"};
	DynSlice	value = dyn_request_string(request, "ReturnValues");

	if (value.data == NULL)
		return DYN_RETURN_NONE;
	for (int i = 0; i < lengthof(names); i++)
	{
		if (strlen(names[i]) == value.len && memcmp(names[i], value.data, value.len) == 0)
			return (DynReturnValues) i;
	}
	elog(ERROR, "ReturnValues has passed its shape with an unknown value");
}

DynProgram *
dyn_item_write_expressions(DynWriteKind kind, const DynJson *request, const DynWording *wording)
{
	DynExprInput input = {.wording = wording};

	input.condition = dyn_request_string(request, "ConditionExpression");
	if (kind == DYN_WRITE_UPDATE)
		input.update = dyn_request_string(request, "UpdateExpression");
	if (input.condition.data == NULL && input.update.data == NULL)
		return NULL;
	input.names = dyn_request_member(request, "ExpressionAttributeNames");
	input.values = dyn_request_member(request, "ExpressionAttributeValues");
	return dyn_expr_compile(&input, NULL);
}

/* The program of the request's legacy parameters, or NULL. */
static DynProgram *
compile_legacy(DynWriteKind kind, const DynJson *request, const DynWording *wording)
{
	DynLegacyInput input = {.wording = wording};

	input.expected = dyn_request_member(request, "Expected");
	input.conditional_operator = dyn_request_string(request, "ConditionalOperator");
	if (kind == DYN_WRITE_UPDATE)
		input.attribute_updates = dyn_request_member(request, "AttributeUpdates");
	if (input.expected == NULL && input.conditional_operator.data == NULL && input.attribute_updates == NULL)
		return NULL;
	return dyn_legacy_compile(&input, NULL);
}

static DynProgram *
compile(DynWriteKind kind, const DynJson *request)
{
	const DynWording *wording = params_of(kind)->wording;
	DynProgram *program = dyn_item_write_expressions(kind, request, wording);

	return program ? program : compile_legacy(kind, request, wording);
}

void
dyn_item_write_compile(DynItemWrite *item_write, const DynJson *request)
{
	DynWriteCommand *command = &item_write->command;
	DynReturnValues values = return_values_of(request);

	if (command->write.kind != DYN_WRITE_UPDATE && values > DYN_RETURN_ALL_OLD)
		dyn_violation_parameter(params_of(command->write.kind)->wording, "ReturnValues can only be ALL_OLD or NONE");
	item_write->return_values = values;
	command->wants_before = values == DYN_RETURN_ALL_OLD || values == DYN_RETURN_UPDATED_OLD;
	command->wants_after = values == DYN_RETURN_ALL_NEW || values == DYN_RETURN_UPDATED_NEW;
	command->shows_failed = dyn_request_is(request, "ReturnValuesOnConditionCheckFailure", "ALL_OLD");
	dyn_write_set_program(command, compile(command->write.kind, request));
}

void
dyn_item_write_find(DynItemWrite *item_write)
{
	dyn_write_find_table(&item_write->command);
	dyn_write_find_key(&item_write->command);
}

/* ---- the reply ---- */

/* UPDATED_OLD and UPDATED_NEW: absent when there is nothing to show. */
static void
reply_updated(StringInfo reply, const DynProgram *program, const struct varlena *item, bool is_new)
{
	DynNode		part;

	if (program == NULL || program->update < 0)
		return;
	part = dyn_project_updated(program, dyn_item_root(item), is_new);
	if (part.count > 0)
		dyn_member_node(reply, "Attributes", &part);
}

static void
reply_attributes(StringInfo reply, const DynItemWrite *item_write, const DynChange *change)
{
	DynReturnValues values = item_write->return_values;
	bool		is_new = values == DYN_RETURN_ALL_NEW || values == DYN_RETURN_UPDATED_NEW;
	const struct varlena *item = is_new ? change->after : change->before;

	if (values == DYN_RETURN_NONE || item == NULL)
		return;
	if (values == DYN_RETURN_ALL_OLD || values == DYN_RETURN_ALL_NEW)
		dyn_member_item(reply, "Attributes", item);
	else
		reply_updated(reply, item_write->command.program, item, is_new);
}

static void
reply_change(StringInfo reply, DynItemWrite *item_write, const DynChange *change)
{
	const DynWrite *write = &item_write->command.write;

	appendStringInfoChar(reply, '{');
	reply_attributes(reply, item_write, change);
	if (item_write->capacity.report != DYN_CAPACITY_NONE)
	{
		dyn_write_charge(&item_write->capacity, &item_write->command, change);
		dyn_capacity_reply(reply, &item_write->capacity, write->table);
	}
	if (item_write->metrics)
		dyn_capacity_reply_metrics(reply, write->table, write->key.pk);
	appendStringInfoChar(reply, '}');
}

void
dyn_item_write_execute(DynItemWrite *item_write, StringInfo reply)
{
	DynWriteCommand *command = &item_write->command;
	DynChange	change = dyn_write_run(command, item_write->capacity.report != DYN_CAPACITY_NONE);

	dyn_write_check(command, &change);
	if (change.status == DYN_WRITTEN)
		dyn_call_add_items(1);
	reply_change(reply, item_write, &change);
}
