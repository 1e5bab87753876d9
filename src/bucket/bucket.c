/*
 * bucket.c - what stands for S3: rights, and what the two kinds of buckets have in common
 */
#include "postgres.h"

#include "catalog/pg_authid_d.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/memutils.h"

#include "base/base64.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/guc.h"
#include "bucket/bucket.h"
#include "bucket/kind.h"


/* ---- rights ---- */

void
dyn_s3_require(DynS3Use use)
{
	Oid			role = use == DYN_S3_WRITE ? ROLE_PG_WRITE_SERVER_FILES : ROLE_PG_READ_SERVER_FILES;

	if (!has_privs_of_role(GetUserId(), role))
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						errmsg("permission denied for buckets"),
						errdetail("Only roles with privileges of \"%s\" may %s them.",
								  use == DYN_S3_WRITE ? "pg_write_server_files" : "pg_read_server_files",
								  use == DYN_S3_WRITE ? "write" : "read")));
	if (dyn_guc_s3_endpoint[0] == '\0' && dyn_guc_s3_directory[0] == '\0')
		dyn_error(DYN_E_VALIDATION, "This server has no buckets: set dynapg.s3_directory or dynapg.s3_endpoint");
}

/* Letters, digits, "-", "_" and ".", not at its ends. */
static bool
is_bucket_name(const char *name)
{
	size_t		len = strlen(name);

	return len > 0 && len <= DYN_MAX_BUCKET_NAME && name[0] != '.' && name[len - 1] != '.' &&
		strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == len;
}

/* ---- opening and closing ---- */

static void
end_everything(void *arg)
{
	DynS3Bucket  *bucket = arg;

	for (DynS3Reader *reader = bucket->readers; reader; reader = reader->next)
		bucket->kind->read_end(reader);
	for (DynS3Writer *writer = bucket->writers; writer; writer = writer->next)
	{
		bucket->kind->write_abort(writer);
		EVP_MD_CTX_free(writer->md5);
	}
	bucket->kind->close(bucket);
}

DynS3Bucket *
dyn_s3_open(const char *name, DynS3Use use)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "dynapg bucket", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	DynS3Bucket  *bucket = palloc0_object(DynS3Bucket);

	dyn_s3_require(use);
	bucket->kind = dyn_guc_s3_endpoint[0] != '\0' ? &dyn_s3_endpoint : &dyn_s3_folder;
	bucket->name = pstrdup(name);
	bucket->context = context;
	bucket->end = (MemoryContextCallback) {end_everything, bucket, NULL};
	if (!is_bucket_name(name))
		dyn_s3_missing(bucket);
	bucket->kind->open(bucket);
	MemoryContextRegisterResetCallback(context, &bucket->end);
	MemoryContextSwitchTo(caller);
	return bucket;
}

void
dyn_s3_close(DynS3Bucket *bucket)
{
	MemoryContextDelete(bucket->context);
}

/* ---- listing ---- */

static int
compare_keys(const void *a, const void *b)
{
	return strcmp(((const DynS3Object *) a)->key, ((const DynS3Object *) b)->key);
}

int
dyn_s3_list(DynS3Bucket *bucket, const char *prefix, DynS3Object **objects)
{
	DynS3Listing listing = {.context = CurrentMemoryContext};

	bucket->kind->list(bucket, prefix ? prefix : "", &listing);
	if (listing.count > 0)
		qsort(listing.objects, listing.count, sizeof(DynS3Object), compare_keys);
	*objects = listing.objects;
	return listing.count;
}

/* ---- reading ---- */

static DynS3Reader *
try_read(DynS3Bucket *bucket, const char *key, int64 offset)
{
	MemoryContext caller = MemoryContextSwitchTo(bucket->context);
	DynS3Reader *reader = bucket->kind->read(bucket, key, offset);

	if (reader)
	{
		reader->bucket = bucket;
		reader->key = pstrdup(key);
		reader->next = bucket->readers;
		bucket->readers = reader;
	}
	MemoryContextSwitchTo(caller);
	return reader;
}

DynS3Reader *
dyn_s3_read(DynS3Bucket *bucket, const char *key, int64 offset)
{
	DynS3Reader *reader = try_read(bucket, key, offset);

	if (reader == NULL)
		dyn_error_failure(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION, "S3NoSuchKey", "The specified key does not exist: %s", key);
	return reader;
}

size_t
dyn_s3_read_some(DynS3Reader *reader, void *buffer, size_t size)
{
	CHECK_FOR_INTERRUPTS();
	return reader->bucket->kind->read_some(reader, buffer, size);
}

void
dyn_s3_read_end(DynS3Reader *reader)
{
	DynS3Reader **link = &reader->bucket->readers;

	while (*link != reader)
		link = &(*link)->next;
	*link = reader->next;
	reader->bucket->kind->read_end(reader);
	pfree(reader->key);
	pfree(reader);
}

char *
dyn_s3_read_all(DynS3Bucket *bucket, const char *key, size_t limit, size_t *size)
{
	DynS3Reader *reader = try_read(bucket, key, 0);
	size_t		room = 8192;
	size_t		used = 0;
	size_t		got;
	char	   *text;

	if (reader == NULL)
		return NULL;
	text = palloc(room + 1);
	while ((got = dyn_s3_read_some(reader, text + used, room - used)) > 0)
	{
		used += got;
		if (used > limit)
			dyn_error_failure(ERRCODE_PROGRAM_LIMIT_EXCEEDED, "S3ObjectTooLarge", "The object is larger than %zu bytes: %s", limit, key);
		if (used == room)
			text = repalloc_huge(text, (room *= 2) + 1);
	}
	dyn_s3_read_end(reader);
	text[used] = '\0';
	*size = used;
	return text;
}

/* ---- writing ---- */

DynS3Writer *
dyn_s3_write(DynS3Bucket *bucket, const char *key)
{
	MemoryContext caller = MemoryContextSwitchTo(bucket->context);
	DynS3Writer *writer = bucket->kind->write(bucket, key);

	writer->bucket = bucket;
	writer->key = pstrdup(key);
	writer->size = 0;
	writer->md5 = EVP_MD_CTX_new();
	writer->next = bucket->writers;
	bucket->writers = writer;
	dyn_s3_check_hash(writer->md5 ? EVP_DigestInit_ex(writer->md5, EVP_md5(), NULL) : 0);
	MemoryContextSwitchTo(caller);
	return writer;
}

void
dyn_s3_write_some(DynS3Writer *writer, const void *data, size_t size)
{
	CHECK_FOR_INTERRUPTS();
	dyn_s3_check_hash(EVP_DigestUpdate(writer->md5, data, size));
	writer->size += size;
	writer->bucket->kind->write_some(writer, data, size);
}

void
dyn_s3_write_end(DynS3Writer *writer, DynS3Written *written)
{
	DynS3Writer **link = &writer->bucket->writers;
	DynS3Written ignored;
	uint8		md5[DYN_MD5_SIZE];

	if (written == NULL)
		written = &ignored;
	memset(written, 0, sizeof(*written));
	written->size = writer->size;
	dyn_s3_check_hash(EVP_DigestFinal_ex(writer->md5, md5, NULL));
	written->md5[dyn_base64_encode(md5, sizeof(md5), written->md5)] = '\0';
	dyn_s3_hex(md5, sizeof(md5), written->etag);
	writer->bucket->kind->write_end(writer, written);

	while (*link != writer)
		link = &(*link)->next;
	*link = writer->next;
	EVP_MD_CTX_free(writer->md5);
	pfree(writer->key);
	pfree(writer);
}

void
dyn_s3_write_all(DynS3Bucket *bucket, const char *key, const void *data, size_t size, DynS3Written *written)
{
	DynS3Writer *writer = dyn_s3_write(bucket, key);

	if (size > 0)
		dyn_s3_write_some(writer, data, size);
	dyn_s3_write_end(writer, written);
}
