/*
 * projection.c - what a secondary index projects of an item
 */
#include "postgres.h"

#include "tables/projection.h"
#include "value/tree.h"

static bool
is_named(const DynKeyAttr *attr, DynSlice name)
{
	return attr->len == name.len && memcmp(attr->name, name.data, name.len) == 0;
}

static bool
is_key_of(const DynTable *table, const DynIndex *index, DynSlice name)
{
	for (int i = 0; i < index->npk + index->nsk; i++)
	{
		if (is_named(&index->keys[i], name))
			return true;
	}
	return is_named(&table->pk, name) || (table->sk.tag && is_named(&table->sk, name));
}

static bool
is_included(const DynIndex *index, DynSlice name)
{
	for (int i = 0; i < index->ninclude; i++)
	{
		if (index->include[i].len == name.len && memcmp(index->include[i].data, name.data, name.len) == 0)
			return true;
	}
	return false;
}

bool
dyn_projection_shows(const DynTable *table, const DynIndex *index, DynSlice name)
{
	return dyn_projection_is_whole(index) || is_key_of(table, index, name) || is_included(index, name);
}

DynValue
dyn_projection_of(const DynTable *table, const DynIndex *index, DynValue item)
{
	DynNode		shown;

	if (dyn_projection_is_whole(index))
		return item;
	shown = dyn_node_empty(DYN_M);
	for (uint32 i = 0; i < dyn_value_count(item); i++)
	{
		DynSlice	name;
		DynValue	v = dyn_map_member(item, i, &name);

		if (dyn_projection_shows(table, index, name))
			dyn_node_add_member(&shown, name, dyn_node_of(v));
	}
	return dyn_node_pack(&shown);
}

uint32
dyn_projection_size(const DynTable *table, const DynIndex *index, DynValue item)
{
	uint32		size = 0;

	for (uint32 i = 0; i < dyn_value_count(item); i++)
	{
		DynSlice	name;
		DynValue	v = dyn_map_member(item, i, &name);

		if (dyn_projection_shows(table, index, name))
			size += name.len + dyn_value_size(v);
	}
	return size;
}

bool
dyn_projection_has_entry(const DynIndex *index, DynValue item)
{
	for (int i = 0; i < index->npk + index->nsk; i++)
	{
		const DynKeyAttr *attr = &index->keys[i];
		DynValue	v = dyn_map_get(item, attr->name, attr->len);

		if (v.tag != attr->tag || (v.len == 0 && (v.tag == DYN_S || v.tag == DYN_B)))
			return false;
	}
	return true;
}
