/*
 * allowance.c - provisioned throughput: the units that tables and global secondary indexes have left, shared by all backends
 *
 * A shared hash by database and relation.  Its lock is held shared to find an entry and exclusively to add or
 * remove one; an entry's own spinlock is held for the few instructions that bring a bucket up to date.  Units
 * are counted in millionths and time in microseconds of the monotonic clock, which all processes share, so that rate times time
 * gives millionths, without rounding.
 */
#include "postgres.h"

#include <limits.h>

#include "miscadmin.h"
#include "portability/instr_time.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
#include "storage/spin.h"
#include "utils/hsearch.h"

#include "base/limits.h"
#include "base/shmem.h"
#include "throughput/allowance.h"

#define NAME		"dynapg throughput"
#define MILLION		INT64CONST(1000000)
#define MAX_RATE	INT64CONST(1000000000)	/* units per second: the most that can be counted, far above any real rate */

typedef struct Key
{
	Oid			database;
	Oid			relid;
} Key;

typedef struct Bucket
{
	int64		rate;			/* units per second, or millionths per microsecond; 0: no limit */
	int64		left;			/* millionths of a unit; negative: debt */
	int64		at;				/* when that was so */
} Bucket;

typedef struct Entry
{
	Key			key;			/* first, as hash tables need it */
	slock_t		mutex;			/* of the buckets */
	Bucket		buckets[DYN_ALLOWANCE_KINDS];
} Entry;

static HTAB *shared = NULL;
static LWLock *lock = NULL;

/* ---- the server's start ---- */

static void
attach(void)
{
	HASHCTL		info = {.keysize = sizeof(Key), .entrysize = sizeof(Entry)};

	shared = ShmemInitHash(NAME, DYN_MAX_THROTTLED, DYN_MAX_THROTTLED, &info, HASH_ELEM | HASH_BLOBS | HASH_FIXED_SIZE);
	lock = dyn_shmem_lock(NAME);
}

void
dyn_allowance_register(void)
{
	dyn_shmem_register(NAME, hash_estimate_size(DYN_MAX_THROTTLED, sizeof(Entry)), true, attach);
}

static void
require_shmem(void)
{
	if (shared == NULL)
		ereport(ERROR,
				errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				errmsg("dynapg has to be in shared_preload_libraries for that"));
}

/* ---- a bucket ---- */

static int64
now(void)
{
	instr_time	time;

	INSTR_TIME_SET_CURRENT(time);
	return INSTR_TIME_GET_MICROSEC(time);
}

/* What the bucket would have at that moment. */
static int64
left_at(const Bucket *bucket, int64 moment)
{
	int64		elapsed = Min(Max(moment - bucket->at, 0), DYN_ALLOWANCE_BURST * MILLION);

	return Min(bucket->left + elapsed * bucket->rate, DYN_ALLOWANCE_BURST * MILLION * bucket->rate);
}

static int64
bounded(int64 rate)
{
	return Min(rate, MAX_RATE);
}

/* Brings the bucket up to the moment, and to the new rate if it has changed; a new limit begins with a full bucket. */
static void
refresh(Bucket *bucket, int64 rate, int64 moment)
{
	int64		full = DYN_ALLOWANCE_BURST * MILLION * rate;

	bucket->left = bucket->rate == 0 ? full : Min(left_at(bucket, moment), full);
	bucket->rate = rate;
	bucket->at = Max(bucket->at, moment);	/* another process may have been here with a later moment */
}

/* Sets both buckets to what flows in within that number of seconds. */
static void
fill(Entry *entry, const DynAllowance *throttled, int seconds, int64 moment)
{
	for (int kind = 0; kind < DYN_ALLOWANCE_KINDS; kind++)
	{
		int64		rate = bounded(throttled->rates[kind]);

		entry->buckets[kind] = (Bucket) {.rate = rate, .left = rate * MILLION * seconds, .at = moment};
	}
}

/* ---- the hash ---- */

/* The number of seconds' units that are left in the emptier one of an entry's buckets. */
static int64
fullness(const Entry *entry, int64 moment)
{
	int64		least = DYN_ALLOWANCE_BURST * MILLION;

	for (int kind = 0; kind < DYN_ALLOWANCE_KINDS; kind++)
	{
		const Bucket *bucket = &entry->buckets[kind];

		if (bucket->rate > 0)
			least = Min(least, left_at(bucket, moment) / bucket->rate);
	}
	return least;
}

/* Removes the entries that are full, or else the fullest one.  The lock is held exclusively. */
static void
make_room(int64 moment)
{
	HASH_SEQ_STATUS scan;
	Entry	   *entry;
	Key			fullest = {0};
	int64		most = PG_INT64_MIN;

	hash_seq_init(&scan, shared);
	while ((entry = hash_seq_search(&scan)) != NULL)
	{
		int64		full = fullness(entry, moment);

		if (full >= DYN_ALLOWANCE_BURST * MILLION)
			(void) hash_search(shared, &entry->key, HASH_REMOVE, NULL);
		else if (full > most)
		{
			most = full;
			fullest = entry->key;
		}
	}
	if (hash_get_num_entries(shared) >= DYN_MAX_THROTTLED)
		(void) hash_search(shared, &fullest, HASH_REMOVE, NULL);
}

/* The relation's entry; the lock is held when it returns. */
static Entry *
lock_entry(const DynAllowance *throttled)
{
	Key			key = {.database = MyDatabaseId, .relid = throttled->relid};
	Entry	   *entry;
	int64		moment;
	bool		found;

	require_shmem();
	LWLockAcquire(lock, LW_SHARED);
	entry = hash_search(shared, &key, HASH_FIND, NULL);
	if (entry != NULL)
		return entry;
	LWLockRelease(lock);

	moment = now();
	LWLockAcquire(lock, LW_EXCLUSIVE);
	if (hash_get_num_entries(shared) >= DYN_MAX_THROTTLED)
		make_room(moment);
	entry = hash_search(shared, &key, HASH_ENTER, &found);
	if (!found)
	{
		SpinLockInit(&entry->mutex);
		fill(entry, throttled, DYN_ALLOWANCE_BURST, moment);
	}
	return entry;
}

/* Takes the units, unless nothing is left and that matters; returns whether something was left. */
static bool
take_units(const DynAllowance *throttled, DynAllowanceKind kind, double units, bool always)
{
	int64		rate = bounded(throttled->rates[kind]);
	Entry	   *entry = lock_entry(throttled);
	Bucket	   *bucket = &entry->buckets[kind];
	int64		moment = now();
	bool		has_left;

	SpinLockAcquire(&entry->mutex);
	refresh(bucket, rate, moment);
	has_left = bucket->left > 0;
	if (has_left || always)
		bucket->left -= (int64) (units * MILLION);
	SpinLockRelease(&entry->mutex);
	LWLockRelease(lock);
	return has_left;
}

/* ---- what the other files see ---- */

bool
dyn_allowance_has_left(const DynAllowance *throttled, DynAllowanceKind kind)
{
	return throttled->rates[kind] == 0 || take_units(throttled, kind, 0, false);
}

bool
dyn_allowance_take(const DynAllowance *throttled, DynAllowanceKind kind, double units)
{
	return throttled->rates[kind] == 0 || take_units(throttled, kind, units, false);
}

void
dyn_allowance_charge(const DynAllowance *throttled, DynAllowanceKind kind, double units)
{
	if (throttled->rates[kind] > 0)
		(void) take_units(throttled, kind, units, true);
}

void
dyn_allowance_set(const DynAllowance *throttled, int seconds)
{
	Entry	   *entry = lock_entry(throttled);
	int64		moment = now();

	SpinLockAcquire(&entry->mutex);
	fill(entry, throttled, seconds, moment);
	SpinLockRelease(&entry->mutex);
	LWLockRelease(lock);
}

/* Appends an entry's buckets to the states. */
static void
list_entry(Entry *entry, int64 moment, DynAllowanceState *states, int *count)
{
	SpinLockAcquire(&entry->mutex);
	for (int kind = 0; kind < DYN_ALLOWANCE_KINDS; kind++)
	{
		const Bucket *bucket = &entry->buckets[kind];

		if (bucket->rate == 0)
			continue;
		states[(*count)++] = (DynAllowanceState)
		{
			.relid = entry->key.relid,
			.kind = kind,
			.rate = bucket->rate,
			.units = (double) left_at(bucket, moment) / MILLION
		};
	}
	SpinLockRelease(&entry->mutex);
}

DynAllowanceState *
dyn_allowance_list(int *count)
{
	DynAllowanceState *states = palloc_array(DynAllowanceState, DYN_MAX_THROTTLED * DYN_ALLOWANCE_KINDS);
	int64		moment = now();
	HASH_SEQ_STATUS scan;
	Entry	   *entry;

	*count = 0;
	if (shared == NULL)
		return states;
	LWLockAcquire(lock, LW_SHARED);
	hash_seq_init(&scan, shared);
	while ((entry = hash_seq_search(&scan)) != NULL)
	{
		if (entry->key.database == MyDatabaseId)
			list_entry(entry, moment, states, count);
	}
	LWLockRelease(lock);
	return states;
}
