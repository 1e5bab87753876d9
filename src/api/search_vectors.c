/*
 * search_vectors.c - SearchVectors
 */
#include "postgres.h"

#include "api/handlers.h"
#include "api/params.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/request.h"
#include "command/nearest.h"
#include "expr/compile.h"
#include "value/number.h"

#define INVALID_VECTOR "Search vector contains invalid values. " \
	"All values in the search vector must be a 32-bit floating-point number attribute"

static const char *const expressions[] = {"ProjectionExpression", "SearchConditionExpression", NULL};
static const char *const legacy[] = {NULL};
static const DynParams search_params = {expressions, legacy, ": SearchConditionExpression is null", &dyn_wording_read};

static bool
read_number(const DynJson *value, float4 *real)
{
	const DynJson *text = dyn_json_count(value) == 1 ? dyn_json_member(value, "N") : NULL;
	uint8		number[DYN_NUMBER_MAX_BYTES];
	DynSlice	digits;
	const char *error;
	int			len;

	if (text == NULL || dyn_json_kind(text) != DYN_JSON_STRING)
		return false;
	digits = dyn_json_string(text);
	len = dyn_number_encode(digits.data, digits.len, number, &error);
	return len >= 0 && dyn_real_of_number(number, len, real);
}

static void
read_vector(DynNearest *nearest, const DynJson *list)
{
	nearest->wanted = palloc_array(float4, dyn_json_count(list));
	for (const DynJson *value = dyn_json_first(list); value; value = dyn_json_next(value))
		if (!read_number(value, &nearest->wanted[nearest->dimensions++]))
			dyn_validation(INVALID_VECTOR);
}

static void
read_top_k(DynNearest *nearest, const DynJson *request)
{
	int64		top_k = dyn_request_integer(request, "TopK", 0);

	if (top_k > DYN_MAX_TOP_K)
		dyn_validation("Provided TopK value '" INT64_FORMAT "' is out of valid range. The value must be between 1 and %d inclusive",
					   top_k, DYN_MAX_TOP_K);
	nearest->search.top_k = top_k;
}

static void
compile(DynNearest *nearest, const DynJson *request)
{
	DynExprInput input = {.wording = &dyn_wording_read};

	input.search = dyn_request_string(request, "SearchConditionExpression");
	input.projection = dyn_request_string(request, "ProjectionExpression");
	input.names = dyn_request_member(request, "ExpressionAttributeNames");
	input.values = dyn_request_member(request, "ExpressionAttributeValues");
	if (input.search.data != NULL || input.projection.data != NULL)
		nearest->program = dyn_expr_compile(&input, NULL);
}

void
dyn_api_search_vectors(const DynJson *request, StringInfo reply)
{
	DynNearest	nearest = {
		.table_name = dyn_request_string(request, "TableName"),
		.index_name = dyn_request_string(request, "IndexName")
	};

	read_top_k(&nearest, request);
	read_vector(&nearest, dyn_request_member(request, "SearchVector"));
	dyn_params_check(&search_params, request);
	compile(&nearest, request);
	dyn_nearest_check_condition(&nearest);
	dyn_nearest_find(&nearest);
	dyn_nearest_run(&nearest);

	appendStringInfoChar(reply, '{');
	dyn_nearest_reply(reply, &nearest);
	if (dyn_params_capacity(request) != DYN_CAPACITY_NONE)
	{
		dyn_jsonout_member(reply, "ConsumedCapacity");
		appendStringInfo(reply, "{\"VectorSearchRequestBytes\":%.1f}", nearest.bytes);
	}
	appendStringInfoChar(reply, '}');
}
