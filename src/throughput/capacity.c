/*
 * capacity.c - ConsumedCapacity and ItemCollectionMetrics of a reply
 */
#include "postgres.h"

#include <math.h>

#include "base/jsonout.h"
#include "tables/catalog.h"
#include "tables/count.h"
#include "tables/projection.h"
#include "tables/vector_items.h"
#include "throughput/capacity.h"

#define GIGABYTE 1073741824.0
#define TRANSACTION_FACTOR 2	/* to prepare, to commit */

double
dyn_capacity_of_read(uint64 bytes, bool consistent)
{
	uint64		units = bytes == 0 ? 1 : (bytes + DYN_READ_UNIT_BYTES - 1) / DYN_READ_UNIT_BYTES;

	return consistent ? (double) units : (double) units / 2;
}

double
dyn_capacity_of_write(uint32 bytes)
{
	return bytes == 0 ? 1 : (bytes + DYN_WRITE_UNIT_BYTES - 1) / DYN_WRITE_UNIT_BYTES;
}

double
dyn_capacity_of_transact_read(uint32 bytes)
{
	return TRANSACTION_FACTOR * dyn_capacity_of_read(bytes, true);
}

/* Is every attribute of a that the index projects equal in b? */
static bool
entry_within(const DynTable *table, const DynIndex *index, DynValue a, DynValue b)
{
	for (uint32 i = 0; i < dyn_value_count(a); i++)
	{
		DynSlice	name;
		DynValue	v = dyn_map_member(a, i, &name);

		if (dyn_projection_shows(table, index, name) && !dyn_value_equal(v, dyn_map_get(b, name.data, name.len)))
			return false;
	}
	return true;
}

static bool
same_index_key(const DynIndex *index, DynValue a, DynValue b)
{
	for (int i = 0; i < index->npk + index->nsk; i++)
	{
		const DynKeyAttr *attr = &index->keys[i];

		if (!dyn_value_equal(dyn_map_get(a, attr->name, attr->len), dyn_map_get(b, attr->name, attr->len)))
			return false;
	}
	return true;
}

static double
index_write_units(const DynTable *table, const DynIndex *index, DynValue old_item, DynValue new_item)
{
	bool		was = dyn_projection_has_entry(index, old_item);
	bool		is = dyn_projection_has_entry(index, new_item);
	uint32		old_size;
	uint32		new_size;

	if (!was && !is)
		return 0;
	if (!was)
		return dyn_capacity_of_write(dyn_projection_size(table, index, new_item));
	if (!is)
		return dyn_capacity_of_write(dyn_projection_size(table, index, old_item));

	old_size = dyn_projection_size(table, index, old_item);
	new_size = dyn_projection_size(table, index, new_item);
	if (!same_index_key(index, old_item, new_item))
		return dyn_capacity_of_write(old_size) + dyn_capacity_of_write(new_size);
	if (old_size == new_size && entry_within(table, index, old_item, new_item) &&
		entry_within(table, index, new_item, old_item))
		return 0;
	return dyn_capacity_of_write(Max(old_size, new_size));
}

static void
add_vector_bytes(DynCapacity *capacity, const DynTable *table, DynValue old_item, DynValue new_item)
{
	for (int i = 0; i < table->nvectors; i++)
	{
		double		bytes = dyn_vector_items_write_bytes(table, &table->vectors[i], old_item, new_item);

		if (bytes == 0)
			continue;
		if (capacity->vector_bytes == NULL)
			capacity->vector_bytes = palloc0_array(double, table->nvectors);
		capacity->vector_bytes[i] += bytes;
	}
}

/* Adds a write; its units for the table and local indexes count `factor` times. */
static void
add_write(DynCapacity *capacity, const DynTable *table, const struct varlena *old_item, const struct varlena *new_item,
		  int factor)
{
	DynValue	old_root = old_item ? dyn_item_root(old_item) : dyn_empty_map;
	DynValue	new_root = new_item ? dyn_item_root(new_item) : dyn_empty_map;
	uint32		old_size = dyn_image_size(old_item);
	uint32		new_size = dyn_image_size(new_item);

	capacity->table_units += factor * dyn_capacity_of_write(Max(old_size, new_size));
	if (old_item == new_item)
		return;
	for (int i = 0; i < table->nindexes; i++)
	{
		const DynIndex *index = &table->indexes[i];
		double		units = index_write_units(table, index, old_root, new_root);

		if (units == 0)
			continue;
		if (capacity->index_units == NULL)
			capacity->index_units = palloc0_array(double, table->nindexes);
		capacity->index_units[i] += index->kind == DYN_INDEX_LOCAL ? factor * units : units;
	}
	add_vector_bytes(capacity, table, old_root, new_root);
}

void
dyn_capacity_add_write(DynCapacity *capacity, const DynTable *table,
					   const struct varlena *old_item, const struct varlena *new_item)
{
	add_write(capacity, table, old_item, new_item, 1);
}

void
dyn_capacity_add_transact_write(DynCapacity *capacity, const DynTable *table,
								const struct varlena *old_item, const struct varlena *new_item)
{
	add_write(capacity, table, old_item, new_item, TRANSACTION_FACTOR);
}

static void
append_units(StringInfo reply, DynCapacityKind kind, double units)
{
	dyn_jsonout_member(reply, "CapacityUnits");
	appendStringInfo(reply, "%.1f", units);
	if (kind == DYN_CAPACITY_PLAIN)
		return;
	dyn_jsonout_member(reply, kind == DYN_CAPACITY_TRANSACT_READ ? "ReadCapacityUnits" : "WriteCapacityUnits");
	appendStringInfo(reply, "%.1f", units);
}

/* The capacity of one table or index. */
static void
append_arm(StringInfo reply, const char *name, DynCapacityKind kind, double units)
{
	dyn_jsonout_member(reply, name);
	appendStringInfoChar(reply, '{');
	append_units(reply, kind, units);
	appendStringInfoChar(reply, '}');
}

/* The arms of one kind of index, a member of ConsumedCapacity unless there is none. */
static void
append_index_arms(StringInfo reply, const DynCapacity *capacity, const DynTable *table, DynIndexKind kind)
{
	bool		any = false;

	for (int i = 0; i < table->nindexes; i++)
	{
		const DynIndex *index = &table->indexes[i];

		if (index->kind != kind || capacity->index_units[i] == 0)
			continue;
		if (!any)
		{
			dyn_jsonout_member(reply, dyn_index_kind_member(kind));
			appendStringInfoChar(reply, '{');
		}
		any = true;
		append_arm(reply, index->name, capacity->kind, capacity->index_units[i]);
	}
	if (any)
		appendStringInfoChar(reply, '}');
}

static void
append_vector_bytes(StringInfo reply, const DynCapacity *capacity, const DynTable *table)
{
	bool		any = false;

	dyn_jsonout_member(reply, "VectorIndexes");
	appendStringInfoChar(reply, '{');
	for (int i = 0; i < table->nvectors; i++)
	{
		if (capacity->vector_bytes[i] == 0)
			continue;
		if (any)
			appendStringInfoChar(reply, ',');
		any = true;
		dyn_jsonout_string(reply, table->vectors[i].name, strlen(table->vectors[i].name));
		appendStringInfo(reply, ":{\"VectorWriteRequestBytes\":%.1f}", capacity->vector_bytes[i]);
	}
	appendStringInfoChar(reply, '}');
}

void
dyn_capacity_print(StringInfo reply, const DynCapacity *capacity, const DynTable *table)
{
	double		total = capacity->table_units;

	if (capacity->index_units != NULL)
	{
		for (int i = 0; i < table->nindexes; i++)
			total += capacity->index_units[i];
	}
	appendStringInfoChar(reply, '{');
	append_units(reply, capacity->kind, total);
	if (capacity->report == DYN_CAPACITY_INDEXES)
	{
		if (capacity->index_units != NULL)
		{
			append_index_arms(reply, capacity, table, DYN_INDEX_GLOBAL);
			append_index_arms(reply, capacity, table, DYN_INDEX_LOCAL);
		}
		if (capacity->vector_bytes != NULL)
			append_vector_bytes(reply, capacity, table);
		append_arm(reply, "Table", capacity->kind, capacity->table_units);
	}
	dyn_jsonout_member(reply, "TableName");
	dyn_jsonout_string(reply, capacity->table_name.data, capacity->table_name.len);
	appendStringInfoChar(reply, '}');
}

void
dyn_capacity_reply(StringInfo reply, const DynCapacity *capacity, const DynTable *table)
{
	if (capacity->report == DYN_CAPACITY_NONE)
		return;
	dyn_jsonout_member(reply, "ConsumedCapacity");
	dyn_capacity_print(reply, capacity, table);
}

bool
dyn_capacity_has_metrics(const DynTable *table)
{
	for (int i = 0; i < table->nindexes; i++)
	{
		if (table->indexes[i].kind == DYN_INDEX_LOCAL)
			return true;
	}
	return false;
}

void
dyn_capacity_print_metrics(StringInfo reply, const DynTable *table, DynValue pk)
{
	double		least = floor(dyn_count_collection_bytes(table, pk, GIGABYTE) / GIGABYTE);

	appendStringInfoChar(reply, '{');
	dyn_jsonout_member(reply, "ItemCollectionKey");
	appendStringInfoChar(reply, '{');
	dyn_jsonout_string(reply, table->pk.name, table->pk.len);
	appendStringInfoChar(reply, ':');
	dyn_value_print(reply, pk);
	appendStringInfoChar(reply, '}');
	dyn_jsonout_member(reply, "SizeEstimateRangeGB");
	appendStringInfo(reply, "[%.1f,%.1f]", least, least + 1);
	appendStringInfoChar(reply, '}');
}

void
dyn_capacity_reply_metrics(StringInfo reply, const DynTable *table, DynValue pk)
{
	if (!dyn_capacity_has_metrics(table))
		return;
	dyn_jsonout_member(reply, "ItemCollectionMetrics");
	dyn_capacity_print_metrics(reply, table, pk);
}
