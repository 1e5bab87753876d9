/*
 * sign.h - AWS Signature Version 4 of requests to an endpoint
 *
 * libcurl can sign by itself, but before version 8 not as S3 requires: the hash of the body is missing from the signed headers.
 */
#ifndef DYNAPG_BUCKET_SIGN_H
#define DYNAPG_BUCKET_SIGN_H

#include "postgres.h"

#include <time.h>

typedef struct DynS3Signing
{
	const char *method;
	const char *host;			/* as the header has it */
	const char *path;			/* percent-encoded, whole */
	const char *query;			/* percent-encoded and sorted, or NULL */
	const void *body;
	size_t		body_len;
	const char *region;
	const char *access_key;
	const char *secret_key;
	const char *session_token;	/* or NULL */
	time_t		now;
} DynS3Signing;

/* The values to send as headers of those names. */
typedef struct DynS3Signature
{
	char		content_sha256[65]; /* x-amz-content-sha256 */
	char		date[17];		/* x-amz-date */
	char	   *authorization;	/* Authorization */
} DynS3Signature;

extern void dyn_s3_sign(const DynS3Signing *signing, DynS3Signature *signature);

#endif							/* DYNAPG_BUCKET_SIGN_H */
