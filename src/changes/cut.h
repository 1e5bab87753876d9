/*
 * cut.h - a table as it was at a moment, and what changed between two moments
 *
 * Model.  A cut divides all transactions into those that had committed at a moment and those that had not: all of a transaction is
 * on one side.  A transaction's moment is that of its commit, within some milliseconds; a prepared one's is when it was prepared,
 * or the last tick that does not see it.  Who changed an item second comes after the first on every cut.  The same moment gives
 * the same cut at any time, once it has passed.
 *
 * A cut is made first, and what is read by it is read with a snapshot that is taken afterwards: the next statement's in a transaction
 * of isolation level READ COMMITTED.  An older snapshot is refused.
 *
 *		DynRecovery *recovery = dyn_recovery_find(def->relid);		NULL: recovery is off
 *		DynCut	   *cut = dyn_cut_at(recovery, moment);				NULL: it has begun later
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
	DynTick    *before;			/* what this tick sees had committed */
	DynTick    *after;			/* what this one does not see had not; NULL: as before */
	int64	   *committed;		/* of those that `after` sees and `before` does not, the ones that had; sorted */
	int			ncommitted;
	int64		number_bound;	/* what had not committed has rows of dynapg.history with numbers above this one */
} DynCut;

/*
 * The cut at that moment, or now where it lies in the future; NULL where the recovery had not begun.  The second in which it
 * began, as it is described, stands for the moment in which it did.
 */
extern DynCut *dyn_cut_at(const DynRecovery *recovery, TimestampTz moment);

/* The cut at this moment, with all that has committed; NULL where the recovery had not begun. */
extern DynCut *dyn_cut_now(const DynRecovery *recovery);

/* A query of the items at the cut: pk, sk (where the table has one), item. */
extern char *dyn_cut_items_query(const DynTableDef *def, const DynCut *cut);

/*
 * A query of the items that were written between two cuts, each once: pk, sk (where the table has one), old_item as it was at the
 * first, new_item as it was at the second (NULL: it was not there; not both), changed_at, when it was last written before the second.
 */
extern char *dyn_cut_changes_query(const DynTableDef *def, const DynCut *from, const DynCut *to);

#endif							/* DYNAPG_CHANGES_CUT_H */
