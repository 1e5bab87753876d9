/*
 * access.h - access keys, and what is told to whom PostgreSQL refuses something
 *
 * Layer 3 (api).
 */
#ifndef DYNAPG_API_ACCESS_H
#define DYNAPG_API_ACCESS_H

#include "postgres.h"

#include "api/operation.h"
#include "base/json.h"
#include "store/access.h"

/* The key of that id.  Raises UnrecognizedClientException.  What is returned is good until the next call. */
extern const DynAccessKey *dyn_access_key_of(DynSlice id);

/*
 * Lets in who has shown that he knows the secret: raises ExpiredTokenException where the role's VALID UNTIL has passed,
 * AccessDeniedException where the role may not connect to the database.
 */
extern void dyn_access_key_admit(const DynAccessKey *key, const DynOperation *operation, DynSlice request);

/* The role that requests run as when nobody is asked: dynapg.http_trust_role, or the owner of the database. */
extern Oid	dyn_access_trust_role(void);

/* The text of AccessDeniedException for a request of that role, in the current memory context.  Looks at the catalogs. */
extern char *dyn_access_denied_text(Oid role, const DynOperation *operation, DynSlice request);

#endif							/* DYNAPG_API_ACCESS_H */
