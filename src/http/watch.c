/*
 * watch.c - GET requests of monitoring: health, role, readiness, metrics
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/guc.h"
#include "base/limits.h"
#include "base/served.h"
#include "database/session.h"
#include "http/activity.h"
#include "http/durable.h"
#include "http/origin.h"
#include "http/stats.h"
#include "http/watch.h"

/* Why operations are not served, in the current memory context; NULL if they are. */
static const char *
refusal(void)
{
	MemoryContext context = CurrentMemoryContext;
	const char *volatile reason = NULL;

	if (dyn_activity_draining)
		return "the server stops";
	PG_TRY();
	{
		StartTransactionCommand();
		dyn_session_require_extension();
		CommitTransactionCommand();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		reason = CopyErrorData()->message;
		FlushErrorState();
		AbortCurrentTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	return reason;
}

/* -- metrics -- */

static void
print_gauge(StringInfo out, const char *name, const char *help)
{
	appendStringInfo(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static void
print_switch(StringInfo out, const char *name, const char *help, bool on)
{
	print_gauge(out, name, help);
	appendStringInfo(out, "%s %d\n", name, on);
}

static void
print_connections(StringInfo out, int worker, const DynActivity *activity)
{
	const struct
	{
		const char *state;
		int			count;
	}			states[] = {
		{"idle", dyn_activity_idle(activity)},
		{"receiving", activity->receiving},
		{"sending", activity->sending},
		{"waiting", activity->waiting},
		{"closing", activity->closing},
	};

	for (int i = 0; i < lengthof(states); i++)
		appendStringInfo(out, "dynapg_http_connections{worker=\"%d\",state=\"%s\"} %d\n", worker, states[i].state, states[i].count);
}

/* The state of the workers; one metric after the other, as the format requires. */
static void
print_workers(StringInfo out)
{
	DynActivity activities[DYN_MAX_HTTP_WORKERS];
	int			count = dyn_served_workers();

	for (int i = 0; i < count; i++)
		activities[i] = dyn_activity_of(i);
	print_gauge(out, "dynapg_http_worker_up", "Does the worker run?");
	for (int i = 0; i < count; i++)
		appendStringInfo(out, "dynapg_http_worker_up{worker=\"%d\"} %d\n", i + 1, activities[i].pid != 0);
	print_gauge(out, "dynapg_http_connections", "Connections by what they are at; waiting: for synchronous standbys.");
	for (int i = 0; i < count; i++)
		print_connections(out, i + 1, &activities[i]);
	print_gauge(out, "dynapg_http_buffered_bytes", "Bytes held for requests and replies.");
	for (int i = 0; i < count; i++)
		appendStringInfo(out, "dynapg_http_buffered_bytes{worker=\"%d\"} " INT64_FORMAT "\n", i + 1, activities[i].buffered);
	print_gauge(out, "dynapg_http_unflushed_lsn",
				"Position in the write-ahead log that has to be durable before replies leave; 0: none waits.");
	for (int i = 0; i < count; i++)
		appendStringInfo(out, "dynapg_http_unflushed_lsn{worker=\"%d\"} " UINT64_FORMAT "\n", i + 1, dyn_durable_pending(i));
}

static void
serve_metrics(const DynHttpRequest *request, DynReply *reply)
{
	StringInfoData metrics;
	const char *foreign = dyn_origin_refuses(request);

	initStringInfo(&metrics);
	if (foreign)
	{
		reply->status = 403;
		reply->content_type = "text/plain";
		appendStringInfo(&metrics, "%s\n", foreign);
		reply->body = (DynSlice) {metrics.data, metrics.len};
		return;
	}
	(void) dyn_stats_report(true);
	print_switch(&metrics, "dynapg_up", "Are operations served?", refusal() == NULL);
	print_switch(&metrics, "dynapg_in_recovery", "Is the server a standby?", RecoveryInProgress());
	print_workers(&metrics);
	dyn_stats_print_metrics(&metrics);
	reply->content_type = "text/plain; version=0.0.4";
	reply->body = (DynSlice) {metrics.data, metrics.len};
}

/* -- the rest -- */

/* The text if there is no reason, else the reason, with a status that makes load balancers go elsewhere. */
static void
answer(DynReply *reply, const char *text, const char *reason)
{
	char	   *body = psprintf("%s\n", reason ? reason : text);

	reply->status = reason ? 503 : 200;
	reply->content_type = "text/plain";
	reply->body = (DynSlice) {body, strlen(body)};
}

/* Replies with more than the role must not reach browser pages of other machines. True: it is refused. */
static bool
refuse_origin(const DynHttpRequest *request, DynReply *reply)
{
	const char *reason = dyn_origin_refuses(request);

	if (reason == NULL)
		return false;
	answer(reply, NULL, reason);
	reply->status = 403;
	return true;
}

void
dyn_watch_serve(const DynHttpRequest *request, DynReply *reply)
{
	bool		metrics = dyn_guc_http_metrics && dyn_slice_is(request->target, "/metrics");
	bool		ready = dyn_slice_is(request->target, "/ready");
	char	   *healthy;

	if ((metrics || ready) && refuse_origin(request, reply))
		return;
	if (metrics)
	{
		serve_metrics(request, reply);
		return;
	}
	if (dyn_slice_is(request->target, "/primary"))
	{
		answer(reply, "primary", RecoveryInProgress() ? "standby" : NULL);
		return;
	}
	if (ready)
	{
		answer(reply, "ready", refusal());
		return;
	}
	healthy = psprintf("healthy: dynamodb.%s.amazonaws.com ", dyn_guc_region);
	reply->content_type = "text/plain";
	reply->body = (DynSlice) {healthy, strlen(healthy)};
}
