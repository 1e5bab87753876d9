/*
 * endpoint.c - buckets behind an endpoint that speaks the protocol of S3, dynapg.s3_endpoint
 *
 * URLs are of path style.  An object is read by ranges, one request for each; they require the version that the first one read,
 * so a range that breaks off can be requested again.  An object that fits into one part is written by one request, a larger one
 * by a
 * multipart upload, which is aborted when the writer ends early.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "base/compat.h"
#include "base/errors.h"
#include "base/guc.h"
#include "bucket/client.h"
#include "bucket/kind.h"
#include "database/sql.h"
#include "tables/catalog.h"

#define PART_SIZE (8 * 1024 * 1024) /* bytes; the protocol demands 5 MB */
#define MAX_PARTS 10000
#define REPLY_SIZE (2 * 1024 * 1024)	/* for replies other than objects: 1,000 keys of 1,024 bytes fit, percent-encoded */

typedef struct Endpoint
{
	DynS3Client *client;
	char	   *reply;			/* REPLY_SIZE */
} Endpoint;

typedef struct RangeReader
{
	DynS3Reader reader;
	char	   *path;
	char	   *buffer;			/* PART_SIZE */
	size_t		len;			/* in it */
	size_t		at;
	int64		offset;			/* of the next range */
	char		etag[160];		/* of the version */
	bool		ended;
} RangeReader;

typedef struct PartWriter
{
	DynS3Writer writer;
	char	   *path;
	char	   *buffer;			/* PART_SIZE */
	size_t		len;
	char	   *upload;			/* its id; NULL: not begun */
	int			parts;
	StringInfoData done;		/* the list of parts, for the end */
} PartWriter;

/* ---- texts ---- */

/* Appends text percent-encoded, except characters that never need it; a slash is kept in keys. */
static void
append_encoded(StringInfo out, const char *text, bool keep_slash)
{
	for (; *text; text++)
	{
		unsigned char c = (unsigned char) *text;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-_.~", c) || (c == '/' && keep_slash))
			appendStringInfoChar(out, (char) c);
		else
			appendStringInfo(out, "%%%02X", c);
	}
}

static char *
path_of(const DynS3Bucket *bucket, const char *key)
{
	StringInfoData path;

	initStringInfo(&path);
	appendStringInfo(&path, "/%s", bucket->name);
	if (key)
	{
		appendStringInfoChar(&path, '/');
		append_encoded(&path, key, true);
	}
	return path.data;
}

static int
hex_digit(char c)
{
	const char *digits = "0123456789abcdef";
	const char *found = c ? strchr(digits, pg_tolower((unsigned char) c)) : NULL;

	return found ? (int) (found - digits) : -1;
}

/* Decodes a percent-encoded text in place; in lists a "+" is a space. */
static size_t
decode(char *text)
{
	char	   *to = text;

	for (const char *from = text; *from;)
	{
		int			high = from[0] == '%' ? hex_digit(from[1]) : -1;
		int			low = high >= 0 ? hex_digit(from[2]) : -1;

		*to++ = low >= 0 ? (char) (high * 16 + low) : from[0] == '+' ? ' ' : from[0];
		from += low >= 0 ? 3 : 1;
	}
	*to = '\0';
	return to - text;
}

/* The text of the first element of that name from `from` on and before `end`; NULL where there is none. */
static char *
element(const char *from, const char *end, const char *name)
{
	char	   *open = psprintf("<%s>", name);
	char	   *close = psprintf("</%s>", name);
	const char *begin = strstr(from, open);
	const char *stop = begin ? strstr(begin, close) : NULL;

	if (begin == NULL || stop == NULL || (end && stop > end))
		return NULL;
	begin += strlen(open);
	if (!pg_verify_mbstr(PG_UTF8, begin, (int) (stop - begin), true))
		return NULL;			/* it goes into messages */
	return pnstrdup(begin, stop - begin);
}

/* ---- requests ---- */

/* A request whose reply is a text, NUL-terminated in the endpoint's buffer. */
static const char *
call_for_text(const DynS3Bucket *bucket, DynS3Call *call)
{
	Endpoint   *endpoint = bucket->state;

	call->reply = endpoint->reply;
	call->room = REPLY_SIZE - 1;
	dyn_s3_client_call(endpoint->client, call);
	endpoint->reply[Min(call->len, call->room)] = '\0';
	return endpoint->reply;
}

/* Raises the error that a reply reports. */
pg_attribute_noreturn() static void
refuse(const DynS3Bucket *bucket, const char *key, long status, const char *text)
{
	char	   *code = element(text, NULL, "Code");
	char	   *message = element(text, NULL, "Message");

	if (code && strcmp(code, "NoSuchBucket") == 0)
		dyn_s3_missing(bucket);
	if (code == NULL)
		code = status == 403 ? "AccessDenied" : status == 404 ? "NoSuchKey" : "Error";
	dyn_error_failure(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION, psprintf("S3%.60s", code),
				"%s%s%s (Service: Amazon S3; Status Code: %ld; Error Code: %.60s)",
				message ? message : code, key ? ": " : "", key ? key : "", status, code);
}

static void
require_success(const DynS3Bucket *bucket, const char *key, const DynS3Call *call, const char *text)
{
	if (call->status < 200 || call->status >= 300)
		refuse(bucket, key, call->status, text);
}

/* ---- the bucket ---- */

/* The credentials of the bucket, or those of all buckets.  Only superusers and the owner of the catalog read them. */
static DynS3Account
account_of(const char *bucket)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext old;
	DynS3Account account = {.endpoint = pstrdup(dyn_guc_s3_endpoint),.region = pstrdup(dyn_guc_region)};
	DynSqlArgs	args = {0};
	size_t		len = strlen(account.endpoint);

	while (len > 0 && account.endpoint[len - 1] == '/')
		len--;
	account.endpoint = pnstrdup(account.endpoint, len);
	SPI_connect();
	dyn_sql_text(&args, bucket);
	if (dyn_catalog_run("SELECT c.access_key_id, c.secret_access_key, c.session_token, c.region FROM dynapg.s3_credentials c "
						"WHERE c.bucket OPERATOR(pg_catalog.=) $1 OR c.bucket OPERATOR(pg_catalog.=) '' "
						"ORDER BY c.bucket DESC LIMIT 1", &args) > 0)
	{
		char	   *region;

		old = MemoryContextSwitchTo(caller);
		account.access_key = dyn_sql_get_text(0, 1);
		account.secret_key = dyn_sql_get_text(0, 2);
		account.session_token = dyn_sql_get_text(0, 3);
		region = dyn_sql_get_text(0, 4);
		account.region = region ? region : account.region;
		MemoryContextSwitchTo(old);
	}
	SPI_finish();
	return account;
}

static void
endpoint_open(DynS3Bucket *bucket)
{
	DynS3Account account = account_of(bucket->name);
	Endpoint   *endpoint = palloc0_object(Endpoint);

	endpoint->reply = palloc(REPLY_SIZE);
	endpoint->client = dyn_s3_client_open(&account);
	bucket->state = endpoint;
}

static void
endpoint_close(DynS3Bucket *bucket)
{
	dyn_s3_client_close(((Endpoint *) bucket->state)->client);
}

/* ---- listing ---- */

/* Adds the objects of a page; the token of the next one, or NULL. */
static char *
list_page(DynS3Bucket *bucket, const char *prefix, const char *token, DynS3Listing *listing)
{
	StringInfoData query;
	DynS3Call	call = {.method = "GET"};
	const char *text;
	char	   *truncated;

	initStringInfo(&query);
	if (token)
	{
		appendStringInfoString(&query, "continuation-token=");
		append_encoded(&query, token, false);
		appendStringInfoChar(&query, '&');
	}
	appendStringInfoString(&query, "encoding-type=url&list-type=2&prefix=");
	append_encoded(&query, prefix, false);
	call.path = path_of(bucket, NULL);
	call.query = query.data;
	text = call_for_text(bucket, &call);
	require_success(bucket, NULL, &call, text);

	for (const char *at = strstr(text, "<Contents>"); at; at = strstr(at + 1, "<Contents>"))
	{
		const char *end = strstr(at, "</Contents>");
		char	   *key = element(at, end, "Key");
		char	   *size = element(at, end, "Size");
		size_t		len;

		CHECK_FOR_INTERRUPTS();
		if (end == NULL || key == NULL || size == NULL)
			refuse(bucket, NULL, call.status, "<Code>MalformedList</Code><Message>The list of the bucket cannot be read</Message>");
		len = decode(key);
		/* an empty object whose key ends with a slash stands for a folder */
		if (!(len > 0 && key[len - 1] == '/' && strcmp(size, "0") == 0))
			dyn_s3_found(listing, key, len, strtoll(size, NULL, 10));
		pfree(key);
		pfree(size);
	}
	truncated = element(text, NULL, "IsTruncated");
	if (truncated == NULL || strcmp(truncated, "true") != 0)
		return NULL;
	token = element(text, NULL, "NextContinuationToken");
	if (token == NULL)
		refuse(bucket, NULL, call.status, "<Code>MalformedList</Code><Message>The list of the bucket does not end</Message>");
	return pstrdup(token);
}

static void
endpoint_list(DynS3Bucket *bucket, const char *prefix, DynS3Listing *listing)
{
	char	   *token = NULL;

	do
	{
		int			before = listing->count;

		token = list_page(bucket, prefix, token, listing);
		if (token && listing->count == before)
			refuse(bucket, NULL, 200, "<Code>MalformedList</Code><Message>The list of the bucket does not end</Message>");
	} while (token);
}

/* ---- reading ---- */

/* Gets the next range; false where there is no such object. */
static bool
fill(DynS3Bucket *bucket, RangeReader *range, const char *key)
{
	Endpoint   *endpoint = bucket->state;
	DynS3Call	call = {
		.method = "GET",.path = range->path,.first = range->offset,.last = range->offset + PART_SIZE - 1,
		.if_match = range->etag[0] ? range->etag : NULL,.reply = range->buffer,.room = PART_SIZE
	};

	dyn_s3_client_call(endpoint->client, &call);
	range->len = Min(call.len, PART_SIZE);
	range->at = 0;
	if (call.status == 416)		/* it ends there */
	{
		range->len = 0;
		range->ended = true;
		return true;
	}
	if (call.status == 206 || (call.status == 200 && range->offset == 0 && call.len <= PART_SIZE))
	{
		strlcpy(range->etag, call.etag, sizeof(range->etag));
		range->offset += range->len;
		range->ended = range->len < PART_SIZE;
		return true;
	}
	range->buffer[Min(range->len, PART_SIZE - 1)] = '\0';
	if (call.status == 404 && strstr(range->buffer, "NoSuchBucket") == NULL)
		return false;
	if (call.status == 200)
		refuse(bucket, key, 200, "<Code>NoRanges</Code><Message>The endpoint does not send a part of an object</Message>");
	refuse(bucket, key, call.status, range->buffer);
}

static DynS3Reader *
endpoint_read(DynS3Bucket *bucket, const char *key, int64 offset)
{
	RangeReader *range = palloc0_object(RangeReader);

	range->path = path_of(bucket, key);
	range->buffer = palloc(PART_SIZE);
	range->offset = offset;
	if (fill(bucket, range, key))
		return &range->reader;
	pfree(range->buffer);
	pfree(range);
	return NULL;
}

static size_t
endpoint_read_some(DynS3Reader *reader, void *buffer, size_t size)
{
	RangeReader *range = (RangeReader *) reader;
	size_t		fits;

	if (range->at == range->len && !range->ended && !fill(reader->bucket, range, reader->key))
		dyn_error_failure(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION, "S3NoSuchKey", "The object has been deleted meanwhile: %s", reader->key);
	fits = Min(size, range->len - range->at);
	memcpy(buffer, range->buffer + range->at, fits);
	range->at += fits;
	return fits;
}

static void
endpoint_read_end(DynS3Reader *reader)
{
	pfree(((RangeReader *) reader)->buffer);
}

/* ---- writing ---- */

static DynS3Writer *
endpoint_write(DynS3Bucket *bucket, const char *key)
{
	PartWriter *part = palloc0_object(PartWriter);

	part->path = path_of(bucket, key);
	part->buffer = palloc(PART_SIZE);
	initStringInfo(&part->done);
	return &part->writer;
}

/* Sends what is in the buffer, as a part or, without query, as the whole; its ETag goes to etag, without quotes. */
static void
send_buffer(PartWriter *part, const char *query, char *etag, size_t etag_size)
{
	DynS3Bucket  *bucket = part->writer.bucket;
	char		md5[25];
	DynS3Call	call = {.method = "PUT",.path = part->path,.query = query,.md5 = md5,.body = part->buffer,.body_len = part->len};
	const char *text;
	size_t		len;

	dyn_s3_md5(part->buffer, part->len, md5);
	text = call_for_text(bucket, &call);
	require_success(bucket, part->writer.key, &call, text);
	strlcpy(etag, call.etag[0] == '"' ? call.etag + 1 : call.etag, etag_size);
	len = strlen(etag);
	if (len > 0 && etag[len - 1] == '"')
		etag[len - 1] = '\0';
	part->len = 0;
}

static void
begin_upload(PartWriter *part)
{
	DynS3Bucket  *bucket = part->writer.bucket;
	DynS3Call	call = {.method = "POST",.path = part->path,.query = "uploads=",.body = "",.body_len = 0};
	const char *text = call_for_text(bucket, &call);
	char	   *id;

	require_success(bucket, part->writer.key, &call, text);
	id = element(text, NULL, "UploadId");
	if (id == NULL)
		refuse(bucket, part->writer.key, call.status, "<Code>MalformedReply</Code><Message>The endpoint started no upload</Message>");
	part->upload = MemoryContextStrdup(bucket->context, id);
}

static char *
query_of_upload(const PartWriter *part, int number)
{
	StringInfoData query;

	initStringInfo(&query);
	if (number > 0)
		appendStringInfo(&query, "partNumber=%d&", number);
	appendStringInfoString(&query, "uploadId=");
	append_encoded(&query, part->upload, false);
	return query.data;
}

static void
send_part(PartWriter *part)
{
	char		etag[160];

	if (part->upload == NULL)
		begin_upload(part);
	if (part->parts == MAX_PARTS)
		dyn_error_failure(ERRCODE_PROGRAM_LIMIT_EXCEEDED, "S3ObjectTooLarge", "The object has more than %d parts: %s", MAX_PARTS,
					part->writer.key);
	part->parts++;
	send_buffer(part, query_of_upload(part, part->parts), etag, sizeof(etag));
	appendStringInfo(&part->done, "<Part><PartNumber>%d</PartNumber><ETag>&quot;%s&quot;</ETag></Part>", part->parts, etag);
}

static void
endpoint_write_some(DynS3Writer *writer, const void *data, size_t size)
{
	PartWriter *part = (PartWriter *) writer;
	const char *from = data;

	while (size > 0)
	{
		size_t		fits;

		if (part->len == PART_SIZE)
			send_part(part);
		fits = Min(size, PART_SIZE - part->len);
		memcpy(part->buffer + part->len, from, fits);
		part->len += fits;
		from += fits;
		size -= fits;
	}
}

/* Puts the parts together.  An error may come in a reply with status 200. */
static void
end_upload(PartWriter *part, DynS3Written *written)
{
	DynS3Bucket  *bucket = part->writer.bucket;
	char	   *body = psprintf("<CompleteMultipartUpload>%s</CompleteMultipartUpload>", part->done.data);
	DynS3Call	call = {
		.method = "POST",.path = part->path,.query = query_of_upload(part, 0),.body = body,.body_len = strlen(body)
	};
	const char *text = call_for_text(bucket, &call);
	char	   *etag;

	require_success(bucket, part->writer.key, &call, text);
	if (strstr(text, "<Error>"))
		refuse(bucket, part->writer.key, call.status, text);
	part->upload = NULL;
	etag = element(text, NULL, "ETag");
	if (etag == NULL)
		return;
	written->etag[0] = '\0';
	for (const char *c = etag; *c && strlen(written->etag) < sizeof(written->etag) - 1; c++)
		if (hex_digit(*c) >= 0 || *c == '-')
			strncat(written->etag, c, 1);
}

static void
endpoint_write_end(DynS3Writer *writer, DynS3Written *written)
{
	PartWriter *part = (PartWriter *) writer;
	char		etag[160];

	if (part->upload)
	{
		send_part(part);
		end_upload(part, written);
	}
	else
		send_buffer(part, NULL, etag, sizeof(etag));
	pfree(part->buffer);
	part->buffer = NULL;
}

/* Nothing here raises an error: the request is not retried. */
static void
endpoint_write_abort(DynS3Writer *writer)
{
	PartWriter *part = (PartWriter *) writer;
	Endpoint   *endpoint = writer->bucket->state;
	DynS3Call	call = {.method = "DELETE",.path = part->path,.once = true};

	if (part->upload == NULL)
		return;
	call.query = query_of_upload(part, 0);
	dyn_s3_client_call(endpoint->client, &call);
}

const DynS3Kind dyn_s3_endpoint = {
	.open = endpoint_open,
	.close = endpoint_close,
	.list = endpoint_list,
	.read = endpoint_read,
	.read_some = endpoint_read_some,
	.read_end = endpoint_read_end,
	.write = endpoint_write,
	.write_some = endpoint_write_some,
	.write_end = endpoint_write_end,
	.write_abort = endpoint_write_abort
};
