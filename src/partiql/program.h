/*
 * program.h - from a statement's expressions to a program (expr/program.h)
 *
 * A comparison differs from that of expressions in one thing: `a <> v` is false if a is missing. Such a comparison is lowered
 * with a test that its paths exist.
 */
#ifndef DYNAPG_PARTIQL_PROGRAM_H
#define DYNAPG_PARTIQL_PROGRAM_H

#include "partiql/bind.h"

/* Raises an error for operands whose known types do not fit their operators. */
extern void dyn_partiql_check(const DynPartiqlBound *bound);

/* The write's condition on the item besides its terms. */
typedef enum DynPartiqlPresence
{
	DYN_PARTIQL_WHATEVER,		/* nothing */
	DYN_PARTIQL_PRESENT,		/* it must be there */
	DYN_PARTIQL_ABSENT,			/* it must not be there */
	DYN_PARTIQL_OR_ABSENT		/* the terms hold, or there is none */
} DynPartiqlPresence;

/*
 * The terms that are not taken, and the statement's actions or paths, as a program in the current memory context; NULL where
 * there is none of these. pk: an attribute that every item has, to test presence; may be NULL for DYN_PARTIQL_WHATEVER.
 */
extern DynProgram *dyn_partiql_program(const DynPartiqlBound *bound, const DynPartiqlTerms *terms, DynPartiqlPresence presence,
									   const DynKeyAttr *pk);

#endif							/* DYNAPG_PARTIQL_PROGRAM_H */
