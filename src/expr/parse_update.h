/*
 * parse_update.h - update expressions
 */
#ifndef DYNAPG_EXPR_PARSE_UPDATE_H
#define DYNAPG_EXPR_PARSE_UPDATE_H

#include "expr/syntax.h"

/* The whole language, from the first token to the end; a list of actions linked by next. */
extern DynParseNode *dyn_parse_update(DynExprParser *p);

#endif							/* DYNAPG_EXPR_PARSE_UPDATE_H */
