/*
 * item_get.c - GetItem
 *
 * The hottest operation: an unprojected read prints the stored bytes straight into the reply.
 */
#include "postgres.h"

#include "api/handlers.h"
#include "api/items.h"
#include "base/call.h"
#include "base/request.h"
#include "command/keys.h"
#include "command/params.h"
#include "expr/compile.h"
#include "expr/eval.h"
#include "store/rows.h"
#include "tables/name.h"
#include "throughput/capacity.h"
#include "throughput/throttle.h"
#include "value/member.h"

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

static void
reply_projected(StringInfo reply, const DynProgram *projection, const struct varlena *item)
{
	DynNode		part = dyn_project_item(projection, dyn_item_root(item));

	dyn_member_node(reply, "Item", &part);
}

void
dyn_api_get_item(const DynJson *request, StringInfo reply)
{
	DynNode		attributes;
	DynProgram *projection;
	DynTable   *table;
	DynKey		key;
	DynCapacity capacity;
	struct varlena *item;

	dyn_item_get_check(request);
	attributes = dyn_params_attributes(request, "Key", &dyn_wording_read);
	projection = dyn_item_get_projection(request);

	table = dyn_name_find_table(dyn_request_string(request, "TableName"), DYN_NAME_DATA);
	key = dyn_keys_of_key(table, &attributes);
	dyn_keys_check_paths(table, projection);
	dyn_throttle_require(table, &key, DYN_ALLOWANCE_READ);
	item = dyn_row_get(table, &key);
	dyn_call_add_items(item ? 1 : 0);
	dyn_capacity_begin(&capacity, request);
	if (capacity.report != DYN_CAPACITY_NONE || dyn_throttle_applies(table, DYN_ALLOWANCE_READ))
		capacity.table_units = dyn_capacity_of_read(dyn_image_size(item), dyn_request_bool(request, "ConsistentRead", false));
	dyn_throttle_read(table, &key, &capacity);

	appendStringInfoChar(reply, '{');
	dyn_capacity_reply(reply, &capacity, NULL);
	if (item != NULL && projection != NULL)
		reply_projected(reply, projection, item);
	else if (item != NULL)
		dyn_member_item(reply, "Item", item);
	appendStringInfoChar(reply, '}');
}
