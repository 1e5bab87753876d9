/*
 * stats.c - statistics of the HTTP front: calls, errors, items, time and bytes per operation and table
 *
 * Both the worker's counters and the shared ones are hash tables of the same entries.  A reset empties the shared one
 * and starts a new era; a worker forgets counters of an earlier one.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "port/atomics.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/timestamp.h"

#include "base/guc.h"
#include "base/jsonout.h"
#include "base/limits.h"
#include "base/shmem.h"
#include "http/stats.h"

#define MAX_OPERATION		48		/* bytes of an operation's name, with its NUL */
#define MAX_TABLE			256		/* bytes of a table's name, with its NUL */
#define ROOM_FOR_OPERATIONS 200		/* entries */
#define NAME				"dynapg HTTP statistics"
#define MICROSECONDS		1000000.0	/* in a second */

/* Upper bounds of the histogram's buckets, in microseconds; one more bucket has what takes longer. */
static const int64 bounds[] = {100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000, 2500000,
	5000000, 10000000};

#define BUCKETS (lengthof(bounds) + 1)

typedef struct Key
{
	char		operation[MAX_OPERATION];
	char		table[MAX_TABLE];
} Key;

typedef struct Counter
{
	Key			key;			/* NUL-padded; first, as hash tables need it */
	int64		calls;
	int64		microseconds;
	int64		items;
	int64		bytes_in;
	int64		bytes_out;
	int64		errors[DYN_E_COUNT];
	int64		took[BUCKETS];	/* calls by their time */
} Counter;

static HTAB *shared = NULL;
static pg_atomic_uint32 *era = NULL;	/* number of resets; changed with the lock held */
static LWLock *lock = NULL;
static HTAB *own = NULL;
static Counter *last = NULL;	/* in own: what was counted last */
static uint32 own_era = 0;
static TimestampTz reported = 0;

PGDLLEXPORT Datum dynapg_http_statistics(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(dynapg_http_statistics);
PGDLLEXPORT Datum dynapg_stat_operations_reset(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(dynapg_stat_operations_reset);

static void
attach(void)
{
	HASHCTL		info = {.keysize = sizeof(Key), .entrysize = sizeof(Counter)};
	bool		found;

	shared = ShmemInitHash(NAME, DYN_MAX_HTTP_COUNTERS, DYN_MAX_HTTP_COUNTERS, &info, HASH_ELEM | HASH_BLOBS | HASH_FIXED_SIZE);
	era = dyn_shmem_struct("dynapg HTTP statistics era", sizeof(pg_atomic_uint32), &found);
	if (!found)
		pg_atomic_init_u32(era, 0);
	lock = dyn_shmem_lock(NAME);
}

void
dyn_stats_register(void)
{
	dyn_shmem_register(NAME, add_size(hash_estimate_size(DYN_MAX_HTTP_COUNTERS, sizeof(Counter)), MAXALIGN(sizeof(pg_atomic_uint32))), true,
					   attach);
}

/* The counter with that key in a table, new if there is room; else NULL. */
static Counter *
counter_of(HTAB *table, const Key *key)
{
	bool		found;
	Counter    *counter = hash_search(table, key, HASH_ENTER_NULL, &found);

	if (counter != NULL && !found)
		memset((char *) counter + sizeof(Key), 0, sizeof(Counter) - sizeof(Key));
	return counter;
}

static void
add_to_shared(const Counter *increment)
{
	Counter    *counter = counter_of(shared, &increment->key);

	if (counter == NULL)
		return;
	counter->calls += increment->calls;
	counter->microseconds += increment->microseconds;
	counter->items += increment->items;
	counter->bytes_in += increment->bytes_in;
	counter->bytes_out += increment->bytes_out;
	for (int i = 0; i < DYN_E_COUNT; i++)
		counter->errors[i] += increment->errors[i];
	for (int i = 0; i < BUCKETS; i++)
		counter->took[i] += increment->took[i];
}

static void
forget_own(void)
{
	hash_destroy(own);
	own = NULL;
	last = NULL;
}

static HTAB *
own_counters(void)
{
	HASHCTL		info = {.keysize = sizeof(Key), .entrysize = sizeof(Counter)};

	if (own != NULL && own_era != pg_atomic_read_u32(era))
		forget_own();
	if (own == NULL)
	{
		own_era = pg_atomic_read_u32(era);
		own = hash_create("dynapg HTTP statistics", 64, &info, HASH_ELEM | HASH_BLOBS);
	}
	return own;
}

/* Can a request that ended like this have named an arbitrary table? */
static bool
is_unproven(const DynErrInfo *error)
{
	return error == dyn_error_info(DYN_E_RESOURCE_NOT_FOUND) || error == dyn_error_info(DYN_E_TABLE_NOT_FOUND) ||
		error == dyn_error_info(DYN_E_VALIDATION) || error == dyn_error_info(DYN_E_SERIALIZATION) ||
		error == dyn_error_info(DYN_E_ACCESS_DENIED) || error->http_status != 400;
}

static int
bucket_of(int64 microseconds)
{
	int			bucket = 0;

	while (bucket < lengthof(bounds) && microseconds > bounds[bucket])
		bucket++;
	return bucket;
}

/* This worker's counter with that key, which is often the one of the request before; NULL where there is no room. */
static Counter *
own_counter(const Key *key)
{
	HTAB	   *counters = own_counters();

	if (last == NULL || memcmp(&last->key, key, sizeof(Key)) != 0)
		last = counter_of(counters, key);
	return last;
}

void
dyn_stats_count(const DynStatsCall *call)
{
	Key			key;
	Counter    *counter;

	memset(&key, 0, sizeof(key));
	strlcpy(key.operation, call->operation->name, MAX_OPERATION);
	if (call->table.len < MAX_TABLE && !(call->error && is_unproven(call->error)))
		memcpy(key.table, call->table.data, call->table.len);
	if (hash_get_num_entries(own_counters()) >= DYN_MAX_HTTP_COUNTERS)
		(void) dyn_stats_report(true);
	counter = own_counter(&key);
	if (counter == NULL)
		return;
	counter->calls++;
	counter->microseconds += call->microseconds;
	counter->took[bucket_of(call->microseconds)]++;
	counter->items += call->items;
	counter->bytes_in += call->bytes_in;
	counter->bytes_out += call->bytes_out;
	for (DynErr code = 0; call->error && code < DYN_E_COUNT; code++)
		counter->errors[code] += dyn_error_info(code) == call->error;
}

/*
 * Is there room in shared memory for one more pair of operation and table? Some room is reserved for operations without a
 * table.
 */
static bool
has_room(const Key *key)
{
	return key->table[0] == '\0' || hash_get_num_entries(shared) < DYN_MAX_HTTP_COUNTERS - ROOM_FOR_OPERATIONS ||
		hash_search(shared, key, HASH_FIND, NULL) != NULL;
}

/* Adds the worker's counters to shared memory, unless they were reset since. */
static void
move_counters(void)
{
	HASH_SEQ_STATUS scan;
	Counter    *counter;

	LWLockAcquire(lock, LW_EXCLUSIVE);
	if (own_era != pg_atomic_read_u32(era))
	{
		LWLockRelease(lock);
		return;
	}
	hash_seq_init(&scan, own);
	while ((counter = hash_seq_search(&scan)) != NULL)
	{
		if (!has_room(&counter->key))
			memset(counter->key.table, 0, MAX_TABLE);
		add_to_shared(counter);
	}
	LWLockRelease(lock);
}

bool
dyn_stats_report(bool now)
{
	TimestampTz time;

	if (own == NULL)
		return false;
	time = GetCurrentTimestamp();
	if (!now && !TimestampDifferenceExceeds(reported, time, DYN_STATS_INTERVAL))
		return true;
	move_counters();
	forget_own();
	reported = time;
	return false;
}

/* -- reading -- */

static int
compare_keys(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(Key));
}

/* The shared counters in the current memory context, in the order of operation and table. */
static Counter *
copy_counters(int *count)
{
	HASH_SEQ_STATUS scan;
	Counter    *counter;
	Counter    *counters;

	LWLockAcquire(lock, LW_SHARED);
	counters = palloc(sizeof(Counter) * Max(hash_get_num_entries(shared), 1));
	*count = 0;
	hash_seq_init(&scan, shared);
	while ((counter = hash_seq_search(&scan)) != NULL)
		counters[(*count)++] = *counter;
	LWLockRelease(lock);
	qsort(counters, *count, sizeof(Counter), compare_keys);
	return counters;
}

/* The histogram: a pair for each bucket that has calls, of its upper bound in seconds (null: none) and their number. */
static void
print_took(StringInfo out, const Counter *counter)
{
	const char *comma = "";

	dyn_jsonout_member(out, "took");
	appendStringInfoChar(out, '[');
	for (int i = 0; i < BUCKETS; i++)
	{
		if (counter->took[i] == 0)
			continue;
		if (i < lengthof(bounds))
			appendStringInfo(out, "%s[%.15g," INT64_FORMAT "]", comma, bounds[i] / MICROSECONDS, counter->took[i]);
		else
			appendStringInfo(out, "%s[null," INT64_FORMAT "]", comma, counter->took[i]);
		comma = ",";
	}
	appendStringInfoChar(out, ']');
}

static void
print_json(StringInfo out, const Counter *counter)
{
	appendStringInfoChar(out, '{');
	dyn_jsonout_member(out, "operation");
	dyn_jsonout_string(out, counter->key.operation, strlen(counter->key.operation));
	dyn_jsonout_member(out, "table_name");
	dyn_jsonout_string(out, counter->key.table, strlen(counter->key.table));
	appendStringInfo(out, ",\"calls\":" INT64_FORMAT ",\"seconds\":%.6f,\"items\":" INT64_FORMAT
					 ",\"bytes_in\":" INT64_FORMAT ",\"bytes_out\":" INT64_FORMAT,
					 counter->calls, counter->microseconds / MICROSECONDS, counter->items, counter->bytes_in, counter->bytes_out);
	dyn_jsonout_member(out, "errors");
	appendStringInfoChar(out, '{');
	for (DynErr error = 0; error < DYN_E_COUNT; error++)
	{
		if (counter->errors[error] > 0)
		{
			dyn_jsonout_member(out, dyn_error_info(error)->name);
			appendStringInfo(out, INT64_FORMAT, counter->errors[error]);
		}
	}
	appendStringInfoChar(out, '}');
	print_took(out, counter);
	appendStringInfoChar(out, '}');
}

/* http_statistics() returns json: an array with an object for each operation and table; NULL when there is no front. */
Datum
dynapg_http_statistics(PG_FUNCTION_ARGS)
{
	StringInfoData out;
	Counter    *counters;
	int			count;

	if (shared == NULL)
		PG_RETURN_NULL();
	initStringInfo(&out);
	appendStringInfoChar(&out, '[');
	counters = copy_counters(&count);
	for (int i = 0; i < count; i++)
	{
		if (i > 0)
			appendStringInfoChar(&out, ',');
		print_json(&out, &counters[i]);
	}
	appendStringInfoChar(&out, ']');
	PG_RETURN_DATUM(CStringGetTextDatum(out.data));
}

/* stat_operations_reset() returns void: restarts counting. */
Datum
dynapg_stat_operations_reset(PG_FUNCTION_ARGS)
{
	HASH_SEQ_STATUS scan;
	Counter    *counter;

	if (shared == NULL)
		PG_RETURN_VOID();
	LWLockAcquire(lock, LW_EXCLUSIVE);
	hash_seq_init(&scan, shared);
	while ((counter = hash_seq_search(&scan)) != NULL)
		(void) hash_search(shared, &counter->key, HASH_REMOVE, NULL);
	pg_atomic_fetch_add_u32(era, 1);
	LWLockRelease(lock);
	PG_RETURN_VOID();
}

/* Orders by calls, most first. */
static int
compare_calls(const void *a, const void *b)
{
	int64		calls_a = ((const Counter *) a)->calls;
	int64		calls_b = ((const Counter *) b)->calls;

	return calls_a != calls_b ? (calls_a < calls_b ? 1 : -1) : compare_keys(a, b);
}

/* One line of a metric; error may be NULL.  Names of operations, tables and exceptions need no escapes. */
static void
print_line(StringInfo out, const char *metric, const Key *key, const char *error, double value)
{
	appendStringInfo(out, "%s{operation=\"%s\",table=\"%s\"", metric, key->operation, key->table);
	if (error)
		appendStringInfo(out, ",error=\"%s\"", error);
	appendStringInfo(out, "} %.15g\n", value);
}

static void
print_head(StringInfo out, const char *metric, const char *help)
{
	appendStringInfo(out, "# HELP %s %s\n# TYPE %s counter\n", metric, help, metric);
}

/* The histogram of an operation. */
static void
print_histogram(StringInfo out, const Counter *sum)
{
	static const char metric[] = "dynapg_http_request_duration_seconds";
	const char *operation = sum->key.operation;
	int64		calls = 0;

	for (int i = 0; i < lengthof(bounds); i++)
	{
		calls += sum->took[i];
		appendStringInfo(out, "%s_bucket{operation=\"%s\",le=\"%.15g\"} " INT64_FORMAT "\n",
						 metric, operation, bounds[i] / MICROSECONDS, calls);
	}
	appendStringInfo(out, "%s_bucket{operation=\"%s\",le=\"+Inf\"} " INT64_FORMAT "\n", metric, operation, sum->calls);
	appendStringInfo(out, "%s_sum{operation=\"%s\"} %.15g\n", metric, operation, sum->microseconds / MICROSECONDS);
	appendStringInfo(out, "%s_count{operation=\"%s\"} " INT64_FORMAT "\n", metric, operation, sum->calls);
}

/* The histograms of all operations, over their tables; the counters are in the order of their keys. */
static void
print_histograms(StringInfo out, const Counter *counters, int count)
{
	Counter		sum;

	appendStringInfoString(out, "# HELP dynapg_http_request_duration_seconds Time that requests took.\n"
						   "# TYPE dynapg_http_request_duration_seconds histogram\n");
	for (int i = 0; i < count; i++)
	{
		if (i == 0 || strcmp(counters[i].key.operation, counters[i - 1].key.operation) != 0)
		{
			memset(&sum, 0, sizeof(sum));
			memcpy(sum.key.operation, counters[i].key.operation, MAX_OPERATION);
		}
		sum.calls += counters[i].calls;
		sum.microseconds += counters[i].microseconds;
		for (int bucket = 0; bucket < BUCKETS; bucket++)
			sum.took[bucket] += counters[i].took[bucket];
		if (i + 1 == count || strcmp(counters[i].key.operation, counters[i + 1].key.operation) != 0)
			print_histogram(out, &sum);
	}
}

void
dyn_stats_print_metrics(StringInfo out)
{
	int			count;
	Counter    *counters = copy_counters(&count);

	print_histograms(out, counters, count);
	if (count > DYN_MAX_HTTP_METRICS)
	{
		qsort(counters, count, sizeof(Counter), compare_calls);
		count = DYN_MAX_HTTP_METRICS;
		qsort(counters, count, sizeof(Counter), compare_keys);
	}
	print_head(out, "dynapg_http_requests_total", "Requests answered.");
	for (int i = 0; i < count; i++)
		print_line(out, "dynapg_http_requests_total", &counters[i].key, NULL, counters[i].calls);
	print_head(out, "dynapg_http_errors_total", "Requests answered with an error.");
	for (int i = 0; i < count; i++)
	{
		for (DynErr error = 0; error < DYN_E_COUNT; error++)
		{
			if (counters[i].errors[error] > 0)
				print_line(out, "dynapg_http_errors_total", &counters[i].key, dyn_error_info(error)->name, counters[i].errors[error]);
		}
	}
	print_head(out, "dynapg_http_request_seconds_total", "Time spent on requests.");
	for (int i = 0; i < count; i++)
		print_line(out, "dynapg_http_request_seconds_total", &counters[i].key, NULL, counters[i].microseconds / MICROSECONDS);
	print_head(out, "dynapg_http_items_total", "Items returned or written.");
	for (int i = 0; i < count; i++)
		print_line(out, "dynapg_http_items_total", &counters[i].key, NULL, counters[i].items);
	print_head(out, "dynapg_http_received_bytes_total", "Bytes of the bodies of requests.");
	for (int i = 0; i < count; i++)
		print_line(out, "dynapg_http_received_bytes_total", &counters[i].key, NULL, counters[i].bytes_in);
	print_head(out, "dynapg_http_sent_bytes_total", "Bytes of the bodies of replies, before compression.");
	for (int i = 0; i < count; i++)
		print_line(out, "dynapg_http_sent_bytes_total", &counters[i].key, NULL, counters[i].bytes_out);
}
