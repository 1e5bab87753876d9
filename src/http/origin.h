/*
 * origin.h - the host names by which a request may come when it needs no credentials
 *
 * With dynapg.http_auth = trust only the address that the server listens on protects it, and a browser sends any page's
 * requests there: the page's own name can be made to resolve to 127.0.0.1 (DNS rebinding), and a page needs no
 * permission to send a request whose reply it cannot read.  So Host and Origin have to name this machine, or a host in
 * dynapg.http_allowed_hosts.
 */
#ifndef DYNAPG_HTTP_ORIGIN_H
#define DYNAPG_HTTP_ORIGIN_H

#include "postgres.h"

#include "http/request.h"

/* Why the request must not be served, in words for the client; NULL when it may be. */
extern const char *dyn_origin_refuses(const DynHttpRequest *request);

/* May pages of that origin, as a browser sends it, use the server? */
extern bool dyn_origin_is_allowed(DynSlice origin);

#endif							/* DYNAPG_HTTP_ORIGIN_H */
