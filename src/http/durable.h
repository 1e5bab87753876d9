/*
 * durable.h - group commit: many requests share one flush of the write-ahead log
 *
 * A request's transaction commits without waiting for the log (as with synchronous_commit = off), and no reply leaves the
 * worker before dyn_durable_flush has made durable everything that the requests of a turn of the event loop wrote, and
 * everything that they can have seen, with one flush for all.
 *
 * What they can have seen: a transaction that committed like this, here or in another worker, is visible before it is durable,
 * and a reply that shows it must not leave while a crash could undo it.  Each worker therefore has
 * a mark in shared memory: DYN_DURABLE_NOTHING, the end of its last commit that is not flushed, or DYN_DURABLE_BUSY
 * from before such a commit becomes visible until its end is known.  A request that saw the commit's effects, and looks at the
 * mark afterwards, finds one of the latter two, unless the commit is flushed. So a flush goes as far as the greatest mark of
 * all workers.
 *
 * The standbys that synchronous_standby_names asks for may be away for hours.  The worker does not wait for them: each reply has a
 * position, and its connection holds it back until they have confirmed that; see standbys.h.
 *
 * Transactions of other sessions are as durable as their own synchronous_commit makes them.  Other sessions can see a worker's
 * commit shortly before its flush, as with any session with synchronous_commit = off, and before standbys have it.
 *
 * The worker's synchronous_commit is respected: with off there is no flush, with on and the like synchronous
 * standbys are waited for.  Where Citus is loaded, each transaction commits and waits by itself: a commit on several nodes that
 * is not flushed at once can be lost on one of them.
 */
#ifndef DYNAPG_HTTP_DURABLE_H
#define DYNAPG_HTTP_DURABLE_H

#include "postgres.h"

#include "access/xlogdefs.h"

/* Asks for shared memory; from _PG_init. */
extern void dyn_durable_register(void);

/* Takes over the mark of that worker, 0 .. DYN_MAX_HTTP_WORKERS - 1, with what an earlier process may have left in it. */
extern void dyn_durable_init(int worker);

/* Commits the current transaction; after an error the caller aborts it and calls dyn_durable_aborted. */
extern void dyn_durable_commit(void);
extern void dyn_durable_aborted(void);

/*
 * The position that synchronous standbys have to confirm before the reply to the last request may leave, or InvalidXLogRecPtr;
 * dyn_standbys_begin began the request.
 */
extern XLogRecPtr dyn_durable_position(void);

/* Publishes the greatest position that replies of this worker wait for; InvalidXLogRecPtr: none does. */
extern void dyn_durable_hold(XLogRecPtr position);

/* What that worker's replies wait for: the greatest end that is not flushed or confirmed, or InvalidXLogRecPtr; for any process. */
extern XLogRecPtr dyn_durable_pending(int worker);

/* Makes durable, on this server, what the requests since the last call wrote and saw. */
extern void dyn_durable_flush(void);

/* Is that durable already?  Then replies may leave without it. */
extern bool dyn_durable_is_flushed(void);

#endif							/* DYNAPG_HTTP_DURABLE_H */
