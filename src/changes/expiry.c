/*
 * expiry.c - Time to Live: which tables have it, and the deletion of their expired items
 *
 * A table is swept in windows of blocks, each a statement and, in the background worker, a transaction: there is no index that
 * writers would have to keep.  Items that others have locked are passed over until the next sweep, so nobody waits for a sweep and no
 * sweep waits.  Locking an item looks again whether it has expired.  Sweeps that find nothing take a twentieth of the time.
 *
 * Items are deleted as the table's owner, in an operation that PostgreSQL restricts as those of VACUUM: triggers of the table run as
 * the owner and cannot get at the worker's rights.
 *
 * Layer 2 (changes).
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "changes/capture.h"
#include "changes/expiry.h"
#include "store/catalog.h"
#include "store/ddl.h"

#define WINDOW_BLOCKS	256
#define WINDOW_ITEMS	2000
#define RUN_TIME		USECS_PER_SEC	/* of the steps of a run */
#define PAUSE_FACTOR	20
#define FIVE_YEARS		(5 * 365 * (int64) SECS_PER_DAY)

/* ---- the catalog ---- */

char *
dyn_expiry_attribute(Oid relid)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext old;
	DynSqlArgs	args = {0};
	char	   *attribute = NULL;

	SPI_connect();
	dyn_sql_oid(&args, relid);
	if (dyn_sql_run("SELECT l.attribute FROM dynapg.time_to_live l WHERE l.relid OPERATOR(pg_catalog.=) $1", &args, 1) > 0)
	{
		old = MemoryContextSwitchTo(caller);
		attribute = dyn_sql_get_text(0, 1);
		MemoryContextSwitchTo(old);
	}
	SPI_finish();
	return attribute;
}

void
dyn_expiry_set(Oid relid, const char *attribute)
{
	DynSqlArgs	args = {0};

	dyn_catalog_require_owner(relid);
	SPI_connect();
	dyn_sql_oid(&args, relid);
	dyn_catalog_run("DELETE FROM dynapg.time_to_live l WHERE l.relid OPERATOR(pg_catalog.=) $1", &args);
	if (attribute)
	{
		dyn_sql_text(&args, attribute);
		dyn_catalog_run("INSERT INTO dynapg.time_to_live (relid, attribute) VALUES ($1, $2)", &args);
	}
	SPI_finish();
}

/* ---- a window ---- */

static Oid
owner_of(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Form_pg_class row;
	Oid			owner = InvalidOid;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	row = (Form_pg_class) GETSTRUCT(tuple);
	if (row->relkind == RELKIND_RELATION)
		owner = row->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

/* Deletes items of the window that have expired; returns their number. */
static uint64
delete_expired(Oid relid, const char *attribute, BlockNumber from, BlockNumber to)
{
	int64		now = (GetCurrentTimestamp() + (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY) / USECS_PER_SEC;
	char	   *table = dyn_ddl_qualified_name(relid);
	DynSqlArgs	args = {0};

	dyn_sql_text(&args, attribute);
	dyn_sql_int64(&args, now);
	dyn_sql_int64(&args, now - FIVE_YEARS);
	dyn_sql_int(&args, WINDOW_ITEMS);
	return dyn_sql_run(psprintf("WITH expired AS (SELECT t.ctid AS place FROM ONLY %s t "
								"WHERE t.ctid OPERATOR(pg_catalog.>=) '(%u,0)'::pg_catalog.tid "
								"AND t.ctid OPERATOR(pg_catalog.<) '(%u,0)'::pg_catalog.tid "
								"AND dynapg.key_n(t.item, $1) OPERATOR(pg_catalog.<) $2::pg_catalog.numeric "
								"AND dynapg.key_n(t.item, $1) OPERATOR(pg_catalog.>=) $3::pg_catalog.numeric "
								"LIMIT $4 FOR UPDATE SKIP LOCKED) "
								"DELETE FROM ONLY %s t USING expired e WHERE t.ctid OPERATOR(pg_catalog.=) e.place",
								table, from, to, table), &args, 0);
}

/* The same as the table's owner, with records that name the service. */
static uint64
sweep_window(Oid relid, Oid owner, const char *attribute, BlockNumber from, BlockNumber to)
{
	Oid			saved_user;
	int			saved_context;
	volatile uint64 count = 0;

	SPI_connect();
	/* constraint triggers must not wait for the end of the transaction, when the user is another one */
	dyn_sql_run("SET CONSTRAINTS ALL IMMEDIATE", NULL, 0);
	GetUserIdAndSecContext(&saved_user, &saved_context);
	SetUserIdAndSecContext(owner, saved_context | SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);
	PG_TRY();
	{
		dyn_capture_by_service(relid);
		count = delete_expired(relid, attribute, from, to);
	}
	PG_FINALLY();
	{
		dyn_capture_by_service(InvalidOid);
	}
	PG_END_TRY();
	SetUserIdAndSecContext(saved_user, saved_context);
	SPI_finish();
	return count;
}

/* ---- sweeps ---- */

/* How far the sweep of a table is.  It is the process's own: after a restart sweeps begin again. */
typedef struct Sweep
{
	Oid			relid;			/* hash key */
	BlockNumber next;			/* block */
	int64		idle_time;		/* microseconds that windows without expired items took */
	TimestampTz not_before;		/* for the next sweep */
} Sweep;

static HTAB *sweeps = NULL;

/* The tables of a run. */
static Oid *tables = NULL;
static int	ntables = -1;		/* -1: not read yet */
static int	current = 0;
static TimestampTz run_end = 0;

static Sweep *
sweep_of(Oid relid)
{
	HASHCTL		control = {.keysize = sizeof(Oid), .entrysize = sizeof(Sweep)};
	Sweep	   *sweep;
	bool		found;

	if (sweeps == NULL)
		sweeps = hash_create("dynapg sweeps", 16, &control, HASH_ELEM | HASH_BLOBS);
	sweep = hash_search(sweeps, &relid, HASH_ENTER, &found);
	if (!found)
		*sweep = (Sweep) {.relid = relid};
	return sweep;
}

static void
read_tables(void)
{
	uint64		count;

	SPI_connect();
	count = dyn_sql_run("SELECT l.relid::pg_catalog.oid FROM dynapg.time_to_live l ORDER BY l.relid", NULL, 0);
	if (tables)
		pfree(tables);
	tables = MemoryContextAlloc(TopMemoryContext, Max(count, 1) * sizeof(Oid));
	for (uint64 i = 0; i < count; i++)
		tables[i] = dyn_sql_get_oid(i, 1);
	ntables = (int) count;
	SPI_finish();
}

static BlockNumber
blocks_of(Oid relid)
{
	Relation	rel = try_relation_open(relid, AccessShareLock);
	BlockNumber blocks;

	if (rel == NULL)
		return 0;
	blocks = RelationGetNumberOfBlocks(rel);
	relation_close(rel, NoLock);
	return blocks;
}

/* The next window of the table; false where its sweep is at its end or there is nothing to sweep. */
static bool
sweep_next(Oid relid, Sweep *sweep)
{
	TimestampTz begin = GetCurrentTimestamp();
	char	   *attribute = dyn_expiry_attribute(relid);
	Oid			owner = owner_of(relid);
	BlockNumber blocks = attribute && OidIsValid(owner) ? blocks_of(relid) : 0;
	uint64		count = 0;

	if (sweep->next < blocks)
		count = sweep_window(relid, owner, attribute, sweep->next, sweep->next + WINDOW_BLOCKS);
	if (count == 0)
		sweep->idle_time += GetCurrentTimestamp() - begin;
	if (count < WINDOW_ITEMS)
		sweep->next += WINDOW_BLOCKS;
	return sweep->next < blocks;
}

void
dyn_expiry_begin(void)
{
	ntables = -1;
	current = 0;
	run_end = GetCurrentTimestamp() + RUN_TIME;
}

static void
end_sweep(Sweep *sweep)
{
	sweep->next = 0;
	sweep->not_before = GetCurrentTimestamp() + PAUSE_FACTOR * sweep->idle_time;
	sweep->idle_time = 0;
}

bool
dyn_expiry_step(void)
{
	TimestampTz now = GetCurrentTimestamp();
	Sweep	   *sweep;

	if (ntables < 0)
		read_tables();
	while (current < ntables && sweep_of(tables[current])->not_before > now)
		current++;
	if (current >= ntables || now > run_end)
		return false;
	sweep = sweep_of(tables[current]);
	if (!sweep_next(tables[current], sweep))
	{
		end_sweep(sweep);
		current++;
	}
	return current < ntables;
}

void
dyn_expiry_aborted(void)
{
	if (ntables > 0 && current < ntables)
		end_sweep(sweep_of(tables[current]));
	current++;
}

void
dyn_expiry_run(void)
{
	read_tables();
	for (int i = 0; i < ntables; i++)
	{
		Sweep		sweep = {.relid = tables[i]};

		while (sweep_next(tables[i], &sweep))
			CHECK_FOR_INTERRUPTS();
	}
}
