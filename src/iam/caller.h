/*
 * caller.h - access keys, and the error text for callers whom PostgreSQL refuses something
 */
#ifndef DYNAPG_IAM_CALLER_H
#define DYNAPG_IAM_CALLER_H

#include "postgres.h"

#include "base/json.h"
#include "iam/access_key.h"

/* The key of that id.  Raises UnrecognizedClientException.  The result is valid until the next call. */
extern const DynAccessKey *dyn_caller_key(DynSlice id);

/*
 * Admits a caller who has proved to know the secret: raises ExpiredTokenException where the role's VALID UNTIL has passed,
 * AccessDeniedException where the role may not connect to the database.
 */
extern void dyn_caller_admit(const DynAccessKey *key, const char *operation, DynSlice request);

/* The role that requests run as without authentication: dynapg.http_trust_role, or the owner of the database. */
extern Oid	dyn_caller_trust_role(void);

/* The text of AccessDeniedException for a request of that role, in the current memory context.  Looks at the catalogs. */
extern char *dyn_caller_denied_text(Oid role, const char *operation, DynSlice request);

#endif							/* DYNAPG_IAM_CALLER_H */
