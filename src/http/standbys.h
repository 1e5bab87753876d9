/*
 * standbys.h - which replies wait for synchronous standbys
 *
 * PostgreSQL hides a commit until the standbys have it.  A worker's commit is visible before, since the worker must not wait (see
 * durable.h); instead, the replies that may show it are held back.  A request has a position in the write-ahead log, which the
 * standbys have to confirm before its reply leaves: the end of its own commit or, if that is greater, of the last commit to one of
 * the relations that it read.
 *
 * Those ends are in shared memory, by the hash of the relation.  A commit that changed more than rows of a few relations, such
 * as a catalog, counts for all of them. Commits of other sessions need no entry: they become visible only when they are
 * confirmed.
 *
 * None of this happens while synchronous_standby_names or synchronous_commit ask for no synchronous standby.
 */
#ifndef DYNAPG_HTTP_STANDBYS_H
#define DYNAPG_HTTP_STANDBYS_H

#include "postgres.h"

#include "access/xlogdefs.h"

/* Asks for shared memory; from _PG_init. */
extern void dyn_standbys_register(void);

/* Once, when a worker starts. */
extern void dyn_standbys_init(void);

/* A request begins. */
extern void dyn_standbys_begin(void);

/* Before its commit: can code of the transaction have changed more than the rows of known relations? */
extern void dyn_standbys_before_commit(void);

/* After its commit, which has that end, and before others may consider it complete. */
extern void dyn_standbys_committed(XLogRecPtr end);

/* May the request have to wait? */
extern bool dyn_standbys_concern(void);

/* Its position, InvalidXLogRecPtr for none. Commits that it can have seen must have been recorded by now. Ends the request. */
extern XLogRecPtr dyn_standbys_position(void);

/* The position that synchronous standbys have confirmed; the greatest possible one if none are required. */
extern XLogRecPtr dyn_standbys_confirmed(void);

#endif							/* DYNAPG_HTTP_STANDBYS_H */
