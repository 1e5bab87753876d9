/*
 * vector_items.c - items and vector indexes: which items can be stored, and what an index has of them
 */
#include "postgres.h"

#include "common/shortest_dec.h"

#include "base/compat.h"
#include "base/limits.h"
#include "tables/vector_items.h"
#include "value/number.h"

#define INVALID_VECTOR "One or more parameter values were invalid. "
#define LEAST_WRITE_BYTES 1024

static DynValue
attribute(DynValue item, const DynKeyAttr *key)
{
	return dyn_map_get(item, key->name, key->len);
}

static DynValue
vector_of(const DynIndex *index, DynValue item)
{
	return dyn_map_get(item, index->vector->attribute.data, index->vector->attribute.len);
}

/* ---- what is refused ---- */

static const char *
vector_violation(const DynIndex *index, DynValue list)
{
	int			at;

	if (list.tag == 0)
		return NULL;
	if (list.tag != DYN_L)
		return psprintf(INVALID_VECTOR "Invalid type for parameter %s, Expected: 32-bit floating point number list IndexName: %s",
						index->vector->attribute.data, index->name);
	if (dyn_value_count(list) != index->vector->dimensions)
		return psprintf(INVALID_VECTOR "Invalid size for parameter %s, Expected: %d, Actual: %u. IndexName: %s",
						index->vector->attribute.data, index->vector->dimensions, dyn_value_count(list), index->name);
	if (dyn_reals_fit(list, index->vector->dimensions, &at))
		return NULL;
	return psprintf(INVALID_VECTOR "Invalid type for parameter %s[%d], Expected: 32-bit floating point number, Actual: %s. IndexName: %s",
					index->vector->attribute.data, at, dyn_tag_name(dyn_list_element(list, at).tag), index->name);
}

static const char *
key_violation(const DynIndex *index, int i, DynValue v)
{
	const DynKeyAttr *key = &index->vector->keys[i];

	if (v.tag == 0)
		return NULL;
	if (v.tag != key->tag)
		return psprintf(DYN_INVALID_PARAMETER "Type mismatch for Index Key %s Expected: %s Actual: %s IndexName: %s",
						key->name, dyn_tag_name(key->tag), dyn_tag_name(v.tag), index->name);
	if (i == 0 && index->vector->has_hash && v.len == 0)
		return psprintf("One or more parameter values are not valid. A value specified for a secondary index key is not supported. "
						"The AttributeValue for a key attribute cannot contain an empty %s value. IndexName: %s, IndexKey: %s",
						v.tag == DYN_S ? "string" : "binary", index->name, key->name);
	return NULL;
}

static bool
changes(DynValue was, DynValue is)
{
	return is.tag != 0 && (was.tag == 0 || !dyn_value_equal(was, is));
}

static const char *
index_violation(const DynIndex *index, DynValue old_item, DynValue new_item)
{
	const char *flaw = NULL;

	if (changes(vector_of(index, old_item), vector_of(index, new_item)))
		flaw = vector_violation(index, vector_of(index, new_item));
	for (int i = 0; i < index->vector->nkeys && flaw == NULL; i++)
		if (changes(attribute(old_item, &index->vector->keys[i]), attribute(new_item, &index->vector->keys[i])))
			flaw = key_violation(index, i, attribute(new_item, &index->vector->keys[i]));
	return flaw;
}

const char *
dyn_vector_items_violation(const DynTable *table, DynValue old_item, DynValue new_item)
{
	for (int i = 0; i < table->nvectors; i++)
	{
		const char *flaw = index_violation(&table->vectors[i], old_item, new_item);

		if (flaw != NULL)
			return flaw;
	}
	return NULL;
}

/* ---- what an index has ---- */

static bool
has_entry(const DynIndex *index, DynValue item)
{
	return vector_of(index, item).tag != 0 && vector_violation(index, vector_of(index, item)) == NULL &&
		(!index->vector->has_hash || attribute(item, &index->vector->keys[0]).tag == index->vector->keys[0].tag);
}

bool
dyn_vector_items_is_vector(const DynIndex *index, DynSlice name)
{
	return dyn_slice_equal(index->vector->attribute, name);
}

static bool
is_key(const DynKeyAttr *key, DynSlice name)
{
	return key->tag != 0 && key->len == name.len && memcmp(key->name, name.data, name.len) == 0;
}

/* Does the index project the attribute of that name?  The vector does not count. */
static bool
projects_attribute(const DynTable *table, const DynIndex *index, DynSlice name)
{
	if (dyn_vector_items_is_vector(index, name))
		return false;
	if (index->projection == DYN_PROJECT_ALL || is_key(&table->pk, name) || is_key(&table->sk, name))
		return true;
	for (int i = 0; i < index->vector->nkeys; i++)
		if (is_key(&index->vector->keys[i], name))
			return true;
	for (int i = 0; i < index->ninclude; i++)
		if (dyn_slice_equal(index->include[i], name))
			return true;
	return false;
}

DynValue
dyn_vector_items_project(const DynTable *table, const DynIndex *index, DynValue item)
{
	DynNode		shown = dyn_node_empty(DYN_M);

	for (uint32 i = 0; i < dyn_value_count(item); i++)
	{
		DynSlice	name;
		DynValue	v = dyn_map_member(item, i, &name);

		if (projects_attribute(table, index, name))
			dyn_node_add_member(&shown, name, dyn_node_of(v));
	}
	return dyn_node_pack(&shown);
}

DynNode
dyn_vector_items_node(const DynIndex *index, DynValue item)
{
	DynNode		list = dyn_node_empty(DYN_L);
	float4	   *reals = palloc_array(float4, index->vector->dimensions);
	int			at;

	if (!dyn_reals_of_list(vector_of(index, item), index->vector->dimensions, reals, &at))
		return dyn_node_of(vector_of(index, item));
	for (int i = 0; i < index->vector->dimensions; i++)
	{
		char		text[FLOAT_SHORTEST_DECIMAL_LEN];
		uint8	   *number = palloc(DYN_NUMBER_MAX_BYTES);
		const char *error;
		int			len;

		float_to_shortest_decimal_buf(reals[i], text);
		len = dyn_number_encode(text, strlen(text), number, &error);
		if (len < 0)
			elog(ERROR, "a 32-bit number is not a number of an item: %s", error);
		dyn_node_append(&list, dyn_node_of((DynValue) {DYN_N, len, number}));
	}
	return list;
}

/* ---- capacity ---- */

static uint32
entry_bytes(const DynTable *table, const DynIndex *index, DynValue item)
{
	uint32		size = index->vector->attribute.len + 4 * index->vector->dimensions;

	for (uint32 i = 0; i < dyn_value_count(item); i++)
	{
		DynSlice	name;
		DynValue	v = dyn_map_member(item, i, &name);

		if (projects_attribute(table, index, name))
			size += name.len + dyn_value_size(v);
	}
	return size;
}

/* Is every attribute of a that the index has equal in b? */
static bool
entry_within(const DynTable *table, const DynIndex *index, DynValue a, DynValue b)
{
	for (uint32 i = 0; i < dyn_value_count(a); i++)
	{
		DynSlice	name;
		DynValue	v = dyn_map_member(a, i, &name);

		if ((dyn_vector_items_is_vector(index, name) || projects_attribute(table, index, name)) &&
			!dyn_value_equal(v, dyn_map_get(b, name.data, name.len)))
			return false;
	}
	return true;
}

double
dyn_vector_items_write_bytes(const DynTable *table, const DynIndex *index, DynValue old_item, DynValue new_item)
{
	bool		was = has_entry(index, old_item);
	bool		is = has_entry(index, new_item);
	uint32		bytes = 0;

	if (!was && !is)
		return 0;
	if (was && is && entry_within(table, index, old_item, new_item) && entry_within(table, index, new_item, old_item))
		return 0;
	if (was)
		bytes = entry_bytes(table, index, old_item);
	if (is)
		bytes = Max(bytes, entry_bytes(table, index, new_item));
	return Max(bytes, LEAST_WRITE_BYTES);
}
