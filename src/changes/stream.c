/*
 * stream.c - streams of tables: catalog dynapg.streams, and the triggers of tables with a stream
 *
 * The trigger looks up the stream of its table for each row, so backends cache it until the table's relcache entry is
 * invalidated; creating and dropping the trigger does that.
 */
#include "postgres.h"

#include "catalog/pg_authid_d.h"
#include "catalog/pg_class.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rls.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "base/errors.h"
#include "base/guc.h"
#include "base/namespace.h"
#include "changes/known_tables.h"
#include "changes/log.h"
#include "changes/shard.h"
#include "changes/stream.h"
#include "changes/tick.h"
#include "database/citus.h"
#include "tables/catalog.h"
#include "tables/ddl.h"

/* Triggers fire in the order of their names: this one before any that changes the row again. */
#define ROW_TRIGGER			"!dynapg_capture"
#define TRUNCATE_TRIGGER	"!dynapg_capture_truncate"

#define STREAM_COLUMNS \
	"s.stream_id, s.table_name, s.relid::pg_catalog.oid, s.owner, s.label, s.view, s.pk_name, s.pk_type, s.sk_name, s.sk_type, " \
	"s.created_at, s.disabled_at IS NULL, s.channel"

/*
 * Does the row claim the name of a table of somebody else?  Whoever may insert rows can have done that before the table was made; later
 * the guard refuses it. The relation of a stream whose table was dropped is gone.
 */
#define IS_OF_ANOTHER \
	"EXISTS (SELECT FROM dynapg.tables t JOIN pg_catalog.pg_class o ON o.oid OPERATOR(pg_catalog.=) t.relid::pg_catalog.oid " \
	"JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) s.relid::pg_catalog.oid " \
	"WHERE t.name OPERATOR(pg_catalog.=) s.table_name AND c.relowner OPERATOR(pg_catalog.<>) o.relowner)"

static const char *const view_names[] = {"KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"};

const char *
dyn_stream_view_name(DynStreamView view)
{
	return view_names[view];
}

static DynStreamView
view_of(const char *name)
{
	for (int i = 0; name && i < lengthof(view_names); i++)
	{
		if (strcmp(name, view_names[i]) == 0)
			return (DynStreamView) i;
	}
	elog(ERROR, "\"%s\" is not a view of a stream", name ? name : "");
}

/* ---- reading the catalog ---- */

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
	stream->view = view_of(dyn_sql_get_text(row, 6));
	stream->pk = key_attr(dyn_sql_get_text(row, 7), dyn_sql_get_text(row, 8));
	stream->sk = key_attr(dyn_sql_get_text(row, 9), dyn_sql_get_text(row, 10));
	stream->created_at = dyn_sql_get_int64(row, 11);
	stream->enabled = dyn_sql_get_bool(row, 12) && SearchSysCacheExists1(RELOID, ObjectIdGetDatum(stream->relid));
	stream->channel = dyn_sql_get_text(row, 13);
}

/* The streams that the rest of the query selects, in the current memory context. */
static int
query(const char *rest, DynSqlArgs *args, DynStream **streams)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext old;
	int			count;

	SPI_connect();
	count = (int) dyn_log_query(psprintf("SELECT " STREAM_COLUMNS " FROM dynapg.streams s %s", rest), args, 0);
	old = MemoryContextSwitchTo(caller);
	*streams = palloc0(Max(count, 1) * sizeof(DynStream));
	for (int i = 0; i < count; i++)
		read_stream(i, &(*streams)[i]);
	MemoryContextSwitchTo(old);
	SPI_finish();
	return count;
}

/* The same of a stream that has been read. */
static bool
is_of_another(const DynStream *stream)
{
	Oid			named = dyn_catalog_relid(stream->table_name);
	Oid			owner = dyn_catalog_owner(stream->relid);

	return OidIsValid(named) && OidIsValid(owner) && dyn_catalog_owner(named) != owner;
}

/* The newest stream of the table, or the one with that label, for which the rest of the condition holds; or NULL. */
static DynStream *
find(const char *table_name, const char *label, const char *rest)
{
	DynSqlArgs	args = {0};
	DynStream  *stream;

	dyn_sql_text(&args, table_name);
	dyn_sql_text(&args, label);
	if (query(psprintf("WHERE s.table_name OPERATOR(pg_catalog.=) $1 AND ($2 IS NULL OR s.label OPERATOR(pg_catalog.=) $2) %s "
					   "ORDER BY s.label DESC LIMIT 1", rest), &args, &stream) == 0)
		return NULL;
	return stream;
}

/* Each read of records looks for its stream, so the joins are left to the case in which somebody does claim a name. */
DynStream *
dyn_stream_find(const char *table_name, const char *label)
{
	DynStream  *stream = find(table_name, label, "");

	if (stream == NULL || !is_of_another(stream))
		return stream;
	return find(table_name, label, "AND NOT " IS_OF_ANOTHER);
}

int
dyn_stream_list(const char *prefix, const char *table_name, const char *after_name, const char *after_label, int limit,
				DynStream **streams)
{
	DynSqlArgs	args = {0};

	dyn_sql_text(&args, table_name);
	dyn_sql_text(&args, after_name ? after_name : "");
	dyn_sql_text(&args, after_label ? after_label : "");
	dyn_sql_int(&args, limit);
	dyn_sql_text(&args, prefix);
	return query("WHERE NOT " IS_OF_ANOTHER " AND ($5 IS NULL OR " DYN_IN_NAMESPACE("s.table_name", "$5") ") "
				 "AND ($1 IS NULL OR s.table_name OPERATOR(pg_catalog.=) $1) AND (s.table_name OPERATOR(pg_catalog.>) $2 "
				 "OR s.table_name OPERATOR(pg_catalog.=) $2 AND s.label OPERATOR(pg_catalog.>) $3) "
				 "ORDER BY s.table_name, s.label LIMIT $4", &args, streams);
}

/* ---- enabling and disabling ---- */

static int
add_row(Oid relid, const char *table_name, const char *label, const char *view, const DynKeyAttr *pk, const DynKeyAttr *sk)
{
	DynSqlArgs	args = {0};

	dyn_sql_oid(&args, relid);
	dyn_sql_text(&args, table_name);
	dyn_sql_text(&args, label);
	dyn_sql_text(&args, view);
	dyn_sql_text(&args, pk->name);
	dyn_sql_text(&args, dyn_tag_name(pk->tag));
	dyn_sql_text(&args, sk->tag ? sk->name : NULL);
	dyn_sql_text(&args, sk->tag ? dyn_tag_name(sk->tag) : NULL);
	/* streams restored from a dump may have numbers that the sequence has not reached */
	while (dyn_catalog_run("INSERT INTO dynapg.streams AS s (relid, table_name, label, view, pk_name, pk_type, sk_name, sk_type) "
						   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (stream_id) DO NOTHING RETURNING s.stream_id", &args) == 0)
		CHECK_FOR_INTERRUPTS();
	return dyn_sql_get_int(0, 1);
}

/* Includes renamed ones. */
static void
drop_triggers(Oid relid)
{
	DynSqlArgs	args = {0};
	uint64		count;
	char	  **names;

	dyn_sql_oid(&args, relid);
	count = dyn_sql_run("SELECT t.tgname::pg_catalog.text FROM pg_catalog.pg_trigger AS t WHERE t.tgrelid OPERATOR(pg_catalog.=) $1 "
						"AND NOT t.tgisinternal "
						"AND t.tgfoid OPERATOR(pg_catalog.=) 'dynapg.capture()'::pg_catalog.regprocedure::pg_catalog.oid",
						&args, 0);
	names = palloc(Max(count, 1) * sizeof(char *));
	for (uint64 i = 0; i < count; i++)
		names[i] = dyn_sql_get_text(i, 1);
	for (uint64 i = 0; i < count; i++)
		dyn_sql_run(psprintf("DROP TRIGGER %s ON %s", quote_identifier(names[i]), dyn_ddl_qualified_name(relid)), NULL, 0);
}

/* Marks streams as disabled and closes their shards; the condition has the OID as $1. */
static void
end_streams(const char *condition, Oid argument)
{
	DynSqlArgs	args = {0};
	uint64		count;
	int		   *ids;

	dyn_sql_oid(&args, argument);
	count = dyn_catalog_run(psprintf("UPDATE dynapg.streams s SET disabled_at = pg_catalog.clock_timestamp(), "
									 "owner = COALESCE((SELECT c.relowner FROM pg_catalog.pg_class c "
									 "WHERE c.oid OPERATOR(pg_catalog.=) s.relid), s.owner) "
									 "WHERE s.disabled_at IS NULL AND %s RETURNING s.stream_id", condition), &args);
	ids = palloc(Max(count, 1) * sizeof(int));
	for (uint64 i = 0; i < count; i++)
		ids[i] = dyn_sql_get_int(i, 1);
	for (uint64 i = 0; i < count; i++)
		dyn_shard_close_all(ids[i]);
}

void
dyn_stream_enable(Oid relid, const char *table_name, const char *label, const char *view, const DynKeyAttr *pk, const DynKeyAttr *sk)
{
	DynStream	stream = {.enabled = true};
	char	   *table;

	dyn_catalog_require_owner(relid);
	if (get_rel_relkind(relid) != RELKIND_RELATION)
		dyn_validation(DYN_INVALID_PARAMETER "Table %s cannot have a stream, as it is not an ordinary table",
					   dyn_namespace_text_name(table_name));
	dyn_citus_refuse(relid, "a stream");
	SPI_connect();
	table = dyn_ddl_qualified_name(relid);
	drop_triggers(relid);
	dyn_sql_run(psprintf("CREATE TRIGGER \"" ROW_TRIGGER "\" AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW "
						 "EXECUTE FUNCTION dynapg.capture()", table), NULL, 0);
	dyn_sql_run(psprintf("CREATE TRIGGER \"" TRUNCATE_TRIGGER "\" BEFORE TRUNCATE ON %s FOR EACH STATEMENT "
						 "EXECUTE FUNCTION dynapg.capture()", table), NULL, 0);
	end_streams("s.relid OPERATOR(pg_catalog.=) $1", relid);	/* there is none, unless a number has been reused */
	stream.id = add_row(relid, table_name, label, view, pk, sk);
	CacheInvalidateRelcacheByRelid(relid);
	SPI_finish();

	/* no existing tick can see a record of the stream */
	dyn_shard_open_first(&stream, dyn_tick_last()->tick);
}

void
dyn_stream_disable(Oid relid)
{
	dyn_catalog_require_owner(relid);
	SPI_connect();
	LockRelationOid(relid, AccessExclusiveLock);
	drop_triggers(relid);
	end_streams("s.relid OPERATOR(pg_catalog.=) $1", relid);
	CacheInvalidateRelcacheByRelid(relid);
	SPI_finish();
}

/*
 * The trigger's function does not notice when SQL drops its table; the event trigger does, if it is enabled, and records who
 * dropped it.
 */
int
dyn_stream_list_enabled(DynStream **streams)
{
	SPI_connect();
	end_streams("$1 IS NOT NULL AND NOT EXISTS (SELECT FROM pg_catalog.pg_class c "
				"WHERE c.oid OPERATOR(pg_catalog.=) s.relid)", BOOTSTRAP_SUPERUSERID);
	SPI_finish();
	return query("WHERE s.disabled_at IS NULL ORDER BY s.stream_id", NULL, streams);
}

/* ---- what the jobs forget ---- */

void
dyn_stream_forget(void)
{
	DynSqlArgs	args = {0};

	SPI_connect();
	dyn_sql_int(&args, dyn_guc_stream_retention);
	dyn_shard_forget();
	dyn_catalog_run("DELETE FROM dynapg.streams s WHERE s.disabled_at OPERATOR(pg_catalog.<) "
					"(pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) pg_catalog.make_interval(secs => $1)) "
					"AND NOT EXISTS (SELECT FROM dynapg.shards h WHERE h.stream_id OPERATOR(pg_catalog.=) s.stream_id)", &args);
	SPI_finish();
}

/* ---- tables that are reset ---- */

static Oid	paused = InvalidOid;

void
dyn_stream_pause(Oid relid)
{
	paused = relid;
}

bool
dyn_stream_is_paused(Oid relid)
{
	return OidIsValid(paused) && paused == relid;
}

void
dyn_stream_clear(Oid relid, int64 after_number)
{
	DynSqlArgs	args = {0};

	dyn_sql_oid(&args, relid);
	dyn_sql_int64(&args, after_number);
	SPI_connect();
	dyn_catalog_run("DELETE FROM dynapg.changes c USING dynapg.streams s WHERE s.relid OPERATOR(pg_catalog.=) $1 "
					"AND s.disabled_at IS NULL AND c.stream_id OPERATOR(pg_catalog.=) s.stream_id "
					"AND c.number OPERATOR(pg_catalog.>) $2", &args);
	SPI_finish();
}

void
dyn_stream_erase(Oid relid, const char *table_name)
{
#define OF_TABLE "s.relid OPERATOR(pg_catalog.=) $1 AND s.table_name OPERATOR(pg_catalog.=) $2"
	DynSqlArgs	args = {0};

	dyn_sql_oid(&args, relid);
	dyn_sql_text(&args, table_name);
	SPI_connect();
	if (dyn_catalog_run("SELECT FROM dynapg.streams s WHERE " OF_TABLE, &args) > 0)
	{
		dyn_catalog_run("DELETE FROM dynapg.changes c USING dynapg.streams s WHERE " OF_TABLE
						" AND c.stream_id OPERATOR(pg_catalog.=) s.stream_id", &args);
		dyn_catalog_run("DELETE FROM dynapg.shards h USING dynapg.streams s WHERE " OF_TABLE
						" AND h.stream_id OPERATOR(pg_catalog.=) s.stream_id", &args);
		dyn_catalog_run("DELETE FROM dynapg.streams s WHERE " OF_TABLE, &args);
	}
	SPI_finish();
#undef OF_TABLE
}

/* ---- rights ---- */

/* Does the user have SELECT on the whole table, without row security that hides rows? */
static bool
may_read(const DynStream *stream, Oid user)
{
	if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(stream->relid)))
		return OidIsValid(stream->owner) ? has_privs_of_role(user, stream->owner) : superuser_arg(user);
	return pg_class_aclcheck(stream->relid, user, ACL_SELECT) == ACLCHECK_OK &&
		check_enable_rls(stream->relid, user, true) != RLS_ENABLED;
}

bool
dyn_stream_is_readable(const DynStream *stream)
{
	return may_read(stream, GetUserId());
}

void
dyn_stream_check_readable(const DynStream *stream)
{
	if (!dyn_stream_is_readable(stream))
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, dyn_namespace_text_name(stream->table_name));
}

/* ---- the trigger's cache ---- */

typedef struct Known
{
	DynKnownTable table;
	bool		exists;
	DynStream	stream;			/* its texts, without a label, are in TopMemoryContext */
} Known;

static DynKnownTables known = {.name = "dynapg streams of tables", .entry_size = sizeof(Known)};

static void
forget_entry(Known *entry)
{
	if (entry->exists)
	{
		pfree(entry->stream.pk.name);
		if (entry->stream.sk.tag)
			pfree(entry->stream.sk.name);
		if (entry->stream.channel)
			pfree(entry->stream.channel);
		pfree(entry->stream.table_name);
	}
	entry->exists = false;
}

static void
keep_stream(Known *entry, const DynStream *found)
{
	entry->stream = *found;
	entry->stream.table_name = MemoryContextStrdup(TopMemoryContext, found->table_name);
	entry->stream.label = NULL;
	entry->stream.channel = found->channel ? MemoryContextStrdup(TopMemoryContext, found->channel) : NULL;
	entry->stream.pk.name = MemoryContextStrdup(TopMemoryContext, found->pk.name);
	if (found->sk.tag)
		entry->stream.sk.name = MemoryContextStrdup(TopMemoryContext, found->sk.name);
	entry->exists = true;
}

static void
fill_entry(Known *entry)
{
	uint64		before = known.invalidations;
	DynSqlArgs	args = {0};
	DynStream  *found;
	int			count;

	dyn_sql_oid(&args, entry->table.relid);
	count = query("WHERE s.relid OPERATOR(pg_catalog.=) $1 AND s.disabled_at IS NULL", &args, &found);
	forget_entry(entry);
	if (count > 0)
		keep_stream(entry, found);
	dyn_known_tables_mark(&known, entry, before);
	pfree(found);
}

const DynStream *
dyn_stream_of_table(Oid relid)
{
	Known	   *entry = dyn_known_tables_get(&known, relid);

	if (!entry->table.valid)
		fill_entry(entry);
	return entry->exists ? &entry->stream : NULL;
}
