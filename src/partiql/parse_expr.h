/*
 * parse_expr.h - the expressions of statements
 */
#ifndef DYNAPG_PARTIQL_PARSE_EXPR_H
#define DYNAPG_PARTIQL_PARSE_EXPR_H

#include "partiql/syntax.h"

/* a.b[0] */
extern DynPartiqlNode *dyn_partiql_path(DynPartiqlParser *p);

/* A condition; an operand, such as what SET gives. */
extern DynPartiqlNode *dyn_partiql_condition(DynPartiqlParser *p);
extern DynPartiqlNode *dyn_partiql_operand(DynPartiqlParser *p);

/* {'name': value, ...} or a parameter for it. */
extern DynPartiqlNode *dyn_partiql_item(DynPartiqlParser *p);

#endif							/* DYNAPG_PARTIQL_PARSE_EXPR_H */
