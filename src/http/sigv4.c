/*
 * sigv4.c - AWS Signature Version 4: the expected signature of a request
 *
 * The canonical request is written out and hashed; its hash, the time and the scope are signed with a key that is derived
 * from the secret, the date, the region and the service.  Derived keys are cached: a key is a pure function of these four,
 * which are compared as a whole, so a cached key is never wrong.
 */
#include "postgres.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "common/hashfn.h"
#include "lib/stringinfo.h"

#include "http/sigv4.h"

#define SHA256_BLOCK	64
#define HEX_LEN			(2 * DYN_SHA256_LEN)
#define KEPT_KEYS		256		/* slots; two that fall into one replace each other */
#define MAX_KEPT_SCOPE	256		/* bytes of secret, date, region and service of a cached key */

/* ---- SHA-256 and HMAC ---- */

/* Contexts are made once: OpenSSL looks the algorithm up when a context first gets it. */
static EVP_MD_CTX *
sha256_context(void)
{
	static EVP_MD_CTX *context = NULL;

	if (context == NULL)
	{
		EVP_MD_CTX *fresh = EVP_MD_CTX_new();

		if (fresh == NULL)
			ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
		if (EVP_DigestInit_ex(fresh, EVP_sha256(), NULL) != 1)
		{
			EVP_MD_CTX_free(fresh);
			elog(ERROR, "SHA-256 is not available");
		}
		context = fresh;
	}
	else if (EVP_DigestInit_ex(context, NULL, NULL) != 1)
		elog(ERROR, "SHA-256 could not be started");
	return context;
}

/* The hash of two pieces, one after the other. */
static void
sha256_of_two(const void *first, size_t first_len, const void *second, size_t second_len, uint8 *digest)
{
	EVP_MD_CTX *context = sha256_context();

	if ((first_len > 0 && EVP_DigestUpdate(context, first, first_len) != 1) ||
		(second_len > 0 && EVP_DigestUpdate(context, second, second_len) != 1) ||
		EVP_DigestFinal_ex(context, digest, NULL) != 1)
		elog(ERROR, "SHA-256 could not be computed");
}

void
dyn_sigv4_sha256(const void *data, size_t len, uint8 digest[DYN_SHA256_LEN])
{
	sha256_of_two(data, len, NULL, 0, digest);
}

static void
hmac_sha256(const void *key, size_t key_len, const void *data, size_t len, uint8 *mac)
{
	uint8		inner[SHA256_BLOCK] = {0};
	uint8		outer[SHA256_BLOCK];
	uint8		digest[DYN_SHA256_LEN];

	if (key_len > SHA256_BLOCK)
		dyn_sigv4_sha256(key, key_len, inner);
	else
		memcpy(inner, key, key_len);
	for (int i = 0; i < SHA256_BLOCK; i++)
	{
		outer[i] = inner[i] ^ 0x5c;
		inner[i] ^= 0x36;
	}
	sha256_of_two(inner, SHA256_BLOCK, data, len, digest);
	sha256_of_two(outer, SHA256_BLOCK, digest, DYN_SHA256_LEN, mac);
}

static void
append_hex(StringInfo out, const uint8 *digest)
{
	static const char digits[] = "0123456789abcdef";
	char		hex[HEX_LEN];

	for (int i = 0; i < DYN_SHA256_LEN; i++)
	{
		hex[2 * i] = digits[digest[i] >> 4];
		hex[2 * i + 1] = digits[digest[i] & 15];
	}
	appendBinaryStringInfo(out, hex, sizeof(hex));
}

static void
append_slice(StringInfo out, DynSlice slice)
{
	if (slice.len > 0)
		appendBinaryStringInfo(out, slice.data, slice.len);
}

/* ---- the query ---- */

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Undoes percent-encoding; invalid sequences stay as they are. */
static DynSlice
decode(const char *p, const char *end)
{
	char	   *data = palloc(end - p + 1);
	char	   *out = data;

	while (p < end)
	{
		if (*p == '%' && end - p > 2 && hex_value(p[1]) >= 0 && hex_value(p[2]) >= 0)
		{
			*out++ = hex_value(p[1]) << 4 | hex_value(p[2]);
			p += 3;
		}
		else
			*out++ = *p++;
	}
	return (DynSlice) {data, out - data};
}

int
dyn_sigv4_query(const DynHttpRequest *request, DynQueryParam **params)
{
	const char *end = request->target.data + request->target.len;
	const char *p = memchr(request->target.data, '?', request->target.len);
	int			count = 0;
	int			room = 1;

	*params = NULL;
	if (p == NULL)
		return 0;
	for (const char *q = p; q < end; q++)
		room += *q == '&';
	*params = palloc(room * sizeof(DynQueryParam));
	for (p++; p < end; p++)
	{
		const char *stop = memchr(p, '&', end - p);
		const char *equals;

		if (stop == NULL)
			stop = end;
		equals = memchr(p, '=', stop - p);
		if (stop > p)
		{
			(*params)[count].name = decode(p, equals ? equals : stop);
			(*params)[count].value = equals ? decode(equals + 1, stop) : (DynSlice) {"", 0};
			count++;
		}
		p = stop;
	}
	return count;
}

/* ---- the canonical request ---- */

static bool
is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c != '\0' && strchr("-._~", c));
}

static void
append_encoded(StringInfo out, DynSlice text, bool keep_slash)
{
	for (uint32 i = 0; i < text.len; i++)
	{
		char		c = text.data[i];

		if (is_unreserved(c) || (keep_slash && c == '/'))
			appendStringInfoCharMacro(out, c);
		else
			appendStringInfo(out, "%%%02X", (unsigned char) c);
	}
}

/* The path as sent, encoded once more: the only path that is served is "/", so nothing needs to be normalised. */
static void
append_path(StringInfo out, DynSlice target)
{
	const char *query = memchr(target.data, '?', target.len);

	append_encoded(out, (DynSlice) {target.data, query ? query - target.data : target.len}, true);
}

static int
compare_encoded(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

/*
 * The parameters, encoded, in the order of names, then of values.  "name=value" is written as "name\001value" for sorting:
 * no encoded text has a character that small, and a name that begins with another comes after it.
 */
static void
append_query(StringInfo out, const DynSigv4 *sigv4)
{
	char	  **texts = palloc(Max(sigv4->nparams, 1) * sizeof(char *));
	int			count = 0;

	for (int i = 0; i < sigv4->nparams; i++)
	{
		StringInfoData text;

		if (sigv4->presigned && dyn_slice_is(sigv4->params[i].name, "X-Amz-Signature"))
			continue;
		initStringInfo(&text);
		append_encoded(&text, sigv4->params[i].name, false);
		appendStringInfoChar(&text, '\001');
		append_encoded(&text, sigv4->params[i].value, false);
		texts[count++] = text.data;
	}
	qsort(texts, count, sizeof(char *), compare_encoded);
	for (int i = 0; i < count; i++)
	{
		*strchr(texts[i], '\001') = '=';
		if (i > 0)
			appendStringInfoChar(out, '&');
		appendStringInfoString(out, texts[i]);
	}
}

/* A header's value: blanks in a row are one. */
static void
append_value(StringInfo out, DynSlice value)
{
	const char *p = value.data;
	const char *end = p + value.len;

	while (p < end)
	{
		const char *start = p;

		while (p < end && *p != ' ' && *p != '\t')
			p++;
		appendBinaryStringInfo(out, start, p - start);
		if (p == end)
			break;
		appendStringInfoCharMacro(out, ' ');
		while (p < end && (*p == ' ' || *p == '\t'))
			p++;
	}
}

/* The line of a header: all values with that name, in the order sent. */
static void
append_header(StringInfo out, const DynHttpRequest *request, DynSlice name)
{
	char		separator = ':';

	append_slice(out, name);
	for (int i = 0; i < request->nheaders; i++)
	{
		const DynHttpHeader *header = &request->headers[i];

		if (header->name.len != name.len || pg_strncasecmp(header->name.data, name.data, name.len) != 0)
			continue;
		appendStringInfoCharMacro(out, separator);
		append_value(out, header->value);
		separator = ',';
	}
	if (separator == ':')		/* no such header: the signature cannot be right */
		appendStringInfoChar(out, ':');
	appendStringInfoChar(out, '\n');
}

static void
append_headers(StringInfo out, const DynSigv4 *sigv4, const DynHttpRequest *request)
{
	const char *p = sigv4->signed_headers.data;
	const char *end = p + sigv4->signed_headers.len;

	while (p < end)
	{
		const char *stop = memchr(p, ';', end - p);

		if (stop == NULL)
			stop = end;
		append_header(out, request, (DynSlice) {p, stop - p});
		p = stop + 1;
	}
}

static void
append_canonical_request(StringInfo out, const DynSigv4 *sigv4, const DynHttpRequest *request)
{
	uint8		digest[DYN_SHA256_LEN];

	append_slice(out, request->method);
	appendStringInfoChar(out, '\n');
	append_path(out, request->target);
	appendStringInfoChar(out, '\n');
	append_query(out, sigv4);
	appendStringInfoChar(out, '\n');
	append_headers(out, sigv4, request);
	appendStringInfoChar(out, '\n');
	append_slice(out, sigv4->signed_headers);
	appendStringInfoChar(out, '\n');
	dyn_sigv4_sha256(request->sent_body.data, request->sent_body.len, digest);
	append_hex(out, digest);
}

/* ---- the signing key ---- */

static void
derive_key(const DynSigv4 *sigv4, const char *secret, uint8 *key)
{
	char	   *first = psprintf("AWS4%s", secret);

	hmac_sha256(first, strlen(first), sigv4->date.data, sigv4->date.len, key);
	hmac_sha256(key, DYN_SHA256_LEN, sigv4->region.data, sigv4->region.len, key);
	hmac_sha256(key, DYN_SHA256_LEN, sigv4->service.data, sigv4->service.len, key);
	hmac_sha256(key, DYN_SHA256_LEN, DYN_SIGV4_TERMINATOR, strlen(DYN_SIGV4_TERMINATOR), key);
}

/* Everything that a key depends on, unambiguously: no part has a slash except the secret, which comes last. */
static bool
print_scope(const DynSigv4 *sigv4, const char *secret, char *scope)
{
	size_t		secret_len = strlen(secret);
	size_t		len = sigv4->date.len + sigv4->region.len + sigv4->service.len + secret_len + 3;

	if (len >= MAX_KEPT_SCOPE)
		return false;
	memset(scope, 0, MAX_KEPT_SCOPE);
	memcpy(scope, sigv4->date.data, sigv4->date.len);
	scope += sigv4->date.len;
	*scope++ = '/';
	memcpy(scope, sigv4->region.data, sigv4->region.len);
	scope += sigv4->region.len;
	*scope++ = '/';
	memcpy(scope, sigv4->service.data, sigv4->service.len);
	scope += sigv4->service.len;
	*scope++ = '/';
	memcpy(scope, secret, secret_len);
	return true;
}

static void
signing_key(const DynSigv4 *sigv4, const char *secret, uint8 *key)
{
	static struct
	{
		char		scope[MAX_KEPT_SCOPE];	/* padded with NULs; empty: nothing kept */
		uint8		key[DYN_SHA256_LEN];
	}			kept[KEPT_KEYS];
	char		scope[MAX_KEPT_SCOPE];
	uint32		slot;

	if (!print_scope(sigv4, secret, scope))
	{
		derive_key(sigv4, secret, key);
		return;
	}
	slot = DatumGetUInt32(hash_any((const unsigned char *) scope, strlen(scope))) % KEPT_KEYS;
	if (memcmp(kept[slot].scope, scope, MAX_KEPT_SCOPE) != 0)
	{
		derive_key(sigv4, secret, kept[slot].key);
		memcpy(kept[slot].scope, scope, MAX_KEPT_SCOPE);
	}
	memcpy(key, kept[slot].key, DYN_SHA256_LEN);
}

/* ---- the signature ---- */

/*
 * Are there at least as many headers as signed names? A list that repeats a name must not produce a canonical request of any
 * size.
 */
static bool
could_be_there(DynSlice signed_headers, const DynHttpRequest *request)
{
	int			names = 1;

	for (uint32 i = 0; i < signed_headers.len; i++)
		names += signed_headers.data[i] == ';';
	return names <= request->nheaders;
}

/* A request may state the hash of its body, with which its canonical form ends; then it must be correct. */
static bool
body_hash_agrees(const StringInfoData *canonical, const DynHttpRequest *request)
{
	DynSlice	told = dyn_http_header(request, "x-amz-content-sha256");

	return told.data == NULL ||
		dyn_slice_equal(told, (DynSlice) {canonical->data + canonical->len - HEX_LEN, HEX_LEN});
}

/* The hash of the canonical request becomes part of what is signed. */
static void
append_string_to_sign(StringInfo out, const DynSigv4 *sigv4, const StringInfoData *canonical)
{
	uint8		digest[DYN_SHA256_LEN];

	dyn_sigv4_sha256(canonical->data, canonical->len, digest);
	appendStringInfoString(out, DYN_SIGV4_ALGORITHM "\n");
	appendBinaryStringInfo(out, sigv4->time, DYN_SIGV4_TIME_LEN);
	appendStringInfoChar(out, '\n');
	append_slice(out, sigv4->date);
	appendStringInfoChar(out, '/');
	append_slice(out, sigv4->region);
	appendStringInfoChar(out, '/');
	append_slice(out, sigv4->service);
	appendStringInfoString(out, "/" DYN_SIGV4_TERMINATOR "\n");
	append_hex(out, digest);
}

bool
dyn_sigv4_matches(const DynSigv4 *sigv4, const DynHttpRequest *request, const char *secret)
{
	StringInfoData canonical;
	StringInfoData text;
	uint8		key[DYN_SHA256_LEN];
	uint8		mac[DYN_SHA256_LEN];

	if (sigv4->signature.len != HEX_LEN || !could_be_there(sigv4->signed_headers, request))
		return false;
	initStringInfo(&canonical);
	append_canonical_request(&canonical, sigv4, request);
	if (!body_hash_agrees(&canonical, request))
		return false;
	initStringInfo(&text);
	append_string_to_sign(&text, sigv4, &canonical);
	signing_key(sigv4, secret, key);
	hmac_sha256(key, DYN_SHA256_LEN, text.data, text.len, mac);
	resetStringInfo(&text);
	append_hex(&text, mac);
	return CRYPTO_memcmp(text.data, sigv4->signature.data, HEX_LEN) == 0;
}
