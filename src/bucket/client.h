/*
 * client.h - requests to an endpoint that speaks the protocol of S3, over libcurl
 *
 * A process loads libcurl when it opens its first bucket of an endpoint: it brings dozens of libraries along, which other
 * processes do not need. If it was missing at build time, or is missing at run time, opening fails with an error that says so.
 *
 * A request is signed (sign.h).  Temporary failures are retried: connections that fail, stall or end too early, and the
 * statuses 429, 500, 502, 503 and 504; for twice dynapg.s3_timeout, and at least three times.
 *
 * libcurl calls back into this module only to copy bytes: nothing there raises an error or allocates memory. Interrupts are
 * checked between its calls.
 */
#ifndef DYNAPG_BUCKET_CLIENT_H
#define DYNAPG_BUCKET_CLIENT_H

#include "postgres.h"

typedef struct DynS3Client DynS3Client;

/* Whom to ask, and as whom. */
typedef struct DynS3Account
{
	const char *endpoint;		/* "https://host:port", without a slash at its end */
	const char *region;
	const char *access_key;		/* NULL: requests are not signed */
	const char *secret_key;
	const char *session_token;	/* or NULL */
} DynS3Account;

/* A request and its reply. */
typedef struct DynS3Call
{
	const char *method;
	const char *path;			/* "/bucket/key", percent-encoded */
	const char *query;			/* percent-encoded, sorted by name, each with a "="; or NULL */
	int64		first;			/* the range of bytes wanted, with the last one; last 0: all */
	int64		last;
	const char *if_match;		/* an ETag with its quotes, or NULL */
	const char *md5;			/* base64, of the body, or NULL */
	const void *body;
	size_t		body_len;
	bool		once;			/* no second attempt, no waiting: for tidying up */
	char	   *reply;			/* where the reply's body goes; what does not fit is dropped */
	size_t		room;

	long		status;			/* out, as the next ones */
	size_t		len;			/* of the reply's body, including what was dropped */
	char		etag[160];		/* with its quotes */
} DynS3Call;

/* In the current memory context, except what libcurl allocates; dyn_s3_client_close frees that. */
extern DynS3Client *dyn_s3_client_open(const DynS3Account *account);
extern void dyn_s3_client_close(DynS3Client *client);

/*
 * Makes the request; the status is 2xx or 4xx, or an error is raised.  With `once` no error is raised, and the status may be anything, 0
 * included.
 */
extern void dyn_s3_client_call(DynS3Client *client, DynS3Call *call);

#endif							/* DYNAPG_BUCKET_CLIENT_H */
