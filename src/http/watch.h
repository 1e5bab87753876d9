/*
 * watch.h - GET requests of monitoring: health, role, readiness, metrics
 *
 * They need no authentication and show nothing of tables, except for /metrics, which is off by default.
 */
#ifndef DYNAPG_HTTP_WATCH_H
#define DYNAPG_HTTP_WATCH_H

#include "postgres.h"

#include "http/reply.h"
#include "http/request.h"

/*
 * The reply to a GET or HEAD, in the current memory context: /primary is 200 except on a standby, /ready when operations are
 * served, /metrics if the setting enables it; any other path is the health check.
 */
extern void dyn_watch_serve(const DynHttpRequest *request, DynReply *reply);

#endif							/* DYNAPG_HTTP_WATCH_H */
