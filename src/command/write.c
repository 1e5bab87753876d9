/*
 * write.c - what PutItem, DeleteItem and UpdateItem share
 */
#include "postgres.h"

#include "base/call.h"
#include "base/errors.h"
#include "base/request.h"
#include "command/keys.h"
#include "command/params.h"
#include "command/write.h"
#include "expr/compile.h"
#include "expr/eval.h"
#include "tables/name.h"
#include "throughput/throttle.h"
#include "value/member.h"

#define CONDITION_FAILED "The conditional request failed"

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

DynNode
dyn_write_begin(DynWriteCall *call, DynWriteKind kind, const DynJson *request)
{
	memset(call, 0, sizeof(*call));
	call->request = request;
	call->write.kind = kind;
	dyn_params_check(params_of(kind), request);
	if (kind == DYN_WRITE_PUT)
		return dyn_params_attributes(request, "Item", &dyn_wording_item);
	return dyn_params_attributes(request, "Key", &dyn_wording_write);
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
	elog(ERROR, "ReturnValues passed its shape with another value");
}

DynProgram *
dyn_write_compile_expressions(DynWriteKind kind, const DynJson *request, const DynWording *wording)
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
	DynProgram *program = dyn_write_compile_expressions(kind, request, wording);

	return program ? program : compile_legacy(kind, request, wording);
}

void
dyn_write_set_program(DynWrite *write, const DynProgram *program)
{
	if (program == NULL)
	{
		write->holds_on_missing = true;
		return;
	}
	write->has_condition = program->condition >= 0;
	write->holds_on_missing = dyn_eval_condition(program, dyn_empty_map);
	if (write->has_condition || program->update >= 0)
		write->program = (const struct varlena *) program;
}

void
dyn_write_compile(DynWriteCall *call)
{
	DynWrite   *write = &call->write;

	call->return_values = return_values_of(call->request);
	if (write->kind != DYN_WRITE_UPDATE && call->return_values > DYN_RETURN_ALL_OLD)
		dyn_violation_parameter(params_of(write->kind)->wording, "ReturnValues can only be ALL_OLD or NONE");

	call->program = compile(write->kind, call->request);
	dyn_write_set_program(write, call->program);
}

void
dyn_write_find(DynWriteCall *call)
{
	call->write.table = dyn_name_find_table(dyn_request_string(call->request, "TableName"), DYN_NAME_DATA);
	dyn_capacity_begin(&call->capacity, call->request);
}

/* Decides which images the statement has to hand over. */
static void
choose_images(DynWriteCall *call)
{
	DynWrite   *write = &call->write;
	bool		both = call->capacity.report != DYN_CAPACITY_NONE ||
		dyn_throttle_applies(write->table, DYN_ALLOWANCE_WRITE) ||
		(write->kind == DYN_WRITE_UPDATE && write->table->nindexes > 0);

	write->keep_old = both || call->return_values == DYN_RETURN_ALL_OLD ||
		call->return_values == DYN_RETURN_UPDATED_OLD;
	write->keep_new = write->kind == DYN_WRITE_UPDATE &&
		(both || call->return_values == DYN_RETURN_ALL_NEW || call->return_values == DYN_RETURN_UPDATED_NEW);
}

const char *
dyn_write_violation(const DynWriteCall *call, const DynWriteResult *result)
{
	const DynWrite *write = &call->write;

	if (result->status == DYN_MISSING)
		return call->missing_error;
	if (result->status == DYN_UNFIT)
		return result->flaw;
	if (write->kind != DYN_WRITE_UPDATE || write->table->nindexes == 0 || result->new_item == NULL)
		return NULL;
	return dyn_keys_update_violation(write->table, result->old_item ? dyn_item_root(result->old_item) : dyn_empty_map,
								dyn_item_root(result->new_item));
}

static void
fail_condition(const struct varlena *item)
{
	StringInfoData detail;

	if (item == NULL)
		dyn_error(DYN_E_CONDITIONAL_CHECK_FAILED, CONDITION_FAILED);
	initStringInfo(&detail);
	appendStringInfoChar(&detail, '{');
	dyn_member_item(&detail, "Item", item);
	appendStringInfoChar(&detail, '}');
	dyn_error_detail(DYN_E_CONDITIONAL_CHECK_FAILED, detail.data, CONDITION_FAILED);
}

void
dyn_write_check(const DynWriteCall *call, const DynWriteResult *result)
{
	const char *flaw;

	if (result->status == DYN_CONDITION_FAILED)
	{
		bool		show = dyn_request_is(call->request, "ReturnValuesOnConditionCheckFailure", "ALL_OLD");

		fail_condition(show ? result->old_item : NULL);
	}
	flaw = dyn_write_violation(call, result);
	if (flaw != NULL)
		dyn_validation("%s", flaw);
}

/* UPDATED_OLD and UPDATED_NEW: absent when there is nothing to show. */
static void
reply_updated(StringInfo reply, const DynProgram *program, const struct varlena *item, bool is_new)
{
	DynNode		part;

	if (program == NULL || program->update < 0 || item == NULL)
		return;
	part = dyn_project_updated(program, dyn_item_root(item), is_new);
	if (part.count > 0)
		dyn_member_node(reply, "Attributes", &part);
}

static void
reply_attributes(StringInfo reply, const DynWriteCall *call, const DynWriteResult *result)
{
	switch (call->return_values)
	{
		case DYN_RETURN_NONE:
			break;
		case DYN_RETURN_ALL_OLD:
			if (result->old_item != NULL)
				dyn_member_item(reply, "Attributes", result->old_item);
			break;
		case DYN_RETURN_UPDATED_OLD:
			reply_updated(reply, call->program, result->old_item, false);
			break;
		case DYN_RETURN_ALL_NEW:
			if (result->new_item != NULL)
				dyn_member_item(reply, "Attributes", result->new_item);
			break;
		case DYN_RETURN_UPDATED_NEW:
			reply_updated(reply, call->program, result->new_item, true);
			break;
	}
}

static void
reply_result(StringInfo reply, DynWriteCall *call, const DynWriteResult *result)
{
	const DynWrite *write = &call->write;

	appendStringInfoChar(reply, '{');
	reply_attributes(reply, call, result);
	if (call->capacity.report != DYN_CAPACITY_NONE)
	{
		dyn_capacity_add_write(&call->capacity, write->table, result->old_item, dyn_row_image_after(write, result));
		dyn_capacity_reply(reply, &call->capacity, write->table);
	}
	if (dyn_request_is(call->request, "ReturnItemCollectionMetrics", "SIZE"))
		dyn_capacity_reply_metrics(reply, write->table, write->key.pk);
	appendStringInfoChar(reply, '}');
}

DynWriteResult
dyn_write_run(DynWriteCall *call)
{
	DynWriteResult result;

	dyn_keys_check_paths(call->write.table, call->program);
	dyn_throttle_require(call->write.table, NULL, DYN_ALLOWANCE_WRITE);
	choose_images(call);
	result = dyn_row_write(&call->write);
	dyn_throttle_written(&call->write, &result);
	return result;
}

void
dyn_write_execute(DynWriteCall *call, StringInfo reply)
{
	DynWriteResult result = dyn_write_run(call);

	dyn_write_check(call, &result);
	if (result.status == DYN_WRITTEN)
		dyn_call_add_items(1);
	reply_result(reply, call, &result);
}
