/*
 * parse.c - the parsers' common ground: tokens, paths, operands, errors, and the flat template
 *
 * Layer 2 (expr).
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/limits.h"
#include "expr/parse.h"
#include "expr/parse_internal.h"
#include "expr/reserved.h"

/*
 * No legal text nests deeper: each level but one needs an operator of its own, or it is redundant.  It bounds the
 * recursion well below max_stack_depth.
 */
#define MAX_PARENTHESES (2 * DYN_MAX_EXPR_OPERATORS)

static const struct
{
	const char *name;
	uint8		op;
	uint8		noperands;
	bool		in_condition;
	bool		in_update;
}			functions[] = {
	{"attribute_exists", DYN_OP_ATTRIBUTE_EXISTS, 1, true, false},
	{"attribute_not_exists", DYN_OP_ATTRIBUTE_NOT_EXISTS, 1, true, false},
	{"attribute_type", DYN_OP_ATTRIBUTE_TYPE, 2, true, false},
	{"begins_with", DYN_OP_BEGINS_WITH, 2, true, false},
	{"contains", DYN_OP_CONTAINS, 2, true, false},
	{"size", DYN_OP_SIZE, 1, true, false},
	{"if_not_exists", DYN_OP_IF_NOT_EXISTS, 2, false, true},
	{"list_append", DYN_OP_LIST_APPEND, 2, false, true}
};

const char *
dyn_expr_kind_name(DynExprKind kind)
{
	static const char *const names[] = {
		[DYN_EXPR_UPDATE] = "UpdateExpression",
		[DYN_EXPR_CONDITION] = "ConditionExpression",
		[DYN_EXPR_FILTER] = "FilterExpression",
		[DYN_EXPR_KEY_CONDITION] = "KeyConditionExpression",
		[DYN_EXPR_PROJECTION] = "ProjectionExpression",
		[DYN_EXPR_SEARCH] = "SearchConditionExpression"
	};

	return names[kind];
}

const char *
dyn_op_name(uint8 op)
{
	for (int i = 0; i < lengthof(functions); i++)
	{
		if (functions[i].op == op)
			return functions[i].name;
	}
	switch (op)
	{
		case DYN_OP_PLUS:
			return "+";
		case DYN_OP_MINUS:
			return "-";
		case DYN_OP_EQ:
			return "=";
		case DYN_OP_NE:
			return "<>";
		case DYN_OP_LT:
			return "<";
		case DYN_OP_LE:
			return "<=";
		case DYN_OP_GT:
			return ">";
		case DYN_OP_GE:
			return ">=";
		case DYN_OP_BETWEEN:
			return "BETWEEN";
		case DYN_OP_IN:
			return "IN";
		case DYN_OP_AND:
			return "AND";
		case DYN_OP_OR:
			return "OR";
		case DYN_OP_NOT:
			return "NOT";
		case DYN_OP_SET:
			return "SET";
		case DYN_OP_REMOVE:
			return "REMOVE";
		case DYN_OP_ADD:
			return "ADD";
		case DYN_OP_DELETE:
			return "DELETE";
		default:
			return "";
	}
}

int
dyn_op_function_operands(uint8 op)
{
	for (int i = 0; i < lengthof(functions); i++)
	{
		if (functions[i].op == op)
			return functions[i].noperands;
	}
	return 0;
}

void
dyn_expr_error(const DynWording *wording, DynExprKind kind, const char *fmt,...)
{
	StringInfoData text;

	initStringInfo(&text);
	for (;;)
	{
		va_list		args;
		int			needed;

		va_start(args, fmt);
		needed = appendStringInfoVA(&text, fmt, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&text, needed);
	}
	dyn_violation_parameter(wording, "Invalid %s: %s", dyn_expr_kind_name(kind), text.data);
}

DynSlice
dyn_parse_token_text(const DynParser *p)
{
	const DynToken *t = &p->tokens[p->pos];

	return (DynSlice) {p->text.data + t->start, t->end - t->start};
}

void
dyn_parse_syntax_error(const DynParser *p)
{
	const DynToken *t = &p->tokens[p->pos];
	uint32		from = p->pos > 0 ? p->tokens[p->pos - 1].start : t->start;
	uint32		to = t->end;
	DynSlice	token = t->kind == DYN_T_EOF ? DYN_SLICE("<EOF>") : dyn_parse_token_text(p);

	/* what is near: the tokens on both sides and all between them, as written */
	if (t->kind == DYN_T_EOF)
		to = p->pos > 0 ? p->tokens[p->pos - 1].end : t->end;
	else if (p->tokens[p->pos + 1].kind != DYN_T_EOF)
		to = p->tokens[p->pos + 1].end;
	dyn_expr_error(p->wording, p->kind, "Syntax error; token: \"%.*s\", near: \"%.*s\"",
				   (int) token.len, token.data, (int) (to - from), p->text.data + from);
}

void
dyn_parse_redundant(const DynParser *p)
{
	dyn_expr_error(p->wording, p->kind, "The expression has redundant parentheses;");
}

void
dyn_parse_expect(DynParser *p, DynTokenKind kind)
{
	if (dyn_parse_peek(p) != kind)
		dyn_parse_syntax_error(p);
	p->pos++;
}

void
dyn_parse_open(DynParser *p)
{
	check_stack_depth();
	dyn_parse_expect(p, DYN_T_LPAREN);
	if (++p->depth > MAX_PARENTHESES)
		dyn_parse_redundant(p);
}

void
dyn_parse_close(DynParser *p)
{
	dyn_parse_expect(p, DYN_T_RPAREN);
	p->depth--;
}

DynParseNode *
dyn_parse_node(DynParser *p, uint8 op)
{
	DynParseNode *node = palloc0(sizeof(DynParseNode));

	node->op = op;
	p->nnodes++;
	return node;
}

void
dyn_parse_add_child(DynParseNode *parent, DynParseNode *child)
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
path_name(DynParser *p)
{
	DynSlice	word = dyn_parse_token_text(p);
	DynTemplateElement *element = &p->elements[p->nelements];

	if (dyn_parse_peek(p) == DYN_T_NAME)
		*element = (DynTemplateElement) {DYN_ELEMENT_PLACEHOLDER, placeholder_index(p->names, &p->nnames, word), 0};
	else if (dyn_parse_peek(p) == DYN_T_ID)
	{
		*element = (DynTemplateElement) {DYN_ELEMENT_LITERAL, p->tokens[p->pos].start, word.len};
		if (!p->reserved_word && dyn_reserved_word(word))
			p->reserved_word = psprintf("Attribute name is a reserved keyword; reserved keyword: %.*s",
										(int) word.len, word.data);
	}
	else
		dyn_parse_syntax_error(p);
	p->nelements++;
	p->pos++;
}

/* The list index at the current token as a path element. */
static void
path_index(DynParser *p)
{
	DynSlice	digits = dyn_parse_token_text(p);
	uint64		index = 0;

	if (dyn_parse_peek(p) != DYN_T_INDEX)
		dyn_parse_syntax_error(p);
	for (uint32 i = 0; i < digits.len && index <= DYN_MAX_LIST_INDEX; i++)
		index = index * 10 + (digits.data[i] - '0');
	if (index > DYN_MAX_LIST_INDEX && !p->bad_index)
		p->bad_index = psprintf("List index is not within the allowable range; index: [%.*s]",
								(int) digits.len, digits.data);
	p->elements[p->nelements++] = (DynTemplateElement) {DYN_ELEMENT_LIST, (uint32) index, 0};
	p->pos++;
}

DynParseNode *
dyn_parse_path(DynParser *p)
{
	DynParseNode *path = dyn_parse_node(p, DYN_OP_PATH);

	path->arg = p->nelements;
	path_name(p);
	for (;;)
	{
		if (dyn_parse_peek(p) == DYN_T_DOT)
		{
			p->pos++;
			path_name(p);
		}
		else if (dyn_parse_peek(p) == DYN_T_LBRACKET)
		{
			p->pos++;
			path_index(p);
			dyn_parse_expect(p, DYN_T_RBRACKET);
		}
		else
			break;
	}
	path->narg = p->nelements - path->arg;
	return path;
}

DynParseNode *
dyn_parse_value(DynParser *p)
{
	DynParseNode *value;

	if (dyn_parse_peek(p) != DYN_T_VALUE)
		dyn_parse_syntax_error(p);
	value = dyn_parse_node(p, DYN_OP_VALUE);
	value->arg = placeholder_index(p->values, &p->nvalues, dyn_parse_token_text(p));
	p->pos++;
	return value;
}

/* Finds what a function's name means in this language, noting one that means nothing. */
static void
resolve_function(DynParser *p, DynParseNode *function)
{
	bool		is_update = p->kind == DYN_EXPR_UPDATE;
	const char *problem = "Invalid function name";

	for (int i = 0; i < lengthof(functions); i++)
	{
		if (strlen(functions[i].name) != function->name.len ||
			memcmp(functions[i].name, function->name.data, function->name.len) != 0)
			continue;
		if (is_update ? functions[i].in_update : functions[i].in_condition)
		{
			function->op = functions[i].op;
			return;
		}
		problem = is_update ? "The function is not allowed in an update expression" :
			"The function is not allowed in a condition expression";
	}
	if (!p->bad_function)
		p->bad_function = psprintf("%s; function: %.*s", problem, (int) function->name.len, function->name.data);
}

void
dyn_parse_misused(DynParser *p, const DynParseNode *function)
{
	if (!p->misused_function)
		p->misused_function = psprintf("The function is not allowed to be used this way in an expression; function: %.*s",
									   (int) function->name.len, function->name.data);
}

void
dyn_parse_check_operand(DynParser *p, const DynParseNode *operand)
{
	if (operand->is_function && p->kind != DYN_EXPR_UPDATE && operand->op != DYN_OP_SIZE)
		dyn_parse_misused(p, operand);
}

/* name(operand, ...), at its name. */
static DynParseNode *
parse_function(DynParser *p)
{
	DynParseNode *function = dyn_parse_node(p, 0);

	function->is_function = true;
	function->name = dyn_parse_token_text(p);
	p->pos++;
	dyn_parse_open(p);
	for (;;)
	{
		bool		wrapped;
		DynParseNode *operand = dyn_parse_operand(p, &wrapped);

		dyn_parse_check_operand(p, operand);
		dyn_parse_add_child(function, operand);
		if (dyn_parse_peek(p) != DYN_T_COMMA)
			break;
		p->pos++;
	}
	dyn_parse_close(p);
	resolve_function(p, function);
	return function;
}

DynParseNode *
dyn_parse_operand(DynParser *p, bool *wrapped)
{
	DynParseNode *operand;

	*wrapped = false;
	switch (dyn_parse_peek(p))
	{
		case DYN_T_LPAREN:
			dyn_parse_open(p);
			operand = dyn_parse_operand(p, wrapped);
			dyn_parse_close(p);
			if (*wrapped)
				dyn_parse_redundant(p);
			*wrapped = true;
			return operand;
		case DYN_T_VALUE:
			return dyn_parse_value(p);
		case DYN_T_ID:
			if (p->tokens[p->pos + 1].kind == DYN_T_LPAREN)
				return parse_function(p);
			return dyn_parse_path(p);
		case DYN_T_NAME:
			return dyn_parse_path(p);
		default:
			dyn_parse_syntax_error(p);
	}
}

static DynParseNode *
parse_projection(DynParser *p)
{
	DynParseNode *first = dyn_parse_path(p);
	DynParseNode *last = first;

	while (dyn_parse_peek(p) == DYN_T_COMMA)
	{
		p->pos++;
		last->next = dyn_parse_path(p);
		last = last->next;
	}
	return first;
}

/* Raises the first of the errors that were kept back. */
static void
raise_noted(const DynParser *p)
{
	const char *errors[] = {p->bad_function, p->misused_function, p->reserved_word, p->repeated_section, p->bad_index};

	for (int i = 0; i < lengthof(errors); i++)
	{
		if (errors[i])
			dyn_expr_error(p->wording, p->kind, "%s", errors[i]);
	}
}

/* Lays out the list of siblings and all below it from nodes[*used] on; returns the index of the first. */
static int32
flatten(const DynParseNode *list, DynExprNode *nodes, uint32 *used)
{
	int32		first = list ? (int32) *used : -1;
	int32		previous = -1;

	check_stack_depth();
	for (const DynParseNode *n = list; n; n = n->next)
	{
		int32		at = (int32) (*used)++;

		if (previous >= 0)
			nodes[previous].next = at;
		nodes[at] = (DynExprNode) {.op = n->op, .narg = (uint16) n->narg, .arg = n->arg, .next = -1};
		nodes[at].child = flatten(n->child, nodes, used);
		previous = at;
	}
	return first;
}

/* Copies placeholders with their slices moved from one text to another. */
static void
copy_placeholders(DynSlice *to, const DynSlice *from, uint32 count, const char *old_text, const char *new_text)
{
	for (uint32 i = 0; i < count; i++)
		to[i] = (DynSlice) {new_text + (from[i].data - old_text), from[i].len};
}

/* The template as one chunk: the struct, slices, nodes, elements, the text. */
static DynTemplate *
make_template(const DynParser *p, const DynParseNode *roots, MemoryContext context)
{
	Size		names_at = MAXALIGN(sizeof(DynTemplate));
	Size		values_at = names_at + sizeof(DynSlice) * p->nnames;
	Size		nodes_at = values_at + sizeof(DynSlice) * p->nvalues;
	Size		elements_at = nodes_at + sizeof(DynExprNode) * p->nnodes;
	Size		text_at = elements_at + sizeof(DynTemplateElement) * p->nelements;
	char	   *chunk = MemoryContextAlloc(context, text_at + p->text.len);
	char	   *text = chunk + text_at;
	DynTemplate *t = (DynTemplate *) chunk;
	uint32		used = 0;

	memcpy(text, p->text.data, p->text.len);
	memcpy(chunk + elements_at, p->elements, sizeof(DynTemplateElement) * p->nelements);
	copy_placeholders((DynSlice *) (chunk + names_at), p->names, p->nnames, p->text.data, text);
	copy_placeholders((DynSlice *) (chunk + values_at), p->values, p->nvalues, p->text.data, text);
	flatten(roots, (DynExprNode *) (chunk + nodes_at), &used);
	*t = (DynTemplate) {
		.kind = p->kind,
		.nnodes = p->nnodes,
		.nelements = p->nelements,
		.nnames = p->nnames,
		.nvalues = p->nvalues,
		.nodes = (const DynExprNode *) (chunk + nodes_at),
		.elements = (const DynTemplateElement *) (chunk + elements_at),
		.names = (const DynSlice *) (chunk + names_at),
		.values = (const DynSlice *) (chunk + values_at),
		.text = {text, p->text.len}
	};
	return t;
}

DynTemplate *
dyn_expr_parse(DynExprKind kind, DynSlice text, MemoryContext context, const DynWording *wording)
{
	DynParser	p = {.kind = kind, .wording = wording, .text = text};
	DynParseNode *roots;
	uint32		ntokens;

	if (text.len == 0)
		dyn_expr_error(wording, kind, "The expression can not be empty;");
	if (text.len > DYN_MAX_EXPR_SIZE)
		dyn_expr_error(wording, kind, "Expression size has exceeded the maximum allowed size;");

	p.tokens = dyn_lex(text, &ntokens);
	p.elements = palloc(sizeof(DynTemplateElement) * ntokens);
	p.names = palloc(sizeof(DynSlice) * ntokens);
	p.values = palloc(sizeof(DynSlice) * ntokens);
	if (kind == DYN_EXPR_UPDATE)
		roots = dyn_parse_update(&p);
	else if (kind == DYN_EXPR_PROJECTION)
		roots = parse_projection(&p);
	else
		roots = dyn_parse_condition(&p);
	if (dyn_parse_peek(&p) != DYN_T_EOF)
		dyn_parse_syntax_error(&p);
	raise_noted(&p);
	return make_template(&p, roots, context);
}
