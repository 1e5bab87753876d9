/*
 * key.c - key attribute values to the Datums of key columns and back
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "value/key.h"
#include "value/number.h"

#define ESCAPE			0x01
#define ESCAPED_NUL		0x01	/* follows ESCAPE */
#define ESCAPED_ESCAPE	0x02
#define CUT_MARK		0x03

#define FIRST_SURROGATE 0xD800
#define LAST_SURROGATE	0xDFFF
#define MAX_CODE_POINT	0x10FFFF
#define MAX_UTF8_BYTES	4

Oid
dyn_key_column_type(uint8 tag)
{
	switch (tag)
	{
		case DYN_S:
			return TEXTOID;
		case DYN_N:
			return NUMERICOID;
		case DYN_B:
			return BYTEAOID;
		default:
			elog(ERROR, "attribute type %d cannot be a key", tag);
			return InvalidOid;	/* for compilers that do not know that elog does not return */
	}
}

static inline bool
needs_escape(uint8 byte)
{
	return byte <= ESCAPE;
}

static DynValue
escape_string(DynValue v)
{
	uint32		extra = 0;
	uint8	   *data;
	uint8	   *out;

	if (v.len == 0 || (memchr(v.data, 0, v.len) == NULL && memchr(v.data, ESCAPE, v.len) == NULL))
		return v;
	for (uint32 i = 0; i < v.len; i++)
		extra += needs_escape(v.data[i]);
	out = data = palloc(v.len + extra);
	for (uint32 i = 0; i < v.len; i++)
	{
		if (needs_escape(v.data[i]))
		{
			*out++ = ESCAPE;
			*out++ = v.data[i] == 0 ? ESCAPED_NUL : ESCAPED_ESCAPE;
		}
		else
			*out++ = v.data[i];
	}
	return (DynValue) {DYN_S, v.len + extra, data};
}

/* ---- the cut form ---- */

#define DIGEST_BYTES	32
#define MARK_BYTES		2
#define CUT_BYTES		(MARK_BYTES + 2 * DIGEST_BYTES)

static inline bool
is_continuation(uint8 byte)
{
	return (byte & 0xC0) == 0x80;
}

/* The length of the longest prefix of at most max bytes that does not cut a character; an escaped character counts as one. */
static uint32
prefix_length(DynValue content, uint32 max)
{
	uint32		escapes = 0;

	if (content.tag == DYN_B)
		return max;
	while (max > 0 && is_continuation(content.data[max]))
		max--;

	/*
	 * The second byte of an escape may be the escape byte, too: an odd number of them before the place means that it cuts a
	 * pair.
	 */
	while (escapes < max && content.data[max - 1 - escapes] == ESCAPE)
		escapes++;
	return max - escapes % 2;
}

static DynValue
cut(DynValue content, uint32 limit)
{
	static const char hex[] = "0123456789abcdef";
	uint32		kept;
	uint8	   *data;
	uint8	   *out;
	bytea	   *whole;
	bytea	   *digest;

	if (content.tag == DYN_N || content.len <= limit)
		return content;
	kept = prefix_length(content, limit + 1 - CUT_BYTES);
	whole = palloc(VARHDRSZ + content.len);
	SET_VARSIZE(whole, VARHDRSZ + content.len);
	memcpy(VARDATA(whole), content.data, content.len);
	digest = DatumGetByteaPP(DirectFunctionCall1(sha256_bytea, PointerGetDatum(whole)));

	data = palloc(kept + CUT_BYTES);
	memcpy(data, content.data, kept);
	out = data + kept;
	*out++ = ESCAPE;
	*out++ = CUT_MARK;
	for (int i = 0; i < DIGEST_BYTES; i++)
	{
		uint8		byte = ((uint8 *) VARDATA_ANY(digest))[i];

		*out++ = hex[byte >> 4];
		*out++ = hex[byte & 15];
	}
	pfree(whole);
	pfree(digest);
	return (DynValue) {content.tag, kept + CUT_BYTES, data};
}

DynValue
dyn_key_cut(DynValue content, DynKeyForm form)
{
	switch (form)
	{
		case DYN_KEY_WHOLE:
			return content;
		case DYN_KEY_PART:
			return cut(content, DYN_KEY_PART_LIMIT);
		case DYN_KEY_PART_TIE:
			return cut(cut(content, DYN_KEY_PART_LIMIT), DYN_KEY_TIE_LIMIT);
		case DYN_KEY_TIE:
			return cut(content, DYN_KEY_TIE_LIMIT);
	}
	elog(ERROR, "no such form of a key column");
	return content;				/* as above */
}

DynValue
dyn_key_content(DynValue v, DynKeyForm form)
{
	return dyn_key_cut(v.tag == DYN_S ? escape_string(v) : v, form);
}

/* ---- Datums ---- */

static struct varlena *
make_varlena(DynValue content)
{
	struct varlena *result = palloc(VARHDRSZ + content.len);

	SET_VARSIZE(result, VARHDRSZ + content.len);
	memcpy(VARDATA(result), content.data, content.len);
	return result;
}

Datum
dyn_key_content_datum(DynValue content)
{
	switch (content.tag)
	{
		case DYN_S:
		case DYN_B:
			return PointerGetDatum(make_varlena(content));
		case DYN_N:
			return NumericGetDatum(dyn_number_to_numeric(content.data, content.len));
		default:
			elog(ERROR, "attribute type %d cannot be a key", content.tag);
			return (Datum) 0;	/* as above */
	}
}

Datum
dyn_key_datum(DynValue v, DynKeyForm form)
{
	return dyn_key_content_datum(dyn_key_content(v, form));
}

bool
dyn_key_datum_try_content(Datum datum, uint8 tag, DynValue *content)
{
	struct varlena *packed;
	uint8	   *number;
	const char *error;
	int			len;

	if (tag != DYN_N)
	{
		packed = PG_DETOAST_DATUM_PACKED(datum);
		*content = (DynValue) {tag, VARSIZE_ANY_EXHDR(packed), (const uint8 *) VARDATA_ANY(packed)};
		return true;
	}
	number = palloc(DYN_NUMBER_MAX_BYTES);
	len = dyn_number_from_numeric(DatumGetNumeric(datum), number, &error);
	*content = (DynValue) {tag, (uint32) Max(len, 0), number};
	return len >= 0;
}

DynValue
dyn_key_datum_content(Datum datum, uint8 tag)
{
	DynValue	content;

	if (!dyn_key_datum_try_content(datum, tag, &content))
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
						errmsg("a key column of type numeric holds a value that is not a DynamoDB number")));
	return content;
}

static bool
same_data(const struct varlena *a, const struct varlena *b)
{
	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) && memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

/* Runs for each row of a Query or Scan, so the common case comes first: short keys, stored as they are. */
bool
dyn_key_is_datum(DynValue v, Datum datum, DynKeyForm form)
{
	struct varlena *column = PG_DETOAST_DATUM_PACKED(datum);
	Datum		number;

	if (v.tag == DYN_N)
	{
		number = dyn_key_datum(v, form);
		return same_data((struct varlena *) DatumGetPointer(number), column) ||
			DatumGetBool(DirectFunctionCall2(numeric_eq, number, PointerGetDatum(column)));
	}
	if (v.len > DYN_KEY_TIE_LIMIT || (v.tag == DYN_S && memchr(VARDATA_ANY(column), ESCAPE, VARSIZE_ANY_EXHDR(column)) != NULL))
		v = dyn_key_content(v, form);
	return VARSIZE_ANY_EXHDR(column) == v.len && memcmp(VARDATA_ANY(column), v.data, v.len) == 0;
}

/* ---- prefixes ---- */

/* Replaces the string's last character by the next one; false when there is none. */
static bool
increment_character(uint8 *data, uint32 start, uint32 *len)
{
	pg_wchar	c = utf8_to_unicode(data + start);

	if (c == MAX_CODE_POINT)
		return false;
	c = c + 1 == FIRST_SURROGATE ? LAST_SURROGATE + 1 : c + 1;
	unicode_to_utf8(c, data + start);
	*len = start + pg_utf_mblen(data + start);
	return true;
}

DynValue
dyn_key_successor(DynValue prefix)
{
	uint8	   *data = palloc(prefix.len + MAX_UTF8_BYTES);
	uint32		len = prefix.len;

	memcpy(data, prefix.data, len);
	while (len > 0)
	{
		uint32		last = len - 1;

		if (prefix.tag == DYN_S)
		{
			while (last > 0 && is_continuation(data[last]))
				last--;
			if (increment_character(data, last, &len))
				return (DynValue) {DYN_S, len, data};
		}
		else if (data[last] != 0xFF)
		{
			data[last]++;
			return (DynValue) {DYN_B, len, data};
		}
		len = last;
	}
	return (DynValue) {0};
}

/* Undoes escape_string in place; returns the new length. */
static uint32
unescape_string(uint8 *data, uint32 len)
{
	uint8	   *out = memchr(data, ESCAPE, len);

	if (out == NULL)
		return len;
	for (uint8 *in = out; in < data + len; in++)
	{
		if (*in == ESCAPE)
		{
			if (++in == data + len || (*in != ESCAPED_NUL && *in != ESCAPED_ESCAPE))
				ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED), errmsg("malformed escape in a key column of type text")));
			*out++ = *in == ESCAPED_NUL ? 0 : ESCAPE;
		}
		else
			*out++ = *in;
	}
	return out - data;
}

DynValue
dyn_key_value(Datum datum, uint8 tag)
{
	DynValue	content = dyn_key_datum_content(datum, tag);
	uint8	   *data;

	if (tag == DYN_N)
		return content;
	data = palloc(Max(content.len, 1));
	memcpy(data, content.data, content.len);
	return (DynValue) {tag, tag == DYN_S && content.len > 0 ? unescape_string(data, content.len) : content.len, data};
}
