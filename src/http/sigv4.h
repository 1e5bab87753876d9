/*
 * sigv4.h - AWS Signature Version 4: the expected signature of a request
 *
 * Computation only: auth.c finds signatures and decides which are acceptable.
 */
#ifndef DYNAPG_HTTP_SIGV4_H
#define DYNAPG_HTTP_SIGV4_H

#include "postgres.h"

#include "http/request.h"

#define DYN_SIGV4_ALGORITHM		"AWS4-HMAC-SHA256"
#define DYN_SIGV4_TERMINATOR	"aws4_request"
#define DYN_SIGV4_TIME_LEN		16	/* "20150830T123600Z" */
#define DYN_SHA256_LEN			32

/* A parameter of the query, decoded. */
typedef struct DynQueryParam
{
	DynSlice	name;
	DynSlice	value;
} DynQueryParam;

/* A signature and its inputs. */
typedef struct DynSigv4
{
	bool		presigned;		/* in the query, whose parameter X-Amz-Signature is then not covered */
	DynSlice	date;			/* the credential's scope: "20150830" */
	DynSlice	region;
	DynSlice	service;
	DynSlice	signed_headers; /* "host;x-amz-date": names in lower case, in the order in which they are signed */
	DynSlice	signature;		/* 64 hexadecimal digits, if valid */
	char		time[DYN_SIGV4_TIME_LEN + 1];
	int			nparams;
	const DynQueryParam *params;	/* the request's whole query */
} DynSigv4;

/* The parameters of the request's query in the order sent, in the current memory context.  Returns their number. */
extern int	dyn_sigv4_query(const DynHttpRequest *request, DynQueryParam **params);

/* Is it the request's signature with that secret? Takes the same time wherever the two differ. */
extern bool dyn_sigv4_matches(const DynSigv4 *sigv4, const DynHttpRequest *request, const char *secret);

/* The SHA-256 of data. */
extern void dyn_sigv4_sha256(const void *data, size_t len, uint8 digest[DYN_SHA256_LEN]);

#endif							/* DYNAPG_HTTP_SIGV4_H */
