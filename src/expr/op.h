/*
 * op.h - the names of operators and functions
 */
#ifndef DYNAPG_EXPR_OP_H
#define DYNAPG_EXPR_OP_H

#include "expr/program.h"

/* The name of an operator or function as texts show it: "<", "BETWEEN", "size". */
extern const char *dyn_op_name(uint8 op);

/* The number of operands that the function takes, or 0 if it is not a function. */
extern int	dyn_op_function_operands(uint8 op);

/* The function of that name in an update or in a condition; 0 with *problem where there is none. */
extern uint8 dyn_op_of_function(DynSlice name, bool is_update, const char **problem);

#endif							/* DYNAPG_EXPR_OP_H */
