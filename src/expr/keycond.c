/*
 * keycond.c - reading key condition expressions
 *
 * A key condition is parsed and checked like any condition; here its tree, which may only hold AND and simple terms, becomes a
 * list of terms.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/errors.h"
#include "expr/keycond.h"
#include "expr/op.h"

/* The bound that a comparator sets when the key is on its left side; NONE where it sets none. */
static DynRangeOp
range_op(uint8 op)
{
	switch (op)
	{
		case DYN_OP_EQ:
			return DYN_RANGE_EQ;
		case DYN_OP_LT:
			return DYN_RANGE_LT;
		case DYN_OP_LE:
			return DYN_RANGE_LE;
		case DYN_OP_GT:
			return DYN_RANGE_GT;
		case DYN_OP_GE:
			return DYN_RANGE_GE;
		case DYN_OP_BETWEEN:
			return DYN_RANGE_BETWEEN;
		case DYN_OP_BEGINS_WITH:
			return DYN_RANGE_BEGINS_WITH;
		default:
			return DYN_RANGE_NONE;
	}
}

/* The same bound with the operands swapped. */
static DynRangeOp
mirrored(DynRangeOp op)
{
	switch (op)
	{
		case DYN_RANGE_LT:
			return DYN_RANGE_GT;
		case DYN_RANGE_LE:
			return DYN_RANGE_GE;
		case DYN_RANGE_GT:
			return DYN_RANGE_LT;
		case DYN_RANGE_GE:
			return DYN_RANGE_LE;
		default:
			return op;
	}
}

/* The attribute of a term: its only path, which names a whole attribute; *at is the operand's position. */
static const DynExprNode *
term_path(const DynBinding *b, const DynExprNode *term, int *at)
{
	const DynExprNode *found = NULL;
	int			position = 0;

	for (int32 i = term->child; i >= 0; i = b->t->nodes[i].next, position++)
	{
		const DynExprNode *operand = &b->t->nodes[i];

		if (operand->op == DYN_OP_SIZE)
			dyn_validation("KeyConditionExpressions cannot contain nested operations");
		if (operand->op != DYN_OP_PATH)
			continue;
		if (found)
			dyn_validation("Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition");
		if (operand->narg > 1)
			dyn_validation("KeyConditionExpressions cannot have conditions on nested attributes");
		found = operand;
		*at = position;
	}
	if (!found)
		dyn_validation("Invalid condition in KeyConditionExpression: No key attribute specified");
	return found;
}

/* A term outlives the template, so a name that is in the template's text is copied. */
static DynSlice
copy_name(DynSlice name)
{
	return (DynSlice) {memcpy(palloc(name.len), name.data, name.len), name.len};
}

static void
read_term(DynBinding *b, const DynExprNode *term, DynKeyCondition *key)
{
	DynKeyTerm	result = {.op = range_op(term->op)};
	DynValue   *operands[] = {&result.low, &result.high};
	const DynExprNode *path;
	int			filled = 0;
	int			at = 0;

	if (result.op == DYN_RANGE_NONE)
		dyn_validation("Invalid operator used in KeyConditionExpression: %s", dyn_op_name(term->op));
	if ((result.op == DYN_RANGE_BETWEEN || result.op == DYN_RANGE_BEGINS_WITH) &&
		b->t->nodes[term->child].op != DYN_OP_PATH)
		dyn_validation("Invalid condition in KeyConditionExpression: %s operator must have the key attribute as its first operand",
					   dyn_op_name(term->op));

	path = term_path(b, term, &at);
	result.name = copy_name(dyn_bind_element_name(b, &b->t->elements[path->arg]));
	if (at > 0)
		result.op = mirrored(result.op);
	for (int32 i = term->child; i >= 0; i = b->t->nodes[i].next)
	{
		if (b->t->nodes[i].op == DYN_OP_VALUE)
			*operands[filled++] = dyn_bind_value(b, b->t->nodes[i].arg)->value;
	}
	for (uint32 i = 0; i < key->count; i++)
	{
		if (key->terms[i].name.len == result.name.len &&
			memcmp(key->terms[i].name.data, result.name.data, result.name.len) == 0)
			dyn_validation("Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key");
	}
	key->terms[key->count++] = result;
}

static void
read_terms(DynBinding *b, const DynExprNode *n, DynKeyCondition *key)
{
	check_stack_depth();
	if (n->op != DYN_OP_AND)
	{
		read_term(b, n, key);
		return;
	}
	for (int32 i = n->child; i >= 0; i = b->t->nodes[i].next)
		read_terms(b, &b->t->nodes[i], key);
}

void
dyn_keycond_read(DynBinding *b, DynKeyCondition *key)
{
	key->count = 0;
	key->terms = palloc(sizeof(DynKeyTerm) * b->t->nnodes);
	read_terms(b, b->t->nodes, key);
}
