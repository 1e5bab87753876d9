/*
 * serve.h - from a request to its reply
 */
#ifndef DYNAPG_HTTP_SERVE_H
#define DYNAPG_HTTP_SERVE_H

#include "postgres.h"

#include "lib/stringinfo.h"

#include "http/request.h"

/* Sets up the settings of requests; once, when a worker has connected to its database, and again after a reload. */
extern void dyn_serve_init(void);
extern void dyn_serve_reload(void);

/*
 * Answers the request: appends the whole reply to out, which must not be sent before dyn_durable_flush.  The request's errors
 * are replies; raises an error only if memory for the reply is missing or the process must end. True: an operation succeeded,
 * so the client is authorised.
 *
 * The reply keeps the connection alive, if requested, unless the worker drains and no further request of the client has
 * arrived; keep_alive is set accordingly.
 */
extern bool dyn_serve_request(DynHttpRequest *request, bool more, bool *keep_alive, StringInfo out);

/* Appends the reply to a request that could not be read; 503 means that there was no memory for it. */
extern void dyn_serve_refusal(int status, StringInfo out);

#endif							/* DYNAPG_HTTP_SERVE_H */
