/*
 * template.h - parsed expression texts, before #names and :values are known
 *
 * A template is the part of an expression that depends only on its text: the tree, its document paths and the distinct
 * placeholders.  It is one chunk of memory that refers to nothing outside itself, so that the cache can keep it.
 * Nodes are those of a program (program.h) in the same order, parents before children. arg of a VALUE is the index of its
 * placeholder; narg of a node other than a PATH is the number of its children.
 */
#ifndef DYNAPG_EXPR_TEMPLATE_H
#define DYNAPG_EXPR_TEMPLATE_H

#include "base/compat.h"
#include "base/violation.h"
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

/* Raises the violation "Invalid UpdateExpression: " and the text in printf form. */
extern void dyn_expr_error(const DynWording *wording, DynExprKind kind, const char *fmt,...)
			pg_attribute_printf(3, 4) pg_attribute_noreturn();

#endif							/* DYNAPG_EXPR_TEMPLATE_H */
