/*
 * page_request.c - what Query and Scan share of their requests
 */
#include "postgres.h"

#include "api/page_request.h"
#include "base/errors.h"
#include "base/request.h"
#include "expr/compile.h"

/* Raises an error for a wrong Select together with a parameter that names the attributes to return. */
static void
check_select_alone(const DynPageKind *kind, const DynJson *request, const char *parameter)
{
	const char *wanted = NULL;

	if (dyn_request_member(request, parameter) == NULL)
		return;
	if (dyn_request_is(request, "Select", "ALL_ATTRIBUTES"))
		wanted = "ALL_ATTRIBUTES";
	else if (dyn_request_is(request, "Select", "ALL_PROJECTED_ATTRIBUTES"))
		wanted = "ALL_PROJECTED_ATTRIBUTES";
	else if (dyn_request_is(request, "Select", "COUNT"))
		wanted = "only the Count";
	if (wanted != NULL)
		dyn_validation("%sCannot specify the %s when choosing to get %s", kind->envelope, parameter, wanted);
}

static DynSelect
select_of(const DynPageKind *kind, const DynJson *request)
{
	bool		specific = dyn_request_member(request, "ProjectionExpression") != NULL ||
		dyn_request_member(request, "AttributesToGet") != NULL;
	bool		indexed = dyn_request_member(request, "IndexName") != NULL;

	check_select_alone(kind, request, "AttributesToGet");
	check_select_alone(kind, request, "ProjectionExpression");
	if (dyn_request_is(request, "Select", "ALL_PROJECTED_ATTRIBUTES") && !indexed)
		dyn_validation("%sALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName",
					   kind->envelope);
	if (dyn_request_is(request, "Select", "SPECIFIC_ATTRIBUTES") && !specific)
		dyn_validation("%sMust specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES",
					   kind->envelope);
	if (specific)
		return DYN_SELECT_SPECIFIC;
	if (dyn_request_is(request, "Select", "COUNT"))
		return DYN_SELECT_COUNT;
	if (dyn_request_is(request, "Select", "ALL_ATTRIBUTES"))
		return DYN_SELECT_ALL;
	return indexed ? DYN_SELECT_SHOWN : DYN_SELECT_ALL;
}

static void
read_start_values(DynResultPage *page, const DynJson *request, const DynWording *wording)
{
	const DynJson *start = dyn_request_member(request, "ExclusiveStartKey");
	DynViolation violation;

	page->has_start = start != NULL;
	if (start != NULL && !dyn_tree_json_item_node(start, wording, &page->start_map, &violation))
		dyn_violation_parameter(wording, DYN_START_KEY_INVALID ": %s", violation.text);
}

/*
 * Compiles legacy parameters and expressions.  Conditions on keys may be legacy ones together with other expressions, since
 * they are older than key condition expressions.
 */
static void
compile(DynResultPage *page, const DynPageKind *kind, const DynJson *request, bool has_expressions, DynKeyCondition *key)
{
	const DynWording *wording = kind->params.wording;
	DynLegacyInput filter = {.is_filter = true, .wording = wording};
	DynLegacyInput attributes = {.wording = wording};
	DynLegacyInput conditions = {.wording = wording};
	DynExprInput input = {.wording = wording};

	filter.expected = dyn_request_member(request, kind->filter);
	filter.conditional_operator = dyn_request_string(request, "ConditionalOperator");
	if (filter.expected != NULL || filter.conditional_operator.data != NULL)
		page->filter = dyn_legacy_compile(&filter, NULL);
	read_start_values(page, request, wording);
	attributes.attributes_to_get = dyn_request_member(request, "AttributesToGet");
	if (attributes.attributes_to_get != NULL)
		page->projection = dyn_legacy_compile(&attributes, NULL);
	if (key != NULL)
		conditions.key_conditions = dyn_request_member(request, "KeyConditions");
	if (conditions.key_conditions != NULL)
		dyn_legacy_compile(&conditions, key);
	if (!has_expressions)
		return;

	input.filter = dyn_request_string(request, "FilterExpression");
	input.projection = dyn_request_string(request, "ProjectionExpression");
	if (key != NULL)
		input.key_condition = dyn_request_string(request, "KeyConditionExpression");
	input.names = dyn_request_member(request, "ExpressionAttributeNames");
	input.values = dyn_request_member(request, "ExpressionAttributeValues");
	page->filter = page->projection = dyn_expr_compile(&input, input.key_condition.data != NULL ? key : NULL);
	if (input.filter.data == NULL)
		page->filter = NULL;
	if (input.projection.data == NULL)
		page->projection = NULL;
}

void
dyn_page_request_read(DynResultPage *page, const DynPageKind *kind, const DynJson *request, DynKeyCondition *key)
{
	bool		has_expressions;

	memset(page, 0, sizeof(*page));
	page->capacity.report = dyn_params_capacity(request);
	page->capacity.table_name = dyn_request_string(request, "TableName");
	page->index_name = dyn_request_string(request, "IndexName");
	page->limit = dyn_request_integer(request, "Limit", 0);
	page->consistent = dyn_request_bool(request, "ConsistentRead", false);
	has_expressions = dyn_params_check(&kind->params, request);
	page->select = select_of(kind, request);
	compile(page, kind, request, has_expressions, key);
}
