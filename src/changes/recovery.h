/*
 * recovery.h - point-in-time recovery of tables: catalog dynapg.recoveries and the log of old rows, dynapg.history
 *
 * Model.  A table with recovery on has a trigger that keeps the old version of each row that is changed or deleted, and the key
 * of each new row (history.c). The table as of a moment is made from its present rows by undoing the transactions that had not
 * committed at that moment (cut.h).
 *
 * A recovery begins when it is enabled and ends when it is disabled or the table goes; enabling again begins another one.
 * Nothing of it is dumped: transaction ids mean nothing in another cluster. The table's setting (dynapg.tables) says whether it
 * should have one, and the jobs begin a recovery where one is missing, as after a restore of a dump.
 *
 * The rows are in forty tables that take turns, each for a day. A table is emptied when no recovery needs its rows any more;
 * the rows of recoveries with a shorter period are deleted one by one.
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
	int64		since_xid;		/* of the transaction that began it */
	TimestampTz since;			/* when that transaction committed, as far as known */
} DynRecovery;

/* The recovery of the table, or NULL where there is none. */
extern DynRecovery *dyn_recovery_find(Oid relid);

/* All of them; returns their number. */
extern int	dyn_recovery_list(DynRecovery **recoveries);

/* The oldest moment to which the table can be restored. */
extern TimestampTz dyn_recovery_earliest(const DynRecovery *recovery);

/* The whole second of a moment, the precision in which moments are reported. */
extern TimestampTz dyn_recovery_second(TimestampTz moment);

/* Begins a recovery of the table, which the current user owns.  Writers of the table are locked out until the transaction ends. */
extern void dyn_recovery_enable(Oid relid, const char *table_name, int days);

/* Changes the period of an existing one. */
extern void dyn_recovery_set_days(Oid relid, int days);

/* Ends the recovery of the table, if it has one; the table is locked until the transaction ends. */
extern void dyn_recovery_disable(Oid relid);

/*
 * For the jobs: removes recoveries of tables that are gone, and begins those that are missing. Locked tables wait for another
 * time.
 */
extern void dyn_recovery_settle(void);

/* For the jobs: removes rows that no recovery needs. */
extern void dyn_recovery_trim(void);

/* For the trigger: the id of the table's recovery, cached; 0 where there is none. */
extern int	dyn_recovery_of_table(Oid relid);

#endif							/* DYNAPG_CHANGES_RECOVERY_H */
