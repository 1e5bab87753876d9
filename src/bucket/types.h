/*
 * types.h - buckets, their objects, and what reads and writes these
 */
#ifndef DYNAPG_BUCKET_TYPES_H
#define DYNAPG_BUCKET_TYPES_H

#include "postgres.h"

typedef struct DynS3Bucket DynS3Bucket;
typedef struct DynS3Reader DynS3Reader;
typedef struct DynS3Writer DynS3Writer;

typedef enum DynS3Use
{
	DYN_S3_READ,
	DYN_S3_WRITE			/* and read */
} DynS3Use;

typedef struct DynS3Object
{
	char	   *key;
	int64		size;
} DynS3Object;

/* An object that was written. */
typedef struct DynS3Written
{
	int64		size;
	char		md5[25];		/* base64 */
	char		etag[64];		/* hexadecimal, without quotes; "...-N" for an object of N parts */
} DynS3Written;

/* The MD5 of these bytes, base64. */
extern void dyn_s3_md5(const void *data, size_t size, char md5[25]);

#endif							/* DYNAPG_BUCKET_TYPES_H */
