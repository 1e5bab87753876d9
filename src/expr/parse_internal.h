/*
 * parse_internal.h - what the parsers of the expression languages share
 *
 * A parser works on a tree of pointers (DynParseNode), made in any order; parse.c lays it out flat at the end.
 * Errors that DynamoDB reports only for a text without syntax errors are kept until then, the first of each class.
 */
#ifndef DYNAPG_EXPR_PARSE_INTERNAL_H
#define DYNAPG_EXPR_PARSE_INTERNAL_H

#include "expr/parse.h"

typedef struct DynParseNode DynParseNode;

struct DynParseNode
{
	uint8		op;				/* DynOp, or 0: a function that does not exist */
	bool		is_function;	/* name( ... ) */
	uint32		narg;
	uint32		arg;
	DynSlice	name;			/* of a function */
	DynParseNode *child;
	DynParseNode *last;
	DynParseNode *next;
};

typedef struct DynParser
{
	DynExprKind kind;
	const DynWording *wording;	/* of its errors */
	DynSlice	text;
	DynToken   *tokens;
	uint32		pos;			/* the current token */
	uint32		depth;			/* of open parentheses */
	uint32		nnodes;

	DynTemplateElement *elements;
	uint32		nelements;
	DynSlice   *names;
	uint32		nnames;
	DynSlice   *values;
	uint32		nvalues;

	/* the first error of each class, or NULL; in the order in which they are reported */
	char	   *bad_function;
	char	   *misused_function;
	char	   *reserved_word;
	char	   *repeated_section;
	char	   *bad_index;
} DynParser;

static inline DynTokenKind
dyn_parse_peek(const DynParser *p)
{
	return p->tokens[p->pos].kind;
}

/* The current token's bytes. */
extern DynSlice dyn_parse_token_text(const DynParser *p);

/* Raises the syntax error at the current token. */
extern void dyn_parse_syntax_error(const DynParser *p) pg_attribute_noreturn();

/* Steps over a token of that kind; any other is a syntax error. */
extern void dyn_parse_expect(DynParser *p, DynTokenKind kind);

/* Enters and leaves parentheses; entering bounds the depth. */
extern void dyn_parse_open(DynParser *p);
extern void dyn_parse_close(DynParser *p);

extern void dyn_parse_redundant(const DynParser *p) pg_attribute_noreturn();

extern DynParseNode *dyn_parse_node(DynParser *p, uint8 op);
extern void dyn_parse_add_child(DynParseNode *parent, DynParseNode *child);

/* path, :value, function(...), or one of these in parentheses (*wrapped). */
extern DynParseNode *dyn_parse_operand(DynParser *p, bool *wrapped);

/* path */
extern DynParseNode *dyn_parse_path(DynParser *p);

/* :value */
extern DynParseNode *dyn_parse_value(DynParser *p);

/* Notes an operand that is a function of a kind that cannot be an operand. */
extern void dyn_parse_check_operand(DynParser *p, const DynParseNode *operand);

/* Notes a function in a place where it is not allowed. */
extern void dyn_parse_misused(DynParser *p, const DynParseNode *function);

/* The whole languages, from the first token to the end; a list of roots linked by next. */
extern DynParseNode *dyn_parse_condition(DynParser *p);
extern DynParseNode *dyn_parse_update(DynParser *p);

#endif							/* DYNAPG_EXPR_PARSE_INTERNAL_H */
