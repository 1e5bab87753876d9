/*
 * print.h - expressions as texts for people: parameters and constants as the values that they have
 *
 * The texts are PartiQL, except for what its literals cannot express: binary values, control characters, and what is too long
 * to show.
 */
#ifndef DYNAPG_PARTIQL_PRINT_H
#define DYNAPG_PARTIQL_PRINT_H

#include "lib/stringinfo.h"

#include "partiql/bind.h"

/* A name, quoted where it has to be. */
extern void dyn_print_name(StringInfo out, DynSlice name);

extern void dyn_print_value(StringInfo out, DynValue v);

/* A path, condition or operand. */
extern void dyn_print_node(StringInfo out, const DynPartiqlBound *bound, const DynPartiqlNode *node);

/* The terms that are taken, or those that are not, joined by AND; false if there are none. */
extern bool dyn_print_terms(StringInfo out, const DynPartiqlBound *bound, const DynPartiqlTerms *terms, bool taken);

/* The actions of an UPDATE. */
extern void dyn_print_actions(StringInfo out, const DynPartiqlBound *bound);

#endif							/* DYNAPG_PARTIQL_PRINT_H */
