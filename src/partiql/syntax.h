/*
 * syntax.h - what the parsers of statements and of their expressions share: tokens, names, nodes, errors
 */
#ifndef DYNAPG_PARTIQL_SYNTAX_H
#define DYNAPG_PARTIQL_SYNTAX_H

#include "base/compat.h"
#include "partiql/lexer.h"
#include "partiql/statement.h"

typedef struct DynPartiqlParser
{
	DynSlice	text;
	const DynPartiqlToken *token;	/* the current one */
	uint32		depth;			/* of expressions */
	uint32		nparameters;	/* seen so far */
} DynPartiqlParser;

/* Raises the syntax error with that detail. */
extern void dyn_partiql_malformed(const char *detail) pg_attribute_noreturn();

/* Raises the syntax error at the current token. */
extern void dyn_partiql_unexpected(const DynPartiqlParser *p) pg_attribute_noreturn();

/* The line and the column of a place in the text, as messages show them. */
extern char *dyn_partiql_position(DynSlice text, uint32 offset);

/* Is the current token that word or symbol? */
static inline bool
dyn_partiql_is(const DynPartiqlParser *p, DynPartiqlCode code)
{
	return p->token->code == code;
}

/* Steps over it if it is. */
extern bool dyn_partiql_take(DynPartiqlParser *p, DynPartiqlCode code);

/* Steps over it; anything else is a syntax error. */
extern void dyn_partiql_expect(DynPartiqlParser *p, DynPartiqlCode code);

/* A name, quoted or bare; a keyword is not a name. */
extern DynSlice dyn_partiql_name(DynPartiqlParser *p);

extern DynPartiqlNode *dyn_partiql_node(uint8 op);
extern void dyn_partiql_add_child(DynPartiqlNode *parent, DynPartiqlNode *child);

#endif							/* DYNAPG_PARTIQL_SYNTAX_H */
