/*
 * node.h - the functions of a write that runs on a node of a distributed table
 */
#ifndef DYNAPG_EXPR_NODE_H
#define DYNAPG_EXPR_NODE_H

#include "postgres.h"

/*
 * Is that the item of the row that node_write has seen last, and left as it is?  Whoever calls node_write by hand can say so of any item:
 * whatever believes it must do without.
 */
extern bool dyn_expr_row_stays(const struct varlena *item);

#endif							/* DYNAPG_EXPR_NODE_H */
