/*
 * plan.h - kept plans of statements on data tables
 *
 * A plan is generic and made with sequential and bitmap scans off, so that a key operation is a scan of the
 * primary key from the first row on, whatever the statistics say of a tiny table.  PostgreSQL makes a plan again by
 * itself when something that it depends on changes, and would do so with the session's own settings; such a plan
 * is recognised by its generation and replaced before its next use.
 *
 * Every call must be inside SPI_connect ... SPI_finish.
 *
 * Layer 2 (store).
 */
#ifndef DYNAPG_STORE_PLAN_H
#define DYNAPG_STORE_PLAN_H

#include "nodes/params.h"
#include "tcop/dest.h"

#include "store/table.h"
#include "value/handover.h"

/* Can the plan be run as it is?  Otherwise dyn_plan_make has to make it (again). */
extern bool dyn_plan_usable(const DynPlan *plan);

/* Makes the plan of a table for a statement with parameters of these types. */
extern void dyn_plan_make(DynTable *table, DynPlan *plan, const char *sql, int nargs, Oid *types);

/*
 * Runs a usable plan with a snapshot of its own and returns the number of rows processed.  Rows go to dest (NULL: to
 * SPI_tuptable).  While it runs, dyn_handover is `handover`; afterwards, also on error, what it was.
 *
 * Serialization failures and deadlocks become TransactionConflictException; any other error stays what it is.
 */
extern uint64 dyn_plan_run(const DynPlan *plan, ParamListInfo params, DestReceiver *dest, DynHandover *handover);

#endif							/* DYNAPG_STORE_PLAN_H */
