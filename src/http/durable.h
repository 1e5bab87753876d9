/*
 * durable.h - group commit: many requests share one flush of the write-ahead log
 *
 * A request's transaction commits without waiting for the log (as with synchronous_commit = off), and no reply leaves
 * the worker before dyn_durable_flush has made durable, once for all requests of a turn of the event loop, everything
 * that they wrote and everything that they can have seen.
 *
 * What they can have seen: a transaction that committed so, here or in another worker, is visible before it is
 * durable, and a reply that tells of it must not leave while a crash could take it back.  Each worker therefore has
 * a mark in shared memory: DYN_DURABLE_NOTHING, the end of its last commit that is not flushed, or DYN_DURABLE_BUSY
 * from before such a commit becomes visible until its end is known.  Whoever saw the commit's effects finds, looking
 * after it read, one of the latter two or that it was flushed.  A flush thus goes as far as the greatest mark of all workers.
 *
 * The standbys that synchronous_standby_names asks for may be away for hours.  The worker does not wait for them: each reply has a
 * position, and its connection holds it back until they have confirmed that; see standbys.h.
 *
 * Transactions of other sessions are as durable as their own synchronous_commit makes them.  Sessions that are no
 * workers can see a worker's commit in the moment before its flush, as they can see those of any session with
 * synchronous_commit = off, and before standbys have it.
 *
 * The worker's synchronous_commit is respected: with off there is no flush, with on and the like synchronous
 * standbys are waited for.  Where Citus is loaded each transaction commits by itself, and waits itself: a commit of several nodes
 * that is not flushed at once can be lost on one of them.
 */
#ifndef DYNAPG_HTTP_DURABLE_H
#define DYNAPG_HTTP_DURABLE_H

#include "postgres.h"

#include "access/xlogdefs.h"

/* Bytes of shared memory for the marks, and their creation or attachment there. */
extern Size dyn_durable_shmem_size(void);
extern void dyn_durable_shmem_init(void);

/* Takes the mark of that worker, 0 .. DYN_MAX_HTTP_WORKERS - 1, and what an earlier process may have left in it. */
extern void dyn_durable_init(int worker);

/* Commits the current transaction; an error leaves it to be aborted, and dyn_durable_aborted to be called. */
extern void dyn_durable_commit(void);
extern void dyn_durable_aborted(void);

/*
 * The position that synchronous standbys have to confirm before the reply to the last request may leave, or InvalidXLogRecPtr;
 * dyn_standbys_begin began the request.
 */
extern XLogRecPtr dyn_durable_position(void);

/* Replies of this worker wait for positions, of which that is the greatest; InvalidXLogRecPtr: none does. */
extern void dyn_durable_hold(XLogRecPtr position);

/* What that worker's replies wait for: the greatest end that is not flushed or confirmed, or InvalidXLogRecPtr; for any process. */
extern XLogRecPtr dyn_durable_pending(int worker);

/* Makes durable, on this server, what the requests since the last call wrote and saw. */
extern void dyn_durable_flush(void);

#endif							/* DYNAPG_HTTP_DURABLE_H */
