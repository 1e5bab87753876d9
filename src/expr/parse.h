/*
 * parse.h - parsed expression texts, before #names and :values are known
 *
 * A template is what of an expression depends on its text alone: the tree, its document paths and the distinct
 * placeholders.  It is one chunk of memory that refers to nothing outside itself, so that the cache can keep it.
 * Nodes are those of a program (program.h) in the same order, parents before children; of a VALUE, arg is the
 * index of its placeholder; narg of a node that is no PATH is the number of its children.
 *
 * Parsing makes all checks that need no placeholder's meaning, in this order: size, emptiness, syntax and redundant
 * parentheses in text order, functions that do not exist or do not belong there, functions in a place where they
 * are not allowed, reserved words, sections given twice, list indexes out of range.
 *
 * Layer 2 (expr).
 */
#ifndef DYNAPG_EXPR_PARSE_H
#define DYNAPG_EXPR_PARSE_H

#include "base/compat.h"
#include "base/violation.h"
#include "expr/lexer.h"
#include "expr/program.h"

typedef enum DynExprKind
{
	DYN_EXPR_UPDATE,
	DYN_EXPR_CONDITION,
	DYN_EXPR_FILTER,
	DYN_EXPR_KEY_CONDITION,
	DYN_EXPR_PROJECTION,
	DYN_EXPR_SEARCH
} DynExprKind;

typedef enum DynElementKind
{
	DYN_ELEMENT_LITERAL,		/* at: offset of the name in the text, len: its length */
	DYN_ELEMENT_PLACEHOLDER,	/* at: index in names */
	DYN_ELEMENT_LIST			/* at: the list index */
} DynElementKind;

typedef struct DynTemplateElement
{
	DynElementKind kind;
	uint32		at;
	uint32		len;
} DynTemplateElement;

typedef struct DynTemplate
{
	DynExprKind kind;
	uint32		nnodes;			/* the first root is node 0; actions and projected paths follow by next */
	uint32		nelements;
	uint32		nnames;
	uint32		nvalues;
	const DynExprNode *nodes;
	const DynTemplateElement *elements;
	const DynSlice *names;		/* distinct #placeholders in order of appearance, with their # */
	const DynSlice *values;		/* distinct :placeholders, with their : */
	DynSlice	text;
} DynTemplate;

/* The parameter's name, "UpdateExpression" ... */
extern const char *dyn_expr_kind_name(DynExprKind kind);

/* Raises the violation "Invalid UpdateExpression: " and the text in printf form. */
extern void dyn_expr_error(const DynWording *wording, DynExprKind kind, const char *fmt,...)
			pg_attribute_printf(3, 4) pg_attribute_noreturn();

/*
 * Parses a text into a template, one chunk in the given memory context; scratch memory is the current context's.
 * Raises ValidationException with DynamoDB's text in that wording.
 */
extern DynTemplate *dyn_expr_parse(DynExprKind kind, DynSlice text, MemoryContext context, const DynWording *wording);

/* The name of an operator or function as texts show it: "<", "BETWEEN", "size". */
extern const char *dyn_op_name(uint8 op);

/* Operands that the function takes, or 0 for what is no function. */
extern int	dyn_op_function_operands(uint8 op);

#endif							/* DYNAPG_EXPR_PARSE_H */
