/*
 * session.h - what a session that serves many users, request by request, needs of the database
 *
 * Layer 2 (store).
 */
#ifndef DYNAPG_STORE_SESSION_H
#define DYNAPG_STORE_SESSION_H

#include "postgres.h"

/* Is the extension in this database?  Within a transaction. */
extern bool dyn_session_extension_exists(void);

/*
 * Runs what the transaction has deferred to its end: triggers and checks of constraints.  At the commit itself nothing
 * is left to run, which could raise errors or change settings.
 */
extern void dyn_session_fire_deferred(void);

/* Called with the database's name before a command that needs it without sessions: a drop, a rename, a copy, a move. */
typedef void (*DynSessionLeave) (const char *database);

/* Has leave called so; once, from _PG_init. */
extern void dyn_session_on_exclusive(DynSessionLeave leave);

#endif							/* DYNAPG_STORE_SESSION_H */
