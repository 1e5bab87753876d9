/*
 * auth.c - who sends a request: the role that it runs as
 *
 * Layer 4 (http).
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/acl.h"

#include "base/errors.h"
#include "base/guc.h"
#include "http/auth.h"

Oid
dyn_auth_check(const DynHttpRequest *request, const DynOperation *operation)
{
	if (dyn_guc_http_auth != DYN_HTTP_AUTH_TRUST)
		dyn_error(DYN_E_ACCESS_DENIED, "The security token included in the request is invalid.");
	if (dyn_guc_http_trust_role[0] == '\0')
		return GetUserId();
	return get_role_oid(dyn_guc_http_trust_role, false);
}

char *
dyn_auth_denied(Oid role, const DynHttpRequest *request, const DynOperation *operation)
{
	return psprintf("User: arn:aws:iam::000000000000:user/%s is not authorized to perform: dynamodb:%s",
					GetUserNameFromId(role, true), operation->name);
}
