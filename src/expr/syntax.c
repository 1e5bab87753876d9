/*
 * syntax.c - what the parsers of the expression languages share: tokens, paths, operands, errors
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/limits.h"
#include "expr/op.h"
#include "expr/reserved.h"
#include "expr/syntax.h"

/*
 * No valid text nests deeper: each level except one needs an operator of its own, or it is redundant. This bounds the recursion
 * well below max_stack_depth.
 */
#define MAX_PARENTHESES (2 * DYN_MAX_EXPR_OPERATORS)

/* The current token's bytes. */
static DynSlice
token_text(const DynExprParser *p)
{
	const DynExprToken *t = &p->tokens[p->pos];

	return (DynSlice) {p->text.data + t->start, t->end - t->start};
}

void
dyn_syntax_error(const DynExprParser *p)
{
	const DynExprToken *t = &p->tokens[p->pos];
	uint32		from = p->pos > 0 ? p->tokens[p->pos - 1].start : t->start;
	uint32		to = t->end;
	DynSlice	token = t->kind == DYN_T_EOF ? DYN_SLICE("<EOF>") : token_text(p);

	/* the "near" part: from the token before to the token after, as written */
	if (t->kind == DYN_T_EOF)
		to = p->pos > 0 ? p->tokens[p->pos - 1].end : t->end;
	else if (p->tokens[p->pos + 1].kind != DYN_T_EOF)
		to = p->tokens[p->pos + 1].end;
	dyn_expr_error(p->wording, p->kind, "Syntax error; token: \"%.*s\", near: \"%.*s\"",
				   (int) token.len, token.data, (int) (to - from), p->text.data + from);
}

void
dyn_syntax_redundant(const DynExprParser *p)
{
	dyn_expr_error(p->wording, p->kind, "The expression has redundant parentheses;");
}

void
dyn_syntax_expect(DynExprParser *p, DynExprTokenKind kind)
{
	if (dyn_syntax_peek(p) != kind)
		dyn_syntax_error(p);
	p->pos++;
}

void
dyn_syntax_open(DynExprParser *p)
{
	check_stack_depth();
	dyn_syntax_expect(p, DYN_T_LPAREN);
	if (++p->depth > MAX_PARENTHESES)
		dyn_syntax_redundant(p);
}

void
dyn_syntax_close(DynExprParser *p)
{
	dyn_syntax_expect(p, DYN_T_RPAREN);
	p->depth--;
}

DynParseNode *
dyn_syntax_node(DynExprParser *p, uint8 op)
{
	DynParseNode *node = palloc0(sizeof(DynParseNode));

	node->op = op;
	p->nnodes++;
	return node;
}

void
dyn_syntax_add_child(DynParseNode *parent, DynParseNode *child)
{
	if (parent->last)
		parent->last->next = child;
	else
		parent->child = child;
	parent->last = child;
	parent->narg++;
}

/* The index of the placeholder among those seen, adding it when it is new. */
static uint32
placeholder_index(DynSlice *seen, uint32 *count, DynSlice name)
{
	for (uint32 i = 0; i < *count; i++)
	{
		if (seen[i].len == name.len && memcmp(seen[i].data, name.data, name.len) == 0)
			return i;
	}
	seen[*count] = name;
	return (*count)++;
}

/* The name at the current token as a path element. */
static void
path_name(DynExprParser *p)
{
	DynSlice	word = token_text(p);
	DynTemplateElement *element = &p->elements[p->nelements];

	if (dyn_syntax_peek(p) == DYN_T_NAME)
		*element = (DynTemplateElement) {DYN_ELEMENT_PLACEHOLDER, placeholder_index(p->names, &p->nnames, word), 0};
	else if (dyn_syntax_peek(p) == DYN_T_ID)
	{
		*element = (DynTemplateElement) {DYN_ELEMENT_LITERAL, p->tokens[p->pos].start, word.len};
		if (!p->reserved_word && dyn_reserved_word(word))
			p->reserved_word = psprintf("Attribute name is a reserved keyword; reserved keyword: %.*s",
										(int) word.len, word.data);
	}
	else
		dyn_syntax_error(p);
	p->nelements++;
	p->pos++;
}

/* The list index at the current token as a path element. */
static void
path_index(DynExprParser *p)
{
	DynSlice	digits = token_text(p);
	uint64		index = 0;

	if (dyn_syntax_peek(p) != DYN_T_INDEX)
		dyn_syntax_error(p);
	for (uint32 i = 0; i < digits.len && index <= DYN_MAX_LIST_INDEX; i++)
		index = index * 10 + (digits.data[i] - '0');
	if (index > DYN_MAX_LIST_INDEX && !p->bad_index)
		p->bad_index = psprintf("List index is not within the allowable range; index: [%.*s]",
								(int) digits.len, digits.data);
	p->elements[p->nelements++] = (DynTemplateElement) {DYN_ELEMENT_LIST, (uint32) index, 0};
	p->pos++;
}

DynParseNode *
dyn_syntax_path(DynExprParser *p)
{
	DynParseNode *path = dyn_syntax_node(p, DYN_OP_PATH);

	path->arg = p->nelements;
	path_name(p);
	for (;;)
	{
		if (dyn_syntax_peek(p) == DYN_T_DOT)
		{
			p->pos++;
			path_name(p);
		}
		else if (dyn_syntax_peek(p) == DYN_T_LBRACKET)
		{
			p->pos++;
			path_index(p);
			dyn_syntax_expect(p, DYN_T_RBRACKET);
		}
		else
			break;
	}
	path->narg = p->nelements - path->arg;
	return path;
}

DynParseNode *
dyn_syntax_value(DynExprParser *p)
{
	DynParseNode *value;

	if (dyn_syntax_peek(p) != DYN_T_VALUE)
		dyn_syntax_error(p);
	value = dyn_syntax_node(p, DYN_OP_VALUE);
	value->arg = placeholder_index(p->values, &p->nvalues, token_text(p));
	p->pos++;
	return value;
}

void
dyn_syntax_misused(DynExprParser *p, const DynParseNode *function)
{
	if (!p->misused_function)
		p->misused_function = psprintf("The function is not allowed to be used this way in an expression; function: %.*s",
									   (int) function->name.len, function->name.data);
}

void
dyn_syntax_check_operand(DynExprParser *p, const DynParseNode *operand)
{
	if (operand->is_function && p->kind != DYN_EXPR_UPDATE && operand->op != DYN_OP_SIZE)
		dyn_syntax_misused(p, operand);
}

/* Finds the function of that name in this language; records an error if there is none. */
static void
resolve_function(DynExprParser *p, DynParseNode *function)
{
	const char *problem;

	function->op = dyn_op_of_function(function->name, p->kind == DYN_EXPR_UPDATE, &problem);
	if (function->op == 0 && !p->bad_function)
		p->bad_function = psprintf("%s; function: %.*s", problem, (int) function->name.len, function->name.data);
}

/* name(operand, ...), at its name. */
static DynParseNode *
parse_function(DynExprParser *p)
{
	DynParseNode *function = dyn_syntax_node(p, 0);

	function->is_function = true;
	function->name = token_text(p);
	p->pos++;
	dyn_syntax_open(p);
	for (;;)
	{
		bool		wrapped;
		DynParseNode *operand = dyn_syntax_operand(p, &wrapped);

		dyn_syntax_check_operand(p, operand);
		dyn_syntax_add_child(function, operand);
		if (dyn_syntax_peek(p) != DYN_T_COMMA)
			break;
		p->pos++;
	}
	dyn_syntax_close(p);
	resolve_function(p, function);
	return function;
}

DynParseNode *
dyn_syntax_operand(DynExprParser *p, bool *wrapped)
{
	DynParseNode *operand;

	*wrapped = false;
	switch (dyn_syntax_peek(p))
	{
		case DYN_T_LPAREN:
			dyn_syntax_open(p);
			operand = dyn_syntax_operand(p, wrapped);
			dyn_syntax_close(p);
			if (*wrapped)
				dyn_syntax_redundant(p);
			*wrapped = true;
			return operand;
		case DYN_T_VALUE:
			return dyn_syntax_value(p);
		case DYN_T_ID:
			if (p->tokens[p->pos + 1].kind == DYN_T_LPAREN)
				return parse_function(p);
			return dyn_syntax_path(p);
		case DYN_T_NAME:
			return dyn_syntax_path(p);
		default:
			dyn_syntax_error(p);
	}
}
