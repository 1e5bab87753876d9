/*
 * eval.c - conditions over an item
 *
 * A condition is evaluated in place: operands point to the item's or the program's bytes, nothing is allocated.  An operand
 * without a value (a path that leads nowhere, the size of something that has none) has
 * tag 0; it equals nothing, not even another missing one, so every comparison with it is false, except "<>", which is true.
 * Values of different types are unequal and have no order.
 *
 * Programs are trusted here: compiled in this process, or verified (verify.c).
 */
#include "postgres.h"

#include "miscadmin.h"

#include "expr/eval.h"
#include "value/number.h"

static const DynValue no_value = {0, 0, NULL};

static inline const DynExprNode *
child_of(const DynProgram *program, const DynExprNode *node)
{
	return dyn_program_nodes(program) + node->child;
}

static inline const DynExprNode *
next_of(const DynProgram *program, const DynExprNode *node)
{
	return dyn_program_nodes(program) + node->next;
}

DynValue
dyn_eval_element(const DynProgram *program, const DynPathElement *element, DynValue container)
{
	if (element->offset != DYN_ELEMENT_INDEX)
		return container.tag != DYN_M ? no_value :
			dyn_map_get(container, (const char *) dyn_program_bytes(program) + element->offset, element->len);
	if (container.tag != DYN_L || element->len >= dyn_value_count(container))
		return no_value;
	return dyn_list_element(container, element->len);
}

DynValue
dyn_eval_path(const DynProgram *program, const DynExprNode *path, DynValue root)
{
	const DynPathElement *element = dyn_program_elements(program) + path->arg;
	DynValue	v = root;

	for (uint32 i = 0; i < path->narg && v.tag != 0; i++)
		v = dyn_eval_element(program, element + i, v);
	return v;
}

/* Length of UTF-8 text in UTF-16 code units. */
static uint32
utf16_units(DynValue s)
{
	uint32		units = 0;

	for (uint32 i = 0; i < s.len; i++)
		units += ((s.data[i] & 0xC0) != 0x80) + (s.data[i] >= 0xF0);
	return units;
}

/* size(v): a number stored in room, or no value for a type without a size. */
static DynValue
size_of(DynValue v, uint8 room[DYN_NUMBER_MAX_BYTES])
{
	uint32		size;

	switch (v.tag)
	{
		case DYN_S:
			size = utf16_units(v);
			break;
		case DYN_B:
			size = v.len;
			break;
		case DYN_SS:
		case DYN_NS:
		case DYN_BS:
		case DYN_L:
		case DYN_M:
			size = dyn_value_count(v);
			break;
		default:
			return no_value;
	}
	return (DynValue) {DYN_N, (uint32) dyn_number_encode_integer(size, room), room};
}

/* The value of an operand of a condition; may point to room. */
static DynValue
operand_value(const DynProgram *program, const DynExprNode *node, DynValue root, uint8 room[DYN_NUMBER_MAX_BYTES])
{
	switch (node->op)
	{
		case DYN_OP_PATH:
			return dyn_eval_path(program, node, root);
		case DYN_OP_VALUE:
			return dyn_program_value(program, node->arg);
		case DYN_OP_SIZE:
			return size_of(operand_value(program, child_of(program, node), root, room), room);
		default:
			elog(ERROR, "dynapg: node %u is not an operand of a condition", node->op);
	}
}

/* Do both have the same type, one with an order? Then *order is their order. */
static inline bool
compare_values(DynValue a, DynValue b, int *order)
{
	if (a.tag != b.tag || (a.tag != DYN_S && a.tag != DYN_N && a.tag != DYN_B))
		return false;
	*order = dyn_bytes_compare(a.data, a.len, b.data, b.len);
	return true;
}

static inline bool
values_equal(DynValue a, DynValue b)
{
	return a.tag != 0 && dyn_value_equal(a, b);
}

static bool
eval_comparison(uint8 op, DynValue a, DynValue b)
{
	int			order;

	if (op == DYN_OP_EQ)
		return values_equal(a, b);
	if (op == DYN_OP_NE)
		return !values_equal(a, b);
	if (!compare_values(a, b, &order))
		return false;
	switch (op)
	{
		case DYN_OP_LT:
			return order < 0;
		case DYN_OP_LE:
			return order <= 0;
		case DYN_OP_GT:
			return order > 0;
		default:
			return order >= 0;
	}
}

static bool
eval_between(const DynProgram *program, const DynExprNode *operand, DynValue root)
{
	uint8		room[3][DYN_NUMBER_MAX_BYTES];
	DynValue	v[3];
	int			low;
	int			high;

	for (int i = 0; i < 3; i++)
	{
		v[i] = operand_value(program, operand, root, room[i]);
		operand = next_of(program, operand);
	}
	return compare_values(v[0], v[1], &low) && low >= 0 && compare_values(v[0], v[2], &high) && high <= 0;
}

static bool
eval_in(const DynProgram *program, const DynExprNode *operand, DynValue root)
{
	uint8		room[2][DYN_NUMBER_MAX_BYTES];
	DynValue	v = operand_value(program, operand, root, room[0]);

	if (v.tag == 0)
		return false;
	while (operand->next >= 0)
	{
		operand = next_of(program, operand);
		if (values_equal(v, operand_value(program, operand, root, room[1])))
			return true;
	}
	return false;
}

static bool
starts_with(DynValue v, DynValue prefix)
{
	return v.tag == prefix.tag && (v.tag == DYN_S || v.tag == DYN_B) &&
		v.len >= prefix.len && memcmp(v.data, prefix.data, prefix.len) == 0;
}

static bool
contains_value(DynValue v, DynValue part)
{
	if (part.tag == 0)
		return false;
	switch (v.tag)
	{
		case DYN_S:
		case DYN_B:
			return v.tag == part.tag && (part.len == 0 || memmem(v.data, v.len, part.data, part.len) != NULL);
		case DYN_SS:
		case DYN_NS:
		case DYN_BS:
			return dyn_set_contains(v, part);
		case DYN_L:
			for (uint32 i = 0, count = dyn_value_count(v); i < count; i++)
			{
				if (dyn_value_equal(dyn_list_element(v, i), part))
					return true;
			}
			return false;
		default:
			return false;
	}
}

static bool eval_node(const DynProgram *program, const DynExprNode *node, DynValue root);

/* NOT; but the legacy NOT_CONTAINS is false where the attribute is missing. */
static bool
eval_not(const DynProgram *program, const DynExprNode *node, DynValue root)
{
	const DynExprNode *child = child_of(program, node);

	check_stack_depth();
	if ((node->flags & DYN_NODE_LEGACY) && child->op == DYN_OP_CONTAINS)
	{
		const DynExprNode *operand = child_of(program, child);

		if (operand->op == DYN_OP_PATH && dyn_eval_path(program, operand, root).tag == 0)
			return false;
	}
	return !eval_node(program, child, root);
}

static bool
eval_node(const DynProgram *program, const DynExprNode *node, DynValue root)
{
	const DynExprNode *child = child_of(program, node);
	uint8		room[2][DYN_NUMBER_MAX_BYTES];
	DynValue	a;
	DynValue	b;

	switch (node->op)
	{
		case DYN_OP_AND:
		case DYN_OP_OR:
			check_stack_depth();
			for (;; child = next_of(program, child))
			{
				if (eval_node(program, child, root) == (node->op == DYN_OP_OR))
					return node->op == DYN_OP_OR;
				if (child->next < 0)
					return node->op == DYN_OP_AND;
			}
		case DYN_OP_NOT:
			return eval_not(program, node, root);
		case DYN_OP_ATTRIBUTE_EXISTS:
			return dyn_eval_path(program, child, root).tag != 0;
		case DYN_OP_ATTRIBUTE_NOT_EXISTS:
			return dyn_eval_path(program, child, root).tag == 0;
		case DYN_OP_BETWEEN:
			return eval_between(program, child, root);
		case DYN_OP_IN:
			return eval_in(program, child, root);
		default:
			break;
	}

	a = operand_value(program, child, root, room[0]);
	b = operand_value(program, next_of(program, child), root, room[1]);
	switch (node->op)
	{
		case DYN_OP_ATTRIBUTE_TYPE:
			return a.tag != 0 && a.tag == dyn_tag_from_name((const char *) b.data, b.len);
		case DYN_OP_BEGINS_WITH:
			return starts_with(a, b);
		case DYN_OP_CONTAINS:
			return contains_value(a, b);
		default:
			return eval_comparison(node->op, a, b);
	}
}

bool
dyn_eval_condition(const DynProgram *program, DynValue root)
{
	if (program->condition < 0)
		return true;
	return eval_node(program, dyn_program_nodes(program) + program->condition, root);
}
