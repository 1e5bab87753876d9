/*
 * value.c - reading, measuring, checking and printing stored values
 *
 * All but dyn_value_verify and dyn_item_verify trust the bytes (value.h says when that is right).
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/jsonout.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "value/number.h"
#include "value/value.h"

static const uint8 empty_map_body[4] = {0};

const DynValue dyn_empty_map = {DYN_M, sizeof(empty_map_body), empty_map_body};

static const struct
{
	const char *name;
	const char *word;
	DynJsonKind json_kind;
}			types[] = {
#define DYN_TYPE(name, number, word, element, json) [number] = {#name, word, json},
#include "value/types.def"
#undef DYN_TYPE
};

const char *
dyn_tag_name(uint8 tag)
{
	Assert(tag >= DYN_FIRST_TAG && tag <= DYN_LAST_TAG);
	return types[tag].name;
}

const char *
dyn_tag_word(uint8 tag)
{
	Assert(tag >= DYN_FIRST_TAG && tag <= DYN_LAST_TAG);
	return types[tag].word;
}

DynJsonKind
dyn_tag_json_kind(uint8 tag)
{
	Assert(tag >= DYN_FIRST_TAG && tag <= DYN_LAST_TAG);
	return types[tag].json_kind;
}

uint8
dyn_tag_from_name(const char *name, uint32 len)
{
	switch (len)
	{
		case 1:
			return name[0] == 'S' ? DYN_S : name[0] == 'N' ? DYN_N : name[0] == 'M' ? DYN_M :
				name[0] == 'L' ? DYN_L : name[0] == 'B' ? DYN_B : 0;
		case 2:
			if (name[1] != 'S')
				return 0;
			return name[0] == 'S' ? DYN_SS : name[0] == 'N' ? DYN_NS : name[0] == 'B' ? DYN_BS : 0;
		case 4:
			return memcmp(name, "BOOL", 4) == 0 ? DYN_BOOL : memcmp(name, "NULL", 4) == 0 ? DYN_NULL : 0;
		default:
			return 0;
	}
}

/* The number of the member with that name, or the count of members. */
static inline uint32
find_member(DynValue map, const char *name, uint32 len)
{
	uint32		count = dyn_value_count(map);
	uint32		low = 0;
	uint32		high = count;
	const uint8 *entries = map.data + 4;
	const char *names = (const char *) entries + (size_t) high * 8;

	while (low < high)
	{
		uint32		mid = low + (high - low) / 2;
		uint32		start = mid ? dyn_load_u32(entries + (size_t) (mid - 1) * 8) : 0;
		uint32		end = dyn_load_u32(entries + (size_t) mid * 8);
		int			c = dyn_bytes_compare(name, len, names + start, end - start);

		if (c == 0)
			return mid;
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return count;
}

DynValue
dyn_map_get(DynValue map, const char *name, uint32 len)
{
	uint32		at = find_member(map, name, len);
	DynSlice	found;

	return at < dyn_value_count(map) ? dyn_map_member(map, at, &found) : (DynValue) {0};
}

DynValue
dyn_map_get_near(DynValue map, const char *name, uint32 len, uint32 *at)
{
	uint32		count = dyn_value_count(map);
	DynSlice	found;

	if (*at < count)
	{
		DynValue	value = dyn_map_member(map, *at, &found);

		if (found.len == len && memcmp(found.data, name, len) == 0)
			return value;
	}
	*at = find_member(map, name, len);
	return *at < count ? dyn_map_member(map, *at, &found) : (DynValue) {0};
}

bool
dyn_set_contains(DynValue set, DynValue element)
{
	uint32		low = 0;
	uint32		high;

	if (element.tag == 0 || dyn_set_element_tag(set.tag) != element.tag)
		return false;
	high = dyn_value_count(set);
	while (low < high)
	{
		uint32		mid = low + (high - low) / 2;
		DynValue	at = dyn_set_element(set, mid);
		int			c = dyn_bytes_compare(element.data, element.len, at.data, at.len);

		if (c == 0)
			return true;
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return false;
}

/* The end of a set's last element: the length of all elements together. */
static inline uint32
set_bytes(DynValue set)
{
	return set.len - 4 - dyn_value_count(set) * 4;
}

uint32
dyn_map_item_size(DynValue root)
{
	uint32		count = dyn_value_count(root);
	uint32		size = 0;

	for (uint32 i = 0; i < count; i++)
	{
		DynSlice	name;
		DynValue	member = dyn_map_member(root, i, &name);

		size += name.len + dyn_value_size(member);
	}
	return size;
}

static uint32
list_size(DynValue list)
{
	uint32		count = dyn_value_count(list);
	uint32		size = 0;

	for (uint32 i = 0; i < count; i++)
		size += dyn_value_size(dyn_list_element(list, i));
	return size;
}

uint32
dyn_value_size(DynValue v)
{
	switch (v.tag)
	{
		case DYN_NULL:
		case DYN_BOOL:
			return 1;
		case DYN_SS:
		case DYN_NS:
		case DYN_BS:
			return set_bytes(v);
		case DYN_L:
			check_stack_depth();
			return dyn_container_overhead(dyn_value_count(v)) + list_size(v);
		case DYN_M:
			check_stack_depth();
			return dyn_container_overhead(dyn_value_count(v)) + dyn_map_item_size(v);
		default:
			return v.len;		/* S and B as they are, N as number.h has it */
	}
}

static const char *verify(DynValue v, int level);

static const char *
verify_string(const uint8 *data, uint32 len)
{
	return dyn_utf8_valid(data, len) ? NULL : "a string is not valid UTF-8";
}

static const char *
verify_number(const uint8 *data, uint32 len)
{
	return dyn_number_valid(data, len) ? NULL : "a number is not in canonical form";
}

static const char *
verify_scalar(uint8 tag, const uint8 *data, uint32 len)
{
	switch (tag)
	{
		case DYN_NULL:
			return len == 0 ? NULL : "a null has a body";
		case DYN_BOOL:
			return len == 1 && data[0] <= 1 ? NULL : "a boolean is not one byte of 0 or 1";
		case DYN_N:
			return verify_number(data, len);
		case DYN_S:
			return verify_string(data, len);
		case DYN_B:
			return NULL;
		default:
			return "unknown type tag";
	}
}

/*
 * Splits a container's body into its entries of the given width and the area after them.  All offsets are
 * checked against area_len by the callers, in order, before anything is read through them.
 */
static const char *
verify_entries(DynValue v, uint32 width, uint32 *count, const uint8 **area, uint32 *area_len)
{
	uint64		head;

	if (v.len < 4)
		return "a container is shorter than its count";
	*count = dyn_value_count(v);
	head = 4 + (uint64) *count * width;
	if (head > v.len)
		return "a container is shorter than its entries";
	*area = v.data + head;
	*area_len = v.len - (uint32) head;
	return NULL;
}

static const char *
verify_set(DynValue set)
{
	uint32		count;
	uint32		area_len;
	uint32		start = 0;
	uint32		previous = 0;	/* start of the element before */
	const uint8 *area;
	uint8		tag = dyn_set_element_tag(set.tag);
	const char *flaw = verify_entries(set, 4, &count, &area, &area_len);

	if (flaw)
		return flaw;
	if (count == 0)
		return "a set is empty";
	for (uint32 i = 0; i < count; i++)
	{
		uint32		end = dyn_load_u32(set.data + 4 + (size_t) i * 4);

		if (end < start || end > area_len)
			return "an element is out of bounds";
		flaw = verify_scalar(tag, area + start, end - start);
		if (flaw)
			return flaw;
		if (i > 0 && dyn_bytes_compare(area + previous, start - previous, area + start, end - start) >= 0)
			return "a set is not sorted and unique";
		previous = start;
		start = end;
	}
	return start == area_len ? NULL : "a set has bytes after its elements";
}

/* The body at [start, end of entry) of an area of bodies; *start moves on. */
static const char *
verify_body(uint32 tag_end, const uint8 *area, uint32 area_len, uint32 *start, int level)
{
	uint32		end = tag_end & DYN_END_MASK;
	DynValue	body = {tag_end >> DYN_TAG_SHIFT, end - *start, area + *start};

	if (end < *start || end > area_len)
		return "a value is out of bounds";
	*start = end;
	return verify(body, level);
}

static const char *
verify_list(DynValue list, int level)
{
	uint32		count;
	uint32		area_len;
	uint32		start = 0;
	const uint8 *area;
	const char *flaw = verify_entries(list, 4, &count, &area, &area_len);

	for (uint32 i = 0; flaw == NULL && i < count; i++)
		flaw = verify_body(dyn_load_u32(list.data + 4 + (size_t) i * 4), area, area_len, &start, level + 1);
	if (flaw)
		return flaw;
	return start == area_len ? NULL : "a list has bytes after its elements";
}

/* Checks the names of a map; *names_len is their length together. */
static const char *
verify_names(const uint8 *entries, uint32 count, const uint8 *area, uint32 area_len, uint32 *names_len)
{
	uint32		start = 0;
	uint32		previous = 0;

	for (uint32 i = 0; i < count; i++)
	{
		uint32		end = dyn_load_u32(entries + (size_t) i * 8);
		const char *flaw;

		if (end < start || end > area_len)
			return "an attribute name is out of bounds";
		if (end == start || end - start > DYN_MAX_ATTR_NAME)
			return "an attribute name is empty or too long";
		flaw = verify_string(area + start, end - start);
		if (flaw)
			return flaw;
		if (i > 0 && dyn_bytes_compare(area + previous, start - previous, area + start, end - start) >= 0)
			return "attribute names are not sorted and unique";
		previous = start;
		start = end;
	}
	*names_len = start;
	return NULL;
}

static const char *
verify_map(DynValue map, int level)
{
	uint32		count;
	uint32		area_len;
	uint32		names_len = 0;
	uint32		start = 0;
	const uint8 *area;
	const uint8 *entries = map.data + 4;
	const char *flaw = verify_entries(map, 8, &count, &area, &area_len);

	if (flaw == NULL)
		flaw = verify_names(entries, count, area, area_len, &names_len);
	for (uint32 i = 0; flaw == NULL && i < count; i++)
		flaw = verify_body(dyn_load_u32(entries + (size_t) i * 8 + 4), area + names_len, area_len - names_len,
						   &start, level + 1);
	if (flaw)
		return flaw;
	return start == area_len - names_len ? NULL : "a map has bytes after its members";
}

/* level is the number of lists and maps around v, without an item's root, as when JSON is read. */
static const char *
verify(DynValue v, int level)
{
	if (level >= DYN_MAX_NESTING)
		return "values are nested too deeply";
	switch (v.tag)
	{
		case DYN_SS:
		case DYN_NS:
		case DYN_BS:
			return verify_set(v);
		case DYN_L:
		case DYN_M:
			check_stack_depth();
			return v.tag == DYN_L ? verify_list(v, level) : verify_map(v, level);
		default:
			return verify_scalar(v.tag, v.data, v.len);
	}
}

const char *
dyn_value_verify(DynValue v)
{
	return verify(v, 0);
}

const char *
dyn_item_verify(const struct varlena *item)
{
	const uint8 *data = (const uint8 *) VARDATA_ANY(item);
	const char *flaw;

	if (VARSIZE_ANY_EXHDR(item) < DYN_ITEM_HEADER)
		return "an item is shorter than its header";
	if (data[0] != DYN_ITEM_VERSION)
		return "unknown item version";
	flaw = verify_map(dyn_item_root(item), -1);
	if (flaw)
		return flaw;
	return dyn_map_item_size(dyn_item_root(item)) == dyn_item_size(item) ? NULL : "an item's size is wrong";
}

/* A number as a JSON string. */
static void
print_number(StringInfo out, DynValue v)
{
	char	   *p = dyn_jsonout_room(out, DYN_NUMBER_MAX_TEXT + 2);
	char	   *start = p;

	*p++ = '"';
	p += dyn_number_print(v.data, v.len, p);
	*p++ = '"';
	out->len += p - start;
}

/* A scalar without its type. */
static pg_attribute_always_inline void
print_scalar(StringInfo out, DynValue v)
{
	switch (v.tag)
	{
		case DYN_NULL:
			dyn_jsonout_raw(out, "true", 4);
			break;
		case DYN_BOOL:
			if (v.data[0])
				dyn_jsonout_raw(out, "true", 4);
			else
				dyn_jsonout_raw(out, "false", 5);
			break;
		case DYN_N:
			print_number(out, v);
			break;
		case DYN_S:
			dyn_jsonout_string(out, (const char *) v.data, v.len);
			break;
		case DYN_B:
			dyn_jsonout_base64(out, v.data, v.len);
			break;
		default:
			elog(ERROR, "unknown type tag %d in an item", v.tag);
	}
}

static void
print_set(StringInfo out, DynValue set)
{
	uint32		count = dyn_value_count(set);

	dyn_jsonout_byte(out, '[');
	for (uint32 i = 0; i < count; i++)
	{
		if (i > 0)
			dyn_jsonout_byte(out, ',');
		print_scalar(out, dyn_set_element(set, i));
	}
	dyn_jsonout_byte(out, ']');
}

/* Prints a value; no NUL follows it. */
static void print_value(StringInfo out, DynValue v);

static void
print_list(StringInfo out, DynValue list)
{
	uint32		count = dyn_value_count(list);

	dyn_jsonout_byte(out, '[');
	for (uint32 i = 0; i < count; i++)
	{
		if (i > 0)
			dyn_jsonout_byte(out, ',');
		print_value(out, dyn_list_element(list, i));
	}
	dyn_jsonout_byte(out, ']');
}

static void
print_map(StringInfo out, DynValue map)
{
	uint32		count = dyn_value_count(map);
	const uint8 *entry = map.data + 4;
	const char *name = (const char *) entry + (size_t) count * 8;
	const uint8 *body = (const uint8 *) name + (count > 0 ? dyn_load_u32(entry + (size_t) (count - 1) * 8) : 0);
	uint32		name_start = 0;
	uint32		start = 0;

	dyn_jsonout_byte(out, '{');
	for (uint32 i = 0; i < count; i++, entry += 8)
	{
		uint32		name_end = dyn_load_u32(entry);
		uint32		tag_end = dyn_load_u32(entry + 4);
		uint32		end = tag_end & DYN_END_MASK;

		if (i > 0)
			dyn_jsonout_byte(out, ',');
		dyn_jsonout_string(out, name + name_start, name_end - name_start);
		dyn_jsonout_byte(out, ':');
		print_value(out, (DynValue) {tag_end >> DYN_TAG_SHIFT, end - start, body + start});
		name_start = name_end;
		start = end;
	}
	dyn_jsonout_byte(out, '}');
}

static void
print_value(StringInfo out, DynValue v)
{
	static const struct
	{
		const char	text[12];
		int			len;
	}			opening[] = {
#define OPENING(tag) [DYN_##tag] = {"{\"" #tag "\":", sizeof("{\"" #tag "\":") - 1}
		OPENING(NULL), OPENING(BOOL), OPENING(N), OPENING(S), OPENING(B), OPENING(SS), OPENING(NS), OPENING(BS),
		OPENING(L), OPENING(M)
#undef OPENING
	};

	if (v.tag < DYN_NULL || v.tag > DYN_M)
		elog(ERROR, "unknown type tag %d in an item", v.tag);
	/* a copy of constant size is one instruction */
	memcpy(dyn_jsonout_room(out, sizeof(opening[0].text)), opening[v.tag].text, sizeof(opening[0].text));
	out->len += opening[v.tag].len;
	dyn_value_print_body(out, v);
}

void
dyn_value_print_body(StringInfo out, DynValue v)
{
	switch (v.tag)
	{
		case DYN_SS:
		case DYN_NS:
		case DYN_BS:
			print_set(out, v);
			break;
		case DYN_L:
			check_stack_depth();
			print_list(out, v);
			break;
		case DYN_M:
			check_stack_depth();
			print_map(out, v);
			break;
		default:
			print_scalar(out, v);
	}
	dyn_jsonout_byte(out, '}');
}

void
dyn_item_print(StringInfo out, DynValue root)
{
	print_map(out, root);
	out->data[out->len] = '\0';
}

void
dyn_value_print(StringInfo out, DynValue v)
{
	print_value(out, v);
	out->data[out->len] = '\0';
}
