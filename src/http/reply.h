/*
 * reply.h - HTTP replies as bytes
 */
#ifndef DYNAPG_HTTP_REPLY_H
#define DYNAPG_HTTP_REPLY_H

#include "postgres.h"

#include "lib/stringinfo.h"

#include "http/request.h"

typedef struct DynReply
{
	int			status;			/* HTTP status */
	const char *content_type;	/* NULL: no header */
	const char *extra_headers;	/* whole lines with their ends, or NULL */
	DynSlice	body;
	bool		compressed;		/* the body is in gzip's format already */
	bool		keep_alive;
} DynReply;

/* Chooses the seed of request ids; once, when a worker starts. */
extern void dyn_reply_init(void);

/* Does the list of codings in Accept-Encoding hold gzip, with a weight other than 0? */
extern bool dyn_reply_accepts_gzip(const DynHttpRequest *request);

/*
 * Appends the reply to a request: status line, headers, body.  The body is compressed when the request accepts gzip and it
 * pays; it is left out, but its headers are sent, for a HEAD request.  request is NULL for one that could not be read.
 */
extern void dyn_reply_append(StringInfo out, const DynHttpRequest *request, const DynReply *reply);

#endif							/* DYNAPG_HTTP_REPLY_H */
