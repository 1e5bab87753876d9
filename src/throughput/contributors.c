/*
 * contributors.c - contributor insights: the keys of tables and indexes that are asked for most, and refused most
 *
 * One lock protects everything: it is held for a look through an array or two, by the few requests that are counted.
 */
#include "postgres.h"

#include "catalog/pg_authid_d.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/lwlock.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/base64.h"
#include "base/compat.h"
#include "base/guc.h"
#include "base/limits.h"
#include "base/returned_rows.h"
#include "base/shmem.h"
#include "tables/catalog.h"
#include "tables/relation.h"
#include "throughput/contributors.h"
#include "value/number.h"

#define NAME		"dynapg contributor insights"
#define KEYS		64			/* that a sketch counts */
#define HASH_TEXT	128			/* bytes of a partition key's text, and of a sort key's */
#define RANGE_TEXT	96
#define COLUMNS		8

/* Sketches of a relation: bits say which one. */
#define THROTTLED	1
#define WHOLE_KEYS	2
#define SKETCHES	4

typedef struct Counter
{
	uint64		hash;
	int64		count;			/* 0: the place is free */
	int64		error;			/* the most by which it may be too high */
	uint8		hash_len;		/* of the texts */
	uint8		range_len;
	char		text[HASH_TEXT + RANGE_TEXT];
} Counter;

typedef struct Watched
{
	Oid			database;		/* InvalidOid: the place is free */
	Oid			relid;			/* of the table or the index */
	Oid			table;
	double		since;			/* the setting's; another one begins again */
	uint64		used;			/* by the clock below */
	Counter		sketches[SKETCHES][KEYS];
} Watched;

typedef struct Shared
{
	uint64		clock;
	Watched		watched[DYN_MAX_INSIGHTS];
} Shared;

/* A key in columns: those of the partition first. */
typedef struct Parts
{
	int			nhash;
	int			nrange;
	DynValue	values[DYN_MAX_INDEX_KEY_ATTRS];
} Parts;

static Shared *shared = NULL;
static LWLock *lock = NULL;

PGDLLEXPORT Datum dynapg_contributors(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(dynapg_contributors);

/* ---- the server's start ---- */

static void
attach(void)
{
	bool		found;

	shared = dyn_shmem_struct(NAME, sizeof(Shared), &found);
	lock = dyn_shmem_lock(NAME);
}

void
dyn_contributors_register(void)
{
	dyn_shmem_register(NAME, sizeof(Shared), true, attach);
}

/* ---- a key ---- */

static uint64
hash_of(const Parts *key, int n)
{
	uint64		hash = 0;

	for (int i = 0; i < n; i++)
		hash = hash_bytes_extended((const unsigned char *) key->values[i].data, (int) key->values[i].len,
								   hash ^ ((uint64) key->values[i].len << 8 | key->values[i].tag));
	return hash;
}

static void
append_value(StringInfo out, DynValue value)
{
	char		number[DYN_NUMBER_MAX_TEXT];

	switch (value.tag)
	{
		case DYN_N:
			appendBinaryStringInfo(out, number, dyn_number_print((const uint8 *) value.data, value.len, number));
			break;
		case DYN_B:
			enlargeStringInfo(out, (int) (value.len + 2) / 3 * 4 + 1);
			out->len += (int) dyn_base64_encode((const uint8 *) value.data, value.len, out->data + out->len);
			out->data[out->len] = '\0';
			break;
		default:
			appendBinaryStringInfo(out, (const char *) value.data, (int) value.len);
	}
}

/* The values' text, cut to the limit, without U+0000, which PostgreSQL's text cannot hold; returns its length. */
static uint8
print_values(char *dst, int limit, const DynValue *values, int n)
{
	StringInfoData text;
	int			len;

	initStringInfo(&text);
	for (int i = 0; i < n; i++)
	{
		if (i > 0)
			appendStringInfoString(&text, ", ");
		append_value(&text, values[i]);
	}
	len = text.len <= limit ? text.len : pg_mbcliplen(text.data, text.len, limit);
	for (int i = 0; i < len; i++)
		dst[i] = text.data[i] == '\0' ? ' ' : text.data[i];
	pfree(text.data);
	return (uint8) len;
}

/* ---- counting ---- */

/* Is this one of the accesses that are counted? */
static bool
is_sampled(void)
{
	static uint64 state = 0;

	if (dyn_guc_insights_sample == 1)
		return true;
	if (state == 0)
		state = (((uint64) GetCurrentTimestamp() << 20) ^ (uint64) MyProcPid) | 1;
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 11) % dyn_guc_insights_sample == 0;
}

/* The place of the relation, made where there is none; NULL where this backend knows an older setting than others.  Locked. */
static Watched *
find_watched(Oid relid, Oid table, double since)
{
	Watched    *oldest = &shared->watched[0];

	for (int i = 0; i < DYN_MAX_INSIGHTS; i++)
	{
		Watched    *candidate = &shared->watched[i];

		if (candidate->database == MyDatabaseId && candidate->relid == relid)
		{
			oldest = candidate;
			break;
		}
		if (candidate->used < oldest->used)
			oldest = candidate;
	}
	if (oldest->database != MyDatabaseId || oldest->relid != relid || oldest->since < since)
	{
		memset(oldest, 0, sizeof(*oldest));
		oldest->database = MyDatabaseId;
		oldest->relid = relid;
		oldest->table = table;
		oldest->since = since;
	}
	oldest->used = ++shared->clock;
	return oldest->since == since ? oldest : NULL;
}

static void
count(Counter *sketch, const Counter *key, int64 weight)
{
	Counter    *least = &sketch[0];

	for (int i = 0; i < KEYS; i++)
	{
		Counter    *counter = &sketch[i];

		if (counter->count > 0 && counter->hash == key->hash)
		{
			counter->count += weight;
			return;
		}
		if (counter->count < least->count)
			least = counter;
	}
	weight += least->count;
	*least = (Counter) {.hash = key->hash, .count = weight, .error = least->count,
	.hash_len = key->hash_len, .range_len = key->range_len};
	memcpy(least->text, key->text, key->hash_len + key->range_len);
}

/* Counts a key of the table, or of the index where there is one. */
static void
add(const DynTable *table, const DynIndex *index, const Parts *parts, bool throttled)
{
	const DynWatch *watch = index ? &index->watch : &table->watch;
	Oid			relid = index ? index->relid : table->relid;
	Counter		key = {.hash = hash_of(parts, parts->nhash)};
	Watched    *watched;
	int64		weight = throttled ? 1 : dyn_guc_insights_sample;

	if (shared == NULL || !OidIsValid(relid) || !(throttled ? watch->throttled : watch->accessed) || !(throttled || is_sampled()))
		return;
	key.hash_len = print_values(key.text, HASH_TEXT, parts->values, parts->nhash);
	LWLockAcquire(lock, LW_EXCLUSIVE);
	watched = find_watched(relid, table->relid, watch->since);
	if (watched)
		count(watched->sketches[throttled ? THROTTLED : 0], &key, weight);
	LWLockRelease(lock);
	if (parts->nrange == 0)
		return;
	key.hash = hash_of(parts, parts->nhash + parts->nrange);
	key.range_len = print_values(key.text + key.hash_len, RANGE_TEXT, parts->values + parts->nhash, parts->nrange);
	LWLockAcquire(lock, LW_EXCLUSIVE);
	watched = find_watched(relid, table->relid, watch->since);
	if (watched)
		count(watched->sketches[WHOLE_KEYS | (throttled ? THROTTLED : 0)], &key, weight);
	LWLockRelease(lock);
}

void
dyn_contributors_add_key(const DynTable *table, const DynKey *key, bool throttled)
{
	Parts		parts = {.nhash = 1, .nrange = key->sk.tag ? 1 : 0, .values = {key->pk, key->sk}};

	add(table, NULL, &parts, throttled);
}

void
dyn_contributors_add_item(const DynTable *table, const DynIndex *index, const struct varlena *item, bool throttled)
{
	Parts		parts = {.nhash = index->npk, .nrange = index->nsk};
	DynValue	root = dyn_item_root(item);

	for (int i = 0; i < index->npk + index->nsk; i++)
	{
		parts.values[i] = dyn_map_get(root, index->keys[i].name, index->keys[i].len);
		if (parts.values[i].tag != index->keys[i].tag)
			return;				/* the item is not in the index */
	}
	add(table, index, &parts, throttled);
}

void
dyn_contributors_add_range(const DynRange *range, bool throttled)
{
	Parts		parts = {.nhash = range->index ? range->index->npk : 1};

	if (range->nequal < parts.nhash)
		return;
	for (int i = 0; i < parts.nhash; i++)
		parts.values[i] = range->equal[i];
	add(range->table, range->index, &parts, throttled);
}

void
dyn_contributors_add_write(const DynTable *table, const DynKey *key, const DynChange *change)
{
	const struct varlena *item = change->after ? change->after : change->before;

	if (table->watch.accessed)
		dyn_contributors_add_key(table, key, false);
	for (int i = 0; table->watches_indexes && item && i < table->nindexes; i++)
	{
		if (table->indexes[i].watch.accessed)
			dyn_contributors_add_item(table, &table->indexes[i], item, false);
	}
}

/* ---- the view ---- */

/*
 * Keys are data.  The table's owner sees them, and members of pg_monitor do where they may read the whole table.
 */
static bool
may_see(Oid table)
{
	return dyn_compat_owns_relation(table, GetUserId()) ||
		(has_privs_of_role(GetUserId(), ROLE_PG_MONITOR) && dyn_catalog_may_read_all(table));
}

/* The index's name, or NULL for the table itself; *found: the relation is there, and its insights are those that were counted. */
static const char *
index_of(const DynTableDef *def, const Watched *watched, bool *found)
{
	*found = watched->relid == def->relid && def->settings.insights.enabled && def->settings.insights.since == watched->since;
	for (int i = 0; i < def->nindexes; i++)
	{
		const DynInsights *insights = &def->indexes[i].settings.insights;

		if (insights->enabled && insights->since == watched->since &&
			dyn_relation_of_index(def, &def->indexes[i], true) == watched->relid)
		{
			*found = true;
			return def->indexes[i].name;
		}
	}
	return NULL;
}

static void
add_row(Tuplestorestate *rows, TupleDesc row, const char *table, const char *index, int sketch, const Counter *counter, double since)
{
	Datum		values[COLUMNS] = {0};
	bool		nulls[COLUMNS] = {false};
	int64		microseconds = (int64) (since * 1e6 + 0.5);

	values[0] = CStringGetTextDatum(table);
	nulls[1] = index == NULL;
	if (index)
		values[1] = CStringGetTextDatum(index);
	values[2] = CStringGetTextDatum(sketch & THROTTLED ? "throttled" : "accessed");
	values[3] = PointerGetDatum(cstring_to_text_with_len(counter->text, counter->hash_len));
	nulls[4] = (sketch & WHOLE_KEYS) == 0;
	values[4] = PointerGetDatum(cstring_to_text_with_len(counter->text + counter->hash_len, counter->range_len));
	values[5] = Int64GetDatum(counter->count);
	values[6] = Int64GetDatum(counter->error);
	values[7] = TimestampTzGetDatum(microseconds - (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY);
	tuplestore_putvalues(rows, row, values, nulls);
}

static void
add_rows(Tuplestorestate *rows, TupleDesc row, const Watched *watched)
{
	DynTableDef *def = dyn_catalog_read_relid(watched->table);
	const char *index;
	bool		found;

	if (def == NULL || !may_see(watched->table))
		return;
	index = index_of(def, watched, &found);
	for (int sketch = 0; found && sketch < SKETCHES; sketch++)
	{
		for (int i = 0; i < KEYS; i++)
		{
			if (watched->sketches[sketch][i].count > 0)
				add_row(rows, row, def->name, index, sketch, &watched->sketches[sketch][i], watched->since);
		}
	}
}

/* contributors() returns the rows of dynapg.contributor_insights */
Datum
dynapg_contributors(PG_FUNCTION_ARGS)
{
	TupleDesc	row;
	Tuplestorestate *rows = dyn_returned_rows_begin(fcinfo, COLUMNS, &row);
	Watched    *copy = palloc(sizeof(Watched));

	for (int i = 0; shared != NULL && i < DYN_MAX_INSIGHTS; i++)
	{
		CHECK_FOR_INTERRUPTS();
		LWLockAcquire(lock, LW_SHARED);
		memcpy(copy, &shared->watched[i], sizeof(Watched));
		LWLockRelease(lock);
		if (copy->database == MyDatabaseId)
			add_rows(rows, row, copy);
	}
	return (Datum) 0;
}
