/*
 * bind.h - a statement with its parameters, and its constants as values
 */
#ifndef DYNAPG_PARTIQL_BIND_H
#define DYNAPG_PARTIQL_BIND_H

#include "partiql/statement.h"
#include "tables/table.h"
#include "throughput/capacity.h"
#include "value/tree.h"

typedef struct DynPartiqlBound
{
	const DynPartiqlStatement *statement;
	DynValue   *parameters;

	/* what the request says beside the statement */
	bool		consistent;
	bool		shows_failed;	/* the error shows the item that failed the condition */
	DynCapacityReport report;
	int64		limit;			/* of the items of a page; 0: none */
	DynSlice	next_token;		/* data NULL: none */
} DynPartiqlBound;

/* Conditions joined by AND; those that became part of a key are marked as taken. */
typedef struct DynPartiqlTerms
{
	uint32		count;
	const DynPartiqlNode **nodes;
	bool	   *taken;
} DynPartiqlTerms;

/* Is the tree free of attribute names? */
extern bool dyn_partiql_is_constant(const DynPartiqlNode *node);

/* The value of a constant tree; raises an error if it has none. */
extern DynValue dyn_partiql_value(const DynPartiqlBound *bound, const DynPartiqlNode *node);

/* The same for an INSERT's item, as an open map. */
extern DynNode dyn_partiql_item_value(const DynPartiqlBound *bound, const DynPartiqlNode *node);

/* The terms of the statement's WHERE. */
extern DynPartiqlTerms dyn_partiql_terms(const DynPartiqlBound *bound);

/* The number of terms that are not taken. */
extern uint32 dyn_partiql_terms_left(const DynPartiqlTerms *terms);

/* Is the node a path of that one name? */
extern bool dyn_partiql_names(const DynPartiqlNode *node, const DynKeyAttr *attr);

/* If the term is `attr = constant`, either way around: the constant; else NULL. */
extern const DynPartiqlNode *dyn_partiql_equal(const DynPartiqlNode *term, const DynKeyAttr *attr);

/* Takes the first term that gives the attribute a value; false where there is none. */
extern bool dyn_partiql_take_equal(const DynPartiqlBound *bound, DynPartiqlTerms *terms, const DynKeyAttr *attr, DynValue *value);

#endif							/* DYNAPG_PARTIQL_BIND_H */
