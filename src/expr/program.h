/*
 * program.h - the compiled form of expressions: one flat, relocatable varlena
 *
 * A program holds the bound trees of one request (condition or filter, update, projection) with their names
 * and values.  It is passed as a parameter of type bytea into a SQL statement, where dynapg.holds and
 * dynapg.apply run it against the row, here or on another node; so it has offsets instead of pointers, and needs no unpacking.
 * Layout:
 *
 *		DynProgram header
 *		DynExprNode		nodes[nnodes]
 *		DynPathElement	elements[nelements]
 *		DynProgramValue	values[nvalues]
 *		bytes			names and value bodies; offsets count from the start of this area
 *
 * Trees are nodes linked by index: a node's children start at `child` and follow each other by `next`;
 * -1 ends.  A child's index is greater than its parent's and a sibling's greater than its elder's, so a
 * well-formed program has no cycles.
 */
#ifndef DYNAPG_EXPR_PROGRAM_H
#define DYNAPG_EXPR_PROGRAM_H

#include "value/value.h"

#define DYN_PROGRAM_VERSION 1

typedef enum DynOp
{
	/* operands */
	DYN_OP_PATH = 1,			/* arg: first element, narg: number of elements */
	DYN_OP_VALUE,				/* arg: index in values */
	DYN_OP_SIZE,				/* child: operand; a number or no value */
	DYN_OP_IF_NOT_EXISTS,		/* children: path, operand */
	DYN_OP_LIST_APPEND,			/* children: operand, operand */
	DYN_OP_PLUS,				/* children: operand, operand */
	DYN_OP_MINUS,

	/* conditions */
	DYN_OP_EQ,					/* comparators: two operand children */
	DYN_OP_NE,
	DYN_OP_LT,
	DYN_OP_LE,
	DYN_OP_GT,
	DYN_OP_GE,
	DYN_OP_BETWEEN,				/* three operands */
	DYN_OP_IN,					/* operand, then 1..100 operands */
	DYN_OP_ATTRIBUTE_EXISTS,	/* path */
	DYN_OP_ATTRIBUTE_NOT_EXISTS,	/* path */
	DYN_OP_ATTRIBUTE_TYPE,		/* operand, value of type S naming a type */
	DYN_OP_BEGINS_WITH,			/* two operands */
	DYN_OP_CONTAINS,			/* two operands */
	DYN_OP_AND,					/* two or more conditions */
	DYN_OP_OR,
	DYN_OP_NOT,					/* one condition */

	/* update actions */
	DYN_OP_SET,					/* path, operand */
	DYN_OP_REMOVE,				/* path */
	DYN_OP_ADD,					/* path, value */
	DYN_OP_DELETE				/* path, value */
} DynOp;

/*
 * DynExprNode.flags.  A node from a legacy parameter differs in two ways: NOT over CONTAINS (NOT_CONTAINS) is false where the
 * attribute is missing; an update's type error is "Type mismatch for attribute to update".
 */
#define DYN_NODE_LEGACY		0x01

typedef struct DynExprNode
{
	uint8		op;				/* DynOp */
	uint8		flags;
	uint16		narg;
	uint32		arg;
	int32		child;
	int32		next;
} DynExprNode;

#define DYN_ELEMENT_INDEX	UINT32_MAX	/* DynPathElement.offset of a list index */

typedef struct DynPathElement
{
	uint32		offset;			/* of the name's bytes, or DYN_ELEMENT_INDEX */
	uint32		len;			/* of the name, or the list index itself */
} DynPathElement;

typedef struct DynProgramValue
{
	uint32		tag;
	uint32		offset;
	uint32		len;
} DynProgramValue;

typedef struct DynProgram
{
	int32		vl_len_;		/* varlena header, always 4 bytes */
	uint32		version;
	uint32		nnodes;
	uint32		nelements;
	uint32		nvalues;
	uint32		nbytes;
	int32		condition;		/* root node, or -1: holds always */
	int32		update;			/* first action, the others by next; or -1 */
	int32		projection;		/* first PATH, the others by next; or -1 */

	/*
	 * Does the size limit hold for what the update writes, too (eval.h)?  The compiler leaves 0 and UpdateItem sets 1; for
	 * other updates only the resulting item counts.
	 */
	uint32		limits_writes;
} DynProgram;

static inline const DynExprNode *
dyn_program_nodes(const DynProgram *p)
{
	return (const DynExprNode *) (p + 1);
}

static inline const DynPathElement *
dyn_program_elements(const DynProgram *p)
{
	return (const DynPathElement *) (dyn_program_nodes(p) + p->nnodes);
}

static inline const DynProgramValue *
dyn_program_values(const DynProgram *p)
{
	return (const DynProgramValue *) (dyn_program_elements(p) + p->nelements);
}

static inline const uint8 *
dyn_program_bytes(const DynProgram *p)
{
	return (const uint8 *) (dyn_program_values(p) + p->nvalues);
}

/* A constant of the program as a value. */
static inline DynValue
dyn_program_value(const DynProgram *p, uint32 i)
{
	const DynProgramValue *v = dyn_program_values(p) + i;

	return (DynValue) {(uint8) v->tag, v->len, dyn_program_bytes(p) + v->offset};
}

/*
 * Checks a program of unknown origin completely: every index, offset, operator arity and value.  Returns
 * NULL when it can be run safely, else a static text that names the problem.
 */
extern const char *dyn_verify_program(const struct varlena *program);

#endif							/* DYNAPG_EXPR_PROGRAM_H */
