/*
 * activity.c - the state of the HTTP workers: connections, requests, buffers
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/shmem.h"
#include "storage/spin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/timestamp.h"

#include "base/jsonout.h"
#include "base/limits.h"
#include "base/shmem.h"
#include "http/activity.h"
#include "http/durable.h"

#define NAME	"dynapg HTTP activity"

typedef struct Place
{
	slock_t		lock;
	DynActivity told;
} Place;

volatile sig_atomic_t dyn_activity_draining = false;

static Place *places = NULL;	/* one of each worker */
static Place *own = NULL;
static DynActivity current;		/* this worker's */
static bool changed = false;	/* since the last report */
static TimestampTz reported = 0;

PGDLLEXPORT Datum dynapg_http_workers(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(dynapg_http_workers);

static void
attach(void)
{
	bool		found;

	places = dyn_shmem_struct(NAME, mul_size(DYN_MAX_HTTP_WORKERS, sizeof(Place)), &found);
	for (int i = 0; i < DYN_MAX_HTTP_WORKERS && !found; i++)
		SpinLockInit(&places[i].lock);
}

void
dyn_activity_register(void)
{
	dyn_shmem_register(NAME, mul_size(DYN_MAX_HTTP_WORKERS, sizeof(Place)), false, attach);
}

static void
report_activity(void)
{
	SpinLockAcquire(&own->lock);
	own->told = current;
	SpinLockRelease(&own->lock);
}

static void
at_exit(int code, Datum argument)
{
	memset(&current, 0, sizeof(current));
	report_activity();
}

void
dyn_activity_init(int worker)
{
	own = &places[worker];
	current.pid = MyProcPid;
	current.started = GetCurrentTimestamp();
	report_activity();
	on_shmem_exit(at_exit, (Datum) 0);
}

void
dyn_activity_count_request(void)
{
	current.requests++;
}

bool
dyn_activity_report(bool worked, int open, void (*describe) (DynActivity *))
{
	TimestampTz now;

	changed |= worked || current.open != open;
	if (!changed)
		return false;
	now = GetCurrentTimestamp();
	if (worked)
		current.active = now;
	if (!TimestampDifferenceExceeds(reported, now, DYN_ACTIVITY_INTERVAL))
		return true;
	describe(&current);
	report_activity();
	reported = now;
	changed = false;
	return false;
}

/* -- reading -- */

DynActivity
dyn_activity_of(int worker)
{
	DynActivity activity;

	SpinLockAcquire(&places[worker].lock);
	activity = places[worker].told;
	SpinLockRelease(&places[worker].lock);
	return activity;
}

int
dyn_activity_idle(const DynActivity *activity)
{
	return activity->open - activity->receiving - activity->sending - activity->waiting - activity->closing;
}

static void
print_number(StringInfo out, const char *name, int64 value)
{
	dyn_jsonout_member(out, name);
	appendStringInfo(out, INT64_FORMAT, value);
}

/* 0 is no time. */
static void
print_time(StringInfo out, const char *name, TimestampTz value)
{
	char		text[MAXDATELEN + 1];

	if (value == 0)
		return;
	JsonEncodeDateTime(text, TimestampTzGetDatum(value), TIMESTAMPTZOID, NULL);
	dyn_jsonout_member(out, name);
	dyn_jsonout_string(out, text, strlen(text));
}

static void
print_worker(StringInfo out, int worker, const DynActivity *activity)
{
	XLogRecPtr	pending = dyn_durable_pending(worker);

	appendStringInfoString(out, out->len > 1 ? ",{" : "{");
	print_number(out, "worker", worker + 1);
	print_number(out, "pid", activity->pid);
	print_time(out, "started", activity->started);
	print_time(out, "last_active", activity->active);
	print_number(out, "connections", activity->open);
	print_number(out, "idle", dyn_activity_idle(activity));
	print_number(out, "receiving", activity->receiving);
	print_number(out, "sending", activity->sending);
	print_number(out, "waiting", activity->waiting);
	print_number(out, "closing", activity->closing);
	print_number(out, "requests", activity->requests);
	print_number(out, "buffered_bytes", activity->buffered);
	if (!XLogRecPtrIsInvalid(pending))
	{
		dyn_jsonout_member(out, "unflushed_lsn");
		appendStringInfo(out, "\"%X/%X\"", LSN_FORMAT_ARGS(pending));
	}
	appendStringInfoChar(out, '}');
}

/* http_workers() returns json: an array with an object for each worker that runs; NULL when there is no front. */
Datum
dynapg_http_workers(PG_FUNCTION_ARGS)
{
	StringInfoData out;

	if (places == NULL)
		PG_RETURN_NULL();
	initStringInfo(&out);
	appendStringInfoChar(&out, '[');
	for (int i = 0; i < DYN_MAX_HTTP_WORKERS; i++)
	{
		DynActivity activity = dyn_activity_of(i);

		if (activity.pid != 0)
			print_worker(&out, i, &activity);
	}
	appendStringInfoChar(&out, ']');
	PG_RETURN_DATUM(CStringGetTextDatum(out.data));
}
