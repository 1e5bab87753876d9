/*
 * parse_update.c - update expressions
 *
 *		update		(SET action, ... | REMOVE path, ... | ADD path :value, ... | DELETE path :value, ...) ...
 *		SET action	path = value
 *		value		operand | sum
 *		sum			operand + operand | operand - operand | (sum)
 *
 * A sum has two operands and cannot be an operand itself: "a + b + c" and "a + (b + c)" are syntax errors.
 */
#include "postgres.h"

#include "expr/op.h"
#include "expr/parse_update.h"

typedef struct SetItem
{
	DynParseNode *node;
	bool		is_sum;
	bool		wrapped;		/* directly in parentheses */
} SetItem;

static SetItem
parse_set_value(DynExprParser *p)
{
	SetItem		item = {0};
	DynExprTokenKind sign;

	if (dyn_syntax_peek(p) == DYN_T_LPAREN)
	{
		dyn_syntax_open(p);
		item = parse_set_value(p);
		dyn_syntax_close(p);
		if (item.wrapped)
			dyn_syntax_redundant(p);
		item.wrapped = true;
	}
	else
		item.node = dyn_syntax_operand(p, &item.wrapped);

	sign = dyn_syntax_peek(p);
	if (!item.is_sum && (sign == DYN_T_PLUS || sign == DYN_T_MINUS))
	{
		DynParseNode *sum = dyn_syntax_node(p, sign == DYN_T_PLUS ? DYN_OP_PLUS : DYN_OP_MINUS);
		bool		wrapped;

		p->pos++;
		dyn_syntax_add_child(sum, item.node);
		dyn_syntax_add_child(sum, dyn_syntax_operand(p, &wrapped));
		return (SetItem) {sum, true, false};
	}
	return item;
}

static DynParseNode *
parse_action(DynExprParser *p, uint8 op)
{
	DynParseNode *action = dyn_syntax_node(p, op);

	dyn_syntax_add_child(action, dyn_syntax_path(p));
	if (op == DYN_OP_SET)
	{
		dyn_syntax_expect(p, DYN_T_EQ);
		dyn_syntax_add_child(action, parse_set_value(p).node);
	}
	else if (op != DYN_OP_REMOVE)
		dyn_syntax_add_child(action, dyn_syntax_value(p));
	return action;
}

/* The DynOp of a section's keyword, 0 for any other token. */
static uint8
section_op(DynExprTokenKind kind)
{
	switch (kind)
	{
		case DYN_T_SET:
			return DYN_OP_SET;
		case DYN_T_REMOVE:
			return DYN_OP_REMOVE;
		case DYN_T_ADD:
			return DYN_OP_ADD;
		case DYN_T_DELETE:
			return DYN_OP_DELETE;
		default:
			return 0;
	}
}

DynParseNode *
dyn_parse_update(DynExprParser *p)
{
	DynParseNode *first = NULL;
	DynParseNode *last = NULL;
	uint32		sections = 0;

	do
	{
		uint8		op = section_op(dyn_syntax_peek(p));

		if (op == 0)
			dyn_syntax_error(p);
		if ((sections & (1u << (op - DYN_OP_SET))) && !p->repeated_section)
			p->repeated_section = psprintf("The \"%s\" section can only be used once in an update expression;",
										   dyn_op_name(op));
		sections |= 1u << (op - DYN_OP_SET);
		do
		{
			DynParseNode *action;

			p->pos++;			/* the keyword or the comma */
			action = parse_action(p, op);
			if (last)
				last->next = action;
			else
				first = action;
			last = action;
		} while (dyn_syntax_peek(p) == DYN_T_COMMA);
	} while (dyn_syntax_peek(p) != DYN_T_EOF);
	return first;
}
