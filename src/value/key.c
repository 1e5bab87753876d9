/*
 * key.c - key attribute values to the Datums of key columns and back
 *
 * Layer 1: pure computation.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "fmgr.h"
#include "utils/builtins.h"

#include "value/key.h"
#include "value/number.h"

#define ESCAPE			0x01
#define ESCAPED_NUL		0x01	/* follows ESCAPE */
#define ESCAPED_ESCAPE	0x02

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

static struct varlena *
make_varlena(const uint8 *data, uint32 len)
{
	struct varlena *result = palloc(VARHDRSZ + len);

	SET_VARSIZE(result, VARHDRSZ + len);
	memcpy(VARDATA(result), data, len);
	return result;
}

static inline bool
needs_escape(uint8 byte)
{
	return byte <= ESCAPE;
}

static struct varlena *
escape_string(DynValue v)
{
	uint32		extra = 0;
	struct varlena *result;
	uint8	   *out;

	for (uint32 i = 0; i < v.len; i++)
		extra += needs_escape(v.data[i]);
	result = palloc(VARHDRSZ + v.len + extra);
	SET_VARSIZE(result, VARHDRSZ + v.len + extra);
	out = (uint8 *) VARDATA(result);
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
	return result;
}

Datum
dyn_key_datum(DynValue v)
{
	switch (v.tag)
	{
		case DYN_S:
			if (v.len > 0 && (memchr(v.data, 0, v.len) || memchr(v.data, ESCAPE, v.len)))
				return PointerGetDatum(escape_string(v));
			return PointerGetDatum(make_varlena(v.data, v.len));
		case DYN_N:
			return NumericGetDatum(dyn_number_to_numeric(v.data, v.len));
		case DYN_B:
			return PointerGetDatum(make_varlena(v.data, v.len));
		default:
			elog(ERROR, "attribute type %d cannot be a key", v.tag);
			return (Datum) 0;	/* as above */
	}
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

static DynValue
bytes_value(Datum datum, uint8 tag)
{
	struct varlena *packed = PG_DETOAST_DATUM_PACKED(datum);
	uint32		len = VARSIZE_ANY_EXHDR(packed);
	uint8	   *data = palloc(Max(len, 1));

	memcpy(data, VARDATA_ANY(packed), len);
	if (tag == DYN_S && len > 0)
		len = unescape_string(data, len);
	if ((Pointer) packed != DatumGetPointer(datum))
		pfree(packed);
	return (DynValue) {tag, len, data};
}

static DynValue
number_value(Datum datum)
{
	uint8	   *data = palloc(DYN_NUMBER_MAX_BYTES);
	const char *error;
	int			len = dyn_number_from_numeric(DatumGetNumeric(datum), data, &error);

	if (len < 0)
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED), errmsg("a key column of type numeric holds no DynamoDB number"),
						errdetail_internal("%s", error)));
	return (DynValue) {DYN_N, (uint32) len, data};
}

DynValue
dyn_key_value(Datum datum, uint8 tag)
{
	return tag == DYN_N ? number_value(datum) : bytes_value(datum, tag);
}
