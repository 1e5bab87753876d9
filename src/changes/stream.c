/*
 * stream.c - streams of tables and their shards: catalogs dynapg.streams and dynapg.shards
 *
 * The trigger asks for the stream of its table for each row, so backends keep what they have read until the table's
 * relcache entry is invalidated; creating and dropping the trigger does that.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "base/errors.h"
#include "base/guc.h"
#include "changes/log.h"
#include "changes/stream.h"
#include "changes/tick.h"
#include "store/catalog.h"
#include "store/ddl.h"

#define TRIGGER_NAME "dynapg_capture"

#define STREAM_COLUMNS \
	"s.stream_id, s.table_name, s.relid, s.owner, s.label, s.view, s.pk_name, s.pk_type, s.sk_name, s.sk_type, s.created_at, " \
	"s.disabled_at IS NULL"
#define SHARD_COLUMNS "h.shard_id, h.parent_id, h.slot, h.slots, h.from_tick, COALESCE(h.to_tick, 0)"

static const char *const view_names[] = {"KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"};

const char *
dyn_stream_view_name(DynStreamView view)
{
	return view_names[view];
}

DynStreamView
dyn_stream_view(const char *name)
{
	for (int i = 0; i < lengthof(view_names); i++)
	{
		if (strcmp(name, view_names[i]) == 0)
			return (DynStreamView) i;
	}
	elog(ERROR, "\"%s\" is not a view of a stream", name);
}

/* ---- reading the catalogs ---- */

static DynKeyAttr
key_attr(char *name, const char *type)
{
	if (name == NULL || type == NULL)
		return (DynKeyAttr) {0};
	return (DynKeyAttr) {name, strlen(name), dyn_tag_from_name(type, strlen(type))};
}

static void
read_stream(uint64 row, DynStream *stream)
{
	stream->id = dyn_sql_get_int(row, 1);
	stream->table_name = dyn_sql_get_text(row, 2);
	stream->relid = dyn_sql_get_oid(row, 3);
	stream->owner = dyn_sql_get_oid(row, 4);
	stream->label = dyn_sql_get_text(row, 5);
	stream->view = dyn_stream_view(dyn_sql_get_text(row, 6));
	stream->pk = key_attr(dyn_sql_get_text(row, 7), dyn_sql_get_text(row, 8));
	stream->sk = key_attr(dyn_sql_get_text(row, 9), dyn_sql_get_text(row, 10));
	stream->created_at = dyn_sql_get_int64(row, 11);
	stream->enabled = dyn_sql_get_bool(row, 12);
}

/* The streams of a query, in that memory context. */
static int
query_streams(const char *sql, DynSqlArgs *args, MemoryContext context, DynStream **streams)
{
	int			count = (int) dyn_log_query(sql, args, 0);
	MemoryContext old = MemoryContextSwitchTo(context);

	*streams = palloc0(Max(count, 1) * sizeof(DynStream));
	for (int i = 0; i < count; i++)
		read_stream(i, &(*streams)[i]);
	MemoryContextSwitchTo(old);
	return count;
}

static int
query_shards(const char *sql, DynSqlArgs *args, MemoryContext context, DynShard **shards)
{
	int			count = (int) dyn_log_query(sql, args, 0);
	MemoryContext old = MemoryContextSwitchTo(context);

	*shards = palloc0(Max(count, 1) * sizeof(DynShard));
	for (int i = 0; i < count; i++)
	{
		DynShard   *shard = &(*shards)[i];

		shard->id = dyn_sql_get_text(i, 1);
		shard->parent = dyn_sql_get_text(i, 2);
		shard->slot = dyn_sql_get_int(i, 3);
		shard->slots = dyn_sql_get_int(i, 4);
		shard->from_tick = dyn_sql_get_int64(i, 5);
		shard->to_tick = dyn_sql_get_int64(i, 6);
	}
	MemoryContextSwitchTo(old);
	return count;
}

DynStream *
dyn_stream_find(const char *table_name, const char *label)
{
	MemoryContext caller = CurrentMemoryContext;
	DynSqlArgs	args = {0};
	DynStream  *stream;
	int			count;

	SPI_connect();
	dyn_sql_text(&args, table_name);
	dyn_sql_text(&args, label);
	count = query_streams("SELECT " STREAM_COLUMNS " FROM dynapg.streams s WHERE s.table_name OPERATOR(pg_catalog.=) $1 "
						  "AND s.label OPERATOR(pg_catalog.=) $2", &args, caller, &stream);
	SPI_finish();
	return count > 0 ? stream : NULL;
}

int
dyn_stream_list(const char *table_name, const char *after_name, const char *after_label, int limit, DynStream **streams)
{
	MemoryContext caller = CurrentMemoryContext;
	DynSqlArgs	args = {0};
	int			count;

	SPI_connect();
	dyn_sql_text(&args, table_name);
	dyn_sql_text(&args, after_name ? after_name : "");
	dyn_sql_text(&args, after_label ? after_label : "");
	dyn_sql_int(&args, limit);
	count = query_streams("SELECT " STREAM_COLUMNS " FROM dynapg.streams s WHERE ($1 IS NULL OR s.table_name OPERATOR(pg_catalog.=) $1) "
						  "AND (s.table_name OPERATOR(pg_catalog.>) $2 OR s.table_name OPERATOR(pg_catalog.=) $2 "
						  "AND s.label OPERATOR(pg_catalog.>) $3) ORDER BY s.table_name, s.label LIMIT $4", &args, caller, streams);
	SPI_finish();
	return count;
}

int
dyn_stream_shards(const DynStream *stream, const char *after, const char *parent, int limit, DynShard **shards)
{
	MemoryContext caller = CurrentMemoryContext;
	DynSqlArgs	args = {0};
	int			count;

	SPI_connect();
	dyn_sql_int(&args, stream->id);
	dyn_sql_text(&args, after ? after : "");
	dyn_sql_text(&args, parent);
	dyn_sql_int(&args, limit);
	count = query_shards("SELECT " SHARD_COLUMNS " FROM dynapg.shards h WHERE h.stream_id OPERATOR(pg_catalog.=) $1 "
						 "AND h.shard_id OPERATOR(pg_catalog.>) $2 AND ($3 IS NULL OR h.parent_id OPERATOR(pg_catalog.=) $3) "
						 "ORDER BY h.shard_id LIMIT $4", &args, caller, shards);
	SPI_finish();
	return count;
}

DynShard *
dyn_stream_shard(const DynStream *stream, const char *id)
{
	MemoryContext caller = CurrentMemoryContext;
	DynSqlArgs	args = {0};
	DynShard   *shard;
	int			count;

	SPI_connect();
	dyn_sql_int(&args, stream->id);
	dyn_sql_text(&args, id);
	count = query_shards("SELECT " SHARD_COLUMNS " FROM dynapg.shards h WHERE h.stream_id OPERATOR(pg_catalog.=) $1 "
						 "AND h.shard_id OPERATOR(pg_catalog.=) $2", &args, caller, &shard);
	SPI_finish();
	return count > 0 ? shard : NULL;
}

/* ---- shards ---- */

/* "shardId-00000001414562045508-2bac9cd2": milliseconds since 1970, then what tells shards of one moment apart. */
static void
add_shard(int stream, const char *parent, int slot, int slots, int64 from_tick)
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
	dyn_catalog_run("INSERT INTO dynapg.shards (stream_id, shard_id, parent_id, slot, slots, from_tick) "
					"VALUES ($1, $2, $3, $4, $5, $6)", &args);
}

static void
close_shards(int stream, int64 to_tick)
{
	DynSqlArgs	args = {0};

	dyn_sql_int(&args, stream);
	dyn_sql_int64(&args, to_tick);
	dyn_catalog_run("UPDATE dynapg.shards h SET to_tick = $2, closed_at = pg_catalog.now() "
					"WHERE h.stream_id OPERATOR(pg_catalog.=) $1 AND h.to_tick IS NULL", &args);
}

/*
 * The children of a shard have its slot where the number of slots stays as it is.  With another number there is no such
 * relation: a child has as its parent the shard of which it goes on with the greatest part.
 */
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
dyn_stream_roll(const DynStream *stream)
{
	MemoryContext caller = CurrentMemoryContext;
	DynSqlArgs	args = {0};
	DynShard   *shards;
	int			count;

	if (!stream->enabled || RecoveryInProgress() || XactReadOnly)
		return;
	SPI_connect();
	dyn_sql_int(&args, stream->id);
	dyn_sql_int(&args, dyn_guc_stream_shard_age);
	count = query_shards("SELECT " SHARD_COLUMNS " FROM dynapg.shards h WHERE h.stream_id OPERATOR(pg_catalog.=) $1 "
						 "AND h.to_tick IS NULL AND h.created_at OPERATOR(pg_catalog.<) pg_catalog.now() OPERATOR(pg_catalog.-) "
						 "pg_catalog.make_interval(secs => $2) ORDER BY h.slot", &args, caller, &shards);
	if (count > 0 && ConditionalLockDatabaseObject(RelationRelationId, dyn_log_relation("shards"), stream->id, ExclusiveLock))
	{
		DynTick    *tick = dyn_tick_now();

		close_shards(stream->id, tick->tick);
		for (int i = 0; i < dyn_guc_stream_shards; i++)
			add_shard(stream->id, parent_of(shards, count, i, dyn_guc_stream_shards), i, dyn_guc_stream_shards, tick->tick);
	}
	SPI_finish();
}

/* ---- enabling and disabling ---- */

/* Runs DDL on the data table as the log's owner: the trigger's function is nobody else's to use. */
static void
run_ddl(const char *sql)
{
	dyn_catalog_run(sql, NULL);
}

static void
add_stream_row(Oid relid, const char *table_name, const char *label, DynStreamView view, const DynKeyAttr *pk, const DynKeyAttr *sk)
{
	DynSqlArgs	args = {0};

	dyn_sql_oid(&args, relid);
	dyn_sql_text(&args, table_name);
	dyn_sql_oid(&args, GetUserId());
	dyn_sql_text(&args, label);
	dyn_sql_text(&args, dyn_stream_view_name(view));
	dyn_sql_text(&args, pk->name);
	dyn_sql_text(&args, dyn_tag_name(pk->tag));
	dyn_sql_text(&args, sk->tag ? sk->name : NULL);
	dyn_sql_text(&args, sk->tag ? dyn_tag_name(sk->tag) : NULL);
	dyn_catalog_run("INSERT INTO dynapg.streams AS s (relid, table_name, owner, label, view, pk_name, pk_type, sk_name, sk_type) "
					"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING s.stream_id", &args);
}

void
dyn_stream_enable(Oid relid, const char *table_name, const char *label, DynStreamView view, const DynKeyAttr *pk, const DynKeyAttr *sk)
{
	char	   *qualified;
	DynTick    *tick;
	int			stream;

	dyn_catalog_require_owner(relid);
	SPI_connect();
	qualified = dyn_ddl_qualified_name(relid);
	run_ddl(psprintf("CREATE TRIGGER " TRIGGER_NAME " AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW "
					 "EXECUTE FUNCTION dynapg.capture()", qualified));
	run_ddl(psprintf("CREATE TRIGGER " TRIGGER_NAME "_truncate BEFORE TRUNCATE ON %s FOR EACH STATEMENT "
					 "EXECUTE FUNCTION dynapg.capture()", qualified));
	add_stream_row(relid, table_name, label, view, pk, sk);
	stream = dyn_sql_get_int(0, 1);
	tick = dyn_tick_now();
	if (tick == NULL)
		elog(ERROR, "a stream cannot be enabled in a read-only transaction");
	for (int i = 0; i < dyn_guc_stream_shards; i++)
		add_shard(stream, NULL, i, dyn_guc_stream_shards, tick->tick);
	CacheInvalidateRelcacheByRelid(relid);
	SPI_finish();
}

/* Marks the stream of the table as disabled and closes its shards, after all writers have gone. */
static void
end_stream(Oid relid)
{
	DynSqlArgs	args = {0};
	DynTick    *tick;
	int			stream;

	dyn_sql_oid(&args, relid);
	if (dyn_catalog_run("UPDATE dynapg.streams s SET disabled_at = pg_catalog.now(), owner = c.relowner FROM pg_catalog.pg_class c "
						"WHERE c.oid OPERATOR(pg_catalog.=) s.relid AND s.relid OPERATOR(pg_catalog.=) $1 AND s.disabled_at IS NULL "
						"RETURNING s.stream_id", &args) == 0)
		return;
	stream = dyn_sql_get_int(0, 1);
	tick = dyn_tick_now();
	close_shards(stream, tick->tick + 1);
}

void
dyn_stream_disable(Oid relid)
{
	char	   *qualified;

	dyn_catalog_require_owner(relid);
	SPI_connect();
	LockRelationOid(relid, AccessExclusiveLock);
	qualified = dyn_ddl_qualified_name(relid);
	run_ddl(psprintf("DROP TRIGGER IF EXISTS " TRIGGER_NAME " ON %s", qualified));
	run_ddl(psprintf("DROP TRIGGER IF EXISTS " TRIGGER_NAME "_truncate ON %s", qualified));
	end_stream(relid);
	CacheInvalidateRelcacheByRelid(relid);
	SPI_finish();
}

void
dyn_stream_abandon(Oid relid)
{
	SPI_connect();
	LockRelationOid(relid, AccessExclusiveLock);
	end_stream(relid);
	SPI_finish();
}

/* ---- rights ---- */

bool
dyn_stream_may_read(const DynStream *stream)
{
	Oid			user = GetUserId();

	if (stream->enabled || SearchSysCacheExists1(RELOID, ObjectIdGetDatum(stream->relid)))
		return pg_class_aclcheck(stream->relid, user, ACL_SELECT) == ACLCHECK_OK;
	return has_privs_of_role(user, stream->owner);
}

/* ---- the trigger's cache ---- */

typedef struct CacheEntry
{
	Oid			relid;			/* hash key */
	bool		valid;
	bool		exists;
	DynStream	stream;			/* its texts are in the cache's context */
} CacheEntry;

static HTAB *cache = NULL;

static void
on_relation_change(Datum arg, Oid relid)
{
	HASH_SEQ_STATUS status;
	CacheEntry *entry;

	if (cache == NULL)
		return;
	if (OidIsValid(relid))
	{
		entry = hash_search(cache, &relid, HASH_FIND, NULL);
		if (entry)
			entry->valid = false;
		return;
	}
	hash_seq_init(&status, cache);
	while ((entry = hash_seq_search(&status)) != NULL)
		entry->valid = false;
}

static void
init_cache(void)
{
	HASHCTL		control = {.keysize = sizeof(Oid), .entrysize = sizeof(CacheEntry)};

	if (cache)
		return;
	cache = hash_create("dynapg streams of tables", 16, &control, HASH_ELEM | HASH_BLOBS);
	CacheRegisterRelcacheCallback(on_relation_change, (Datum) 0);
}

static void
fill(CacheEntry *entry)
{
	DynSqlArgs	args = {0};
	DynStream  *found;

	if (entry->exists)
	{
		pfree(entry->stream.pk.name);
		if (entry->stream.sk.tag)
			pfree(entry->stream.sk.name);
	}
	entry->exists = false;
	entry->valid = true;		/* an invalidation while it is read makes it invalid again */
	SPI_connect();
	dyn_sql_oid(&args, entry->relid);
	if (query_streams("SELECT " STREAM_COLUMNS " FROM dynapg.streams s WHERE s.relid OPERATOR(pg_catalog.=) $1 "
					  "AND s.disabled_at IS NULL", &args, CurrentMemoryContext, &found) > 0)
	{
		entry->stream = *found;
		entry->stream.table_name = NULL;
		entry->stream.label = NULL;
		entry->stream.pk.name = MemoryContextStrdup(TopMemoryContext, found->pk.name);
		if (found->sk.tag)
			entry->stream.sk.name = MemoryContextStrdup(TopMemoryContext, found->sk.name);
		entry->exists = true;
	}
	SPI_finish();
}

const DynStream *
dyn_stream_of_table(Oid relid)
{
	CacheEntry *entry;
	bool		found;

	init_cache();
	entry = hash_search(cache, &relid, HASH_ENTER, &found);
	if (!found)
	{
		entry->valid = false;
		entry->exists = false;
	}
	if (!entry->valid)
		fill(entry);
	return entry->exists ? &entry->stream : NULL;
}
