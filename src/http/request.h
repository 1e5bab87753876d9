/*
 * request.h - an HTTP request as it was recorded from its connection
 *
 * The parser's callbacks only record; a request is processed once it is complete and the parser has returned.
 * All slices point into the connection's input buffer, which does not change until the request is answered. They are
 * bytes from the network: any value, no terminating NUL.
 */
#ifndef DYNAPG_HTTP_REQUEST_H
#define DYNAPG_HTTP_REQUEST_H

#include "postgres.h"

#include "base/json.h"

typedef struct DynHttpHeader
{
	DynSlice	name;			/* as sent; compare without regard to case */
	DynSlice	value;			/* without the blanks around it */
} DynHttpHeader;

typedef struct DynHttpRequest
{
	DynSlice	method;			/* "POST" */
	DynSlice	target;			/* path and query as sent: "/?X-Amz-Algorithm=..." */
	int			nheaders;
	const DynHttpHeader *headers;	/* in the order sent; a name may come more than once */
	DynSlice	sent_body;		/* the body's bytes without chunk framing, still compressed: what a signature covers */
	DynSlice	body;			/* the same, decompressed */
} DynHttpRequest;

/* The value of the first header of that name, given in lower case; data is NULL when there is none. */
extern DynSlice dyn_http_header(const DynHttpRequest *request, const char *name);

#endif							/* DYNAPG_HTTP_REQUEST_H */
