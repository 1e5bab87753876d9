/*
 * check.h - the static checks that need the placeholders' meaning
 *
 * Each function checks one whole expression, resolves all its placeholders, and raises ValidationException with
 * DynamoDB's text for the first problem.  Conditions are checked one comparison or function after the other, each for
 * undefined placeholders, number of operands, distinct operands and operand types; an update as a whole for
 * undefined names, undefined values, overlapping and conflicting paths, and operand types.
 *
 * Layer 2 (expr).
 */
#ifndef DYNAPG_EXPR_CHECK_H
#define DYNAPG_EXPR_CHECK_H

#include "expr/bind.h"

extern void dyn_check_condition(DynBinding *b);
extern void dyn_check_update(DynBinding *b);
extern void dyn_check_projection(DynBinding *b);

/* Do two paths of bound templates name the same attribute? */
extern bool dyn_check_same_path(const DynBinding *b, const DynExprNode *x, const DynExprNode *y);

/*
 * Raises the error of a reversed BETWEEN, or of bounds of two types, of constants.
 */
extern void dyn_check_between(DynExprKind kind, DynValue low, DynValue high);

#endif							/* DYNAPG_EXPR_CHECK_H */
