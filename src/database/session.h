/*
 * session.h - what a session that serves many users, request by request, needs of the database
 */
#ifndef DYNAPG_DATABASE_SESSION_H
#define DYNAPG_DATABASE_SESSION_H

#include "postgres.h"

/*
 * Model.  The session belongs to no user.  From dyn_session_become until dyn_session_rest it is the request's: session, current and
 * outer user are its role, as after a login, and PostgreSQL refuses SET ROLE and SET SESSION AUTHORIZATION, in which it would look
 * at the user that the process has authenticated as, a superuser.  That holds for the commit as well.  Between requests the session
 * stays the last role's; nothing that anybody has written runs then.
 *
 * What outlives a transaction ends with the request, as by DISCARD ALL: settings, cursors, prepared statements, advisory locks,
 * temporary objects, values of sequences.  LISTEN is refused by PostgreSQL in processes of this kind.
 *
 * All of these are called within a transaction but dyn_session_rest and dyn_session_connect.
 */

/* Raises ServiceUnavailableException unless the extension is in this database, and of the module's version. */
extern void dyn_session_require_extension(void);

/* Makes the session that role's. */
extern void dyn_session_become(Oid role);

/*
 * Runs what the transaction has deferred to its end, triggers and checks of constraints, and closes cursors: at the commit no code
 * of users is left to run, which could change settings.
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
 * set: it connects to no database, looks for that one in silence, and makes way for another process when it is there.
 */
extern void dyn_session_connect(const char *database, bool *refused);

/* Called with the database's name before a command that needs it without sessions: a drop, a rename, a copy, a move. */
typedef void (*DynSessionLeave) (const char *database);

/* Has leave called so; from _PG_init, a few times at most. */
extern void dyn_session_on_exclusive(DynSessionLeave leave);

/*
 * Whom to call after DROP ROLE, and after requests when may_have_gone says that roles may have been dropped elsewhere; from _PG_init.
 */
extern void dyn_session_on_roles_gone(bool (*may_have_gone) (void), void (*forget) (void));

/* Has commands watched, DROP ROLE among them; once, from _PG_init. */
extern void dyn_session_init(void);

#endif							/* DYNAPG_DATABASE_SESSION_H */
