/*
 * session.h - what a session that serves many users, request by request, needs of the database
 */
#ifndef DYNAPG_DATABASE_SESSION_H
#define DYNAPG_DATABASE_SESSION_H

#include "postgres.h"

/*
 * Model. The session belongs to no user. From dyn_session_become until dyn_session_rest it belongs to the request: session,
 * current and outer user are its role, as after a login. PostgreSQL refuses SET ROLE and SET SESSION AUTHORIZATION, which would
 * check the user that the process has authenticated as, a superuser. All this includes the commit. Between requests the session
 * keeps the last role, but no user's code runs then.
 *
 * Whatever outlives a transaction ends with the request, as with DISCARD ALL: settings, cursors, prepared statements, advisory
 * locks,
 * temporary objects, values of sequences.  LISTEN is refused by PostgreSQL in processes of this kind.
 *
 * All of these are called within a transaction, except dyn_session_rest and dyn_session_connect.
 */

/* Raises ServiceUnavailableException unless this database has the extension, in the module's version. */
extern void dyn_session_require_extension(void);

/* Makes the session that role's. */
extern void dyn_session_become(Oid role);

/*
 * Runs the deferred triggers and constraint checks of the transaction, and closes cursors: no users' code, which could change
 * settings, is left for the commit.
 */
extern void dyn_session_settle(void);

/* After the transaction, however it ended: nothing of the request remains.  Where that fails, the process ends. */
extern void dyn_session_rest(void);

/* Is a request being served, as the session of its role? */
extern bool dyn_session_serves(void);

/* Has this session temporary relations or types?  They are found by names without a schema, under any search_path. */
extern bool dyn_session_has_temporary_names(void);

/*
 * Connects this background worker to the database, as a superuser; refused is in shared memory, false at first.
 *
 * Where there is no such database PostgreSQL ends the process, with an entry in the log.  The worker's next process finds refused
 * set: it connects to no database, watches for the missing one without log entries, and makes way for another process once it
 * exists.
 */
extern void dyn_session_connect(const char *database, bool *refused);

/* Is there a database with that OID? */
extern bool dyn_session_database_exists(Oid database);

/* Called with the database's name before a command that needs it without sessions: a drop, a rename, a copy, a move. */
typedef void (*DynSessionLeave) (const char *database);

/* Registers leave for that; from _PG_init, a few times at most. */
extern void dyn_session_on_exclusive(DynSessionLeave leave);

/*
 * Registers a function to call after DROP ROLE, and after requests when may_have_gone says that roles may have been dropped
 * elsewhere; from _PG_init.
 */
extern void dyn_session_on_roles_gone(bool (*may_have_gone) (void), void (*forget) (void));

/* Watches commands, including DROP ROLE; once, from _PG_init. */
extern void dyn_session_init(void);

#endif							/* DYNAPG_DATABASE_SESSION_H */
