/*
 * value.h - the stored form of attribute values, and reading it in place
 *
 * An item is one varlena:
 *
 *		vl_len_		varlena header (4 bytes, or 1 when PostgreSQL packs it)
 *		version		uint8, DYN_ITEM_VERSION
 *		size		uint32, DynamoDB's size of the item in bytes (names and values)
 *		root		a map's body, to the end of the varlena
 *
 * A value is a tag and a body of known length; the body carries neither tag nor length of its own:
 *
 *		NULL		empty
 *		BOOL		one byte, 0 or 1
 *		N			a number as number.h has it
 *		S			UTF-8 bytes			B		bytes
 *		M			uint32 count; count entries {uint32 name_end, uint32 tag_end}; the names; the bodies
 *		L			uint32 count; count entries {uint32 tag_end}; the bodies
 *		SS NS BS	uint32 count; count entries {uint32 end}; the elements
 *
 * tag_end is tag << 28 | end; name_end, end count from the start of the names or the bodies, so that an
 * entry's start is its predecessor's end: any member is reached without touching the others, and a
 * lookup by name is a binary search.  Names of a map are unique and sorted by their bytes (shorter first
 * when one is a prefix), elements of a set are sorted the same way and unique.  Integers are in the
 * machine's order (as in all of PostgreSQL's heap) and at any alignment, so they are read by memcpy.
 *
 * From this follows what the rest relies on: equal values are equal bytes.
 *
 * A reader trusts bytes that came from the builder (tree.h) or passed dyn_value_verify (binary input).
 */
#ifndef DYNAPG_VALUE_VALUE_H
#define DYNAPG_VALUE_VALUE_H

#include "postgres.h"

#include "lib/stringinfo.h"

#include "base/compat.h"
#include "base/json.h"

#define DYN_ITEM_VERSION	1
#define DYN_ITEM_HEADER		5	/* bytes between varlena header and root body */

/* On disk; fits four bits. */
typedef enum DynTag
{
#define DYN_TYPE(name, number, word, element, json) DYN_##name = number,
#include "value/types.def"
#undef DYN_TYPE
} DynTag;

#define DYN_FIRST_TAG	DYN_NULL
#define DYN_LAST_TAG	DYN_M

/*
 * A pointer to a stored value; the bytes belong to somebody else and must outlive it. If tag is not 0, data is not NULL even
 * where len is 0, since it is passed to memcmp and memcpy.
 */
typedef struct DynValue
{
	uint8		tag;			/* DynTag; 0 for "no such value" */
	uint32		len;
	const uint8 *data;
} DynValue;

#define DYN_TAG_SHIFT	28
#define DYN_END_MASK	0x0FFFFFFFu

static inline uint32
dyn_load_u32(const uint8 *p)
{
	uint32		v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* Number of members, elements of M, L, SS, NS, BS. */
static inline uint32
dyn_value_count(DynValue v)
{
	return dyn_load_u32(v.data);
}

/* The i-th member of a map, in name order. */
static inline DynValue
dyn_map_member(DynValue map, uint32 i, DynSlice *name)
{
	uint32		count = dyn_load_u32(map.data);
	const uint8 *entries = map.data + 4;
	const uint8 *names = entries + (size_t) count * 8;
	uint32		names_len = dyn_load_u32(entries + (size_t) (count - 1) * 8);
	uint32		name_start = i ? dyn_load_u32(entries + (size_t) (i - 1) * 8) : 0;
	uint32		start = i ? dyn_load_u32(entries + (size_t) (i - 1) * 8 + 4) & DYN_END_MASK : 0;
	uint32		tag_end = dyn_load_u32(entries + (size_t) i * 8 + 4);

	name->data = (const char *) names + name_start;
	name->len = dyn_load_u32(entries + (size_t) i * 8) - name_start;
	return (DynValue) {tag_end >> DYN_TAG_SHIFT, (tag_end & DYN_END_MASK) - start, names + names_len + start};
}

/* The i-th element of a list. */
static inline DynValue
dyn_list_element(DynValue list, uint32 i)
{
	uint32		count = dyn_load_u32(list.data);
	const uint8 *entries = list.data + 4;
	uint32		start = i ? dyn_load_u32(entries + (size_t) (i - 1) * 4) & DYN_END_MASK : 0;
	uint32		tag_end = dyn_load_u32(entries + (size_t) i * 4);

	return (DynValue) {tag_end >> DYN_TAG_SHIFT, (tag_end & DYN_END_MASK) - start, entries + (size_t) count * 4 + start};
}

/* The tag of a set's elements: S, N or B; 0 for a type that is no set. */
static inline uint8
dyn_set_element_tag(uint8 tag)
{
	switch (tag)
	{
#define DYN_TYPE(name, number, word, element, json) case number: return element;
#include "value/types.def"
#undef DYN_TYPE
		default:
			return 0;
	}
}

/* The i-th element of a set, in byte order. */
static inline DynValue
dyn_set_element(DynValue set, uint32 i)
{
	uint32		count = dyn_load_u32(set.data);
	const uint8 *entries = set.data + 4;
	uint32		start = i ? dyn_load_u32(entries + (size_t) (i - 1) * 4) : 0;

	return (DynValue) {dyn_set_element_tag(set.tag), dyn_load_u32(entries + (size_t) i * 4) - start,
		entries + (size_t) count * 4 + start};
}

/* Order of byte strings: memcmp, the prefix first. */
static inline int
dyn_bytes_compare(const void *a, uint32 alen, const void *b, uint32 blen)
{
	int			c = memcmp(a, b, alen < blen ? alen : blen);

	return c ? c : (alen > blen) - (alen < blen);
}

/* Type and value equal: DynamoDB's "=". */
static inline bool
dyn_value_equal(DynValue a, DynValue b)
{
	return a.tag == b.tag && a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

/* The root map of a detoasted item with either varlena header. */
static inline DynValue
dyn_item_root(const struct varlena *item)
{
	return (DynValue) {DYN_M, (uint32) VARSIZE_ANY_EXHDR(item) - DYN_ITEM_HEADER,
		(const uint8 *) VARDATA_ANY(item) + DYN_ITEM_HEADER};
}

/* DynamoDB's size of the item in bytes, from its header. */
static inline uint32
dyn_item_size(const struct varlena *item)
{
	return dyn_load_u32((const uint8 *) VARDATA_ANY(item) + 1);
}

/* The same for an image of an item before or after a write; 0 for NULL, where there was no item. */
static inline uint32
dyn_image_size(const struct varlena *item)
{
	return item != NULL ? dyn_item_size(item) : 0;
}

/* The map without members: what a condition sees where there is no item. */
extern const DynValue dyn_empty_map;

/* The member of that name, or a value with tag 0. */
extern DynValue dyn_map_get(DynValue map, const char *name, uint32 len);

/* The same, but looks first at number *at, where a similar map had it; *at becomes its number. */
extern DynValue dyn_map_get_near(DynValue map, const char *name, uint32 len, uint32 *at);

/* Is the scalar (tag, bytes) an element of the set? False for a wrong type. */
extern bool dyn_set_contains(DynValue set, DynValue element);

/* What DynamoDB counts in bytes for a list or a map with that number of children, besides their names and values. */
static inline uint32
dyn_container_overhead(uint32 count)
{
	return 3 + count;
}

/* DynamoDB's size of a value in bytes, without its name. */
extern uint32 dyn_value_size(DynValue v);

/* DynamoDB's size of the item with that root map: names and values, without a map's own overhead. */
extern uint32 dyn_map_item_size(DynValue root);

/* "S", "NS" ... for a tag. */
extern const char *dyn_tag_name(uint8 tag);

/* "STRING", "BOOLEAN" ... for a tag, as some texts have it. */
extern const char *dyn_tag_word(uint8 tag);

/* The kind of the JSON value beside the type's name; DYN_JSON_TRUE stands for both booleans. */
extern DynJsonKind dyn_tag_json_kind(uint8 tag);

/* The tag that a type name means ("S" ... "BOOL", "NULL"), 0 for none. */
extern uint8 dyn_tag_from_name(const char *name, uint32 len);

/*
 * Checks bytes of unknown origin completely (bounds, order, uniqueness, UTF-8, numbers, nesting, canonical
 * form). Returns NULL when they are well formed, else a static text that names the problem.
 */
extern const char *dyn_value_verify(DynValue v);
extern const char *dyn_item_verify(const struct varlena *item);

/* Appends the value as DynamoDB JSON, {"S":"x"}; for the root map use dyn_item_print. */
extern void dyn_value_print(StringInfo out, DynValue v);

/* Appends what follows the type, "x"}, without a NUL behind it. */
extern void dyn_value_print_body(StringInfo out, DynValue v);

/* Appends a map as an item, {"a":{"S":"x"}}. */
extern void dyn_item_print(StringInfo out, DynValue root);

#endif							/* DYNAPG_VALUE_VALUE_H */
