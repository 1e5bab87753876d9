/*
 * parse.c - from an expression's text to its template
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/limits.h"
#include "expr/parse.h"
#include "expr/parse_condition.h"
#include "expr/parse_update.h"

#define TOO_LARGE "Expression size has exceeded the maximum allowed size;"

static DynParseNode *
parse_projection(DynExprParser *p)
{
	DynParseNode *first = dyn_syntax_path(p);
	DynParseNode *last = first;

	while (dyn_syntax_peek(p) == DYN_T_COMMA)
	{
		p->pos++;
		last->next = dyn_syntax_path(p);
		last = last->next;
	}
	return first;
}

/* Raises the first of the deferred errors. */
static void
raise_noted(const DynExprParser *p)
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
make_template(const DynExprParser *p, const DynParseNode *roots, MemoryContext context)
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

/* The older text has the size of a filter, which is that of Scan. */
static void
refuse_size(const DynWording *wording, DynExprKind kind, uint32 size)
{
	if (kind == DYN_EXPR_FILTER && dyn_wording_or_plain(wording) == &dyn_wording_older)
		dyn_expr_error(wording, kind, TOO_LARGE " expression size: %u", size);
	dyn_expr_error(wording, kind, TOO_LARGE);
}

DynTemplate *
dyn_expr_parse(DynExprKind kind, DynSlice text, MemoryContext context, const DynWording *wording)
{
	DynExprParser	p = {.kind = kind, .wording = wording, .text = text};
	DynParseNode *roots;
	uint32		ntokens;

	if (text.len == 0)
		dyn_expr_error(wording, kind, "The expression can not be empty;");
	if (text.len > DYN_MAX_EXPR_SIZE)
		refuse_size(wording, kind, text.len);

	p.tokens = dyn_expr_lex(text, &ntokens);
	p.elements = palloc(sizeof(DynTemplateElement) * ntokens);
	p.names = palloc(sizeof(DynSlice) * ntokens);
	p.values = palloc(sizeof(DynSlice) * ntokens);
	if (kind == DYN_EXPR_UPDATE)
		roots = dyn_parse_update(&p);
	else if (kind == DYN_EXPR_PROJECTION)
		roots = parse_projection(&p);
	else
		roots = dyn_parse_condition(&p);
	if (dyn_syntax_peek(&p) != DYN_T_EOF)
		dyn_syntax_error(&p);
	raise_noted(&p);
	return make_template(&p, roots, context);
}
