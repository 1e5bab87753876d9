/*
 * parse_condition.c - condition, filter and key condition expressions
 *
 *		condition	operand comparator operand
 *					operand BETWEEN operand AND operand
 *					operand IN (operand, ...)
 *					function
 *					(condition)
 *					NOT condition
 *					condition AND condition
 *					condition OR condition
 *
 * NOT binds tighter than AND, AND tighter than OR; the first AND after BETWEEN belongs to it. Whether "(" opens an operand or a
 * condition is known only at its end, so both are parsed as one "item".
 */
#include "postgres.h"

#include "miscadmin.h"

#include "expr/parse_condition.h"

typedef struct ConditionItem
{
	DynParseNode *node;
	bool		is_condition;	/* false: an operand, which a function may still be */
	bool		wrapped;		/* directly in parentheses */
} ConditionItem;

static ConditionItem parse_or(DynExprParser *p, bool operand_allowed);

/* The DynOp of a comparator token, 0 for any other. */
static uint8
comparator_op(DynExprTokenKind kind)
{
	switch (kind)
	{
		case DYN_T_EQ:
			return DYN_OP_EQ;
		case DYN_T_NE:
			return DYN_OP_NE;
		case DYN_T_LT:
			return DYN_OP_LT;
		case DYN_T_LE:
			return DYN_OP_LE;
		case DYN_T_GT:
			return DYN_OP_GT;
		case DYN_T_GE:
			return DYN_OP_GE;
		default:
			return 0;
	}
}

/* Parses one more operand of a condition. */
static void
add_operand(DynExprParser *p, DynParseNode *condition)
{
	bool		wrapped;
	DynParseNode *operand = dyn_syntax_operand(p, &wrapped);

	dyn_syntax_check_operand(p, operand);
	dyn_syntax_add_child(condition, operand);
}

/* The condition whose first operand is left, at its comparator, BETWEEN or IN; NULL at any other token. */
static DynParseNode *
parse_comparison(DynExprParser *p, DynParseNode *left)
{
	DynExprTokenKind kind = dyn_syntax_peek(p);
	uint8		op = comparator_op(kind);
	DynParseNode *condition;

	if (kind == DYN_T_BETWEEN)
		op = DYN_OP_BETWEEN;
	else if (kind == DYN_T_IN)
		op = DYN_OP_IN;
	if (op == 0)
		return NULL;

	condition = dyn_syntax_node(p, op);
	p->pos++;
	dyn_syntax_check_operand(p, left);
	dyn_syntax_add_child(condition, left);
	if (op == DYN_OP_IN)
	{
		dyn_syntax_open(p);
		add_operand(p, condition);
		while (dyn_syntax_peek(p) == DYN_T_COMMA)
		{
			p->pos++;
			add_operand(p, condition);
		}
		dyn_syntax_close(p);
		return condition;
	}
	add_operand(p, condition);
	if (op == DYN_OP_BETWEEN)
	{
		dyn_syntax_expect(p, DYN_T_AND);
		add_operand(p, condition);
	}
	return condition;
}

/* NOT term, (item), comparison, function; an operand alone where ")" follows and it is allowed. */
static ConditionItem
parse_term(DynExprParser *p, bool operand_allowed)
{
	ConditionItem		item = {0};
	DynParseNode *comparison;

	check_stack_depth();
	if (dyn_syntax_peek(p) == DYN_T_NOT)
	{
		DynParseNode *not = dyn_syntax_node(p, DYN_OP_NOT);

		p->pos++;
		dyn_syntax_add_child(not, parse_term(p, false).node);
		return (ConditionItem) {not, true, false};
	}
	if (dyn_syntax_peek(p) == DYN_T_LPAREN)
	{
		dyn_syntax_open(p);
		item = parse_or(p, true);
		dyn_syntax_close(p);
		if (item.wrapped)
			dyn_syntax_redundant(p);
		item.wrapped = true;
	}
	else
		item.node = dyn_syntax_operand(p, &item.wrapped);
	if (item.is_condition)
		return item;

	comparison = parse_comparison(p, item.node);
	if (comparison)
		return (ConditionItem) {comparison, true, false};
	if (operand_allowed && dyn_syntax_peek(p) == DYN_T_RPAREN)
		return item;
	if (!item.node->is_function)
		dyn_syntax_error(p);
	if (item.node->op == DYN_OP_SIZE)
		dyn_syntax_misused(p, item.node);
	item.is_condition = true;
	return item;
}

/* term, or terms joined by the operator; an operand comes back as it is */
static ConditionItem
parse_chain(DynExprParser *p, bool operand_allowed, uint8 op, DynExprTokenKind joint,
			ConditionItem (*parse_next) (DynExprParser *, bool))
{
	ConditionItem		first = parse_next(p, operand_allowed);
	DynParseNode *chain;

	if (!first.is_condition || dyn_syntax_peek(p) != joint)
		return first;
	chain = dyn_syntax_node(p, op);
	dyn_syntax_add_child(chain, first.node);
	while (dyn_syntax_peek(p) == joint)
	{
		p->pos++;
		dyn_syntax_add_child(chain, parse_next(p, false).node);
	}
	return (ConditionItem) {chain, true, false};
}

static ConditionItem
parse_and(DynExprParser *p, bool operand_allowed)
{
	return parse_chain(p, operand_allowed, DYN_OP_AND, DYN_T_AND, parse_term);
}

static ConditionItem
parse_or(DynExprParser *p, bool operand_allowed)
{
	return parse_chain(p, operand_allowed, DYN_OP_OR, DYN_T_OR, parse_and);
}

DynParseNode *
dyn_parse_condition(DynExprParser *p)
{
	return parse_or(p, false).node;
}
