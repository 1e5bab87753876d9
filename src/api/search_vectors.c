/*
 * search_vectors.c - SearchVectors
 *
 * The condition is read from the compiled expression: equalities of an attribute and a value, joined by AND.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/float.h"

#include "api/handlers.h"
#include "base/call.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/request.h"
#include "command/params.h"
#include "expr/compile.h"
#include "expr/eval.h"
#include "store/index_build.h"
#include "store/search.h"
#include "tables/catalog.h"
#include "tables/name.h"
#include "tables/vector_items.h"
#include "throughput/throttle.h"
#include "value/number.h"

#define INVALID_VECTOR "Search vector contains invalid values. " \
	"All values in the search vector must be a 32-bit floating-point number attribute"
#define INVALID_CONDITION "Invalid SearchConditionExpression: "
#define LEAST_SEARCH_BYTES 1024
#define BYTES_PER_DIMENSION 17.6	/* what the service was seen to charge for small indexes */

static const char *const expressions[] = {"ProjectionExpression", "SearchConditionExpression", NULL};
static const char *const legacy[] = {NULL};
static const DynParams search_params = {expressions, legacy, ": SearchConditionExpression is null", &dyn_wording_read};

typedef struct Call
{
	const DynJson *request;
	DynProgram *program;		/* of both expressions; NULL: there are none */
	uint32		dimensions;		/* of the search vector */
	float4	   *wanted;
	DynCapacity capacity;
	DynSearch	search;
} Call;

/* ---- what needs no table ---- */

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
read_vector(Call *call)
{
	const DynJson *list = dyn_request_member(call->request, "SearchVector");

	call->wanted = palloc_array(float4, dyn_json_count(list));
	for (const DynJson *value = dyn_json_first(list); value; value = dyn_json_next(value))
		if (!read_number(value, &call->wanted[call->dimensions++]))
			dyn_validation(INVALID_VECTOR);
}

static void
read_top_k(Call *call)
{
	int64		top_k = dyn_request_integer(call->request, "TopK", 0);

	if (top_k > DYN_MAX_TOP_K)
		dyn_validation("Provided TopK value '" INT64_FORMAT "' is out of valid range. The value must be between 1 and %d inclusive",
					   top_k, DYN_MAX_TOP_K);
	call->search.top_k = top_k;
}

static void
compile(Call *call)
{
	DynExprInput input = {.wording = &dyn_wording_read};

	input.search = dyn_request_string(call->request, "SearchConditionExpression");
	input.projection = dyn_request_string(call->request, "ProjectionExpression");
	input.names = dyn_request_member(call->request, "ExpressionAttributeNames");
	input.values = dyn_request_member(call->request, "ExpressionAttributeValues");
	if (input.search.data != NULL || input.projection.data != NULL)
		call->program = dyn_expr_compile(&input, NULL);
}

/* Is the node a whole attribute; and a constant? */
static bool
is_attribute(const DynExprNode *node)
{
	return node->op == DYN_OP_PATH;
}

static bool
is_value(const DynExprNode *node)
{
	return node->op == DYN_OP_VALUE;
}

/* Raises for a clause that is not an equality, before it is asked which attribute it is about. */
static void
check_clauses(const DynProgram *program, int32 root)
{
	const DynExprNode *nodes = dyn_program_nodes(program);
	const DynExprNode *node = &nodes[root];
	const DynExprNode *left;
	const DynExprNode *right;

	check_stack_depth();
	if (node->op == DYN_OP_AND)
	{
		for (int32 i = node->child; i >= 0; i = nodes[i].next)
			check_clauses(program, i);
		return;
	}
	if (node->op == DYN_OP_NE || node->op == DYN_OP_LT || node->op == DYN_OP_LE || node->op == DYN_OP_GT || node->op == DYN_OP_GE)
		dyn_validation(INVALID_CONDITION "Invalid comparator used in SearchConditionExpression");
	if (node->op != DYN_OP_EQ)
		dyn_validation(INVALID_CONDITION "Invalid operator used in SearchConditionExpression");
	left = &nodes[node->child];
	right = &nodes[left->next];
	if (!((is_attribute(left) && is_value(right)) || (is_value(left) && is_attribute(right))))
		dyn_validation(INVALID_CONDITION "Invalid operator used in SearchConditionExpression");
}

/* ---- the condition and the index ---- */

/* The number of the SearchSchema's attribute that the path is. */
static int
find_key(const DynVectorIndex *index, const DynProgram *program, const DynExprNode *path)
{
	const DynPathElement *first = dyn_program_elements(program) + path->arg;
	DynSlice	name = {(const char *) dyn_program_bytes(program) + first->offset, first->len};

	for (int i = 0; i < index->nkeys && path->narg == 1; i++)
		if (index->keys[i].len == name.len && memcmp(index->keys[i].name, name.data, name.len) == 0)
			return i;
	dyn_validation("SearchConditionExpression must not contain any attributes that is not in SearchSchema. Invalid attribute: %.*s",
				   (int) name.len, name.data);
}

static void
take_clauses(Call *call, int32 root)
{
	const DynProgram *program = call->program;
	const DynVectorIndex *index = call->search.index;
	const DynExprNode *nodes = dyn_program_nodes(program);
	const DynExprNode *left;
	const DynExprNode *right;
	DynValue	value;
	int			key;

	check_stack_depth();
	if (nodes[root].op == DYN_OP_AND)
	{
		for (int32 i = nodes[root].child; i >= 0; i = nodes[i].next)
			take_clauses(call, i);
		return;
	}
	left = &nodes[nodes[root].child];
	right = &nodes[left->next];
	key = find_key(index, program, is_attribute(left) ? left : right);
	value = dyn_program_value(program, is_value(left) ? left->arg : right->arg);
	if (value.tag != index->keys[key].tag)
		dyn_validation("One or more parameter values were invalid: Condition parameter type does not match schema type");
	call->search.equal[key] = value;
}

static void
take_condition(Call *call)
{
	const DynVectorIndex *index = call->search.index;
	bool		any = call->program && call->program->condition >= 0;

	if (index->has_hash && !any)
		dyn_validation("SearchConditionExpression must be provided when SearchSchema has a HASH key");
	if (!any)
		return;
	take_clauses(call, call->program->condition);
	if (index->has_hash && call->search.equal[0].tag == 0)
		dyn_validation("SearchConditionExpression must have all HASH attributes");
	call->search.condition = (const struct varlena *) call->program;
}

static void
find_index(Call *call)
{
	DynSlice	name = dyn_request_string(call->request, "IndexName");
	DynTable   *table = dyn_name_find_table(dyn_request_string(call->request, "TableName"), DYN_NAME_DATA);

	call->search.table = table;
	for (int i = 0; i < table->nvectors; i++)
		if (dyn_slice_is(name, table->vectors[i].name))
			call->search.index = &table->vectors[i];
	if (call->search.index == NULL)
		dyn_validation("The table does not have the specified index: %.*s", (int) name.len, name.data);
	if (call->search.index->backfilling)
	{
		dyn_index_build_resume(dyn_catalog_read_relid(table->relid));
		dyn_validation("Cannot search backfilling vector index: %s", call->search.index->name);
	}
	if (call->dimensions != call->search.index->dimensions)
		dyn_validation("Input search vector dimension %u does not match vector index dimension %d", call->dimensions,
					   call->search.index->dimensions);
	call->search.wanted = call->wanted;
}

/* ---- the reply ---- */

/* Does the projection name the vector attribute, or something in it? */
static bool
projects_vector(const Call *call)
{
	const DynProgram *program = call->program;
	const DynExprNode *nodes = program ? dyn_program_nodes(program) : NULL;

	for (int32 i = program ? program->projection : -1; i >= 0; i = nodes[i].next)
	{
		const DynPathElement *first = dyn_program_elements(program) + nodes[i].arg;

		if (dyn_vector_items_is_vector(call->search.index,
									   (DynSlice) {(const char *) dyn_program_bytes(program) + first->offset, first->len}))
			return true;
	}
	return false;
}

static void
print_item(StringInfo reply, const Call *call, DynValue item, bool with_vector)
{
	const DynVectorIndex *index = call->search.index;
	DynValue	shown = dyn_vector_items_project(call->search.table, index, item);
	DynNode		part;

	if (with_vector)
	{
		part = dyn_node_of(shown);
		dyn_node_open(&part);
		dyn_node_set_member(&part, index->attribute, dyn_vector_items_node(index, item));
		shown = dyn_node_pack(&part);
	}
	if (call->program && call->program->projection >= 0)
	{
		part = dyn_project_item(call->program, shown);
		shown = dyn_node_pack(&part);
	}
	dyn_jsonout_member(reply, "Item");
	dyn_item_print(reply, shown);
}

static void
reply_hits(StringInfo reply, const Call *call, const DynSearchHit *hits, int count)
{
	bool		with_vector = projects_vector(call);

	dyn_jsonout_member(reply, "SearchResults");
	appendStringInfoChar(reply, '[');
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		appendStringInfoString(reply, i > 0 ? ",{" : "{");
		print_item(reply, call, dyn_item_root(hits[i].item), with_vector);
		dyn_jsonout_member(reply, "Score");
		appendStringInfoString(reply, float8out_internal(dyn_reals_score(call->search.index->metric, hits[i].distance)));
		appendStringInfoChar(reply, '}');
	}
	appendStringInfoChar(reply, ']');
}

/* What the search used: of the throughput, as a read of the items; of the reply, in bytes. */
static double
charge_search(Call *call, const DynSearchHit *hits, int count)
{
	uint64		bytes = 0;

	for (int i = 0; i < count; i++)
		bytes += dyn_item_size(hits[i].item);
	call->capacity.table_units = dyn_capacity_of_read(bytes, false);
	dyn_throttle_read_page(&(DynRange) {.table = call->search.table}, &call->capacity);
	dyn_call_add_items(count);
	return Max(LEAST_SEARCH_BYTES, BYTES_PER_DIMENSION * call->dimensions + (double) bytes);
}

void
dyn_api_search_vectors(const DynJson *request, StringInfo reply)
{
	Call		call = {.request = request};
	DynSearchHit *hits;
	double		bytes;
	int			count;

	read_top_k(&call);
	read_vector(&call);
	dyn_params_check(&search_params, request);
	compile(&call);
	if (call.program && call.program->condition >= 0)
		check_clauses(call.program, call.program->condition);
	find_index(&call);
	take_condition(&call);
	dyn_throttle_require_page(&(DynRange) {.table = call.search.table});

	hits = palloc_array(DynSearchHit, call.search.top_k);
	count = dyn_search(&call.search, hits);
	bytes = charge_search(&call, hits, count);
	appendStringInfoChar(reply, '{');
	reply_hits(reply, &call, hits, count);
	if (dyn_capacity_report(request) != DYN_CAPACITY_NONE)
	{
		dyn_jsonout_member(reply, "ConsumedCapacity");
		appendStringInfo(reply, "{\"VectorSearchRequestBytes\":%.1f}", bytes);
	}
	appendStringInfoChar(reply, '}');
}
