/*
 * connection.h - a connection of a worker: buffers, states, receiving and sending
 *
 * One turn of the event loop is: dyn_connection_resume, dyn_connection_event and dyn_pool_accept for what epoll reports,
 * dyn_durable_flush, dyn_pool_release, dyn_connection_send, dyn_pool_expire, dyn_pool_bury.  Requests are executed when they
 * are complete; their replies wait in the connection until the send of that turn.  A connection that
 * epoll has reported stays valid until the turn's end, even when it was closed meanwhile.
 *
 * Limits: a connection holds one request's bytes (at most 16 MB, and the headers), and replies; while the client has not
 * received its replies, nothing is read and no further request is executed, so that replies exceed their limit by at most one.
 * An idle connection holds no buffers.
 */
#ifndef DYNAPG_HTTP_CONNECTION_H
#define DYNAPG_HTTP_CONNECTION_H

#include "postgres.h"

#include "http/connection_state.h"

/* Once: connections are watched by that epoll instance, whose data.ptr are DynConnection *.  Calls dyn_pool_init. */
extern void dyn_connection_init(int epoll);

/* The socket of the connection has these epoll events. */
extern void dyn_connection_event(DynConnection *connection, uint32 events);

/* Continues with requests that were received in earlier turns. */
extern void dyn_connection_resume(void);

/* Sends the replies of this turn. */
extern void dyn_connection_send(void);

/* Is there something for dyn_connection_resume or dyn_connection_send to do? */
extern bool dyn_connection_pending(void);

#endif							/* DYNAPG_HTTP_CONNECTION_H */
