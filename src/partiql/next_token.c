/*
 * next_token.c - NextToken of ExecuteStatement
 *
 * The token is base64 of: a version, a checksum of what follows, the digest of statement and parameters, the range's number in
 * four bytes, the key.
 */
#include "postgres.h"

#include "common/cryptohash.h"

#include "base/base64.h"
#include "base/compat.h"
#include "base/errors.h"
#include "partiql/next_token.h"

#define VERSION			1
#define SHA256_BYTES	32
#define CHECKSUM_BYTES	8
#define DIGEST_BYTES	16
#define HEAD_BYTES		(1 + CHECKSUM_BYTES + DIGEST_BYTES + 4)

static void
hash(const char *data, size_t len, uint8 digest[SHA256_BYTES])
{
	pg_cryptohash_ctx *context = pg_cryptohash_create(PG_SHA256);

	if (pg_cryptohash_init(context) < 0 ||
		pg_cryptohash_update(context, (const uint8 *) data, len) < 0 ||
		pg_cryptohash_final(context, digest, SHA256_BYTES) < 0)
		elog(ERROR, "could not compute SHA-256");
	pg_cryptohash_free(context);
}

static void
append_number(StringInfo out, uint32 number)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		appendStringInfoChar(out, (char) (number >> shift));
}

static void
digest_of(const DynPartiqlBound *bound, uint8 digest[SHA256_BYTES])
{
	StringInfoData text;

	initStringInfo(&text);
	append_number(&text, bound->statement->text.len);
	appendBinaryStringInfo(&text, bound->statement->text.data, (int) bound->statement->text.len);
	for (uint32 i = 0; i < bound->statement->nparameters; i++)
	{
		DynValue	v = bound->parameters[i];

		appendStringInfoChar(&text, (char) v.tag);
		append_number(&text, v.len);
		appendBinaryStringInfo(&text, (const char *) v.data, (int) v.len);
	}
	hash(text.data, text.len, digest);
	pfree(text.data);
}

void
dyn_partiql_token_print(StringInfo reply, const DynPartiqlBound *bound, const DynPartiqlPosition *position)
{
	StringInfoData bytes;
	uint8		digest[SHA256_BYTES];
	char	   *text;

	initStringInfo(&bytes);
	appendStringInfoChar(&bytes, VERSION);
	appendStringInfoSpaces(&bytes, CHECKSUM_BYTES);
	digest_of(bound, digest);
	appendBinaryStringInfo(&bytes, (const char *) digest, DIGEST_BYTES);
	append_number(&bytes, position->range);
	appendBinaryStringInfo(&bytes, position->key.data, (int) position->key.len);
	hash(bytes.data + 1 + CHECKSUM_BYTES, bytes.len - 1 - CHECKSUM_BYTES, digest);
	memcpy(bytes.data + 1, digest, CHECKSUM_BYTES);
	text = palloc(4 * ((bytes.len + 2) / 3));
	appendStringInfoChar(reply, '"');
	appendBinaryStringInfo(reply, text, (int) dyn_base64_encode((const uint8 *) bytes.data, bytes.len, text));
	appendStringInfoChar(reply, '"');
}

DynPartiqlPosition
dyn_partiql_token_read(DynSlice token, const DynPartiqlBound *bound)
{
	uint8	   *bytes = palloc(DYN_BASE64_DECODED_MAX(token.len) + 1);
	const char *error;
	int			len = dyn_base64_decode(token.data, token.len, bytes, &error);
	const uint8 *rest = bytes + 1 + CHECKSUM_BYTES;
	uint8		digest[SHA256_BYTES];
	DynPartiqlPosition position = {0};

	if (len < HEAD_BYTES || bytes[0] != VERSION)
		dyn_validation("Invalid NextToken");
	hash((const char *) rest, len - 1 - CHECKSUM_BYTES, digest);
	if (memcmp(bytes + 1, digest, CHECKSUM_BYTES) != 0)
		dyn_validation("Invalid NextToken");
	digest_of(bound, digest);
	if (memcmp(rest, digest, DIGEST_BYTES) != 0)
		dyn_validation("NextToken does not match request");
	rest += DIGEST_BYTES;
	position.range = (uint32) rest[0] << 24 | (uint32) rest[1] << 16 | (uint32) rest[2] << 8 | rest[3];
	position.key = (DynSlice) {(const char *) bytes + HEAD_BYTES, (uint32) len - HEAD_BYTES};
	return position;
}
