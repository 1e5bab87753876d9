/*
 * bind.c - a statement with its parameters, and its constants as values
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/errors.h"
#include "base/limits.h"
#include "partiql/bind.h"
#include "value/number.h"

static DynNode constant_node(const DynPartiqlBound *bound, const DynPartiqlNode *node, int32 depth);

/* ---- constants ---- */

bool
dyn_partiql_is_constant(const DynPartiqlNode *node)
{
	check_stack_depth();
	switch (node->op)
	{
		case DYN_OP_PATH:
		case DYN_OP_SIZE:
		case DYN_OP_LIST_APPEND:
		case DYN_PARTIQL_SET_ADD:
		case DYN_PARTIQL_SET_DELETE:
			return false;
		case DYN_OP_PLUS:
		case DYN_OP_MINUS:
			return dyn_partiql_is_constant(node->child) && dyn_partiql_is_constant(node->child->next);
		default:
			return true;
	}
}

static DynValue
number_value(DynSlice text)
{
	uint8	   *number = palloc(DYN_NUMBER_MAX_BYTES);
	const char *error;
	int			len = dyn_number_encode(text.data, text.len, number, &error);

	if (len < 0)
		dyn_validation("%s", error);
	return (DynValue) {DYN_N, (uint32) len, number};
}

static DynValue
sum_value(const DynPartiqlBound *bound, const DynPartiqlNode *node)
{
	DynValue	a = dyn_partiql_value(bound, node->child);
	DynValue	b = dyn_partiql_value(bound, node->child->next);
	uint8	   *sum = palloc(DYN_NUMBER_MAX_BYTES);
	const char *error;
	int			len;

	if (a.tag != DYN_N || b.tag != DYN_N)
		dyn_validation("Incorrect operand type for operator or function; operator or function: %.*s, operand type: %s",
					   (int) node->written.len, node->written.data, dyn_tag_name(a.tag != DYN_N ? a.tag : b.tag));
	len = dyn_number_add(a.data, a.len, b.data, b.len, node->op == DYN_OP_MINUS, sum, &error);
	if (len < 0)
		dyn_validation("%s", error);
	return (DynValue) {DYN_N, (uint32) len, sum};
}

static DynValue
set_value(const DynPartiqlBound *bound, const DynPartiqlNode *node)
{
	DynValue   *elements = palloc_array(DynValue, node->count + 1);
	DynValue	set;
	uint32		n = 0;

	if (node->count == 0)
		dyn_validation(DYN_INVALID_PARAMETER "An string set  may not be empty");
	for (const DynPartiqlNode *child = node->child; child != NULL; child = child->next)
	{
		DynValue	v = dyn_partiql_value(bound, child);

		if (v.tag != DYN_S && v.tag != DYN_N && v.tag != DYN_B)
			dyn_validation(DYN_INVALID_PARAMETER "A set must hold strings, numbers or binary values");
		if (n > 0 && v.tag != elements[0].tag)
			dyn_validation(DYN_INVALID_PARAMETER "All elements of a set must be of the same type");
		elements[n++] = v;
	}
	set = dyn_tree_set_pack(elements[0].tag == DYN_S ? DYN_SS : elements[0].tag == DYN_N ? DYN_NS : DYN_BS, elements, n, false);
	if (set.tag == 0)
		dyn_validation(DYN_INVALID_PARAMETER "Input collection contains duplicates.");
	return set;
}

static DynNode
map_node(const DynPartiqlBound *bound, const DynPartiqlNode *node, int32 depth)
{
	DynNode		map = dyn_node_empty(DYN_M);

	for (const DynPartiqlNode *member = node->child; member != NULL; member = member->next)
	{
		const char *flaw = dyn_tree_json_name_violation(member->text);

		if (flaw != NULL)
			dyn_validation("%s", flaw);
		dyn_node_set_member(&map, member->text, constant_node(bound, member->child, depth + 1));
	}
	return map;
}

static DynNode
list_node(const DynPartiqlBound *bound, const DynPartiqlNode *node, int32 depth)
{
	DynNode		list = dyn_node_empty(DYN_L);

	for (const DynPartiqlNode *child = node->child; child != NULL; child = child->next)
		dyn_node_append(&list, constant_node(bound, child, depth + 1));
	return list;
}

/* Levels of values below a value that came as a parameter. */
static int32
levels_below(DynValue v)
{
	int32		levels = 0;
	DynSlice	name;

	if (v.tag != DYN_L && v.tag != DYN_M)
		return 0;
	check_stack_depth();
	for (uint32 i = 0; i < dyn_value_count(v); i++)
	{
		int32		below = levels_below(v.tag == DYN_L ? dyn_list_element(v, i) : dyn_map_member(v, i, &name));

		levels = Max(levels, below + 1);
	}
	return levels;
}

/* depth: the number of lists and maps around the node; an item does not count and is at depth -1. */
static DynNode
constant_node(const DynPartiqlBound *bound, const DynPartiqlNode *node, int32 depth)
{
	static const uint8 true_byte = 1;
	static const uint8 false_byte = 0;

	if (depth >= DYN_MAX_NESTING)
		dyn_validation("%s", dyn_tree_json_nesting_violation);
	switch (node->op)
	{
		case DYN_PARTIQL_STRING:
			return dyn_node_of((DynValue) {DYN_S, node->text.len, (const uint8 *) node->text.data});
		case DYN_PARTIQL_NUMBER:
			return dyn_node_of(number_value(node->text));
		case DYN_PARTIQL_TRUE:
			return dyn_node_of((DynValue) {DYN_BOOL, 1, &true_byte});
		case DYN_PARTIQL_FALSE:
			return dyn_node_of((DynValue) {DYN_BOOL, 1, &false_byte});
		case DYN_PARTIQL_NULL:
			return dyn_node_of((DynValue) {DYN_NULL, 0, &false_byte});
		case DYN_PARTIQL_PARAMETER:
			if (depth > 0 && depth + levels_below(bound->parameters[node->at]) >= DYN_MAX_NESTING)
				dyn_validation("%s", dyn_tree_json_nesting_violation);
			return dyn_node_of(bound->parameters[node->at]);
		case DYN_PARTIQL_LIST:
			return list_node(bound, node, depth);
		case DYN_PARTIQL_MAP:
			return map_node(bound, node, depth);
		case DYN_PARTIQL_SET:
			return dyn_node_of(set_value(bound, node));
		case DYN_OP_PLUS:
		case DYN_OP_MINUS:
			return dyn_node_of(sum_value(bound, node));
		default:
			elog(ERROR, "node %u is no constant", node->op);
	}
}

DynValue
dyn_partiql_value(const DynPartiqlBound *bound, const DynPartiqlNode *node)
{
	DynNode		value = constant_node(bound, node, 0);

	return dyn_node_pack(&value);
}

DynNode
dyn_partiql_item_value(const DynPartiqlBound *bound, const DynPartiqlNode *node)
{
	DynNode		item = constant_node(bound, node, -1);

	if (item.tag != DYN_M)
		dyn_validation("Statement wasn't well formed, can't be processed: Expected item");
	dyn_node_open(&item);
	return item;
}

/* ---- terms ---- */

static uint32
count_terms(const DynPartiqlNode *node)
{
	uint32		count = 0;

	if (node->op != DYN_OP_AND)
		return 1;
	check_stack_depth();
	for (const DynPartiqlNode *child = node->child; child != NULL; child = child->next)
		count += count_terms(child);
	return count;
}

static void
collect_terms(DynPartiqlTerms *terms, const DynPartiqlNode *node)
{
	if (node->op != DYN_OP_AND)
	{
		terms->nodes[terms->count++] = node;
		return;
	}
	for (const DynPartiqlNode *child = node->child; child != NULL; child = child->next)
		collect_terms(terms, child);
}

DynPartiqlTerms
dyn_partiql_terms(const DynPartiqlBound *bound)
{
	const DynPartiqlNode *where = bound->statement->where;
	DynPartiqlTerms terms = {0};
	uint32		count;

	if (where == NULL)
		return terms;
	count = count_terms(where);
	terms.nodes = palloc_array(const DynPartiqlNode *, count);
	terms.taken = palloc0_array(bool, count);
	collect_terms(&terms, where);
	return terms;
}

uint32
dyn_partiql_terms_left(const DynPartiqlTerms *terms)
{
	uint32		left = 0;

	for (uint32 i = 0; i < terms->count; i++)
		left += terms->taken[i] ? 0 : 1;
	return left;
}

bool
dyn_partiql_names(const DynPartiqlNode *node, const DynKeyAttr *attr)
{
	return node->op == DYN_OP_PATH && node->count == 1 && node->elements[0].name.len == attr->len &&
		memcmp(node->elements[0].name.data, attr->name, attr->len) == 0;
}

const DynPartiqlNode *
dyn_partiql_equal(const DynPartiqlNode *term, const DynKeyAttr *attr)
{
	const DynPartiqlNode *left = term->child;
	const DynPartiqlNode *right;

	if (term->op != DYN_OP_EQ)
		return NULL;
	right = left->next;
	if (dyn_partiql_names(left, attr) && dyn_partiql_is_constant(right))
		return right;
	if (dyn_partiql_names(right, attr) && dyn_partiql_is_constant(left))
		return left;
	return NULL;
}

bool
dyn_partiql_take_equal(const DynPartiqlBound *bound, DynPartiqlTerms *terms, const DynKeyAttr *attr, DynValue *value)
{
	for (uint32 i = 0; i < terms->count; i++)
	{
		const DynPartiqlNode *constant = dyn_partiql_equal(terms->nodes[i], attr);

		if (constant == NULL || terms->taken[i])
			continue;
		terms->taken[i] = true;
		*value = dyn_partiql_value(bound, constant);
		return true;
	}
	return false;
}
