/*
 * kind.c - what the two kinds of buckets have in common
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "base/base64.h"
#include "base/compat.h"
#include "base/errors.h"
#include "bucket/kind.h"

void
dyn_s3_missing(const DynS3Bucket *bucket)
{
	dyn_error_failure(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION, "S3NoSuchBucket",
				"The specified bucket does not exist (Service: Amazon S3; Status Code: 404; Error Code: NoSuchBucket)");
}

void
dyn_s3_check_text(const char *key, size_t len)
{
	if (!pg_verify_mbstr(PG_UTF8, key, (int) len, true))
		dyn_error_failure(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION, "S3InvalidKey", "The bucket has an object whose key is not UTF-8");
}

void
dyn_s3_found(DynS3Listing *listing, const char *key, size_t len, int64 size)
{
	MemoryContext old = MemoryContextSwitchTo(listing->context);

	dyn_s3_check_text(key, len);
	if (listing->count >= DYN_MAX_BUCKET_OBJECTS)
		dyn_error_failure(ERRCODE_PROGRAM_LIMIT_EXCEEDED, "S3TooManyObjects", "The prefix has more than %d objects",
						  DYN_MAX_BUCKET_OBJECTS);
	if (listing->count == listing->room)
	{
		listing->room = Max(listing->room * 2, 64);
		listing->objects = listing->objects ? repalloc(listing->objects, listing->room * sizeof(DynS3Object)) :
			palloc_array(DynS3Object, listing->room);
	}
	listing->objects[listing->count++] = (DynS3Object) {pnstrdup(key, len), size};
	MemoryContextSwitchTo(old);
}

void
dyn_s3_hex(const uint8 *bytes, size_t len, char *hex)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++)
	{
		hex[2 * i] = digits[bytes[i] >> 4];
		hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	hex[2 * len] = '\0';
}

void
dyn_s3_check_hash(int result)
{
	if (result != 1)
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not compute an MD5 hash"),
						errhint("The server's OpenSSL may forbid it.")));
}

void
dyn_s3_md5(const void *data, size_t size, char md5[25])
{
	uint8		hash[DYN_MD5_SIZE];

	dyn_s3_check_hash(EVP_Digest(data, size, hash, NULL, EVP_md5(), NULL));
	md5[dyn_base64_encode(hash, sizeof(hash), md5)] = '\0';
}
