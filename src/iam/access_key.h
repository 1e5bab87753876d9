/*
 * access_key.h - access keys: who a request over HTTP may say it is
 *
 * A key is a row of dynapg.access_keys, its id and the role that requests signed with it run as, and its secret, see secret.h.  Both
 * tables have no grants, and row security without policies keeps out those who may read or write all tables
 * (pg_read_all_data); they are written as the catalog's owner, and read without statements.
 *
 * A key works as the role's password does: while the role exists, has LOGIN, its VALID UNTIL has not passed and it may
 * connect to the database.  The role is referred to by its OID.  A key whose role is gone is dead at once, and nobody sees it.  Its
 * row goes with DROP ROLE where that runs in this database and dynapg is loaded, else when a worker of the HTTP front next serves a
 * request or anybody creates a key: long before OIDs come round again.
 */
#ifndef DYNAPG_IAM_ACCESS_KEY_H
#define DYNAPG_IAM_ACCESS_KEY_H

#include "postgres.h"

#include "utils/timestamp.h"

#include "iam/secret.h"

#define DYN_MAX_ACCESS_KEY_ID	128 /* characters; IAM's limit */
#define DYN_ACCESS_KEY_ID_LEN	20	/* of a key that is created here */
#define DYN_ACCESS_SECRET_LEN	40

/* What a request has to know of a key. */
typedef struct DynAccessKey
{
	char		secret[DYN_MAX_ACCESS_SECRET + 1];
	Oid			role;
	bool		may_connect;	/* to this database */
	TimestampTz valid_until;	/* of the role; DT_NOEND: for ever */
} DynAccessKey;

/*
 * The key of that id, or NULL: there is none, it is disabled, or its role is gone or cannot log in.  Kept until the table,
 * a role, a membership or a database changes; what is returned is good until the next call.
 */
extern const DynAccessKey *dyn_access_key_find(const char *id, uint32 len);

/*
 * Creates a key for the role.  Raises 42501 unless the current user is that role, has ADMIN OPTION on it or is a
 * superuser, as he has to be for a superuser's key.  Both texts are filled in with their NUL.
 */
extern void dyn_access_key_create(Oid role, char id[DYN_ACCESS_KEY_ID_LEN + 1], char secret[DYN_ACCESS_SECRET_LEN + 1]);

/* The same with an id and a secret of the user's choice. */
extern void dyn_access_key_import(Oid role, const char *id, const char *secret);

/* Enable or disable, and drop a key.  Raise 42704 where there is none that the user could have created. */
extern void dyn_access_key_enable(const char *id, bool enabled);
extern void dyn_access_key_drop(const char *id);

/* Removes the keys of roles that are gone; nothing where there is no extension. */
extern void dyn_access_key_roles_dropped(void);

/* Have roles changed since the last call, so that somebody should look for such keys?  At the first call they may have. */
extern bool dyn_access_key_sweep_due(void);

/* The owner of this database. */
extern Oid	dyn_access_key_database_owner(void);

#endif							/* DYNAPG_IAM_ACCESS_KEY_H */
