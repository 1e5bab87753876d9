/*
 * parse_condition.h - condition, filter and key condition expressions
 */
#ifndef DYNAPG_EXPR_PARSE_CONDITION_H
#define DYNAPG_EXPR_PARSE_CONDITION_H

#include "expr/syntax.h"

/* The whole language, from the first token to the end. */
extern DynParseNode *dyn_parse_condition(DynExprParser *p);

#endif							/* DYNAPG_EXPR_PARSE_CONDITION_H */
