/*
 * item_get.c - GetItem
 */
#include "postgres.h"

#include "api/handlers.h"
#include "api/items.h"
#include "api/params.h"
#include "base/jsonout.h"
#include "base/request.h"
#include "command/get.h"
#include "expr/compile.h"

static const char *const projection_only[] = {"ProjectionExpression", NULL};
static const char *const attributes_only[] = {"AttributesToGet", NULL};
static const DynParams get_params = {projection_only, attributes_only, NULL, &dyn_wording_read};

void
dyn_item_get_check(const DynJson *object)
{
	dyn_params_check(&get_params, object);
}

void
dyn_item_get_check_parts(const DynJson *parts)
{
	dyn_params_check_parts(&get_params, parts);
}

DynProgram *
dyn_item_get_projection_expression(const DynJson *object, const DynWording *wording)
{
	DynExprInput input = {.wording = wording};

	input.projection = dyn_request_string(object, "ProjectionExpression");
	if (input.projection.data == NULL)
		return NULL;
	input.names = dyn_request_member(object, "ExpressionAttributeNames");
	return dyn_expr_compile(&input, NULL);
}

DynProgram *
dyn_item_get_projection(const DynJson *object)
{
	DynProgram *projection = dyn_item_get_projection_expression(object, &dyn_wording_read);
	DynLegacyInput legacy = {.wording = &dyn_wording_read};

	if (projection != NULL)
		return projection;
	legacy.attributes_to_get = dyn_request_member(object, "AttributesToGet");
	if (legacy.attributes_to_get != NULL)
		return dyn_legacy_compile(&legacy, NULL);
	return NULL;
}

void
dyn_api_get_item(const DynJson *request, StringInfo reply)
{
	DynGet		get = {.table_name = dyn_request_string(request, "TableName")};
	DynCapacity capacity = {.report = dyn_params_capacity(request), .table_name = get.table_name};
	struct varlena *item;

	dyn_item_get_check(request);
	get.map = dyn_params_attributes(request, "Key", &dyn_wording_read);
	get.projection = dyn_item_get_projection(request);
	get.consistent = dyn_request_bool(request, "ConsistentRead", false);

	dyn_get_find_table(&get);
	dyn_get_find_key(&get);
	item = dyn_get_run(&get, &capacity);

	appendStringInfoChar(reply, '{');
	dyn_capacity_reply(reply, &capacity, get.table);
	if (item != NULL)
	{
		dyn_jsonout_member(reply, "Item");
		dyn_get_print(reply, &get, item);
	}
	appendStringInfoChar(reply, '}');
}
