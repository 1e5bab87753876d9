/*
 * recovery.c - which tables have point-in-time recovery: catalog dynapg.recoveries, their triggers, and trimming of the history
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/compat.h"
#include "base/errors.h"
#include "base/namespace_text.h"
#include "changes/history_commit.h"
#include "changes/known_tables.h"
#include "changes/log.h"
#include "changes/recovery.h"
#include "changes/tick.h"
#include "database/citus.h"
#include "tables/catalog.h"
#include "tables/ddl.h"

/* Named like those of streams (stream.c), to fire before any trigger that changes the row again. */
#define ROW_TRIGGER			"!dynapg_history"
#define TRUNCATE_TRIGGER	"!dynapg_history_truncate"

/* Rows are kept longer than the period by this, for transactions that were open at the oldest moment. */
#define SLACK	(2 * USECS_PER_HOUR)

#define COLUMN_RECOVERY		1	/* of dynapg.history and its children */
#define COLUMN_COMMIT_XID	1	/* of dynapg.history_commits */
#define COLUMN_COMMIT_AT	2
#define COLUMN_PREPARED		3

#define RECOVERIES \
	"SELECT r.recovery_id, r.relid::pg_catalog.oid, r.days, r.since_xid, " \
	"COALESCE((SELECT c.committed_at FROM dynapg.history_commits c WHERE c.xid OPERATOR(pg_catalog.=) r.since_xid), r.since) " \
	"FROM dynapg.recoveries r "

/* When a transaction committed. */
typedef struct Commit
{
	int64		xid;
	TimestampTz at;
} Commit;

/* ---- reading the catalog ---- */

static int
query(const char *rest, DynSqlArgs *args, DynRecovery **recoveries)
{
	MemoryContext caller = CurrentMemoryContext;
	int			count;

	SPI_connect();
	count = (int) dyn_log_query(psprintf(RECOVERIES "%s", rest), args, 0);
	*recoveries = MemoryContextAlloc(caller, Max(count, 1) * sizeof(DynRecovery));
	for (int i = 0; i < count; i++)
		(*recoveries)[i] = (DynRecovery) {
			.id = dyn_sql_get_int(i, 1),
			.relid = dyn_sql_get_oid(i, 2),
			.days = dyn_sql_get_int(i, 3),
			.since_xid = dyn_sql_get_int64(i, 4),
			.since = dyn_sql_get_int64(i, 5)
		};
	SPI_finish();
	return count;
}

DynRecovery *
dyn_recovery_find(Oid relid)
{
	DynSqlArgs	args = {0};
	DynRecovery *found;

	dyn_sql_oid(&args, relid);
	return query("WHERE r.relid OPERATOR(pg_catalog.=) $1", &args, &found) > 0 ? found : NULL;
}

int
dyn_recovery_list(DynRecovery **recoveries)
{
	return query("ORDER BY r.recovery_id", NULL, recoveries);
}

TimestampTz
dyn_recovery_earliest(const DynRecovery *recovery)
{
	return Max(recovery->since, GetCurrentTimestamp() - recovery->days * USECS_PER_DAY);
}

TimestampTz
dyn_recovery_second(TimestampTz moment)
{
	return moment - (moment % USECS_PER_SEC + USECS_PER_SEC) % USECS_PER_SEC;
}

/* ---- enabling and disabling; SPI is connected ---- */

static void
drop_trigger(Oid relid, const char *name)
{
	if (OidIsValid(get_trigger_oid(relid, name, true)))
		dyn_sql_run(psprintf("DROP TRIGGER \"%s\" ON %s", name, dyn_ddl_qualified_name(relid)), NULL, 0);
}

static void
drop_triggers(Oid relid)
{
	drop_trigger(relid, ROW_TRIGGER);
	drop_trigger(relid, TRUNCATE_TRIGGER);
}

/* ALWAYS: writes of a subscription's apply worker belong to the history, too. */
static void
create_triggers(Oid relid)
{
	const char *table = dyn_ddl_qualified_name(relid);

	dyn_citus_refuse(relid, "point-in-time recovery");
	drop_triggers(relid);
	dyn_sql_run(psprintf("CREATE TRIGGER \"" ROW_TRIGGER "\" AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW "
						 "EXECUTE FUNCTION dynapg.record_history()", table), NULL, 0);
	dyn_sql_run(psprintf("CREATE TRIGGER \"" TRUNCATE_TRIGGER "\" BEFORE TRUNCATE ON %s FOR EACH STATEMENT "
						 "EXECUTE FUNCTION dynapg.record_history()", table), NULL, 0);
	dyn_sql_run(psprintf("ALTER TABLE %s ENABLE ALWAYS TRIGGER \"" ROW_TRIGGER "\", ENABLE ALWAYS TRIGGER \"" TRUNCATE_TRIGGER "\"",
						 table), NULL, 0);
}

static void
forget_recovery(Oid relid)
{
	DynSqlArgs	args = {0};

	dyn_sql_oid(&args, relid);
	dyn_catalog_run("DELETE FROM dynapg.recoveries r WHERE r.relid OPERATOR(pg_catalog.=) $1", &args);
}

/* Makes the transaction record its commit, and a tick due that sees it. */
static void
begin_recovery(Oid relid, int days)
{
	DynSqlArgs	args = {0};

	create_triggers(relid);
	forget_recovery(relid);
	dyn_sql_oid(&args, relid);
	dyn_sql_int(&args, days);
	dyn_sql_int64(&args, (int64) U64FromFullTransactionId(GetTopFullTransactionId()));
	dyn_catalog_run("INSERT INTO dynapg.recoveries (relid, days, since, since_xid) VALUES ($1, $2, pg_catalog.clock_timestamp(), $3)",
					&args);
	dyn_history_commit_note();
	dyn_log_take_number();
	CacheInvalidateRelcacheByRelid(relid);
}

void
dyn_recovery_enable(Oid relid, const char *table_name, int days)
{
	dyn_catalog_require_owner(relid);
	if (get_rel_relkind(relid) != RELKIND_RELATION)
		dyn_validation(DYN_INVALID_PARAMETER "Table %s cannot have point-in-time recovery, as it is not an ordinary "
					   "table", dyn_namespace_text_name(table_name));
	SPI_connect();
	LockRelationOid(relid, ShareRowExclusiveLock);
	begin_recovery(relid, days);
	SPI_finish();
}

void
dyn_recovery_set_days(Oid relid, int days)
{
	DynSqlArgs	args = {0};

	dyn_catalog_require_owner(relid);
	dyn_sql_oid(&args, relid);
	dyn_sql_int(&args, days);
	SPI_connect();
	dyn_catalog_run("UPDATE dynapg.recoveries r SET days = $2 WHERE r.relid OPERATOR(pg_catalog.=) $1", &args);
	SPI_finish();
}

void
dyn_recovery_disable(Oid relid)
{
	dyn_catalog_require_owner(relid);
	SPI_connect();
	LockRelationOid(relid, AccessExclusiveLock);
	drop_triggers(relid);
	forget_recovery(relid);
	CacheInvalidateRelcacheByRelid(relid);
	SPI_finish();
}

/* ---- what tables should have ---- */

void
dyn_recovery_settle(void)
{
	uint64		count;
	Oid		   *relids;
	int		   *days;

	SPI_connect();
	dyn_catalog_run("DELETE FROM dynapg.recoveries r WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_class c "
					"WHERE c.oid OPERATOR(pg_catalog.=) r.relid)", NULL);
	count = dyn_catalog_run("SELECT t.relid::pg_catalog.oid, "
							DYN_SETTINGS_SQL_RECOVERY_DAYS "::pg_catalog.int4 "
							"FROM dynapg.tables t JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.relid "
							"WHERE " DYN_SETTINGS_SQL_RECOVERY_DAYS " IS NOT NULL "
							"AND c.relkind OPERATOR(pg_catalog.=) 'r' AND NOT EXISTS "
							"(SELECT FROM dynapg.recoveries r WHERE r.relid OPERATOR(pg_catalog.=) t.relid)", NULL);
	relids = palloc(Max(count, 1) * sizeof(Oid));
	days = palloc(Max(count, 1) * sizeof(int));
	for (uint64 i = 0; i < count; i++)
	{
		relids[i] = dyn_sql_get_oid(i, 1);
		days[i] = dyn_sql_get_int(i, 2);
	}
	for (uint64 i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (ConditionalLockRelationOid(relids[i], ShareRowExclusiveLock) && OidIsValid(dyn_catalog_owner(relids[i])))
			begin_recovery(relids[i], days[i]);
	}
	SPI_finish();
}

/* ---- trimming ---- */

static char *
history_table(int64 day)
{
	return psprintf("history_%d", (int) (day % DYN_HISTORY_TABLES));
}

/* Removes a recovery's rows of a day, without a statement, so that no publication repeats it on other servers. */
static void
remove_rows(Relation rel, int recovery)
{
	Relation	index;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	list_free(RelationGetIndexList(rel));	/* finds the primary key */
	index = index_open(rel->rd_pkindex, AccessShareLock);
	ScanKeyInit(&key, COLUMN_RECOVERY, BTEqualStrategyNumber, F_INT4EQ, Int32GetDatum(recovery));
	scan = systable_beginscan_ordered(rel, index, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext_ordered(scan, ForwardScanDirection)))
	{
		CHECK_FOR_INTERRUPTS();
		simple_heap_delete(rel, &tuple->t_self);
	}
	systable_endscan_ordered(scan);
	index_close(index, AccessShareLock);
}

/* The recoveries that have rows in the table, found by jumping from one to the next. */
static uint64
recoveries_in(const char *table)
{
	return dyn_log_query(psprintf("WITH RECURSIVE ids (id) AS ((SELECT h.recovery_id FROM dynapg.%s h ORDER BY h.recovery_id LIMIT 1) "
								  "UNION ALL SELECT (SELECT h.recovery_id FROM dynapg.%s h WHERE h.recovery_id OPERATOR(pg_catalog.>) i.id "
								  "ORDER BY h.recovery_id LIMIT 1) FROM ids i WHERE i.id IS NOT NULL) "
								  "SELECT i.id FROM ids i WHERE i.id IS NOT NULL", table, table), NULL, 0);
}

static bool
is_wanted(int id, TimestampTz day_end, const DynRecovery *recoveries, int count)
{
	for (int i = 0; i < count; i++)
	{
		if (recoveries[i].id == id)
			return day_end > GetCurrentTimestamp() - recoveries[i].days * USECS_PER_DAY - SLACK;
	}
	return false;
}

/* Removes what is no longer needed from the table of a day. */
static void
trim_day(const char *table, TimestampTz day_end, const DynRecovery *recoveries, int count)
{
	uint64		found = recoveries_in(table);
	int		   *unwanted = palloc(Max(found, 1) * sizeof(int));
	int			n = 0;
	Relation	rel;

	for (uint64 i = 0; i < found; i++)
	{
		int			id = dyn_sql_get_int(i, 1);

		if (!is_wanted(id, day_end, recoveries, count))
			unwanted[n++] = id;
	}
	if (n == 0)
		return;
	/* a long-running reader or writer: try another time */
	if (n == found && ConditionalLockRelationOid(dyn_log_relation(table), AccessExclusiveLock))
	{
		dyn_catalog_run(psprintf("TRUNCATE dynapg.%s", table), NULL);
		return;
	}
	rel = table_open(dyn_log_relation(table), RowExclusiveLock);
	for (int i = 0; n < found && i < n; i++)
		remove_rows(rel, unwanted[i]);
	table_close(rel, NoLock);
}

static Datum
column(Relation rel, HeapTuple tuple, int number)
{
	bool		isnull;
	Datum		value = heap_getattr(tuple, number, RelationGetDescr(rel), &isnull);

	if (isnull)
		elog(ERROR, "a row of dynapg.%s has a null", RelationGetRelationName(rel));
	return value;
}

/*
 * What the ticks say about the commit of a prepared transaction while they exist: it is after the last tick that does not see
 * it. False where no tick sees it yet.
 */
static bool
settle_commit(Commit *commit, int64 last)
{
	int64		number = dyn_tick_first_seeing(commit->xid, last);
	DynTick    *before = dyn_tick_read(number - 1);

	if (number > last)
		return false;
	if (before)
		commit->at = Max(commit->at, before->created_at);
	return true;
}

/* Removes the rows of commits before the moment, and settles those of prepared transactions. */
static void
keep_commits(TimestampTz before)
{
	Relation	rel = table_open(dyn_log_relation("history_commits"), RowExclusiveLock);
	int64		last = dyn_tick_last()->tick;
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	HeapTuple	tuple;
	List	   *settled = NIL;
	ListCell   *cell;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Commit	   *commit = palloc(sizeof(Commit));

		CHECK_FOR_INTERRUPTS();
		commit->xid = DatumGetInt64(column(rel, tuple, COLUMN_COMMIT_XID));
		commit->at = DatumGetTimestampTz(column(rel, tuple, COLUMN_COMMIT_AT));
		if (DatumGetBool(column(rel, tuple, COLUMN_PREPARED)))
		{
			if (!settle_commit(commit, last))
				continue;
			settled = lappend(settled, commit);
		}
		else if (commit->at >= before)
			continue;
		simple_heap_delete(rel, &tuple->t_self);
	}
	systable_endscan(scan);
	table_close(rel, NoLock);
	CommandCounterIncrement();
	foreach(cell, settled)
	{
		const Commit *commit = lfirst(cell);

		dyn_history_commit_add(commit->xid, commit->at, false);
	}
	CommandCounterIncrement();
}

void
dyn_recovery_trim(void)
{
	DynRecovery *recoveries;
	int			count = dyn_recovery_list(&recoveries);
	int64		today = GetCurrentTimestamp() / USECS_PER_DAY;
	int			longest = 0;

	for (int i = 0; i < count; i++)
		longest = Max(longest, recoveries[i].days);
	SPI_connect();
	/* today's rows of ended recoveries are left for tomorrow: somebody may still be writing them */
	for (int back = 1; back < DYN_HISTORY_TABLES; back++)
		trim_day(history_table(today - back), (today - back + 1) * USECS_PER_DAY, recoveries, count);
	SPI_finish();
	dyn_tick_trim_moments(GetCurrentTimestamp() - longest * USECS_PER_DAY - SLACK);
	keep_commits(GetCurrentTimestamp() - longest * USECS_PER_DAY - SLACK);
}

/* ---- the trigger's cache ---- */

typedef struct Known
{
	DynKnownTable table;
	int			id;
} Known;

static DynKnownTables known = {.name = "dynapg recoveries of tables", .entry_size = sizeof(Known)};

int
dyn_recovery_of_table(Oid relid)
{
	Known	   *entry = dyn_known_tables_get(&known, relid);

	if (!entry->table.valid)
	{
		uint64		before = known.invalidations;
		DynRecovery *recovery;

		entry->id = 0;
		recovery = dyn_recovery_find(relid);
		entry = dyn_known_tables_get(&known, relid);
		entry->id = recovery ? recovery->id : 0;
		dyn_known_tables_mark(&known, entry, before);
	}
	return entry->id;
}
