/*
 * activity.h - what the workers of the HTTP front are at: connections, requests, buffers
 *
 * A worker tells it to shared memory, once a second at most and within a second after a change; so what others see is
 * about that old.  A worker that waits
 * within a request or a flush tells nothing new meanwhile, but the end of what it has to flush is always current.
 */
#ifndef DYNAPG_HTTP_ACTIVITY_H
#define DYNAPG_HTTP_ACTIVITY_H

#include "postgres.h"

#include <signal.h>

#include "datatype/timestamp.h"

#define DYN_ACTIVITY_INTERVAL 1000	/* milliseconds between two tellings */

typedef struct DynActivity
{
	pid_t		pid;			/* 0: not running */
	TimestampTz started;
	TimestampTz active;			/* when it last had something to do; 0: never */
	int64		requests;		/* answered, of whatever kind */
	int			open;			/* connections: all of them, */
	int			receiving;		/* with a part of a request, */
	int			sending;		/* with a reply that the client is to take, */
	int			waiting;		/* with a reply that waits for synchronous standbys, */
	int			closing;		/* with nothing to come but their end; the others are idle */
	int64		buffered;		/* bytes held for requests and replies */
} DynActivity;

/* Shared memory: its size, and its creation or attachment. */
extern Size dyn_activity_shmem_size(void);
extern void dyn_activity_shmem_init(void);

/* Takes the place of that worker, 0 .. DYN_MAX_HTTP_WORKERS - 1, until the process ends. */
extern void dyn_activity_init(int worker);

/* What that worker told last; pid is 0 when it does not run.  Its connections without anything to do. */
extern DynActivity dyn_activity_of(int worker);
extern int	dyn_activity_idle(const DynActivity *activity);

/* Counts a request that was answered. */
extern void dyn_activity_count_request(void);

/*
 * At the end of a turn, with so many connections open: reports them as describe fills them in, when it is time to.  worked: the turn
 * had something to do.  True: there is more to report.
 */
extern bool dyn_activity_report(bool worked, int open, void (*describe) (DynActivity *activity));

/* This worker is to end when it has answered what has arrived; set by a signal's handler. */
extern volatile sig_atomic_t dyn_activity_draining;

#endif							/* DYNAPG_HTTP_ACTIVITY_H */
