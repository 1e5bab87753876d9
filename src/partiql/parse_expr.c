/*
 * parse_expr.c - expressions of PartiQL: paths, values, conditions
 *
 * One grammar reads conditions and operands, by precedence: OR, AND, NOT, comparisons, + and -, then single operands.
 * Whether a tree is a condition or an operand follows from its root.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/errors.h"
#include "base/limits.h"
#include "partiql/parse_expr.h"

/* Levels of parentheses, NOT, lists and maps; nobody writes deeper statements. */
#define MAX_DEPTH 200

static DynPartiqlNode *parse_or(DynPartiqlParser *p);
static DynPartiqlNode *parse_sum(DynPartiqlParser *p);
static DynPartiqlNode *parse_value(DynPartiqlParser *p);

static void
enter(DynPartiqlParser *p)
{
	check_stack_depth();
	if (++p->depth > MAX_DEPTH)
		dyn_partiql_malformed("Expression is nested too deeply");
}

static void
leave(DynPartiqlParser *p)
{
	p->depth--;
}

static DynPartiqlNode *
require_condition(DynPartiqlNode *node)
{
	if (!dyn_partiql_is_condition(node))
		dyn_partiql_malformed("Expected condition");
	return node;
}

static DynPartiqlNode *
require_operand(DynPartiqlNode *node)
{
	if (dyn_partiql_is_condition(node))
		dyn_partiql_malformed("Unexpected condition");
	return node;
}

/* ---- paths ---- */

static DynPartiqlElement
parse_index(DynPartiqlParser *p)
{
	DynPartiqlElement element = {0};
	uint64		index = 0;

	if (p->token->kind != DYN_PT_NUMBER)
		dyn_partiql_malformed("Invalid path component");
	for (uint32 i = 0; i < p->token->text.len; i++)
	{
		char		c = p->token->text.data[i];

		if (c < '0' || c > '9')
			dyn_partiql_malformed("Invalid path component");
		index = index * 10 + (c - '0');
		if (index > DYN_MAX_LIST_INDEX)
			dyn_partiql_malformed("List index is not within the allowable range");
	}
	element.index = (uint32) index;
	p->token++;
	dyn_partiql_expect(p, DYN_PC_CLOSE_LIST);
	return element;
}

static void
add_element(DynPartiqlNode *path, uint32 *room, DynPartiqlElement element)
{
	if (path->count == *room)
	{
		DynPartiqlElement *more = palloc_array(DynPartiqlElement, *room *= 2);

		memcpy(more, path->elements, sizeof(DynPartiqlElement) * path->count);
		path->elements = more;
	}
	path->elements[path->count++] = element;
}

DynPartiqlNode *
dyn_partiql_path(DynPartiqlParser *p)
{
	DynPartiqlNode *path = dyn_partiql_node(DYN_OP_PATH);
	uint32		room = 1;

	path->elements = &path->first;
	add_element(path, &room, (DynPartiqlElement) {.name = dyn_partiql_name(p)});
	for (;;)
	{
		if (dyn_partiql_take(p, DYN_PC_DOT))
		{
			if (dyn_partiql_reserved(p->token->code))
				dyn_partiql_malformed("Invalid path dot component");
			add_element(path, &room, (DynPartiqlElement) {.name = dyn_partiql_name(p)});
		}
		else if (dyn_partiql_take(p, DYN_PC_OPEN_LIST))
			add_element(path, &room, parse_index(p));
		else
			break;
	}
	if (path->count > DYN_MAX_NESTING)
		dyn_validation("The document path has too many nesting levels; nesting levels: %u", path->count);
	return path;
}

/* ---- values ---- */

/* Values up to the closing symbol. */
static DynPartiqlNode *
parse_values(DynPartiqlParser *p, uint8 op, DynPartiqlCode close)
{
	DynPartiqlNode *node = dyn_partiql_node(op);

	enter(p);
	if (!dyn_partiql_take(p, close))
	{
		do
			dyn_partiql_add_child(node, parse_value(p));
		while (dyn_partiql_take(p, DYN_PC_COMMA));
		dyn_partiql_expect(p, close);
	}
	leave(p);
	return node;
}

static DynPartiqlNode *
parse_map(DynPartiqlParser *p)
{
	DynPartiqlNode *map = dyn_partiql_node(DYN_PARTIQL_MAP);

	enter(p);
	if (!dyn_partiql_take(p, DYN_PC_CLOSE_MAP))
	{
		do
		{
			DynSlice	name = p->token->text;
			DynPartiqlNode *member;
			DynPartiqlNode *value;

			if (p->token->kind != DYN_PT_STRING)
				dyn_partiql_unexpected(p);
			p->token++;
			dyn_partiql_expect(p, DYN_PC_COLON);
			value = parse_value(p);
			/* a node of its own: the text of a string is its content */
			member = dyn_partiql_node(DYN_PARTIQL_MAP);
			member->text = name;
			dyn_partiql_add_child(member, value);
			dyn_partiql_add_child(map, member);
		} while (dyn_partiql_take(p, DYN_PC_COMMA));
		dyn_partiql_expect(p, DYN_PC_CLOSE_MAP);
	}
	leave(p);
	return map;
}

/* A literal with a text: a string, a number. */
static DynPartiqlNode *
parse_literal(DynPartiqlParser *p, uint8 op)
{
	DynPartiqlNode *node = dyn_partiql_node(op);

	node->text = p->token->text;
	p->token++;
	return node;
}

/* A number behind its sign. */
static DynPartiqlNode *
parse_signed(DynPartiqlParser *p, bool negative)
{
	DynPartiqlNode *node;
	char	   *text;

	if (p->token->kind != DYN_PT_NUMBER)
		dyn_partiql_unexpected(p);
	node = parse_literal(p, DYN_PARTIQL_NUMBER);
	if (!negative)
		return node;
	text = palloc(node->text.len + 1);
	text[0] = '-';
	memcpy(text + 1, node->text.data, node->text.len);
	node->text = (DynSlice) {text, node->text.len + 1};
	return node;
}

/* A literal of one word. */
static DynPartiqlNode *
parse_word(DynPartiqlParser *p, uint8 op)
{
	p->token++;
	return dyn_partiql_node(op);
}

/* A literal or parameter, or NULL when there is none. */
static DynPartiqlNode *
try_constant(DynPartiqlParser *p)
{
	DynPartiqlNode *node;

	switch (p->token->kind)
	{
		case DYN_PT_STRING:
			return parse_literal(p, DYN_PARTIQL_STRING);
		case DYN_PT_NUMBER:
			return parse_literal(p, DYN_PARTIQL_NUMBER);
		case DYN_PT_PARAMETER:
			node = parse_literal(p, DYN_PARTIQL_PARAMETER);
			node->at = p->nparameters++;
			return node;
		default:
			break;
	}
	switch (p->token->code)
	{
		case DYN_PC_TRUE:
			return parse_word(p, DYN_PARTIQL_TRUE);
		case DYN_PC_FALSE:
			return parse_word(p, DYN_PARTIQL_FALSE);
		case DYN_PC_NULL:
			return parse_word(p, DYN_PARTIQL_NULL);
		case DYN_PC_MINUS:
			p->token++;
			return parse_signed(p, true);
		case DYN_PC_PLUS:
			p->token++;
			return parse_signed(p, false);
		case DYN_PC_OPEN_LIST:
			p->token++;
			return parse_values(p, DYN_PARTIQL_LIST, DYN_PC_CLOSE_LIST);
		case DYN_PC_OPEN_MAP:
			p->token++;
			return parse_map(p);
		case DYN_PC_OPEN_SET:
			p->token++;
			return parse_values(p, DYN_PARTIQL_SET, DYN_PC_CLOSE_SET);
		default:
			return NULL;
	}
}

static DynPartiqlNode *
parse_value(DynPartiqlParser *p)
{
	DynPartiqlNode *node = try_constant(p);

	if (node == NULL)
		dyn_partiql_unexpected(p);
	return node;
}

DynPartiqlNode *
dyn_partiql_item(DynPartiqlParser *p)
{
	return parse_value(p);
}

/* ---- functions ---- */

static const struct
{
	const char *name;
	uint8		op;
	uint32		operands;
}			functions[] = {
	{"begins_with", DYN_OP_BEGINS_WITH, 2},
	{"contains", DYN_OP_CONTAINS, 2},
	{"attribute_type", DYN_OP_ATTRIBUTE_TYPE, 2},
	{"size", DYN_OP_SIZE, 1},
	{"list_append", DYN_OP_LIST_APPEND, 2},
	{"set_add", DYN_PARTIQL_SET_ADD, 2},
	{"set_delete", DYN_PARTIQL_SET_DELETE, 2}
};

static DynPartiqlNode *
parse_function(DynPartiqlParser *p)
{
	DynSlice	name = p->token->text;
	DynPartiqlNode *node = NULL;
	uint32		operands = 0;

	for (int i = 0; i < lengthof(functions) && node == NULL; i++)
	{
		if (strlen(functions[i].name) != name.len || pg_strncasecmp(functions[i].name, name.data, name.len) != 0)
			continue;
		node = dyn_partiql_node(functions[i].op);
		node->written = (DynSlice) {functions[i].name, strlen(functions[i].name)};
		node->start = p->token->start;
		operands = functions[i].operands;
	}
	if (node == NULL)
		dyn_validation("Statement wasn't well formed, can't be processed: No such function: %.*s", (int) name.len, name.data);
	p->token++;
	dyn_partiql_expect(p, DYN_PC_OPEN);
	enter(p);
	if (!dyn_partiql_is(p, DYN_PC_CLOSE))
	{
		do
			dyn_partiql_add_child(node, require_operand(parse_sum(p)));
		while (dyn_partiql_take(p, DYN_PC_COMMA));
	}
	leave(p);
	dyn_partiql_expect(p, DYN_PC_CLOSE);
	if (node->count != operands)
		dyn_validation("Incorrect number of operands for operator or function; operator or function: %.*s, number of operands: %u",
					   (int) node->written.len, node->written.data, node->count);
	return node;
}

/* ---- operators ---- */

static DynPartiqlNode *
parse_primary(DynPartiqlParser *p)
{
	DynPartiqlNode *node;

	if (dyn_partiql_take(p, DYN_PC_OPEN))
	{
		enter(p);
		node = parse_or(p);
		leave(p);
		dyn_partiql_expect(p, DYN_PC_CLOSE);
		return node;
	}
	node = try_constant(p);
	if (node != NULL)
		return node;
	if (p->token->kind == DYN_PT_WORD && p->token[1].code == DYN_PC_OPEN)
		return parse_function(p);
	return dyn_partiql_path(p);
}

static DynPartiqlNode *
make_binary(uint8 op, DynSlice written, DynPartiqlNode *left, DynPartiqlNode *right)
{
	DynPartiqlNode *node = dyn_partiql_node(op);

	node->written = written;
	dyn_partiql_add_child(node, require_operand(left));
	dyn_partiql_add_child(node, require_operand(right));
	return node;
}

static DynPartiqlNode *
parse_sum(DynPartiqlParser *p)
{
	DynPartiqlNode *node = parse_primary(p);

	while (dyn_partiql_is(p, DYN_PC_PLUS) || dyn_partiql_is(p, DYN_PC_MINUS))
	{
		DynSlice	written = p->token->text;

		p->token++;
		node = make_binary(written.data[0] == '+' ? DYN_OP_PLUS : DYN_OP_MINUS, written, node, parse_primary(p));
	}
	return node;
}

static DynPartiqlNode *
negate(DynPartiqlNode *node)
{
	DynPartiqlNode *not = dyn_partiql_node(DYN_OP_NOT);

	dyn_partiql_add_child(not, node);
	return not;
}

/* Is the attribute missing, or not? */
static DynPartiqlNode *
make_missing(DynPartiqlNode *path, bool missing)
{
	DynPartiqlNode *node = dyn_partiql_node(missing ? DYN_OP_ATTRIBUTE_NOT_EXISTS : DYN_OP_ATTRIBUTE_EXISTS);

	if (path->op != DYN_OP_PATH)
		dyn_partiql_malformed("Unexpected term");
	dyn_partiql_add_child(node, path);
	return node;
}

/* IS [NOT] NULL, IS [NOT] MISSING */
static DynPartiqlNode *
parse_is(DynPartiqlParser *p, DynPartiqlNode *left)
{
	bool		negated = dyn_partiql_take(p, DYN_PC_NOT);
	DynPartiqlNode *node;

	if (dyn_partiql_take(p, DYN_PC_MISSING))
		return make_missing(left, !negated);
	if (left->op != DYN_OP_PATH)
		dyn_partiql_malformed("Unexpected term");
	if (dyn_partiql_take(p, DYN_PC_NULL))
	{
		DynPartiqlNode *type = dyn_partiql_node(DYN_PARTIQL_STRING);

		type->text = DYN_SLICE("NULL");
		node = dyn_partiql_node(DYN_OP_ATTRIBUTE_TYPE);
		dyn_partiql_add_child(node, left);
		dyn_partiql_add_child(node, type);
		return negated ? negate(node) : node;
	}
	dyn_partiql_unexpected(p);
}

static DynPartiqlNode *
parse_between(DynPartiqlParser *p, DynPartiqlNode *left)
{
	DynPartiqlNode *node = dyn_partiql_node(DYN_OP_BETWEEN);

	node->written = DYN_SLICE("BETWEEN");
	dyn_partiql_add_child(node, require_operand(left));
	dyn_partiql_add_child(node, require_operand(parse_sum(p)));
	dyn_partiql_expect(p, DYN_PC_AND);
	dyn_partiql_add_child(node, require_operand(parse_sum(p)));
	return node;
}

static DynPartiqlNode *
parse_in(DynPartiqlParser *p, DynPartiqlNode *left)
{
	DynPartiqlNode *node = dyn_partiql_node(DYN_OP_IN);
	DynPartiqlCode close = dyn_partiql_is(p, DYN_PC_OPEN_LIST) ? DYN_PC_CLOSE_LIST : DYN_PC_CLOSE;

	node->written = DYN_SLICE("IN");
	dyn_partiql_add_child(node, require_operand(left));
	if (!dyn_partiql_take(p, DYN_PC_OPEN_LIST))
		dyn_partiql_expect(p, DYN_PC_OPEN);
	do
		dyn_partiql_add_child(node, require_operand(parse_sum(p)));
	while (dyn_partiql_take(p, DYN_PC_COMMA));
	dyn_partiql_expect(p, close);
	return node;
}

/* The comparison that a symbol stands for, or 0. */
static uint8
comparison_of(DynPartiqlCode code)
{
	switch (code)
	{
		case DYN_PC_EQ:
			return DYN_OP_EQ;
		case DYN_PC_NE:
			return DYN_OP_NE;
		case DYN_PC_LT:
			return DYN_OP_LT;
		case DYN_PC_LE:
			return DYN_OP_LE;
		case DYN_PC_GT:
			return DYN_OP_GT;
		case DYN_PC_GE:
			return DYN_OP_GE;
		default:
			return 0;
	}
}

static DynPartiqlNode *
parse_comparison(DynPartiqlParser *p)
{
	DynPartiqlNode *left = parse_sum(p);
	DynSlice	written = p->token->text;
	uint8		op = comparison_of(p->token->code);
	bool		negated;

	if (op != 0)
	{
		p->token++;
		if ((op == DYN_OP_EQ || op == DYN_OP_NE) && dyn_partiql_take(p, DYN_PC_MISSING))
			return make_missing(left, op == DYN_OP_EQ);
		return make_binary(op, written, left, parse_sum(p));
	}
	if (dyn_partiql_take(p, DYN_PC_IS))
		return parse_is(p, left);
	negated = dyn_partiql_is(p, DYN_PC_NOT) && p->token[1].kind == DYN_PT_WORD;
	if (negated)
		p->token++;
	if (dyn_partiql_take(p, DYN_PC_BETWEEN))
		left = parse_between(p, left);
	else if (dyn_partiql_take(p, DYN_PC_IN))
		left = parse_in(p, left);
	else if (negated)
		dyn_partiql_unexpected(p);
	return negated ? negate(left) : left;
}

static DynPartiqlNode *
parse_not(DynPartiqlParser *p)
{
	DynPartiqlNode *node;

	if (!dyn_partiql_take(p, DYN_PC_NOT))
		return parse_comparison(p);
	enter(p);
	node = negate(require_condition(parse_not(p)));
	leave(p);
	return node;
}

/* Operands joined by a word are one node, whatever parentheses stand around them. */
static DynPartiqlNode *
parse_chain(DynPartiqlParser *p, DynPartiqlCode word, uint8 op, DynPartiqlNode *(*parse) (DynPartiqlParser *))
{
	DynPartiqlNode *node = parse(p);
	DynPartiqlNode *chain;

	if (!dyn_partiql_is(p, word))
		return node;
	chain = dyn_partiql_node(op);
	dyn_partiql_add_child(chain, require_condition(node));
	while (dyn_partiql_take(p, word))
		dyn_partiql_add_child(chain, require_condition(parse(p)));
	return chain;
}

static DynPartiqlNode *
parse_and(DynPartiqlParser *p)
{
	return parse_chain(p, DYN_PC_AND, DYN_OP_AND, parse_not);
}

static DynPartiqlNode *
parse_or(DynPartiqlParser *p)
{
	return parse_chain(p, DYN_PC_OR, DYN_OP_OR, parse_and);
}

DynPartiqlNode *
dyn_partiql_condition(DynPartiqlParser *p)
{
	DynPartiqlNode *node = parse_or(p);

	/* an operator that DynamoDB does not have: LIKE */
	if (!dyn_partiql_is_condition(node) && p->token->kind == DYN_PT_WORD)
		dyn_partiql_unexpected(p);
	return require_condition(node);
}

DynPartiqlNode *
dyn_partiql_operand(DynPartiqlParser *p)
{
	return require_operand(parse_sum(p));
}
