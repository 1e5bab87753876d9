/*
 * bucket.h - what stands for S3: buckets of objects, read and written as streams
 *
 * Model.  A bucket has objects with keys ("a/b/c.json").  Two things stand behind it:
 *
 *		a folder	below dynapg.s3_directory, with the bucket's name; an object is a file below it, its key the path (folder.c)
 *		an endpoint	dynapg.s3_endpoint, which speaks the protocol of S3 (endpoint.c); it is used where it is set
 *
 * An object that is written appears when it is complete, with its final key, and not before; one that is there is replaced.  Nothing is
 * ever deleted but what a writer has begun and not finished.
 *
 * Files and requests over the network take their time: only the workers of jobs do this, never a process that serves requests.  All
 * calls can be interrupted.  What is open ends with the memory context that was current when the bucket was opened, so that an error
 * leaves nothing open.  dyn_bucket_open needs a transaction, the other calls do not.
 *
 * Errors carry a code (dyn_failure): S3NoSuchBucket, S3NoSuchKey, S3AccessDenied, S3InvalidKey, or that of the endpoint after "S3".  What
 * may pass by itself has been tried a few times, and has a SQLSTATE that says so.
 *
 * Rights.  Who reads must be a member of pg_read_server_files, who writes of pg_write_server_files, in both cases, since the
 * endpoint's credentials are the server's.
 *
 * Layer 2 (bucket).
 */
#ifndef DYNAPG_BUCKET_BUCKET_H
#define DYNAPG_BUCKET_BUCKET_H

#include "postgres.h"

typedef struct DynBucket DynBucket;
typedef struct DynBucketReader DynBucketReader;
typedef struct DynBucketWriter DynBucketWriter;

typedef enum DynBucketUse
{
	DYN_BUCKET_READ,
	DYN_BUCKET_WRITE			/* and read */
} DynBucketUse;

typedef struct DynBucketObject
{
	char	   *key;
	int64		size;
} DynBucketObject;

/* An object that was written. */
typedef struct DynBucketWritten
{
	int64		size;
	char		md5[25];		/* base64 */
	char		etag[64];		/* hexadecimal, without quotes; "...-N" for an object of N parts */
} DynBucketWritten;

/*
 * For requests: raises AccessDeniedException unless the current user may use buckets so, and ValidationException where the server has
 * none.
 */
extern void dyn_bucket_require(DynBucketUse use);

/* Opens a bucket, as the current user, whose rights are checked again.  The name is not checked before. */
extern DynBucket *dyn_bucket_open(const char *name, DynBucketUse use);
extern void dyn_bucket_close(DynBucket *bucket);

/*
 * The objects whose keys begin with prefix, in the order of their keys, in the current memory context; returns their number.  NULL
 * is an empty prefix.
 */
extern int	dyn_bucket_list(DynBucket *bucket, const char *prefix, DynBucketObject **objects);

/* Reads an object from an offset on: up to size bytes at a time, 0 at its end. */
extern DynBucketReader *dyn_bucket_read(DynBucket *bucket, const char *key, int64 offset);
extern size_t dyn_bucket_read_some(DynBucketReader *reader, void *buffer, size_t size);
extern void dyn_bucket_read_end(DynBucketReader *reader);

/* Reads a whole object of at most limit bytes; NULL where it does not exist.  The text is NUL-terminated. */
extern char *dyn_bucket_read_all(DynBucket *bucket, const char *key, size_t limit, size_t *size);

/* Writes an object.  One that is never finished leaves nothing behind. */
extern DynBucketWriter *dyn_bucket_write(DynBucket *bucket, const char *key);
extern void dyn_bucket_write_some(DynBucketWriter *writer, const void *data, size_t size);
extern void dyn_bucket_write_end(DynBucketWriter *writer, DynBucketWritten *written);

/* Writes an object of these bytes. */
extern void dyn_bucket_write_all(DynBucket *bucket, const char *key, const void *data, size_t size, DynBucketWritten *written);

#endif							/* DYNAPG_BUCKET_BUCKET_H */
