/*
 * syntax.h - what the parsers of the expression languages share
 *
 * A parser works on a tree of pointers (DynParseNode), made in any order; parse.c lays it out flat at the end.
 * Errors that DynamoDB reports only for a text without syntax errors are deferred to the end, the first of each class.
 */
#ifndef DYNAPG_EXPR_SYNTAX_H
#define DYNAPG_EXPR_SYNTAX_H

#include "base/compat.h"
#include "expr/lexer.h"
#include "expr/template.h"

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

typedef struct DynExprParser
{
	DynExprKind kind;
	const DynWording *wording;	/* of its errors */
	DynSlice	text;
	DynExprToken   *tokens;
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
} DynExprParser;

static inline DynExprTokenKind
dyn_syntax_peek(const DynExprParser *p)
{
	return p->tokens[p->pos].kind;
}

/* Raises the syntax error at the current token. */
extern void dyn_syntax_error(const DynExprParser *p) pg_attribute_noreturn();

/* Steps over a token of that kind; any other is a syntax error. */
extern void dyn_syntax_expect(DynExprParser *p, DynExprTokenKind kind);

/* Enters and leaves parentheses; entering bounds the depth. */
extern void dyn_syntax_open(DynExprParser *p);
extern void dyn_syntax_close(DynExprParser *p);

extern void dyn_syntax_redundant(const DynExprParser *p) pg_attribute_noreturn();

extern DynParseNode *dyn_syntax_node(DynExprParser *p, uint8 op);
extern void dyn_syntax_add_child(DynParseNode *parent, DynParseNode *child);

/* path, :value, function(...), or one of these in parentheses (*wrapped). */
extern DynParseNode *dyn_syntax_operand(DynExprParser *p, bool *wrapped);

/* path */
extern DynParseNode *dyn_syntax_path(DynExprParser *p);

/* :value */
extern DynParseNode *dyn_syntax_value(DynExprParser *p);

/* Records an error for a function that cannot be an operand. */
extern void dyn_syntax_check_operand(DynExprParser *p, const DynParseNode *operand);

/* Records an error for a function in a place where it is not allowed. */
extern void dyn_syntax_misused(DynExprParser *p, const DynParseNode *function);

#endif							/* DYNAPG_EXPR_SYNTAX_H */
