/*
 * recorder.c - which operations and parameters requests have used: dynapg.recorded_calls
 *
 * Model.  A hash table of a fixed size, from database, operation and path to a count and the first and last time.  A reset removes all
 * entries; where there is no room, those of databases that are gone are removed.  A path has the names of structures' members, joined by
 * dots; what a list has is "[]", what a map has is "*".
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "storage/lwlock.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "api/recorder.h"
#include "base/returned_rows.h"
#include "base/shmem.h"
#include "database/session.h"

#define NAME			"dynapg recorder"
#define ENTRIES			2048	/* a power of two */
#define MOST_USED		1536	/* beyond that searches would become long */
#define MAX_OPERATION	48
#define MAX_PATH		120
#define COLUMNS			6
#define SWEEP_INTERVAL	60000	/* milliseconds between two looks for databases that are gone */

typedef struct Entry
{
	Oid			database;		/* InvalidOid: the place is free */
	char		operation[MAX_OPERATION];
	char		path[MAX_PATH];
	int64		calls;
	TimestampTz first;
	TimestampTz last;
} Entry;

typedef struct Shared
{
	int			used;
	TimestampTz swept;			/* when such databases were looked for */
	Entry		entries[ENTRIES];
} Shared;

/* A difference from DynamoDB. */
typedef struct Difference
{
	const char *operation;
	const char *member;
	const char *text;
} Difference;

#define DYN_DIFFERENCE(operation, member, text) {operation, member, text},
static const Difference differences[] = {
#include "api/differences.def"
};
#undef DYN_DIFFERENCE

static Shared *shared = NULL;
static LWLock *lock = NULL;

PGDLLEXPORT Datum dynapg_recorded(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum dynapg_recorded_calls_reset(PG_FUNCTION_ARGS);

/* ---- the server's start ---- */

static void
attach(void)
{
	bool		found;

	shared = dyn_shmem_struct(NAME, sizeof(Shared), &found);
	lock = dyn_shmem_lock(NAME);
}

void
dyn_recorder_register(void)
{
	dyn_shmem_register(NAME, sizeof(Shared), true, attach);
}

/* ---- recording ---- */

/* The place of that operation and path, or the free one for it; NULL where there is no room.  The lock is held. */
static Entry *
place_of(Oid database, const char *operation, const char *path)
{
	uint32		at = hash_bytes((const unsigned char *) path, (int) strlen(path)) ^
		hash_bytes((const unsigned char *) operation, (int) strlen(operation));

	for (at &= ENTRIES - 1; OidIsValid(shared->entries[at].database); at = (at + 1) & (ENTRIES - 1))
	{
		Entry	   *entry = &shared->entries[at];

		if (entry->database == database && strcmp(entry->operation, operation) == 0 && strcmp(entry->path, path) == 0)
			return entry;
	}
	return shared->used < MOST_USED ? &shared->entries[at] : NULL;
}

/* Is there room for it?  The lock is held. */
static bool
add_use(const char *operation, const char *path, TimestampTz now)
{
	Entry	   *entry = place_of(MyDatabaseId, operation, path);

	if (entry == NULL)
		return false;
	if (!OidIsValid(entry->database))
	{
		entry->database = MyDatabaseId;
		strlcpy(entry->operation, operation, MAX_OPERATION);
		strlcpy(entry->path, path, MAX_PATH);
		entry->first = now;
		shared->used++;
	}
	entry->calls++;
	entry->last = now;
	return true;
}

/* Entries find their places again: an empty one ends a search.  The lock is held. */
static void
remove_database(Oid database, const Shared *before)
{
	shared->used = 0;
	memset(shared->entries, 0, sizeof(shared->entries));
	for (int i = 0; i < ENTRIES; i++)
	{
		const Entry *entry = &before->entries[i];

		if (!OidIsValid(entry->database) || entry->database == database)
			continue;
		*place_of(entry->database, entry->operation, entry->path) = *entry;
		shared->used++;
	}
}

/* Removes what databases have left that are gone.  Catalogs are read without the lock. */
static void
sweep(TimestampTz now)
{
	Shared	   *before = palloc(sizeof(Shared));
	List	   *databases = NIL;
	ListCell   *cell;

	LWLockAcquire(lock, LW_EXCLUSIVE);
	shared->swept = now;
	memcpy(before, shared, sizeof(Shared));
	LWLockRelease(lock);
	for (int i = 0; i < ENTRIES; i++)
		if (OidIsValid(before->entries[i].database))
			databases = list_append_unique_oid(databases, before->entries[i].database);
	foreach(cell, databases)
	{
		if (dyn_session_database_exists(lfirst_oid(cell)))
			continue;
		LWLockAcquire(lock, LW_EXCLUSIVE);
		memcpy(before, shared, sizeof(Shared));
		remove_database(lfirst_oid(cell), before);
		LWLockRelease(lock);
	}
	list_free(databases);
	pfree(before);
}

/* A request may have a great many parameters: others can use the list, and a cancel can come, between two of them. */
static void
note(const char *operation, const char *path, TimestampTz now)
{
	bool		fits;
	bool		is_due;

	CHECK_FOR_INTERRUPTS();
	LWLockAcquire(lock, LW_EXCLUSIVE);
	fits = add_use(operation, path, now);
	is_due = TimestampDifferenceExceeds(shared->swept, now, SWEEP_INTERVAL);
	LWLockRelease(lock);
	if (fits || !is_due)
		return;
	sweep(now);
	LWLockAcquire(lock, LW_EXCLUSIVE);
	(void) add_use(operation, path, now);
	LWLockRelease(lock);
}

/* Appends to the path; false where it becomes too long. */
static bool
extend(char *path, size_t len, const char *part, const char *name)
{
	return snprintf(path + len, MAX_PATH - len, "%s%s", len > 0 ? part : "", name) < (int) (MAX_PATH - len);
}

static void
note_value(const char *operation, char *path, const DynShape *shape, const DynJson *value, TimestampTz now)
{
	size_t		len = strlen(path);

	check_stack_depth();
	if (shape->kind == DYN_SHAPE_LIST || shape->kind == DYN_SHAPE_MAP)
	{
		if (shape->element->kind < DYN_SHAPE_STRUCTURE || shape->element->kind >= DYN_SHAPE_ATTRIBUTE_VALUE ||
			!extend(path, len, shape->kind == DYN_SHAPE_LIST ? "[]" : ".*", ""))
			return;
		for (const DynJson *element = dyn_json_first(value); element; element = dyn_json_next(element))
			note_value(operation, path, shape->element, element, now);
	}
	if (shape->kind == DYN_SHAPE_STRUCTURE)
		for (int i = 0; i < shape->nfields; i++)
		{
			const DynJson *member = dyn_request_member(value, shape->fields[i].name);

			if (member == NULL || !extend(path, len, ".", shape->fields[i].name))
				continue;
			note(operation, path, now);
			note_value(operation, path, shape->fields[i].shape, member, now);
			path[len] = '\0';
		}
	path[len] = '\0';
}

void
dyn_recorder_note(const char *operation, const DynShape *shape, const DynJson *request)
{
	char		path[MAX_PATH] = "";
	char		name[MAX_OPERATION];
	TimestampTz now = GetCurrentTimestamp();

	if (shared == NULL)
		return;
	strlcpy(name, operation, MAX_OPERATION);
	note(name, path, now);
	note_value(name, path, shape, request, now);
}

/* ---- what was recorded ---- */

/* What differs from DynamoDB, or NULL; an operation's own difference comes before that of all. */
static const char *
difference_of(const char *operation, const char *path)
{
	const char *dot = strrchr(path, '.');
	const char *member = dot ? dot + 1 : path;
	const char *of_all = NULL;

	for (int i = 0; i < lengthof(differences); i++)
	{
		if (strcmp(differences[i].member, member) != 0)
			continue;
		if (strcmp(differences[i].operation, operation) == 0)
			return differences[i].text;
		if (strcmp(differences[i].operation, "*") == 0)
			of_all = differences[i].text;
	}
	return of_all;
}

/* recorded() returns the rows of dynapg.recorded_calls */
PG_FUNCTION_INFO_V1(dynapg_recorded);
Datum
dynapg_recorded(PG_FUNCTION_ARGS)
{
	TupleDesc	row;
	Tuplestorestate *rows = dyn_returned_rows_begin(fcinfo, COLUMNS, &row);

	for (int i = 0; shared != NULL && i < ENTRIES; i++)
	{
		Entry		entry;
		const char *difference;
		Datum		values[COLUMNS] = {0};
		bool		nulls[COLUMNS] = {0};

		LWLockAcquire(lock, LW_SHARED);
		entry = shared->entries[i];
		LWLockRelease(lock);
		if (entry.database != MyDatabaseId)
			continue;
		difference = difference_of(entry.operation, entry.path);
		values[0] = CStringGetTextDatum(entry.operation);
		nulls[1] = entry.path[0] == '\0';
		values[1] = CStringGetTextDatum(entry.path);
		values[2] = Int64GetDatum(entry.calls);
		values[3] = TimestampTzGetDatum(entry.first);
		values[4] = TimestampTzGetDatum(entry.last);
		nulls[5] = difference == NULL;
		values[5] = difference ? CStringGetTextDatum(difference) : (Datum) 0;
		tuplestore_putvalues(rows, row, values, nulls);
	}
	return (Datum) 0;
}

/* recorded_calls_reset() returns void: forgets what was recorded, in all databases */
PG_FUNCTION_INFO_V1(dynapg_recorded_calls_reset);
Datum
dynapg_recorded_calls_reset(PG_FUNCTION_ARGS)
{
	if (shared != NULL)
	{
		LWLockAcquire(lock, LW_EXCLUSIVE);
		memset(shared, 0, sizeof(Shared));
		LWLockRelease(lock);
	}
	PG_RETURN_VOID();
}
