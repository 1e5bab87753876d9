/*
 * access_key.h - access keys: which role a request over HTTP runs as
 *
 * A key is a row of dynapg.access_keys (its id, and the role that requests signed with it run as) and its secret, see secret.h.
 * Both
 * tables have no grants, and row security without policies keeps out those who may read or write all tables
 * (pg_read_all_data); they are written as the catalog's owner, and read without statements.
 *
 * A key works as the role's password does: while the role exists, has LOGIN, its VALID UNTIL has not passed and it may
 * connect to the database.  The key refers to its role by OID. A key whose role is gone is invalid at once, and nobody sees it.
 * DROP ROLE removes its row if it runs in this database with dynapg loaded; otherwise the row goes when an HTTP worker next
 * serves a request or anybody creates a key: long before OIDs are reused.
 */
#ifndef DYNAPG_IAM_ACCESS_KEY_H
#define DYNAPG_IAM_ACCESS_KEY_H

#include "postgres.h"

#include "utils/timestamp.h"

#include "iam/secret.h"

#define DYN_MAX_ACCESS_KEY_ID	128 /* characters; IAM's limit */
#define DYN_ACCESS_KEY_ID_LEN	20	/* of a key that is created here */
#define DYN_ACCESS_SECRET_LEN	40

/* What a request needs to know about a key. */
typedef struct DynAccessKey
{
	char		secret[DYN_MAX_ACCESS_SECRET + 1];
	Oid			role;
	bool		may_connect;	/* to this database */
	TimestampTz valid_until;	/* of the role; DT_NOEND: for ever */
} DynAccessKey;

/*
 * The key with that id, or NULL if there is none, it is disabled, or its role is gone or cannot log in. Cached until the table,
 * a role, a membership or a database changes; the result is valid until the next call.
 */
extern const DynAccessKey *dyn_access_key_find(const char *id, uint32 len);

/*
 * Creates a key for the role.  Raises 42501 unless the current user is that role, has ADMIN OPTION on it or is a superuser;
 * only a superuser may create a superuser's key.  Both texts are filled in with their NUL.
 */
extern void dyn_access_key_create(Oid role, char id[DYN_ACCESS_KEY_ID_LEN + 1], char secret[DYN_ACCESS_SECRET_LEN + 1]);

/* The same with an id and a secret of the user's choice. */
extern void dyn_access_key_import(Oid role, const char *id, const char *secret);

/* Does the current user manage the role's keys? */
extern bool dyn_access_key_manages_role(Oid role);

/* Is there such a key, and does the current user manage it? */
extern bool dyn_access_key_manages(const char *id);

/* Enable or disable, and drop a key.  Raise 42704 where there is none that the user could have created. */
extern void dyn_access_key_enable(const char *id, bool enabled);
extern void dyn_access_key_drop(const char *id);

/* Removes the keys of roles that are gone; nothing where there is no extension. */
extern void dyn_access_key_roles_dropped(void);

/* Have roles changed since the last call, so that such keys should be searched for? True at the first call. */
extern bool dyn_access_key_sweep_due(void);

/* The owner of this database. */
extern Oid	dyn_access_key_database_owner(void);

#endif							/* DYNAPG_IAM_ACCESS_KEY_H */
