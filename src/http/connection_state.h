/*
 * connection_state.h - the state of a connection: its buffers, its timer, its part in the turn
 *
 * connection.c moves bytes and executes requests; pool.c manages the connections' timers and memory, and decides which of them
 * end when there are too many.
 */
#ifndef DYNAPG_HTTP_CONNECTION_STATE_H
#define DYNAPG_HTTP_CONNECTION_STATE_H

#include "postgres.h"

#include "access/xlogdefs.h"
#include "lib/ilist.h"
#include "lib/stringinfo.h"

#include "http/parser.h"
#include "http/tls.h"

/* What a connection waits for, which decides its timeout; pool.c has the time of each. */
typedef enum DynTimer
{
	DYN_TIMER_NEW,				/* a request, and no operation has succeeded yet */
	DYN_TIMER_IDLE,				/* a request, after an operation that succeeded */
	DYN_TIMER_TRANSFER,			/* the rest of a request, or the client's receipt of its replies */
	DYN_TIMER_STARVED,			/* memory for the rest of a request */
	DYN_TIMER_HELD,				/* synchronous standbys, before its replies may be sent */
	DYN_TIMER_LINGER,			/* the client's end */
	DYN_TIMER_COUNT
} DynTimer;

typedef struct DynConnection
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
	bool		proven;			/* an operation succeeded, so the client is authorised */
	bool		renewed;		/* a request was completed since the timer started */
	bool		sending;		/* the timer is for the replies */
	bool		continued;		/* "100 Continue" was sent for the current request */
	bool		read_wants_write;	/* TLS can only continue reading when the socket is writable */
	uint32		progress;		/* bytes transferred since the timer started */
	char	   *in;
	uint32		in_len;
	uint32		in_size;
	StringInfoData out;			/* data is NULL when empty */
	int			out_sent;
	XLogRecPtr	position;		/* that standbys have to confirm before the replies are sent; InvalidXLogRecPtr: none */
	int64		counted;		/* bytes that count against the pool's memory */
	DynParser	parser;
} DynConnection;

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

/* Free the buffer of requests, that of replies, and both. */
extern void dyn_connection_state_free_input(DynConnection *connection);
extern void dyn_connection_state_free_output(DynConnection *connection);
extern void dyn_connection_state_free_buffers(DynConnection *connection);

/* The bytes by which its input buffer has to grow before the next read; 0 when there is room. */
extern uint32 dyn_connection_state_growth(const DynConnection *connection);

#endif							/* DYNAPG_HTTP_CONNECTION_STATE_H */
