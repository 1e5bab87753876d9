/*
 * next_token.c - NextToken of ExecuteStatement
 *
 * The token is base64 of: a version, a code of what follows, the time, the digest of statement and parameters, the range's number
 * in four bytes, the key.  The code is an HMAC with a key that only this cluster and its standbys can make, for this database.
 */
#include "postgres.h"

#include "access/xlog.h"
#include "common/cryptohash.h"
#include "miscadmin.h"
#include "utils/timestamp.h"

#include "base/base64.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/guc.h"
#include "partiql/next_token.h"

#define VERSION			2
#define SHA256_BYTES	32
#define SHA256_BLOCK	64
#define NONCE_BYTES		32		/* MOCK_AUTH_NONCE_LEN of catalog/pg_control.h */
#define CODE_BYTES		16
#define TIME_BYTES		8
#define DIGEST_BYTES	16
#define RANGE_BYTES		4
#define COVERED			(1 + CODE_BYTES)	/* where what the code covers begins */
#define HEAD_BYTES		(COVERED + TIME_BYTES + DIGEST_BYTES + RANGE_BYTES)

/* The purpose of the key: other uses of the cluster's nonce have other keys. */
#define PURPOSE			"dynapg NextToken"

static void
hash(const void *first, size_t first_len, const void *second, size_t second_len, uint8 digest[SHA256_BYTES])
{
	pg_cryptohash_ctx *context = pg_cryptohash_create(PG_SHA256);

	if (pg_cryptohash_init(context) < 0 ||
		pg_cryptohash_update(context, first, first_len) < 0 ||
		pg_cryptohash_update(context, second, second_len) < 0 ||
		pg_cryptohash_final(context, digest, SHA256_BYTES) < 0)
		elog(ERROR, "could not compute SHA-256");
	pg_cryptohash_free(context);
}

/* HMAC-SHA256; the key has as many bytes as a digest, and so has the nonce. */
static void
hmac(const uint8 key[SHA256_BYTES], const void *data, size_t len, uint8 code[SHA256_BYTES])
{
	uint8		inner[SHA256_BLOCK] = {0};
	uint8		outer[SHA256_BLOCK];
	uint8		digest[SHA256_BYTES];

	memcpy(inner, key, SHA256_BYTES);
	for (int i = 0; i < SHA256_BLOCK; i++)
	{
		outer[i] = inner[i] ^ 0x5c;
		inner[i] ^= 0x36;
	}
	hash(inner, SHA256_BLOCK, data, len, digest);
	hash(outer, SHA256_BLOCK, digest, SHA256_BYTES, code);
}

/*
 * The code of a token's covered part.  The nonce is random, in pg_control, and standbys have it too; no client learns it.
 */
static void
code_of(const void *covered, size_t len, uint8 code[SHA256_BYTES])
{
	uint8		nonce[NONCE_BYTES];
	uint8		key[SHA256_BYTES];
	char		purpose[sizeof(PURPOSE) + sizeof(Oid)] = PURPOSE;

	memcpy(nonce, GetMockAuthenticationNonce(), NONCE_BYTES);
	memcpy(purpose + sizeof(PURPOSE), &MyDatabaseId, sizeof(Oid));
	hmac(nonce, purpose, sizeof(purpose), key);
	hmac(key, covered, len, code);
	explicit_bzero(nonce, sizeof(nonce));
	explicit_bzero(key, sizeof(key));
}

/* Takes the same time wherever the two differ. */
static bool
equal_codes(const uint8 *a, const uint8 *b)
{
	uint8		difference = 0;

	for (int i = 0; i < CODE_BYTES; i++)
		difference |= a[i] ^ b[i];
	return difference == 0;
}

static void
append_number(StringInfo out, uint32 number)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		appendStringInfoChar(out, (char) (number >> shift));
}

static uint32
read_number(const uint8 *bytes)
{
	return (uint32) bytes[0] << 24 | (uint32) bytes[1] << 16 | (uint32) bytes[2] << 8 | bytes[3];
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
	hash(text.data, text.len, NULL, 0, digest);
	pfree(text.data);
}

void
dyn_partiql_token_print(StringInfo reply, const DynPartiqlBound *bound, const DynPartiqlPosition *position)
{
	uint64		now = (uint64) GetCurrentTimestamp();
	StringInfoData bytes;
	uint8		digest[SHA256_BYTES];
	char	   *text;

	initStringInfo(&bytes);
	appendStringInfoChar(&bytes, VERSION);
	appendStringInfoSpaces(&bytes, CODE_BYTES);
	append_number(&bytes, (uint32) (now >> 32));
	append_number(&bytes, (uint32) now);
	digest_of(bound, digest);
	appendBinaryStringInfo(&bytes, (const char *) digest, DIGEST_BYTES);
	append_number(&bytes, position->range);
	appendBinaryStringInfo(&bytes, position->key.data, (int) position->key.len);
	code_of(bytes.data + COVERED, bytes.len - COVERED, digest);
	memcpy(bytes.data + 1, digest, CODE_BYTES);
	text = palloc(4 * ((bytes.len + 2) / 3));
	appendStringInfoChar(reply, '"');
	appendBinaryStringInfo(reply, text, (int) dyn_base64_encode((const uint8 *) bytes.data, bytes.len, text));
	appendStringInfoChar(reply, '"');
}

static void
check_age(const uint8 *bytes)
{
	TimestampTz made = (TimestampTz) ((uint64) read_number(bytes) << 32 | read_number(bytes + 4));

	if (dyn_guc_partiql_token_lifetime > 0 &&
		GetCurrentTimestamp() - made > dyn_guc_partiql_token_lifetime * USECS_PER_SEC)
		dyn_validation(DYN_INVALID_NEXT_TOKEN);
}

DynPartiqlPosition
dyn_partiql_token_read(DynSlice token, const DynPartiqlBound *bound)
{
	uint8	   *bytes = palloc(DYN_BASE64_DECODED_MAX(token.len) + 1);
	const char *error;
	int			len = dyn_base64_decode(token.data, token.len, bytes, &error);
	const uint8 *statement = bytes + COVERED + TIME_BYTES;
	uint8		digest[SHA256_BYTES];
	DynPartiqlPosition position = {0};

	if (len < HEAD_BYTES || bytes[0] != VERSION)
		dyn_validation(DYN_INVALID_NEXT_TOKEN);
	code_of(bytes + COVERED, len - COVERED, digest);
	if (!equal_codes(bytes + 1, digest))
		dyn_validation(DYN_INVALID_NEXT_TOKEN);
	digest_of(bound, digest);
	if (memcmp(statement, digest, DIGEST_BYTES) != 0)
		dyn_validation("NextToken does not match request");
	check_age(bytes + COVERED);
	position.range = read_number(statement + DIGEST_BYTES);
	position.key = (DynSlice) {(const char *) bytes + HEAD_BYTES, (uint32) len - HEAD_BYTES};
	return position;
}
