/*
 * tree.c - opening, changing and packing attribute values
 *
 * Packing measures the open part of a tree, allocates once and writes front to back: a container's table of
 * entries is filled in behind the cursor as its bodies are written.  What was never opened is copied by
 * one memcpy.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "value/tree.h"

#define FEW_MEMBERS	12			/* at most this number of members is sorted by insertion */

DynNode
dyn_node_of(DynValue v)
{
	return (DynNode) {.tag = v.tag, .packed = v};
}

DynNode
dyn_node_empty(DynTag tag)
{
	return (DynNode) {.tag = tag, .open = true};
}

/* A new child at the end of an open node, uninitialised. */
static DynMember *
add_child(DynNode *node)
{
	Assert(node->open);
	if (node->count == node->room)
	{
		uint32		room = node->room ? node->room * 2 : 8;
		Size		size = sizeof(DynMember) * (Size) room;

		node->children = node->children ? repalloc_huge(node->children, size) :
			MemoryContextAllocHuge(CurrentMemoryContext, size);
		node->room = room;
	}
	return &node->children[node->count++];
}

void
dyn_node_open(DynNode *node)
{
	DynValue	packed = node->packed;
	uint32		count;

	if (node->open)
		return;
	Assert(node->tag == DYN_L || node->tag == DYN_M);
	*node = dyn_node_empty(packed.tag);
	count = dyn_value_count(packed);
	if (count == 0)
		return;

	node->room = count + 2;
	node->children = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(DynMember) * (Size) node->room);
	for (uint32 i = 0; i < count; i++)
	{
		DynMember  *child = add_child(node);

		child->name = (DynSlice) {NULL, 0};
		child->node = dyn_node_of(packed.tag == DYN_M ? dyn_map_member(packed, i, &child->name) :
								  dyn_list_element(packed, i));
	}
}

/* The position of a member of an open map, or its count when it is not there. */
static uint32
find_member(const DynNode *map, const char *name, uint32 len)
{
	uint32		i;

	Assert(map->open && map->tag == DYN_M);
	for (i = 0; i < map->count; i++)
	{
		if (map->children[i].name.len == len && memcmp(map->children[i].name.data, name, len) == 0)
			break;
	}
	return i;
}

DynNode *
dyn_node_member(DynNode *map, const char *name, uint32 len)
{
	uint32		i = find_member(map, name, len);

	return i < map->count ? &map->children[i].node : NULL;
}

void
dyn_node_set_member(DynNode *map, DynSlice name, DynNode value)
{
	DynNode    *there = dyn_node_member(map, name.data, name.len);

	if (there != NULL)
		*there = value;
	else
		dyn_node_add_member(map, name, value);
}

void
dyn_node_add_member(DynNode *map, DynSlice name, DynNode value)
{
	Assert(map->tag == DYN_M);
	*add_child(map) = (DynMember) {name, value};
}

void
dyn_node_remove_member(DynNode *map, const char *name, uint32 len)
{
	uint32		i = find_member(map, name, len);

	if (i < map->count)
		map->children[i] = map->children[--map->count];
}

void
dyn_node_append(DynNode *list, DynNode value)
{
	Assert(list->tag == DYN_L);
	*add_child(list) = (DynMember) {{NULL, 0}, value};
}

/* ---- sets ---- */

static int
compare_elements(const void *a, const void *b)
{
	const DynValue *x = a;
	const DynValue *y = b;

	return dyn_bytes_compare(x->data, x->len, y->data, y->len);
}

static void
sort_elements(DynValue *elements, uint32 count)
{
	if (count > FEW_MEMBERS)
	{
		qsort(elements, count, sizeof(DynValue), compare_elements);
		return;
	}
	for (uint32 i = 1; i < count; i++)
	{
		DynValue	moving = elements[i];
		uint32		j = i;

		for (; j > 0 && compare_elements(&moving, &elements[j - 1]) < 0; j--)
			elements[j] = elements[j - 1];
		elements[j] = moving;
	}
}

/* A buffer of size bytes for a stored form; ends have 28 bits. */
static uint8 *
alloc_body(uint64 size)
{
	if (size > DYN_END_MASK)
		ereport(ERROR,
				errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				errmsg("attribute value of " UINT64_FORMAT " bytes is too large", size),
				errdetail("A value of type dynapg.item is at most %u bytes.", DYN_END_MASK));
	return palloc(size);
}

static inline void
store_u32(uint8 *p, uint32 v)
{
	memcpy(p, &v, sizeof(v));
}

/* The set of sorted, unique elements. */
static DynValue
pack_sorted(uint8 set_tag, const DynValue *elements, uint32 count)
{
	uint64		size = 4 + (uint64) count * 4;
	uint8	   *body;
	uint8	   *entry;
	uint8	   *out;
	uint32		end = 0;

	for (uint32 i = 0; i < count; i++)
		size += elements[i].len;
	body = alloc_body(size);
	store_u32(body, count);
	entry = body + 4;
	out = entry + (size_t) count * 4;
	for (uint32 i = 0; i < count; i++)
	{
		if (elements[i].len > 0)
			memcpy(out + end, elements[i].data, elements[i].len);
		end += elements[i].len;
		store_u32(entry + (size_t) i * 4, end);
	}
	return (DynValue) {set_tag, (uint32) size, body};
}

DynValue
dyn_tree_set_pack(DynTag set_tag, DynValue *elements, uint32 count, bool merge)
{
	uint32		kept = 0;

	sort_elements(elements, count);
	for (uint32 i = 0; i < count; i++)
	{
		if (kept > 0 && compare_elements(&elements[kept - 1], &elements[i]) == 0)
		{
			if (!merge)
				return (DynValue) {0};
			continue;
		}
		elements[kept++] = elements[i];
	}
	return pack_sorted(set_tag, elements, kept);
}

DynValue
dyn_tree_set_union(DynValue a, DynValue b)
{
	uint32		acount = dyn_value_count(a);
	uint32		bcount = dyn_value_count(b);
	uint32		i = 0;
	uint32		j = 0;
	uint32		count = 0;
	DynValue   *merged = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(DynValue) * ((Size) acount + bcount));

	while (i < acount || j < bcount)
	{
		DynValue	x = i < acount ? dyn_set_element(a, i) : (DynValue) {0};
		DynValue	y = j < bcount ? dyn_set_element(b, j) : (DynValue) {0};
		int			c = i == acount ? 1 : j == bcount ? -1 : compare_elements(&x, &y);

		merged[count++] = c <= 0 ? x : y;
		i += c <= 0;
		j += c >= 0;
	}
	return pack_sorted(a.tag, merged, count);
}

DynValue
dyn_tree_set_minus(DynValue a, DynValue b)
{
	uint32		acount = dyn_value_count(a);
	uint32		count = 0;
	DynValue   *left = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(DynValue) * (Size) acount);

	for (uint32 i = 0; i < acount; i++)
	{
		DynValue	element = dyn_set_element(a, i);

		if (!dyn_set_contains(b, element))
			left[count++] = element;
	}
	return count > 0 ? pack_sorted(a.tag, left, count) : (DynValue) {0};
}

/* ---- packing ---- */

static int
compare_members(const void *a, const void *b)
{
	const DynMember *x = a;
	const DynMember *y = b;

	return dyn_bytes_compare(x->name.data, x->name.len, y->name.data, y->name.len);
}

/* Sorts the members of an open map by name; usually there are few, or they are sorted already. */
static void
sort_members(DynNode *map)
{
	DynMember  *members = map->children;

	if (map->count > FEW_MEMBERS)
	{
		uint32		i = 1;

		while (i < map->count && compare_members(&members[i - 1], &members[i]) < 0)
			i++;
		if (i < map->count)
			qsort(members, map->count, sizeof(DynMember), compare_members);
		return;
	}
	for (uint32 i = 1; i < map->count; i++)
	{
		DynMember	moving;
		uint32		j = i;

		if (compare_members(&members[i - 1], &members[i]) < 0)
			continue;
		moving = members[i];
		for (; j > 0 && compare_members(&moving, &members[j - 1]) < 0; j--)
			members[j] = members[j - 1];
		members[j] = moving;
	}
}

/* Bytes of a node's body once it is packed. */
static uint64
body_size(const DynNode *node)
{
	uint64		size;

	if (!node->open)
		return node->packed.len;
	check_stack_depth();
	size = 4 + (uint64) node->count * (node->tag == DYN_M ? 8 : 4);
	for (uint32 i = 0; i < node->count; i++)
		size += (node->tag == DYN_M ? node->children[i].name.len : 0) + body_size(&node->children[i].node);
	return size;
}

/* Writes a node's body at out, which has room for body_size(node); returns the byte after it. */
static uint8 *
write_body(DynNode *node, uint8 *out)
{
	bool		map = node->tag == DYN_M;
	size_t		width = map ? 8 : 4;
	uint8	   *entry;
	uint8	   *bodies;
	uint32		names_end = 0;

	if (!node->open)
	{
		if (node->packed.len > 0)
			memcpy(out, node->packed.data, node->packed.len);
		return out + node->packed.len;
	}

	if (map)
		sort_members(node);
	store_u32(out, node->count);
	entry = out + 4;
	out = entry + node->count * width;
	for (uint32 i = 0; map && i < node->count; i++)
	{
		DynSlice	name = node->children[i].name;

		memcpy(out + names_end, name.data, name.len);
		names_end += name.len;
		store_u32(entry + i * width, names_end);
	}

	out += names_end;
	bodies = out;
	entry += width - 4;
	for (uint32 i = 0; i < node->count; i++)
	{
		DynNode    *child = &node->children[i].node;

		out = write_body(child, out);
		store_u32(entry + i * width, (uint32) child->tag << DYN_TAG_SHIFT | (uint32) (out - bodies));
	}
	return out;
}

DynValue
dyn_node_pack(DynNode *node)
{
	uint64		size;
	uint8	   *body;

	if (!node->open)
		return node->packed;
	size = body_size(node);
	body = alloc_body(size);
	write_body(node, body);
	return (DynValue) {node->tag, (uint32) size, body};
}

struct varlena *
dyn_node_build_item(DynNode *root)
{
	uint64		size = body_size(root);
	struct varlena *item;
	uint8	   *data;

	Assert(root->tag == DYN_M);
	item = (struct varlena *) alloc_body(VARHDRSZ + DYN_ITEM_HEADER + size);
	SET_VARSIZE(item, VARHDRSZ + DYN_ITEM_HEADER + size);
	data = (uint8 *) VARDATA(item);
	data[0] = DYN_ITEM_VERSION;
	write_body(root, data + DYN_ITEM_HEADER);
	store_u32(data + 1, dyn_map_item_size(dyn_item_root(item)));
	return item;
}
