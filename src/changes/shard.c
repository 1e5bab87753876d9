/*
 * shard.c - the shards of streams: catalog dynapg.shards
 */
#include "postgres.h"

#include "access/transam.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "storage/lmgr.h"

#include "base/compat.h"
#include "base/guc.h"
#include "changes/log.h"
#include "changes/shard.h"
#include "changes/tick.h"
#include "tables/catalog.h"

/* A shard as in the catalog: a tick that is not known yet is -1. */
#define SHARD_COLUMNS \
	"h.shard_id, h.parent_id, h.slot, h.slots, COALESCE(h.from_tick, -1), h.from_xid, COALESCE(h.to_tick, -1), COALESCE(h.to_xid, 0)"

/* ---- reading ---- */

/* The tick at which the transaction took effect, among the ticks up to `last`; -1 if none. */
static int64
tick_of(int64 known, int64 xid, int64 last)
{
	int64		tick;

	if (known >= 0)
		return known;
	tick = dyn_tick_first_seeing(xid, last);
	return tick <= last ? tick : -1;
}

/* The shard of a row as it is at the tick; false where it has not begun. */
static bool
read_shard(uint64 row, int64 tick, DynShard *shard)
{
	int64		to_xid = dyn_sql_get_int64(row, 8);

	shard->from_tick = tick_of(dyn_sql_get_int64(row, 5), dyn_sql_get_int64(row, 6), tick);
	if (shard->from_tick < 0)
		return false;
	shard->id = dyn_sql_get_text(row, 1);
	shard->parent = dyn_sql_get_text(row, 2);
	shard->slot = dyn_sql_get_int(row, 3);
	shard->slots = dyn_sql_get_int(row, 4);
	shard->to_tick = to_xid == 0 ? 0 : Max(tick_of(dyn_sql_get_int64(row, 7), to_xid, tick), 0);
	return true;
}

/* The shards that the rest of the query selects, in the current memory context. */
static int
query(const char *rest, DynSqlArgs *args, int64 tick, DynShard **shards)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext old;
	int			count;
	int			begun = 0;

	SPI_connect();
	count = (int) dyn_log_query(psprintf("SELECT " SHARD_COLUMNS " FROM dynapg.shards h WHERE %s", rest), args, 0);
	old = MemoryContextSwitchTo(caller);
	*shards = palloc0(Max(count, 1) * sizeof(DynShard));
	for (int i = 0; i < count; i++)
	{
		if (read_shard(i, tick, &(*shards)[begun]))
			begun++;
	}
	MemoryContextSwitchTo(old);
	SPI_finish();
	return begun;
}

int
dyn_shard_list(const DynStream *stream, int64 tick, const char *after, const char *parent, int limit, DynShard **shards)
{
	DynSqlArgs	args = {0};

	dyn_sql_int(&args, stream->id);
	dyn_sql_text(&args, after ? after : "");
	dyn_sql_text(&args, parent);
	dyn_sql_int(&args, limit);
	return query("h.stream_id OPERATOR(pg_catalog.=) $1 AND h.shard_id OPERATOR(pg_catalog.>) $2 "
				 "AND ($3 IS NULL OR h.parent_id OPERATOR(pg_catalog.=) $3) ORDER BY h.shard_id LIMIT $4", &args, tick, shards);
}

DynShard *
dyn_shard_find(const DynStream *stream, int64 tick, const char *id)
{
	DynSqlArgs	args = {0};
	DynShard   *shard;

	dyn_sql_int(&args, stream->id);
	dyn_sql_text(&args, id);
	if (query("h.stream_id OPERATOR(pg_catalog.=) $1 AND h.shard_id OPERATOR(pg_catalog.=) $2", &args, tick, &shard) == 0)
		return NULL;
	return shard;
}

/* ---- opening and closing ---- */

static int64
own_xid(void)
{
	return (int64) U64FromFullTransactionId(GetTopFullTransactionId());
}

/*
 * "shardId-00000001414562045508-2bac9cd2": milliseconds since 1970, then a part that distinguishes shards of one moment. A
 * shard without a parent has the records of all ticks above from_tick, any other one those after this transaction.
 */
static void
open_shard(int stream, const char *parent, int slot, int slots, int64 from_tick)
{
	int64		milliseconds = (GetCurrentTimestamp() + (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY) / 1000;
	DynSqlArgs	args = {0};
	uint32		random;

	if (!pg_strong_random(&random, sizeof(random)))
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate random values")));
	dyn_sql_int(&args, stream);
	dyn_sql_text(&args, psprintf("shardId-%020lld-%08x", (long long) milliseconds, random));
	dyn_sql_text(&args, parent);
	dyn_sql_int(&args, slot);
	dyn_sql_int(&args, slots);
	dyn_sql_int64(&args, from_tick);
	dyn_sql_int64(&args, own_xid());
	dyn_catalog_run("INSERT INTO dynapg.shards (stream_id, shard_id, parent_id, slot, slots, from_tick, from_xid) VALUES "
					"($1, $2, $3, $4, $5, CASE WHEN $6 OPERATOR(pg_catalog.>=) 0::bigint THEN $6 END, $7)", &args);
}

void
dyn_shard_close_all(int stream)
{
	DynSqlArgs	args = {0};

	dyn_sql_int(&args, stream);
	dyn_sql_int64(&args, own_xid());
	dyn_catalog_run("UPDATE dynapg.shards h SET to_xid = $2, closed_at = pg_catalog.clock_timestamp() "
					"WHERE h.stream_id OPERATOR(pg_catalog.=) $1 AND h.to_xid IS NULL", &args);
	dyn_log_take_number();
}

/* The number of slots for a stream that has had `slots` so far: never fewer. */
static int
new_slots(int had)
{
	int			slots = Max(had, 1);

	while (slots * 2 <= dyn_guc_stream_shards)
		slots *= 2;
	return slots;
}

static bool
may_write(void)
{
	return !RecoveryInProgress() && !XactReadOnly;
}

/* Only one transaction at a time opens shards of a stream. */
static void
lock_stream(const DynStream *stream)
{
	LockDatabaseObject(RelationRelationId, dyn_log_relation("shards"), (uint16) stream->id, ExclusiveLock);
}

/* The same for the jobs, which wait for no user's transaction: false where somebody else has the lock. */
static bool
try_lock_stream(const DynStream *stream)
{
	LOCKTAG		tag;

	SET_LOCKTAG_OBJECT(tag, MyDatabaseId, RelationRelationId, dyn_log_relation("shards"), (uint16) stream->id);
	return LockAcquire(&tag, ExclusiveLock, false, true) != LOCKACQUIRE_NOT_AVAIL;
}

/* Locks the open shards, which must be `count`; false where somebody is about to close them. SPI is connected. */
static bool
try_lock_shards(const DynStream *stream, int count)
{
	DynSqlArgs	args = {0};

	dyn_sql_int(&args, stream->id);
	return dyn_catalog_run("SELECT FROM dynapg.shards h WHERE h.stream_id OPERATOR(pg_catalog.=) $1 AND h.to_xid IS NULL "
						   "FOR UPDATE SKIP LOCKED", &args) == count;
}

void
dyn_shard_open_first(const DynStream *stream, int64 from_tick)
{
	DynSqlArgs	args = {0};
	const char *any = "SELECT 1 FROM dynapg.shards h WHERE h.stream_id OPERATOR(pg_catalog.=) $1";

	if (!stream->enabled || !may_write())
		return;
	SPI_connect();
	dyn_sql_int(&args, stream->id);
	if (dyn_log_query(any, &args, 1) == 0)
	{
		int			slots = new_slots(0);

		lock_stream(stream);
		if (dyn_log_query(any, &args, 1) == 0)
		{
			for (int i = 0; i < slots; i++)
				open_shard(stream->id, NULL, i, slots, from_tick);
		}
	}
	SPI_finish();
}

void
dyn_shard_ensure(const DynStream *stream)
{
	dyn_shard_open_first(stream, dyn_tick_horizon());
}

/* The shard whose part a shard of that slot continues. */
static const char *
parent_of(const DynShard *shards, int count, int slot, int slots)
{
	for (int i = 0; i < count; i++)
	{
		if (shards[i].slot == slot * shards[i].slots / slots)
			return shards[i].id;
	}
	return NULL;
}

void
dyn_shard_roll(const DynStream *stream, int64 tick)
{
	DynSqlArgs	args = {0};
	DynShard   *shards;
	int			count;
	int			slots;

	if (!try_lock_stream(stream))
		return;
	dyn_sql_int(&args, stream->id);
	dyn_sql_int(&args, dyn_guc_stream_shard_age);
	count = query("h.stream_id OPERATOR(pg_catalog.=) $1 AND h.to_xid IS NULL AND h.created_at OPERATOR(pg_catalog.<=) "
				  "(pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) pg_catalog.make_interval(secs => $2)) ORDER BY h.slot",
				  &args, tick, &shards);
	if (count == 0 || count != shards[0].slots)
		return;
	slots = new_slots(shards[0].slots);
	SPI_connect();
	if (try_lock_shards(stream, count))
	{
		dyn_shard_close_all(stream->id);
		for (int i = 0; i < slots; i++)
			open_shard(stream->id, parent_of(shards, count, i, slots), i, slots, -1);
	}
	SPI_finish();
}

/* ---- what the jobs write and forget ---- */

/* Fills in the bounds of shards that the catalog does not know. */
typedef struct Unsettled
{
	int			stream;
	char	   *id;
	int64		from_tick;
	int64		to_tick;
} Unsettled;

void
dyn_shard_settle(int64 tick)
{
	Unsettled  *shards;
	uint64		count;

	SPI_connect();
	count = dyn_log_query("SELECT h.stream_id, h.shard_id, COALESCE(h.from_tick, -1), h.from_xid, COALESCE(h.to_tick, -1), "
						  "COALESCE(h.to_xid, 0) FROM dynapg.shards h "
						  "WHERE h.from_tick IS NULL OR h.to_tick IS NULL AND h.to_xid IS NOT NULL", NULL, 0);
	shards = palloc(Max(count, 1) * sizeof(Unsettled));
	for (uint64 i = 0; i < count; i++)
	{
		int64		to_xid = dyn_sql_get_int64(i, 6);

		shards[i].stream = dyn_sql_get_int(i, 1);
		shards[i].id = dyn_sql_get_text(i, 2);
		shards[i].from_tick = tick_of(dyn_sql_get_int64(i, 3), dyn_sql_get_int64(i, 4), tick);
		shards[i].to_tick = to_xid == 0 ? -1 : tick_of(dyn_sql_get_int64(i, 5), to_xid, tick);
	}
	for (uint64 i = 0; i < count; i++)
	{
		DynSqlArgs	args = {0};

		dyn_sql_int(&args, shards[i].stream);
		dyn_sql_text(&args, shards[i].id);
		dyn_sql_int64(&args, shards[i].from_tick);
		dyn_sql_int64(&args, shards[i].to_tick);
		/* somebody is about to close it: try another time */
		dyn_catalog_run("UPDATE dynapg.shards h SET from_tick = NULLIF($3, -1::bigint), to_tick = NULLIF($4, -1::bigint) "
						"FROM (SELECT l.stream_id, l.shard_id FROM dynapg.shards l WHERE l.stream_id OPERATOR(pg_catalog.=) $1 "
						"AND l.shard_id OPERATOR(pg_catalog.=) $2 FOR UPDATE SKIP LOCKED) f "
						"WHERE h.stream_id OPERATOR(pg_catalog.=) f.stream_id AND h.shard_id OPERATOR(pg_catalog.=) f.shard_id", &args);
	}
	SPI_finish();
}

void
dyn_shard_forget(void)
{
	DynSqlArgs	args = {0};

	dyn_sql_int(&args, dyn_guc_stream_retention);
	dyn_catalog_run("DELETE FROM dynapg.shards h WHERE h.closed_at OPERATOR(pg_catalog.<) "
					"(pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) pg_catalog.make_interval(secs => $1))", &args);
}
