/*
 * activity.h - the state of the HTTP workers: connections, requests, buffers
 *
 * A worker publishes it in shared memory, at most once a second and within a second after a change; so others see it with about
 * that delay. A worker that waits within a request or a flush publishes nothing meanwhile, but the end of what it has to flush
 * is always current.
 */
#ifndef DYNAPG_HTTP_ACTIVITY_H
#define DYNAPG_HTTP_ACTIVITY_H

#include "postgres.h"

#include <signal.h>

#include "datatype/timestamp.h"

#define DYN_ACTIVITY_INTERVAL 1000	/* milliseconds between two reports */

typedef struct DynActivity
{
	pid_t		pid;			/* 0: not running */
	TimestampTz started;
	TimestampTz active;			/* when it last had something to do; 0: never */
	int64		requests;		/* answered, of whatever kind */
	int			open;			/* connections: all of them, */
	int			receiving;		/* with a part of a request, */
	int			sending;		/* with a reply that the client has to receive, */
	int			waiting;		/* with a reply that waits for synchronous standbys, */
	int			closing;		/* about to close; the others are idle */
	int64		buffered;		/* bytes held for requests and replies */
} DynActivity;

/* Asks for shared memory; from _PG_init. */
extern void dyn_activity_register(void);

/* Takes the slot of that worker, 0 .. DYN_MAX_HTTP_WORKERS - 1, until the process ends. */
extern void dyn_activity_init(int worker);

/* The last report of that worker; pid is 0 when it does not run. The second one returns its idle connections. */
extern DynActivity dyn_activity_of(int worker);
extern int	dyn_activity_idle(const DynActivity *activity);

/* Counts a request that was answered. */
extern void dyn_activity_count_request(void);

/*
 * At the end of a turn, with `connections` open: reports them as describe fills them in, when it is time. worked: the turn had
 * something to do.  True: there is more to report.
 */
extern bool dyn_activity_report(bool worked, int open, void (*describe) (DynActivity *activity));

/* This worker must end when it has answered what has arrived; set by a signal handler. */
extern volatile sig_atomic_t dyn_activity_draining;

#endif							/* DYNAPG_HTTP_ACTIVITY_H */
