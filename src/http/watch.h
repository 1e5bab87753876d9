/*
 * watch.h - what those who watch the server ask for by GET: health, role, readiness, metrics
 *
 * They need no authentication and tell nothing of tables, but for /metrics, which is off by default.
 */
#ifndef DYNAPG_HTTP_WATCH_H
#define DYNAPG_HTTP_WATCH_H

#include "postgres.h"

#include "http/reply.h"
#include "http/request.h"

/*
 * The reply to a GET or HEAD, in the current memory context: /primary is 200 but on a standby, /ready when operations are
 * served, /metrics where the setting has it; the rest is the health check.
 */
extern void dyn_watch_serve(const DynHttpRequest *request, DynReply *reply);

#endif							/* DYNAPG_HTTP_WATCH_H */
