/*
 * bucket.h - what stands for S3: buckets of objects, read and written as streams
 *
 * Model.  A bucket has objects with keys ("a/b/c.json").  Two things stand behind it:
 *
 *		a folder	below dynapg.s3_directory, with the bucket's name; an object is a file below it, its key the path (folder.c)
 *		an endpoint	dynapg.s3_endpoint, which speaks the protocol of S3 (endpoint.c); it is used where it is set
 *
 * A written object appears under its key only when it is complete, and replaces an existing one. Nothing is ever deleted except
 * what a writer has begun and not finished.
 *
 * Files and network requests take time: only the workers of jobs do this, never a process that serves requests. All calls can
 * be interrupted. Open objects are closed with the memory context that was current when the bucket was opened, so that an error
 * leaves nothing open.  dyn_s3_open needs a transaction, the other calls do not.
 *
 * Errors carry a code (dyn_error_failure): S3NoSuchBucket, S3NoSuchKey, S3AccessDenied, S3InvalidKey, or that of the
 * endpoint after "S3".  A temporary failure has been retried a few times; its SQLSTATE says that another attempt makes sense.
 *
 * Rights. Readers must be members of pg_read_server_files, writers of pg_write_server_files, also for an endpoint, since its
 * credentials are the server's.
 */
#ifndef DYNAPG_BUCKET_BUCKET_H
#define DYNAPG_BUCKET_BUCKET_H

#include "bucket/types.h"

/*
 * For requests: raises AccessDeniedException unless the current user may use buckets in that way, and ValidationException where
 * the server has none.
 */
extern void dyn_s3_require(DynS3Use use);

/* Opens a bucket, as the current user, whose rights are checked again.  The name is not checked before. */
extern DynS3Bucket *dyn_s3_open(const char *name, DynS3Use use);
extern void dyn_s3_close(DynS3Bucket *bucket);

/*
 * The objects whose keys begin with prefix, in the order of their keys, in the current memory context; returns their number.  NULL
 * is an empty prefix.
 */
extern int	dyn_s3_list(DynS3Bucket *bucket, const char *prefix, DynS3Object **objects);

/* Reads an object from an offset on: up to size bytes at a time, 0 at its end. */
extern DynS3Reader *dyn_s3_read(DynS3Bucket *bucket, const char *key, int64 offset);
extern size_t dyn_s3_read_some(DynS3Reader *reader, void *buffer, size_t size);
extern void dyn_s3_read_end(DynS3Reader *reader);

/* Reads a whole object of at most limit bytes; NULL where it does not exist.  The text is NUL-terminated. */
extern char *dyn_s3_read_all(DynS3Bucket *bucket, const char *key, size_t limit, size_t *size);

/* Writes an object.  One that is never finished leaves nothing behind. */
extern DynS3Writer *dyn_s3_write(DynS3Bucket *bucket, const char *key);
extern void dyn_s3_write_some(DynS3Writer *writer, const void *data, size_t size);
extern void dyn_s3_write_end(DynS3Writer *writer, DynS3Written *written);

/* Writes an object of these bytes. */
extern void dyn_s3_write_all(DynS3Bucket *bucket, const char *key, const void *data, size_t size, DynS3Written *written);

#endif							/* DYNAPG_BUCKET_BUCKET_H */
