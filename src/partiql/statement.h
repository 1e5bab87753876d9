/*
 * statement.h - a parsed PartiQL statement
 *
 * Model.  A statement depends only on its text: nothing is looked up, and parameters are placeholders.  Expressions are
 * trees of nodes; a node's op is one of DynOp (expr/program.h), or one of those here, which programs do not have.  Nodes and
 * strings live in the memory context in which the text was parsed and borrow the text's bytes.
 */
#ifndef DYNAPG_PARTIQL_STATEMENT_H
#define DYNAPG_PARTIQL_STATEMENT_H

#include "base/json.h"
#include "expr/program.h"

/* Further values of DynPartiqlNode.op besides DynOp. */
enum
{
	DYN_PARTIQL_STRING = 64,	/* text: its content */
	DYN_PARTIQL_NUMBER,			/* text: as it is written */
	DYN_PARTIQL_TRUE,
	DYN_PARTIQL_FALSE,
	DYN_PARTIQL_NULL,
	DYN_PARTIQL_PARAMETER,		/* at: which one */
	DYN_PARTIQL_LIST,			/* children: values */
	DYN_PARTIQL_MAP,			/* children: values, each with its name in text */
	DYN_PARTIQL_SET,			/* children: values */
	DYN_PARTIQL_SET_ADD,		/* children: path, value */
	DYN_PARTIQL_SET_DELETE
};

/* A step of a path: a name, or where name.data is NULL the index of a list's element. */
typedef struct DynPartiqlElement
{
	DynSlice	name;
	uint32		index;
} DynPartiqlElement;

typedef struct DynPartiqlNode DynPartiqlNode;

struct DynPartiqlNode
{
	uint8		op;
	uint32		count;			/* children; of a PATH its elements */
	uint32		at;				/* of a parameter its number, from 0 */
	DynSlice	text;
	DynSlice	written;		/* of an operator: as messages show it */
	uint32		start;			/* of a function: its place in the text */
	DynPartiqlElement *elements;	/* of a PATH */
	DynPartiqlElement first;	/* room for a path of one name */
	DynPartiqlNode *child;
	DynPartiqlNode *last;
	DynPartiqlNode *next;
};

typedef enum DynPartiqlKind
{
	DYN_PARTIQL_SELECT,
	DYN_PARTIQL_INSERT,
	DYN_PARTIQL_UPDATE,
	DYN_PARTIQL_DELETE,
	DYN_PARTIQL_EXISTS
} DynPartiqlKind;

typedef enum DynPartiqlReturning
{
	DYN_PARTIQL_NOTHING,
	DYN_PARTIQL_ALL_OLD,
	DYN_PARTIQL_ALL_NEW,
	DYN_PARTIQL_MODIFIED_OLD,
	DYN_PARTIQL_MODIFIED_NEW
} DynPartiqlReturning;

typedef struct DynPartiqlOrder
{
	DynSlice	name;
	bool		descending;
} DynPartiqlOrder;

#define DYN_PARTIQL_MAX_ORDER 16	/* keys of ORDER BY; no table or index has more */

typedef struct DynPartiqlStatement
{
	DynPartiqlKind kind;
	DynSlice	text;
	DynSlice	table;
	DynSlice	index;			/* data NULL: none */
	DynPartiqlNode *paths;		/* SELECT: a list by next; NULL: all */
	DynPartiqlNode *item;		/* INSERT */
	DynPartiqlNode *actions;	/* UPDATE: DYN_OP_SET, DYN_OP_REMOVE, a list by next */
	DynPartiqlNode *where;		/* NULL: none */
	int			norder;
	DynPartiqlOrder *order;		/* ORDER BY; NULL: none */
	DynPartiqlReturning returning;
	uint32		nparameters;
} DynPartiqlStatement;

/* Is the node a condition, and not a value? */
static inline bool
dyn_partiql_is_condition(const DynPartiqlNode *node)
{
	return node->op >= DYN_OP_EQ && node->op <= DYN_OP_NOT;
}

static inline bool
dyn_partiql_reads(const DynPartiqlStatement *statement)
{
	return statement->kind == DYN_PARTIQL_SELECT;
}

/* Parses the text; temporary data go into the scratch context.  Raises ValidationException with DynamoDB's text. */
extern DynPartiqlStatement *dyn_partiql_parse(DynSlice text, MemoryContext scratch);

#endif							/* DYNAPG_PARTIQL_STATEMENT_H */
