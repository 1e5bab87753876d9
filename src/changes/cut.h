/*
 * cut.h - a table as it was at a moment, and what changed between two moments
 *
 * Model.  A cut divides all transactions into those that had committed at a moment and those that had not: all of a transaction is
 * on one side.  A transaction's moment is that of its commit, within some milliseconds; for a prepared one, when it was
 * prepared, or the last tick that does not see it. If two transactions changed an item, no cut has the second without the
 * first.  The same moment gives
 * the same cut at any time, once it has passed.
 *
 * A cut is made first, and then read with a snapshot that is taken afterwards: the next statement's in a transaction
 * of isolation level READ COMMITTED.  An older snapshot is refused.
 *
 *		DynRecovery *recovery = dyn_recovery_find(def->relid);		NULL: recovery is off
 *		DynCut	   *cut = dyn_cut_at(recovery, moment);				NULL: recovery began later
 *		char	   *sql = dyn_cut_items_query(def, cut);
 *
 * runs with the rights of the current user, who needs SELECT on the whole table, and may be the query of a cursor, of COPY or of
 * CREATE TABLE AS.  It is one pass over the table and its history; memory is bounded by work_mem.
 */
#ifndef DYNAPG_CHANGES_CUT_H
#define DYNAPG_CHANGES_CUT_H

#include "postgres.h"

#include "changes/recovery.h"
#include "changes/tick.h"
#include "tables/catalog.h"

typedef struct DynCut
{
	TimestampTz at;
	DynTick    *before;			/* transactions that this tick sees had committed */
	DynTick    *after;			/* transactions that this one does not see had not; NULL: same as before */
	int64	   *committed;		/* the committed ones of those that `after` sees and `before` does not; sorted */
	int			ncommitted;
	int64		number_bound;	/* uncommitted transactions have rows in dynapg.history only with numbers above this one */
} DynCut;

/*
 * The cut at that moment, or now if it lies in the future; NULL where the recovery had not begun. The second in which the
 * recovery began stands for the exact moment.
 */
extern DynCut *dyn_cut_at(const DynRecovery *recovery, TimestampTz moment);

/* The cut at this moment, with everything that has committed; NULL where the recovery had not begun. */
extern DynCut *dyn_cut_now(const DynRecovery *recovery);

/* A query of the items at the cut: pk, sk (where the table has one), item. */
extern char *dyn_cut_items_query(const DynTableDef *def, const DynCut *cut);

/*
 * A query of the items that were written between two cuts, each once: pk, sk (where the table has one), old_item as it was at the
 * first, new_item as it was at the second (NULL: it was not there; not both), changed_at, when it was last written before the second.
 */
extern char *dyn_cut_changes_query(const DynTableDef *def, const DynCut *from, const DynCut *to);

#endif							/* DYNAPG_CHANGES_CUT_H */
