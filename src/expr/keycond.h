/*
 * keycond.h - the terms of a key condition expression
 */
#ifndef DYNAPG_EXPR_KEYCOND_H
#define DYNAPG_EXPR_KEYCOND_H

#include "expr/bind.h"
#include "expr/key_terms.h"

/*
 * Reads the terms of a bound and checked KeyConditionExpression, in text order and palloc'd.  A condition with swapped operands
 * (:v < pk) is returned mirrored.  Raises ValidationException for operators that no key
 * condition may have, nested operations, nested attributes, a term with no attribute or several, operands that are not
 * constants, and two terms on one attribute.
 */
extern void dyn_keycond_read(DynBinding *b, DynKeyCondition *key);

#endif							/* DYNAPG_EXPR_KEYCOND_H */
