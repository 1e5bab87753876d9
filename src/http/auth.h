/*
 * auth.h - who sends a request: the role that it runs as
 */
#ifndef DYNAPG_HTTP_AUTH_H
#define DYNAPG_HTTP_AUTH_H

#include "postgres.h"

#include "api/operation.h"
#include "base/namespace_text.h"
#include "http/request.h"

/* Who sends a request. */
typedef struct DynAuthCaller
{
	Oid			role;			/* that it runs as; InvalidOid: not known yet */
	char		space[DYN_MAX_NAMESPACE + 1];	/* the namespace that its credentials give it, or empty */
} DynAuthCaller;

/*
 * Finds the role that the request runs as, by its signature or, with dynapg.http_auth = 'trust', dynapg.http_trust_role.
 * Raises DynamoDB's exception when the request is refused.  Called within the request's transaction, as the worker's
 * own user (a superuser), who then switches to the role.
 */
extern void dyn_auth_check(const DynHttpRequest *request, const DynOperation *operation, DynAuthCaller *caller);

/* Sets the namespace of the caller, if it has one, for the transaction or the level of settings. */
extern void dyn_auth_enter(const DynAuthCaller *caller);

/*
 * The text of AccessDeniedException for a request of that caller which PostgreSQL refused, in the current memory context.
 * Called in a transaction of its own: the request's was rolled back.
 */
extern char *dyn_auth_denied(const DynAuthCaller *caller, const DynHttpRequest *request, const DynOperation *operation);

#endif							/* DYNAPG_HTTP_AUTH_H */
