/*
 * internal.h - what the two kinds of buckets have in common
 *
 * Layer 2 (bucket).
 */
#ifndef DYNAPG_BUCKET_INTERNAL_H
#define DYNAPG_BUCKET_INTERNAL_H

#include "bucket/bucket.h"
#include "common/cryptohash.h"

#define DYN_MAX_BUCKET_KEY		1024	/* bytes */
#define DYN_MAX_BUCKET_NAME		255
#define DYN_MAX_BUCKET_OBJECTS	1000000 /* that a prefix may have */

/* Objects that were found. */
typedef struct DynBucketListing
{
	MemoryContext context;		/* of the keys */
	DynBucketObject *objects;
	int			count;
	int			room;
} DynBucketListing;

/* A kind of bucket.  Readers and writers begin with DynBucketReader and DynBucketWriter. */
typedef struct DynBucketKind
{
	void		(*open) (DynBucket *bucket);
	void		(*close) (DynBucket *bucket);	/* never raises an error */
	void		(*list) (DynBucket *bucket, const char *prefix, DynBucketListing *listing);
	DynBucketReader *(*read) (DynBucket *bucket, const char *key, int64 offset);	/* NULL: there is no such object */
	size_t		(*read_some) (DynBucketReader *reader, void *buffer, size_t size);
	void		(*read_end) (DynBucketReader *reader);	/* never raises an error */
	DynBucketWriter *(*write) (DynBucket *bucket, const char *key);
	void		(*write_some) (DynBucketWriter *writer, const void *data, size_t size);
	void		(*write_end) (DynBucketWriter *writer, DynBucketWritten *written);
	void		(*write_abort) (DynBucketWriter *writer);	/* never raises an error */
} DynBucketKind;

struct DynBucket
{
	const DynBucketKind *kind;
	char	   *name;
	MemoryContext context;		/* of it and all that is open in it */
	MemoryContextCallback end;
	void	   *state;			/* of the kind */
	DynBucketReader *readers;	/* that are open */
	DynBucketWriter *writers;
};

struct DynBucketReader
{
	DynBucket  *bucket;
	DynBucketReader *next;
	char	   *key;
};

struct DynBucketWriter
{
	DynBucket  *bucket;
	DynBucketWriter *next;
	char	   *key;
	int64		size;
	pg_cryptohash_ctx *md5;
};

extern const DynBucketKind dyn_bucket_folder;
extern const DynBucketKind dyn_bucket_endpoint;

/* Adds an object to those that were found. */
extern void dyn_bucket_found(DynBucketListing *listing, const char *key, size_t len, int64 size);

/* Raises the errors that both kinds have. */
extern void dyn_bucket_missing(const DynBucket *bucket) pg_attribute_noreturn();

/* For bytes: hexadecimal digits, NUL-terminated. */
extern void dyn_bucket_hex(const uint8 *bytes, size_t len, char *hex);

#endif							/* DYNAPG_BUCKET_INTERNAL_H */
