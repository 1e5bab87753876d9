/*
 * nearest.c - the nearest items of a vector index
 *
 * The condition is read from the compiled expression.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/float.h"

#include "base/call.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "command/nearest.h"
#include "expr/eval.h"
#include "store/index_build.h"
#include "tables/catalog.h"
#include "tables/name.h"
#include "tables/vector_items.h"
#include "throughput/throttle.h"

#define INVALID_CONDITION "Invalid SearchConditionExpression: "
#define LEAST_SEARCH_BYTES 1024
#define BYTES_PER_DIMENSION 17.6	/* measured at the service, for small indexes */

/* ---- the condition ---- */

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

/* Raises an error for a clause that is not an equality, before its attribute is checked. */
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

/* The number of the SearchSchema's attribute that the path is. */
static int
find_key(const DynIndex *index, const DynProgram *program, const DynExprNode *path)
{
	const DynPathElement *first = dyn_program_elements(program) + path->arg;
	DynSlice	name = {(const char *) dyn_program_bytes(program) + first->offset, first->len};

	for (int i = 0; i < index->vector->nkeys && path->narg == 1; i++)
		if (index->vector->keys[i].len == name.len && memcmp(index->vector->keys[i].name, name.data, name.len) == 0)
			return i;
	dyn_validation("SearchConditionExpression must not contain any attributes that is not in SearchSchema. Invalid attribute: %.*s",
				   (int) name.len, name.data);
}

static void
take_clauses(DynNearest *nearest, int32 root)
{
	const DynProgram *program = nearest->program;
	const DynIndex *index = nearest->search.index;
	const DynExprNode *nodes = dyn_program_nodes(program);
	const DynExprNode *left;
	const DynExprNode *right;
	DynValue	value;
	int			key;

	check_stack_depth();
	if (nodes[root].op == DYN_OP_AND)
	{
		for (int32 i = nodes[root].child; i >= 0; i = nodes[i].next)
			take_clauses(nearest, i);
		return;
	}
	left = &nodes[nodes[root].child];
	right = &nodes[left->next];
	key = find_key(index, program, is_attribute(left) ? left : right);
	value = dyn_program_value(program, is_value(left) ? left->arg : right->arg);
	if (value.tag != index->vector->keys[key].tag)
		dyn_validation(DYN_INVALID_PARAMETER DYN_OPERAND_TYPE);
	nearest->search.equal[key] = value;
}

static void
take_condition(DynNearest *nearest)
{
	const DynIndex *index = nearest->search.index;
	bool		any = nearest->program && nearest->program->condition >= 0;

	if (index->vector->has_hash && !any)
		dyn_validation("SearchConditionExpression must be provided when SearchSchema has a HASH key");
	if (!any)
		return;
	take_clauses(nearest, nearest->program->condition);
	if (index->vector->has_hash && nearest->search.equal[0].tag == 0)
		dyn_validation("SearchConditionExpression must have all HASH attributes");
	nearest->search.condition = (const struct varlena *) nearest->program;
}

/* ---- the index ---- */

static void
find_index(DynNearest *nearest)
{
	DynSlice	name = nearest->index_name;
	DynTable   *table = dyn_name_find_table(nearest->table_name, DYN_NAME_DATA);

	nearest->search.table = table;
	for (int i = 0; i < table->nvectors; i++)
		if (dyn_slice_is(name, table->vectors[i].name))
			nearest->search.index = &table->vectors[i];
	if (nearest->search.index == NULL)
		dyn_validation(DYN_INDEX_UNKNOWN, (int) name.len, name.data);
	if (nearest->search.index->status == DYN_INDEX_CREATING)
	{
		dyn_index_build_resume(dyn_catalog_read_relid(table->relid));
		dyn_validation("Cannot search backfilling vector index: %s", nearest->search.index->name);
	}
	if (nearest->dimensions != nearest->search.index->vector->dimensions)
		dyn_validation("Input search vector dimension %u does not match vector index dimension %d", nearest->dimensions,
					   nearest->search.index->vector->dimensions);
	nearest->search.wanted = nearest->wanted;
}

/* Charges what the search used: throughput, as a read of the items; returns the bytes for the reply. */
static void
charge(DynNearest *nearest)
{
	DynCapacity capacity = {0};
	uint64		bytes = 0;

	for (int i = 0; i < nearest->count; i++)
		bytes += dyn_item_size(nearest->hits[i].item);
	capacity.table_units = dyn_capacity_of_read(bytes, false);
	dyn_throttle_read_page(&(DynRange) {.table = nearest->search.table}, &capacity);
	dyn_call_add_items(nearest->count);
	nearest->bytes = Max(LEAST_SEARCH_BYTES, BYTES_PER_DIMENSION * nearest->dimensions + (double) bytes);
}

void
dyn_nearest_check_condition(const DynNearest *nearest)
{
	const DynProgram *program = nearest->program;

	if (program != NULL && program->condition >= 0)
		check_clauses(program, program->condition);
}

void
dyn_nearest_find(DynNearest *nearest)
{
	find_index(nearest);
	take_condition(nearest);
}

void
dyn_nearest_run(DynNearest *nearest)
{
	dyn_throttle_require_page(&(DynRange) {.table = nearest->search.table});
	nearest->hits = palloc_array(DynSearchHit, nearest->search.top_k);
	nearest->count = dyn_search(&nearest->search, nearest->hits);
	charge(nearest);
}

/* ---- the reply ---- */

/* Does the projection name the vector attribute, or something in it? */
static bool
projects_vector(const DynNearest *nearest)
{
	const DynProgram *program = nearest->program;
	const DynExprNode *nodes = program ? dyn_program_nodes(program) : NULL;

	for (int32 i = program ? program->projection : -1; i >= 0; i = nodes[i].next)
	{
		const DynPathElement *first = dyn_program_elements(program) + nodes[i].arg;
		DynSlice	name = {(const char *) dyn_program_bytes(program) + first->offset, first->len};

		if (dyn_vector_items_is_vector(nearest->search.index, name))
			return true;
	}
	return false;
}

static void
print_item(StringInfo reply, const DynNearest *nearest, DynValue item, bool with_vector)
{
	const DynIndex *index = nearest->search.index;
	DynValue	shown = dyn_vector_items_project(nearest->search.table, index, item);
	DynNode		part;

	if (with_vector)
	{
		part = dyn_node_of(shown);
		dyn_node_open(&part);
		dyn_node_set_member(&part, index->vector->attribute, dyn_vector_items_node(index, item));
		shown = dyn_node_pack(&part);
	}
	if (nearest->program && nearest->program->projection >= 0)
	{
		part = dyn_project_item(nearest->program, shown);
		shown = dyn_node_pack(&part);
	}
	dyn_jsonout_member(reply, "Item");
	dyn_item_print(reply, shown);
}

void
dyn_nearest_reply(StringInfo reply, const DynNearest *nearest)
{
	bool		with_vector = projects_vector(nearest);
	DynMetric	metric = nearest->search.index->vector->metric;

	dyn_jsonout_member(reply, "SearchResults");
	appendStringInfoChar(reply, '[');
	for (int i = 0; i < nearest->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		appendStringInfoString(reply, i > 0 ? ",{" : "{");
		print_item(reply, nearest, dyn_item_root(nearest->hits[i].item), with_vector);
		dyn_jsonout_member(reply, "Score");
		appendStringInfoString(reply, float8out_internal(dyn_reals_score(metric, nearest->hits[i].distance)));
		appendStringInfoChar(reply, '}');
	}
	appendStringInfoChar(reply, ']');
}
