/*
 * pool.h - all connections of a worker: their number, timers and memory
 *
 * Memory: what the connections hold for requests and replies stays within dynapg.http_memory. Only bytes that have arrived
 * count, whatever a client announces. An eighth is reserved for small requests; when the rest is used up, clients with large
 * bodies wait until another one is complete. While a client waits for memory,
 *
 *   - a slow client (see below) with much in its buffers is ended with 503;
 *   - if all wait and none can continue, the requests that began last are ended with 503, until the others can;
 *   - a client that still waits after dynapg.http_transfer_timeout is ended with 503.
 *
 * Replies may exceed the memory by what one turn of the event loop makes, which has a limit of its own.  Then clients that have
 * not received theirs are ended, the slowest first, and if that does not help, requests are answered with 503 instead of being
 * executed.
 * In addition to dynapg.http_memory a worker needs memory for the one request that it executes, and for OpenSSL's state of each
 * connection.
 *
 * Time: a request and the receipt of its reply may each take dynapg.http_transfer_timeout, which starts again as long as bytes
 * flow at MIN_RATE; a request's headers have it only once. A client is slow if it has stayed below that rate for SLOW_AFTER.
 *
 * Number: beyond dynapg.http_max_connections a new connection takes the place of another one.  That is, among those without a
 * successful operation, one that has been idle for SLOW_AFTER, else the slowest one that sends a request; else one that is
 * closing; else an idle one, if possible idle for SLOW_AFTER; else the slowest one that sends a request.
 */
#ifndef DYNAPG_HTTP_POOL_H
#define DYNAPG_HTTP_POOL_H

#include "postgres.h"

#include "http/activity.h"
#include "http/connection_state.h"

/* What the pool calls for a connection; none of it raises an error. */
typedef struct DynPoolActions
{
	/* Continues reading, after memory became available. */
	void		(*feed) (DynConnection *connection);

	/*
	 * Ends it, since there is no memory for it: with 503 where the client can still read that as a reply to its request, else at once.
	 */
	void		(*refuse) (DynConnection *connection);

	/* Sends its replies without waiting for standbys any more. */
	void		(*release) (DynConnection *connection);
} DynPoolActions;

/* Once: connections are watched by that epoll instance, whose data.ptr are DynConnection *. */
extern void dyn_pool_init(int epoll, const DynPoolActions *with);

/* Accepts what waits on the listening socket.  False if accepting must pause because this process lacks a resource. */
extern bool dyn_pool_accept(int listener);

/* Lets connections that wait for memory continue, as far as memory allows. */
extern void dyn_pool_feed(void);

/* Closes those that have waited that long for a request, or for their client to close. */
extern void dyn_pool_end_idle(int milliseconds);

/* Do replies wait for synchronous standbys? */
extern bool dyn_pool_holds(void);

/* Sends the replies that no longer wait for anything. */
extern void dyn_pool_release(void);

/* The microseconds after which to check whether others can be sent. */
extern long dyn_pool_next_look(void);

/*
 * Closes expired connections; replies that waited for standbys for dynapg.http_statement_timeout are sent. Returns the
 * milliseconds until the next one expires, -1 for never.
 */
extern long dyn_pool_expire(void);

/* Frees those that have ended; at the end of a turn, when no events of it are left. */
extern void dyn_pool_bury(void);

/* Milliseconds of a clock that is never set. */
extern int64 dyn_pool_now(void);

/* Their number. */
extern int	dyn_pool_open(void);

/* Fills in the report on the connections, between two turns; its cost grows with the number of active ones. */
extern void dyn_pool_describe(DynActivity *activity);

/* ---- for connection.c ---- */

extern void dyn_pool_start_timer(DynConnection *connection, DynTimer timer);

/* Ends a connection at once; its structure stays until dyn_pool_bury. */
extern void dyn_pool_destroy(DynConnection *connection);

/* To be called when the size of its buffers has changed. */
extern void dyn_pool_account(DynConnection *connection);

/*
 * Is there memory for these further bytes of input? Other connections may be ended for that, but never this one. is_small then
 * says whether the connection should be refused rather than wait for memory.
 */
extern bool dyn_pool_admits(DynConnection *connection, uint32 bytes, bool *is_small);

/* Is there memory for replies?  Other connections may be ended for that. */
extern bool dyn_pool_may_execute(DynConnection *connection);

#endif							/* DYNAPG_HTTP_POOL_H */
