/*
 * connection.h - the connections of a worker: buffers, states, timeouts
 *
 * One turn of the event loop is: dyn_connection_accept and dyn_connection_event for what epoll tells,
 * dyn_connections_resume, dyn_durable_flush, dyn_connections_send, dyn_connections_expire, dyn_connections_bury.  Requests
 * are executed as they are complete; their replies wait in the connection until the send of that turn.  A connection that
 * epoll has reported stays valid until the turn's end, even when it was closed meanwhile.
 *
 * Limits: a connection holds one request's bytes (16 MB at most, and the headers), and replies; while replies wait
 * for the client to take them, nothing is read and no further request is executed, so that it is one reply more than
 * the limit at most.  A connection that waits holds no buffers.
 *
 * Layer 4 (http).
 */
#ifndef DYNAPG_HTTP_CONNECTION_H
#define DYNAPG_HTTP_CONNECTION_H

#include "postgres.h"

#include "http/activity.h"

typedef struct DynConnection DynConnection;

/* Once: connections are watched by that epoll instance, whose data.ptr are DynConnection *. */
extern void dyn_connections_init(int epoll);

/* Accepts what waits on the listening socket.  False: accepting is to be paused, this process is out of something. */
extern bool dyn_connection_accept(int listener);

/* The socket of the connection has these epoll events. */
extern void dyn_connection_event(DynConnection *connection, uint32 events);

/* Goes on with requests that were received in earlier turns. */
extern void dyn_connections_resume(void);

/* Sends the replies of this turn. */
extern void dyn_connections_send(void);

/*
 * Closes connections whose time is over.  Returns the milliseconds until the next one's is, -1 for never, 0 when
 * requests wait for dyn_connections_resume.
 */
extern long dyn_connections_expire(void);

/* Frees those that have ended; at the end of a turn, when no events of it are left. */
extern void dyn_connections_bury(void);

/* Their number. */
extern int	dyn_connections_open(void);

/* Fills in what is told of the connections between two turns; takes the longer the more of them are not idle. */
extern void dyn_connections_describe(DynActivity *activity);

#endif							/* DYNAPG_HTTP_CONNECTION_H */
