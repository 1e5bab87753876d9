/*
 * serve.h - from a request to its reply
 */
#ifndef DYNAPG_HTTP_SERVE_H
#define DYNAPG_HTTP_SERVE_H

#include "postgres.h"

#include "lib/stringinfo.h"

#include "http/request.h"

/* Sets up what requests run with; once, when a worker has connected to its database, and again after a reload. */
extern void dyn_serve_init(void);
extern void dyn_serve_reload(void);

/*
 * Answers the request: appends the whole reply to out, which must not be sent before dyn_durable_flush.  The
 * request's errors are replies; what is raised is out of memory for the reply, and what ends the process.  True: an operation
 * succeeded, so the client has shown that it has a right to one.
 *
 * The reply keeps the connection alive, if that is asked for, unless the worker drains and no more of the client's requests have
 * arrived; keep_alive is set to whether it does.
 */
extern bool dyn_serve_request(DynHttpRequest *request, bool more, bool *keep_alive, StringInfo out);

/* Appends the reply to a request that could not be read; 503: for which there is no memory. */
extern void dyn_serve_refusal(int status, StringInfo out);

#endif							/* DYNAPG_HTTP_SERVE_H */
