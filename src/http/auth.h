/*
 * auth.h - who sends a request: the role that it runs as
 */
#ifndef DYNAPG_HTTP_AUTH_H
#define DYNAPG_HTTP_AUTH_H

#include "postgres.h"

#include "api/operation.h"
#include "http/request.h"

/*
 * The role that the request runs as, by its signature or, with dynapg.http_auth = 'trust', dynapg.http_trust_role.
 * Raises DynamoDB's exception when the request is refused.  Called within the request's transaction, as the worker's
 * own user (a superuser); the caller then switches to the role.
 */
extern Oid	dyn_auth_check(const DynHttpRequest *request, const DynOperation *operation);

/*
 * The text of AccessDeniedException for a request of that role which PostgreSQL refused, in the current memory context.
 * Called in a transaction of its own: the request's was rolled back.
 */
extern char *dyn_auth_denied(Oid role, const DynHttpRequest *request, const DynOperation *operation);

#endif							/* DYNAPG_HTTP_AUTH_H */
