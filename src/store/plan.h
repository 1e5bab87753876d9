/*
 * plan.h - kept plans of statements on data tables
 *
 * A plan is generic and made while the planner sees a large table with one index only, with sequential and bitmap scans and
 * sorts off, so that it is a scan of that index from the first row on, once for each key of a list in the list's order,
 * whatever the statistics say of a tiny table and whichever other index begins with the same columns.  What a statement returns
 * never depends on that, except for the order of a list: where the index cannot be used (it was dropped by hand, or is
 * too new for the transaction's snapshot) the plan is different.
 *
 * When something that a plan depends on changes, PostgreSQL makes it again by itself, but with the session's own settings; such
 * a plan is recognised by its generation and replaced before its next use.
 *
 * Every call must be inside SPI_connect ... SPI_finish.
 */
#ifndef DYNAPG_STORE_PLAN_H
#define DYNAPG_STORE_PLAN_H

#include "nodes/params.h"
#include "tcop/dest.h"

#include "store/readahead.h"
#include "tables/table.h"
#include "value/handover.h"

/* Can the plan be run as it is?  Otherwise dyn_plan_make has to make it (again). */
extern bool dyn_plan_usable(const DynTable *table, const DynPlan *plan);

/*
 * Makes the plan of a table for a statement with parameters of these types that reads the table by that index;
 * InvalidOid is the primary key.
 */
extern void dyn_plan_make(DynTable *table, DynPlan *plan, Oid index, const char *sql, int nargs, Oid *types);

/* Frees a plan, or leaves it to be freed with its table when it may be running; the table must then be looked up again. */
extern void dyn_plan_drop(DynTable *table, DynPlan *plan);

/* Sets a parameter (from 1) to a value that is not NULL. */
extern void dyn_plan_set_param(ParamListInfo params, int position, Oid type, Datum value);

/*
 * Where the rows of a plan go: receive gets the first column, which is not NULL, in the executor's memory context
 * and as stored (toasted), and returns false to stop the statement.
 */
typedef bool (*DynPlanReceive) (void *arg, Datum value);

typedef struct DynPlanReceiver
{
	DestReceiver pub;
	DynPlanReceive receive;
	void	   *arg;
	Oid			type;			/* of the first column; InvalidOid: receive does not look at it */
} DynPlanReceiver;

/*
 * A receiver of values of that type.  A statement whose first column has another type raises an error before its first row: a
 * trigger may have altered the table since the plan was made, and receive would misread the value.
 */
extern DynPlanReceiver dyn_plan_receiver(DynPlanReceive receive, void *arg, Oid type);

/* A receiver of items. */
typedef struct DynPlanItems
{
	DynPlanReceiver receiver;
	const DynTable *table;
	DynRowConsumer consume;
	void	   *arg;
	MemoryContext context;		/* of one item */
	int64		misfits;		/* rows that were passed over */
	uint32		pk_at;			/* the positions of the key attributes in the last item */
	uint32		sk_at;
	DynReadahead readahead;		/* of a range: see dyn_plan_run_range */
} DynPlanItems;

/* Passes the items of a statement on the table to the consumer. Inside SPI_connect ... SPI_finish, which frees its memory. */
extern void dyn_plan_items_begin(DynPlanItems *items, const DynTable *table, DynRowConsumer consume, void *arg);

/*
 * The same for a statement whose further columns are the table's key columns.  Rows whose item does not have the key of its
 * row, which plain SQL can write, are skipped and counted.
 */
extern void dyn_plan_items_begin_keyed(DynPlanItems *items, const DynTable *table, DynRowConsumer consume, void *arg);

/*
 * Runs a usable plan with a snapshot of its own and returns the number of rows processed.  Rows go to dest.  While it
 * runs, dyn_handover is `handover`; afterwards, also on error, what it was.
 *
 * Serialization failures and deadlocks become TransactionConflictException, index entries that are too long
 * ValidationException; any other error stays what it is.
 */
extern uint64 dyn_plan_run(const DynPlan *plan, ParamListInfo params, DestReceiver *dest, DynHandover *handover);

/* The same for a plan that reads a range of an index into items; it requests the blocks of its rows ahead. */
extern void dyn_plan_run_range(const DynPlan *plan, ParamListInfo params, DynPlanItems *items);

/*
 * Runs a statement that is planned for its parameters and not kept: one that asks several nodes of a distributed table, which Citus
 * cannot plan without the values.
 */
extern void dyn_plan_run_once(const char *sql, ParamListInfo params, DestReceiver *dest);

/* Runs a usable plan of a SELECT under the active snapshot. */
extern uint64 dyn_plan_read(const DynPlan *plan, ParamListInfo params, DestReceiver *dest);

/* To be called in PG_CATCH: raises the error as a DynamoDB exception where it has one, else returns for PG_RE_THROW. */
extern void dyn_plan_translate_error(MemoryContext context);

#endif							/* DYNAPG_STORE_PLAN_H */
