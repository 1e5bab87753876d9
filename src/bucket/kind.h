/*
 * kind.h - what the two kinds of buckets have in common
 */
#ifndef DYNAPG_BUCKET_KIND_H
#define DYNAPG_BUCKET_KIND_H

#include <openssl/evp.h>

#include "base/compat.h"
#include "bucket/types.h"

#define DYN_MD5_SIZE			16
#define DYN_MAX_BUCKET_KEY		1024	/* bytes */
#define DYN_MAX_BUCKET_NAME		255
#define DYN_MAX_BUCKET_OBJECTS	1000000 /* that a prefix may have */

/* Objects that were found. */
typedef struct DynS3Listing
{
	MemoryContext context;		/* of the keys */
	DynS3Object *objects;
	int			count;
	int			room;
} DynS3Listing;

/* A kind of bucket.  Readers and writers begin with DynS3Reader and DynS3Writer. */
typedef struct DynS3Kind
{
	void		(*open) (DynS3Bucket *bucket);
	void		(*close) (DynS3Bucket *bucket);	/* never raises an error */
	void		(*list) (DynS3Bucket *bucket, const char *prefix, DynS3Listing *listing);
	DynS3Reader *(*read) (DynS3Bucket *bucket, const char *key, int64 offset);	/* NULL: there is no such object */
	size_t		(*read_some) (DynS3Reader *reader, void *buffer, size_t size);
	void		(*read_end) (DynS3Reader *reader);	/* never raises an error */
	DynS3Writer *(*write) (DynS3Bucket *bucket, const char *key);
	void		(*write_some) (DynS3Writer *writer, const void *data, size_t size);
	void		(*write_end) (DynS3Writer *writer, DynS3Written *written);
	void		(*write_abort) (DynS3Writer *writer);	/* never raises an error */
} DynS3Kind;

struct DynS3Bucket
{
	const DynS3Kind *kind;
	char	   *name;
	MemoryContext context;		/* of the bucket and everything open in it */
	MemoryContextCallback end;
	void	   *state;			/* of the kind */
	DynS3Reader *readers;	/* that are open */
	DynS3Writer *writers;
};

struct DynS3Reader
{
	DynS3Bucket  *bucket;
	DynS3Reader *next;
	char	   *key;
};

struct DynS3Writer
{
	DynS3Bucket  *bucket;
	DynS3Writer *next;
	char	   *key;
	int64		size;
	EVP_MD_CTX *md5;			/* PostgreSQL's own hashes do not live longer than a transaction */
};

extern const DynS3Kind dyn_s3_folder;
extern const DynS3Kind dyn_s3_endpoint;

/* Raises an error unless the key of an object is valid text: it goes into messages and rows. */
extern void dyn_s3_check_text(const char *key, size_t len);

/* Adds an object to those that were found. */
extern void dyn_s3_found(DynS3Listing *listing, const char *key, size_t len, int64 size);

/* Raises the errors that both kinds have. */
extern void dyn_s3_missing(const DynS3Bucket *bucket) pg_attribute_noreturn();

/* Raises an error unless an OpenSSL hash function has returned success. */
extern void dyn_s3_check_hash(int result);

/* The bytes as hexadecimal digits, NUL-terminated. */
extern void dyn_s3_hex(const uint8 *bytes, size_t len, char *hex);

#endif							/* DYNAPG_BUCKET_KIND_H */
