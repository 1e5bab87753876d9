/*
 * bind.h - the request's placeholders, and templates bound to them
 *
 * Variables are ExpressionAttributeNames and ExpressionAttributeValues, checked and, for values, in stored form.
 * A binding ties one template's placeholders to variables; checking an expression (check.h) resolves them in the
 * order in which DynamoDB reports undefined ones, and marks variables as used.
 */
#ifndef DYNAPG_EXPR_BIND_H
#define DYNAPG_EXPR_BIND_H

#include "expr/template.h"
#include "value/tree.h"

typedef struct DynVariable
{
	DynSlice	key;			/* "#a", ":v" */
	DynSlice	name;			/* what #a stands for */
	DynValue	value;			/* what :v stands for */
	bool		used;
	int64		placed;			/* its place in the program: a name's offset, a value's index; or -1 */
} DynVariable;

typedef struct DynVariableSet
{
	uint32		count;
	DynVariable *vars;			/* in text order */
	DynVariable **sorted;		/* by key; NULL where there are few */
} DynVariableSet;

typedef struct DynVariables
{
	DynVariableSet names;
	DynVariableSet values;
	const DynWording *wording;	/* of errors in the request's expressions */
} DynVariables;

typedef struct DynBinding
{
	const DynTemplate *t;		/* NULL: the request has no such expression */
	DynVariables *variables;
	DynVariable **names;		/* by the template's placeholder index; NULL until resolved */
	DynVariable **values;
} DynBinding;

/* dyn_expr_error for the expression of a binding. */
#define dyn_bind_error(b, ...) dyn_expr_error((b)->variables->wording, (b)->t->kind, __VA_ARGS__)

/* ExpressionAttributeNames and ExpressionAttributeValues, each NULL where the request has none; their types are checked. */
extern DynVariables dyn_bind_variables(const DynJson *names, const DynJson *values, const DynWording *wording);

/* Raises for variables that no expression has used. */
extern void dyn_bind_check_used(const DynVariables *variables);

/* The binding of one expression; without a template where text has no data. */
extern DynBinding dyn_bind_expression(DynExprKind kind, DynSlice text, DynVariables *variables);

/* Resolve a placeholder of the template, or raise an error that it is not defined. */
extern DynVariable *dyn_bind_name(DynBinding *b, uint32 placeholder);
extern DynVariable *dyn_bind_value(DynBinding *b, uint32 placeholder);

/* The name of an element that is no list index; its placeholder must be resolved. */
extern DynSlice dyn_bind_element_name(const DynBinding *b, const DynTemplateElement *element);

#endif							/* DYNAPG_EXPR_BIND_H */
