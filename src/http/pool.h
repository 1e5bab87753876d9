/*
 * pool.h - the connections of a worker together: their number, timers and memory
 *
 * Memory: what the connections hold for requests and replies stays within dynapg.http_memory.  Only bytes that have arrived
 * count, whatever a client announces.  An eighth is kept for small requests; when the rest is used up, those who send large
 * bodies wait until somebody's is complete.  While somebody waits for memory,
 *
 *   - a client that is slow (see below) with much in its buffers is ended with 503;
 *   - where all wait and nobody can go on, the requests that began last are ended with 503, until the others can;
 *   - who still waits after dynapg.http_transfer_timeout is ended with 503.
 *
 * Replies may exceed the memory by what one turn of the event loop makes, which has a limit of its own.  Then clients that have not
 * taken theirs are ended, the slowest first, and as long as that does not help, requests are answered with 503 instead of being
 * executed.
 * Beyond dynapg.http_memory a worker needs what the one request that it executes takes, and what OpenSSL keeps for a connection.
 *
 * Time: a request and the taking of its reply may each take dynapg.http_transfer_timeout, which starts again as long as bytes flow
 * at MIN_RATE; a request's headers have it just once.  Slow is who has not managed that for SLOW_AFTER.
 *
 * Number: beyond dynapg.http_max_connections a new connection takes the place of another one.  That is, among those with which no
 * operation has succeeded yet, one that has been idle for SLOW_AFTER, else the slowest that sends a request; else one that only
 * waits for its end; else an idle one, if possible one that has been so for SLOW_AFTER; else the slowest that sends a request.
 */
#ifndef DYNAPG_HTTP_POOL_H
#define DYNAPG_HTTP_POOL_H

#include "postgres.h"

#include "http/activity.h"
#include "http/connection_state.h"

/* What the pool has done with a connection; none of it raises an error. */
typedef struct DynPoolActions
{
	/* Reads on, after it got memory. */
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

/* Accepts what waits on the listening socket.  False: accepting is to be paused, this process is out of something. */
extern bool dyn_pool_accept(int listener);

/* Lets connections that wait for memory go on, as far as there is some. */
extern void dyn_pool_feed(void);

/* Closes those that wait for a request, or for their client's end, for so long. */
extern void dyn_pool_end_idle(int milliseconds);

/* Do replies wait for synchronous standbys? */
extern bool dyn_pool_holds(void);

/* Has those replies sent that wait for nothing any more. */
extern void dyn_pool_release(void);

/* The microseconds after which to look whether others can be sent. */
extern long dyn_pool_next_look(void);

/*
 * Closes connections whose time is over; replies that waited for standbys for dynapg.http_statement_timeout are sent.  Returns the
 * milliseconds until the next one's is, -1 for never.
 */
extern long dyn_pool_expire(void);

/* Frees those that have ended; at the end of a turn, when no events of it are left. */
extern void dyn_pool_bury(void);

/* Milliseconds of a clock that is never set. */
extern int64 dyn_pool_now(void);

/* Their number. */
extern int	dyn_pool_open(void);

/* Fills in what is told of the connections between two turns; takes the longer the more of them are not idle. */
extern void dyn_pool_describe(DynActivity *activity);

/* ---- for connection.c ---- */

extern void dyn_pool_start_timer(DynConnection *connection, DynTimer timer);

/* Ends a connection at once; its structure stays until dyn_pool_bury. */
extern void dyn_pool_destroy(DynConnection *connection);

/* Its buffers have another size than before. */
extern void dyn_pool_account(DynConnection *connection);

/*
 * Is there memory for that many bytes more in its input?  Other connections may be ended for that, but never this one.
 * Afterwards is_small tells whether the connection belongs to those that should rather be refused than wait for memory.
 */
extern bool dyn_pool_admits(DynConnection *connection, uint32 bytes, bool *is_small);

/* Is there memory for replies?  Other connections may be ended for that. */
extern bool dyn_pool_may_execute(DynConnection *connection);

#endif							/* DYNAPG_HTTP_POOL_H */
