/*
 * node_work.h - what the housekeeper does for tables on several nodes
 */
#ifndef DYNAPG_JOBS_NODE_WORK_H
#define DYNAPG_JOBS_NODE_WORK_H

#include "postgres.h"

/* Runs the work in a transaction of its own; false where it failed, which is logged. */
typedef bool (*DynAttempt) (void (*work) (void));

/* What the housekeeper of each node does, too. */
extern void dyn_node_work_add(void (*work) (void));

/*
 * On a coordinator of Citus: informs nodes that were added of the tables, distributes the tokens that all nodes know, and removes those
 * that have expired.  On every node: what was added.
 */
extern void dyn_node_work_run(DynAttempt attempt);

#endif							/* DYNAPG_JOBS_NODE_WORK_H */
