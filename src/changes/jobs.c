/*
 * jobs.c - periodic work: new shards follow old ones, and what is too old is removed
 *
 * Trimming.  Let `kept` be the newest tick that is older than the retention.  Ticks before it are removed; it stays, since it
 * defines the records of the next one: those that it does not see. A table of records is emptied between its turns, when all
 * transactions that can have written to it were over at `kept`: then every record in it belongs to a removed tick.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/lmgr.h"

#include "base/compat.h"
#include "base/guc.h"
#include "changes/jobs.h"
#include "changes/log.h"
#include "changes/recovery.h"
#include "changes/stream.h"
#include "changes/tick.h"
#include "store/backup.h"
#include "tables/catalog.h"

/* Between the end of a table's turn and a tick after which nobody writes to it any more. */
#define TURN_SLACK (60 * USECS_PER_SEC)

#define RARELY (60 * USECS_PER_SEC)

#define TURN (DYN_LOG_TURN_HOURS * USECS_PER_HOUR)

/* Is every record in the table, whose last turn ended at that moment, of a tick up to the one that is kept? */
static bool
has_old_records_only(TimestampTz turn_end, const DynTick *kept)
{
	int64		number = dyn_tick_first_since(turn_end + TURN_SLACK, kept->tick);
	DynTick    *after = number <= kept->tick ? dyn_tick_read(number) : NULL;

	return after && kept->oldest_xid >= after->next_xid;
}

static void
empty_table(int number)
{
	char	   *name = psprintf("changes_%d", number);

	/* a long-running reader or writer: try another time */
	if (!ConditionalLockRelationOid(dyn_log_relation(name), AccessExclusiveLock))
		return;
	if (dyn_log_query(psprintf("SELECT 1 FROM dynapg.%s LIMIT 1", name), NULL, 1) > 0)
		dyn_catalog_run(psprintf("TRUNCATE dynapg.%s", name), NULL);
}

static void
trim(const DynTick *last, bool keep_moments)
{
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz horizon = now - dyn_guc_stream_retention * USECS_PER_SEC;
	int64		current_turn = now / TURN;
	DynTick    *kept = dyn_tick_read(dyn_tick_first_since(horizon, last->tick) - 1);

	if (kept == NULL || kept->tick == 0)
		return;
	SPI_connect();
	dyn_tick_trim(kept->tick, keep_moments);
	for (int back = 1; back < DYN_LOG_TABLES; back++)
	{
		int64		turn = current_turn - back;

		if ((turn + 1) * TURN <= horizon && has_old_records_only((turn + 1) * TURN, kept))
			empty_table((int) (turn % DYN_LOG_TABLES));
	}
	SPI_finish();
}

/* Checks that need not run each time: missing recoveries, and rows of the history and backups that are no longer needed. */
static void
keep_recoveries(void)
{
	static TimestampTz last = 0;
	TimestampTz now = GetCurrentTimestamp();

	if (last != 0 && now - last < RARELY)
		return;
	last = now;
	dyn_recovery_settle();
	dyn_recovery_trim();
	dyn_backup_expire();
}

void
dyn_jobs_run(void)
{
	DynStream  *streams;
	int			count = dyn_stream_list_enabled(&streams);
	DynRecovery *recoveries;
	bool		has_recoveries;
	DynStream  *any;
	DynTick    *last;

	keep_recoveries();
	has_recoveries = dyn_recovery_list(&recoveries) > 0;
	if (!has_recoveries && dyn_stream_list(NULL, NULL, NULL, NULL, 1, &any) == 0)
		return;
	last = dyn_tick_now();
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		dyn_shard_roll(&streams[i], last->tick);
	}
	dyn_shard_settle(last->tick);
	trim(last, has_recoveries);
	dyn_stream_forget();
}
