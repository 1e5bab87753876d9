/*
 * recovery.h - point-in-time recovery of tables: catalog dynapg.recoveries and the log of old rows, dynapg.history
 *
 * Model.  A table with recovery on has a trigger that keeps the old version of each row that is changed or deleted, and the key of
 * each row that comes (history.c).  The table as it was at a moment is made of its present rows by taking back what transactions
 * did that had not committed at that moment (cut.h).
 *
 * A recovery begins when it is enabled and ends when it is disabled or the table goes; enabling again begins another one.  Nothing
 * of it is dumped: transaction ids mean nothing in another cluster.  What says that a table is to have one is the table's setting
 * (dynapg.tables), and the jobs begin a recovery where a table lacks the one that it is to have, as after a restore of a dump.
 *
 * The rows are in forty tables that take turns, each for a day.  One is emptied when no recovery wants its rows any more; the rows
 * of tables with a shorter period go one by one.
 */
#ifndef DYNAPG_CHANGES_RECOVERY_H
#define DYNAPG_CHANGES_RECOVERY_H

#include "postgres.h"

#include "utils/timestamp.h"

#define DYN_HISTORY_TABLES	40		/* more than the longest period has days */

typedef struct DynRecovery
{
	int			id;
	Oid			relid;
	int			days;
	int64		since_xid;		/* of the transaction that has begun it */
	TimestampTz since;			/* when that one committed, as far as is known */
} DynRecovery;

/* The recovery of the table, or NULL where there is none. */
extern DynRecovery *dyn_recovery_find(Oid relid);

/* All of them; returns their number. */
extern int	dyn_recovery_list(DynRecovery **recoveries);

/* The oldest moment to which the table can be restored. */
extern TimestampTz dyn_recovery_earliest(const DynRecovery *recovery);

/* The whole second of a moment, which is as exactly as moments are described. */
extern TimestampTz dyn_recovery_second(TimestampTz moment);

/* Begins a recovery of the table, which the current user owns.  Writers of the table are locked out until the transaction ends. */
extern void dyn_recovery_enable(Oid relid, const char *table_name, int days);

/* Changes the period of one that there is. */
extern void dyn_recovery_set_days(Oid relid, int days);

/* Ends the recovery of the table, if it has one; the table is locked until the transaction ends. */
extern void dyn_recovery_disable(Oid relid);

/*
 * For the jobs: forgets recoveries of tables that are gone, and begins those that tables should have and have not.  Tables that are
 * locked have to wait for another time.
 */
extern void dyn_recovery_settle(void);

/* For the jobs: removes rows that no recovery wants. */
extern void dyn_recovery_trim(void);

/* For the trigger: the id of the table's recovery, cached; 0 where there is none. */
extern int	dyn_recovery_of_table(Oid relid);

#endif							/* DYNAPG_CHANGES_RECOVERY_H */
