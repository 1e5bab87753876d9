/*
 * index_schema.c - which attributes an index has as keys, and what an update must not make of them
 *
 * As bytes:
 *
 *		length of the program (4), program without its header, number of schemas (2), and for each
 *		number of partition keys (1), number of keys (1), and for each key its type (1), length of its name (2), name
 *
 * Numbers are in network order, since nodes may be of different machines.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "libpq/pqformat.h"

#include "base/compat.h"
#include "base/limits.h"
#include "value/index_schema.h"

#define UPDATED_INDEX_KEY "The update expression attempted to update "

/* An S or B of no bytes: allowed in an attribute, never in a key. */
static bool
is_empty(DynValue v)
{
	return v.len == 0 && (v.tag == DYN_S || v.tag == DYN_B);
}

const char *
dyn_index_schema_empty_text(DynValue v)
{
	return psprintf("One or more parameter values are not valid. " UPDATED_INDEX_KEY
					"a secondary index key to a value that is not supported. The AttributeValue for a key "
					"attribute cannot contain an empty %s value.", v.tag == DYN_S ? "string" : "binary");
}

/* Of the whole item, also where the update leaves the index's attributes alone: an item may be older than the index. */
const char *
dyn_index_schema_violation(const DynIndexSchema *schema, DynValue new_item)
{
	uint32		hash_size = 0;
	uint32		range_size = 0;

	for (int i = 0; i < schema->nkeys; i++)
	{
		const DynKeyAttr *attr = &schema->keys[i];
		DynValue	v = dyn_map_get(new_item, attr->name, attr->len);

		if (v.tag == 0)
			continue;
		if (v.tag != attr->tag)
			return UPDATED_INDEX_KEY "the secondary index key to unsupported type";
		if (is_empty(v))
			return dyn_index_schema_empty_text(v);
		if (i < schema->npk)
			hash_size += v.len;
		else
			range_size += v.len;
	}
	if (hash_size > DYN_MAX_PK_SIZE || range_size > DYN_MAX_SK_SIZE)
		return UPDATED_INDEX_KEY "the secondary index key beyond allowed size limits";
	return NULL;
}

/* ---- as bytes ---- */

struct varlena *
dyn_index_schema_pack(const struct varlena *program, const DynIndexSchema *schemas, int count)
{
	StringInfoData bytes;

	pq_begintypsend(&bytes);
	pq_sendint32(&bytes, VARSIZE(program) - VARHDRSZ);
	pq_sendbytes(&bytes, VARDATA(program), VARSIZE(program) - VARHDRSZ);
	pq_sendint16(&bytes, count);
	for (int i = 0; i < count; i++)
	{
		pq_sendbyte(&bytes, schemas[i].npk);
		pq_sendbyte(&bytes, schemas[i].nkeys);
		for (int k = 0; k < schemas[i].nkeys; k++)
		{
			const DynKeyAttr *attr = &schemas[i].keys[k];

			pq_sendbyte(&bytes, attr->tag);
			pq_sendint16(&bytes, attr->len);
			pq_sendbytes(&bytes, attr->name, attr->len);
		}
	}
	return (struct varlena *) pq_endtypsend(&bytes);
}

/* pqformat's functions raise an error where bytes are missing. */
static DynIndexSchema
get_schema(StringInfo bytes)
{
	DynIndexSchema schema = {.npk = pq_getmsgbyte(bytes)};
	DynKeyAttr *keys;

	schema.nkeys = pq_getmsgbyte(bytes);
	keys = palloc_array(DynKeyAttr, schema.nkeys + 1);
	for (int i = 0; i < schema.nkeys; i++)
	{
		keys[i].tag = pq_getmsgbyte(bytes);
		keys[i].len = pq_getmsgint(bytes, 2);
		keys[i].name = unconstify(char *, pq_getmsgbytes(bytes, keys[i].len));
	}
	schema.keys = keys;
	return schema;
}

struct varlena *
dyn_index_schema_unpack(const struct varlena *packed, DynIndexSchema **schemas, int *count)
{
	StringInfoData bytes = {
		.data = VARDATA_ANY(packed),
		.len = VARSIZE_ANY_EXHDR(packed),
		.maxlen = VARSIZE_ANY_EXHDR(packed)
	};
	int			length = pq_getmsgint(&bytes, 4);
	const char *body = pq_getmsgbytes(&bytes, length);
	struct varlena *program = palloc(VARHDRSZ + length);

	SET_VARSIZE(program, VARHDRSZ + length);
	memcpy(VARDATA(program), body, length);
	*count = pq_getmsgint(&bytes, 2);
	*schemas = palloc_array(DynIndexSchema, *count + 1);
	for (int i = 0; i < *count; i++)
		(*schemas)[i] = get_schema(&bytes);
	pq_getmsgend(&bytes);
	return program;
}
