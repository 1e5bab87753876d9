/*
 * role_settings.h - the values of ALTER DATABASE ... SET and ALTER ROLE ... SET in a session that lasts
 *
 * PostgreSQL reads them only when a session starts. A session that serves requests for weeks has to look again. Where they have
 * changed, the old values first become values of the configuration file, so that reading that file again replaces or resets
 * them; then the new ones are applied.
 *
 * They are the settings for everybody, for this database, and for the role that the process started as.
 */
#ifndef DYNAPG_DATABASE_ROLE_SETTINGS_H
#define DYNAPG_DATABASE_ROLE_SETTINGS_H

#include "postgres.h"

/* Remembers the values of the server's command line; once, before the process connects to its database. */
extern void dyn_role_settings_init(void);

/* Have they changed since they were applied?  Outside of a transaction.  True: the configuration file must be read, then apply. */
extern bool dyn_role_settings_changed(void);

/* Applies them; after each reading of the configuration file.  Outside of a transaction. */
extern void dyn_role_settings_apply(void);

#endif							/* DYNAPG_DATABASE_ROLE_SETTINGS_H */
