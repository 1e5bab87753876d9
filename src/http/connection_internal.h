/*
 * connection_internal.h - a connection as connection.c and pool.c see it
 *
 * connection.c moves bytes and has requests executed; pool.c has the connections' timers and memory, and decides which of them
 * go when there are too many.
 */
#ifndef DYNAPG_HTTP_CONNECTION_INTERNAL_H
#define DYNAPG_HTTP_CONNECTION_INTERNAL_H

#include "postgres.h"

#include "access/xlogdefs.h"
#include "lib/ilist.h"
#include "lib/stringinfo.h"

#include "http/connection.h"
#include "http/parser.h"
#include "http/tls.h"

/* What a connection waits for, and so what ends it; pool.c has the time of each. */
typedef enum DynTimer
{
	DYN_TIMER_NEW,				/* a request, and no operation has succeeded yet */
	DYN_TIMER_IDLE,				/* a request, after an operation that succeeded */
	DYN_TIMER_TRANSFER,			/* the rest of a request, or the client's taking its replies */
	DYN_TIMER_STARVED,			/* memory for the rest of a request */
	DYN_TIMER_HELD,				/* synchronous standbys, before its replies may leave */
	DYN_TIMER_LINGER,			/* the client's end */
	DYN_TIMER_COUNT
} DynTimer;

struct DynConnection
{
	dlist_node	timer_node;		/* in a list of the timers, or among the dead */
	dlist_node	turn_node;		/* among the touched or the backlogged */
	int64		since;			/* when it came to its timer */
	int64		begun;			/* when its current request began to arrive */
	DynTimer	timer;
	int			fd;
	uint32		watched;		/* epoll events */
	DynTls	   *tls;			/* NULL: plain */
	bool		is_touched;
	bool		is_backlogged;
	bool		is_dead;		/* closed; to be freed at the end of the turn */
	bool		closing;
	bool		lingering;
	bool		peer_closed;	/* the client sends no more */
	bool		proven;			/* an operation succeeded: the client had a right to it */
	bool		renewed;		/* a request was completed since the timer started */
	bool		sending;		/* the timer is about the replies */
	bool		continued;		/* "100 Continue" was said for the current request */
	bool		read_wants_write;	/* TLS can only go on reading when the socket is writable */
	uint32		progress;		/* bytes transferred since the timer started */
	char	   *in;
	uint32		in_len;
	uint32		in_size;
	StringInfoData out;			/* data is NULL when empty */
	int			out_sent;
	XLogRecPtr	position;		/* that standbys have to confirm before the replies leave; InvalidXLogRecPtr: none */
	int64		counted;		/* bytes that count against the pool's memory */
	DynParser	parser;
};

static inline bool
dyn_connection_has_output(const DynConnection *connection)
{
	return connection->out.data != NULL;
}

/* Bytes that it holds for requests and replies. */
static inline int64
dyn_connection_buffered(const DynConnection *connection)
{
	return (int64) connection->in_size + (connection->out.data ? connection->out.maxlen : 0);
}

/* -- connection.c -- */

/* Frees the buffers. */
extern void dyn_connection_free_buffers(DynConnection *connection);

/*
 * Ends a connection for which there is no memory: with 503 where the client can still read that as a reply to its request, else
 * at once.  Raises no error.
 */
extern void dyn_connection_refuse(DynConnection *connection);

/* Has its replies sent without waiting for standbys any more. */
extern void dyn_connection_release(DynConnection *connection);

/* Reads on, after it got memory. */
extern void dyn_connection_feed(DynConnection *connection);

/* The bytes by which its input buffer has to grow before the next read; 0 when there is room. */
extern uint32 dyn_connection_growth(const DynConnection *connection);

/* Is there something to send, or a connection that is to be watched otherwise?  dyn_connections_send will see to it. */
extern bool dyn_connections_touched(void);

/* Do requests wait for dyn_connections_resume? */
extern bool dyn_connections_backlogged(void);

/* -- pool.c -- */

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

#endif							/* DYNAPG_HTTP_CONNECTION_INTERNAL_H */
