/*
 * bind.h - the request's placeholders, and templates bound to them
 *
 * Variables are ExpressionAttributeNames and ExpressionAttributeValues, checked and, for values, in stored form.
 * A binding ties one template's placeholders to variables; checking an expression (check.h) resolves them in the
 * order in which DynamoDB reports undefined ones, and marks variables as used.  A builder writes the program.
 */
#ifndef DYNAPG_EXPR_BIND_H
#define DYNAPG_EXPR_BIND_H

#include "lib/stringinfo.h"

#include "expr/compile.h"
#include "expr/parse.h"

typedef struct DynVariable
{
	DynSlice	key;			/* "#a", ":v" */
	DynSlice	name;			/* what #a stands for */
	DynValue	value;			/* what :v stands for */
	bool		used;
	int64		placed;			/* where the builder put it: a name's offset, a value's index; or -1 */
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

/*
 * A program in the making.  Nodes, elements and values are appended, links are set by hand; the first error-free
 * dyn_builder_finish makes the one chunk.
 */
typedef struct DynBuilder
{
	DynExprNode *nodes;
	uint32		nnodes;
	uint32		nodes_room;
	DynPathElement *elements;
	uint32		nelements;
	uint32		elements_room;
	DynProgramValue *values;
	uint32		nvalues;
	uint32		values_room;
	StringInfoData bytes;		/* names and value bodies */
} DynBuilder;

/* Starts a program that will probably hold that much; it may hold more. */
extern void dyn_builder_init(DynBuilder *build, uint32 nnodes, uint32 nelements, uint32 nvalues);

/* Append; return the index. */
extern int32 dyn_builder_node(DynBuilder *build, DynExprNode node);
extern uint32 dyn_builder_element(DynBuilder *build, DynPathElement element);
extern uint32 dyn_builder_value(DynBuilder *build, DynValue value);

/* Appends a name's bytes; returns their offset. */
extern uint32 dyn_builder_name(DynBuilder *build, DynSlice name);

/* The program with its roots (-1: none), in the current memory context. */
extern DynProgram *dyn_builder_finish(DynBuilder *build, int32 condition, int32 update, int32 projection);

/* dyn_expr_error for the expression of a binding. */
#define dyn_bind_error(b, ...) dyn_expr_error((b)->variables->wording, (b)->t->kind, __VA_ARGS__)

/* Resolve a placeholder of the template, or raise that it is not defined. */
extern DynVariable *dyn_bind_name(DynBinding *b, uint32 placeholder);
extern DynVariable *dyn_bind_value(DynBinding *b, uint32 placeholder);

/* The name of an element that is no list index; its placeholder must be resolved. */
extern DynSlice dyn_bind_element_name(const DynBinding *b, const DynTemplateElement *element);

#endif							/* DYNAPG_EXPR_BIND_H */
