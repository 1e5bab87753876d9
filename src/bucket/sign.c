/*
 * sign.c - AWS Signature Version 4 of requests to an endpoint
 */
#include "postgres.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "lib/stringinfo.h"

#include "bucket/kind.h"
#include "bucket/sign.h"

#define SHA256_SIZE 32

static void
sha256(const void *data, size_t len, char *hex)
{
	uint8		digest[SHA256_SIZE];
	unsigned int size = sizeof(digest);

	if (EVP_Digest(data, len, digest, &size, EVP_sha256(), NULL) != 1)
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not compute a SHA-256 hash")));
	dyn_s3_hex(digest, sizeof(digest), hex);
}

static void
hmac(const uint8 *key, size_t key_len, const char *text, uint8 out[SHA256_SIZE])
{
	unsigned int size = SHA256_SIZE;

	if (HMAC(EVP_sha256(), key, (int) key_len, (const unsigned char *) text, strlen(text), out, &size) == NULL)
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not compute a SHA-256 hash")));
}

/* The key of a day, a region and the service. */
static void
signing_key(const DynS3Signing *signing, const char *day, uint8 key[SHA256_SIZE])
{
	char	   *first = psprintf("AWS4%s", signing->secret_key);

	hmac((const uint8 *) first, strlen(first), day, key);
	hmac(key, SHA256_SIZE, signing->region, key);
	hmac(key, SHA256_SIZE, "s3", key);
	hmac(key, SHA256_SIZE, "aws4_request", key);
	explicit_bzero(first, strlen(first));
	pfree(first);
}

void
dyn_s3_sign(const DynS3Signing *signing, DynS3Signature *signature)
{
	const char *names = signing->session_token ? "host;x-amz-content-sha256;x-amz-date;x-amz-security-token" :
		"host;x-amz-content-sha256;x-amz-date";
	StringInfoData request;
	char		hash[65];
	char		day[9];
	char	   *scope;
	char	   *text;
	uint8		key[SHA256_SIZE];
	uint8		digest[SHA256_SIZE];
	char		hex[65];
	struct tm	utc;

	gmtime_r(&signing->now, &utc);
	strftime(signature->date, sizeof(signature->date), "%Y%m%dT%H%M%SZ", &utc);
	strlcpy(day, signature->date, sizeof(day));
	sha256(signing->body ? signing->body : "", signing->body_len, signature->content_sha256);

	initStringInfo(&request);
	appendStringInfo(&request, "%s\n%s\n%s\nhost:%s\nx-amz-content-sha256:%s\nx-amz-date:%s\n", signing->method, signing->path,
					 signing->query ? signing->query : "", signing->host, signature->content_sha256, signature->date);
	if (signing->session_token)
		appendStringInfo(&request, "x-amz-security-token:%s\n", signing->session_token);
	appendStringInfo(&request, "\n%s\n%s", names, signature->content_sha256);
	sha256(request.data, request.len, hash);

	scope = psprintf("%s/%s/s3/aws4_request", day, signing->region);
	text = psprintf("AWS4-HMAC-SHA256\n%s\n%s\n%s", signature->date, scope, hash);
	signing_key(signing, day, key);
	hmac(key, sizeof(key), text, digest);
	dyn_s3_hex(digest, sizeof(digest), hex);
	signature->authorization = psprintf("AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s", signing->access_key, scope,
										names, hex);
}
