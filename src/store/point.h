/*
 * point.h - the read of one row by its primary key, without the executor
 */
#ifndef DYNAPG_STORE_POINT_H
#define DYNAPG_STORE_POINT_H

#include "store/plan.h"

typedef struct DynPoint DynPoint;

/*
 * Reads the row of the key as the kept plan DYN_PLAN_GET would, with a snapshot of its own: receive gets its item, as stored and in
 * the current memory context; what it returns does not count.  False, without having read anything, where the executor has to run that
 * plan, or it has to be made first.
 */
extern bool dyn_point_read(DynTable *table, const DynKey *key, DynPlanReceive receive, void *arg);

#endif							/* DYNAPG_STORE_POINT_H */
