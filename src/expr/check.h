/*
 * check.h - the static checks that need the placeholders' meaning
 *
 * Each function checks one whole expression, resolves all its placeholders, and raises ValidationException with
 * DynamoDB's text for the first problem.  A tree is checked operands first, in text order: undefined placeholders and
 * depth of paths; then each operator for its number of operands, their types, that the first is not repeated, and rules of its
 * own; then the number of operators. In an update the paths come first, each with its overlaps and
 * conflicts with those before it, then the operands of its actions.
 */
#ifndef DYNAPG_EXPR_CHECK_H
#define DYNAPG_EXPR_CHECK_H

#include "expr/bind.h"

extern void dyn_check_condition(DynBinding *b);
extern void dyn_check_update(DynBinding *b);
extern void dyn_check_projection(DynBinding *b);

/* The types that an operator's operands may have: the bits 1 << tag. */
extern uint32 dyn_expr_operand_types(uint8 op);

#endif							/* DYNAPG_EXPR_CHECK_H */
