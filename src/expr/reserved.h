/*
 * reserved.h - DynamoDB's reserved words
 *
 * A reserved word cannot be an attribute name in an expression; a #placeholder can stand for it.
 */
#ifndef DYNAPG_EXPR_RESERVED_H
#define DYNAPG_EXPR_RESERVED_H

#include "base/json.h"

/* Is the word reserved, in whatever case? */
extern bool dyn_reserved_word(DynSlice word);

#endif							/* DYNAPG_EXPR_RESERVED_H */
