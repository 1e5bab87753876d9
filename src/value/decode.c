/*
 * decode.c - attribute values straight from JSON text to stored bytes
 *
 * Children of open containers are entries on a stack: name, tag, body.  A container that closes sorts
 * its entries, is packed into one body, and becomes an entry of the container around it.  Strings are slices of the text. Other
 * bodies (numbers, binary values, containers) go to one of two buffers, which alternate by level: a container reads the bodies
 * of its children from one, writes its own to the other, and releases the space of the children. So each buffer holds less than
 * twice the text, whatever its nesting.
 *
 * Short pieces are copied 16 bytes at a time, so every source and every target must have that much room behind it. Only the
 * text itself has none at its end.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/base64.h"
#include "base/limits.h"
#include "port/pg_bswap.h"
#include "value/decode.h"
#include "value/number.h"

#define SLACK			32		/* room behind each buffer: a number is written before its length is known */
#define FEW_ENTRIES		32		/* at most this number of entries is sorted without memory of its own */
#define MAX_TEXT		(64 * 1024 * 1024)	/* bytes; the end of a body has 28 bits */

StaticAssertDecl(SLACK >= DYN_NUMBER_MAX_BYTES, "a number fits the slack");
StaticAssertDecl(SLACK >= DYN_READER_SLACK, "a short piece fits the slack");

struct DynDecoderEntry
{
	uint64		prefix;			/* the first bytes of the sort key, most significant first */
	const char *name;
	const uint8 *body;
	uint32		name_len;
	uint32		len;
	uint32		size;			/* DynamoDB's size of the value */
	uint8		tag;
};

typedef DynDecoderEntry Entry;

static bool decode_value(DynDecoder *d, int level, Entry *out);

void
dyn_decode_begin(DynDecoder *d, const char *text, size_t len)
{
	*d = (DynDecoder) {.in = {text, text + len}, .text_len = len};
}

/* ---- entries ---- */

static uint32
push(DynDecoder *d, const Entry *entry)
{
	if (d->count == d->room)
	{
		d->room = d->room > 0 ? d->room * 2 : 32;
		d->entries = d->entries != NULL ? repalloc_huge(d->entries, sizeof(Entry) * (Size) d->room) :
			palloc_array(Entry, d->room);
	}
	d->entries[d->count] = *entry;
	return d->count++;
}

/* May 16 bytes be read from p on? Only at the end of the text they may not. */
static inline bool
has_slack(const DynDecoder *d, const void *p)
{
	return (uintptr_t) d->in.end - (uintptr_t) p >= DYN_READER_SLACK;
}

static inline uint8 *
copy(const DynDecoder *d, uint8 *to, const void *from, uint32 len)
{
	if (likely(len <= DYN_READER_SLACK && has_slack(d, from)))
		memcpy(to, from, DYN_READER_SLACK);
	else
		memcpy(to, from, len);
	return to + len;
}

/* The first eight bytes, padded with zeros, as a number that has their order. */
static inline uint64
prefix_of(const DynDecoder *d, const void *p, uint32 len)
{
	uint64		word = 0;

	if (likely(has_slack(d, p)))
		memcpy(&word, p, sizeof(word));
	else
		memcpy(&word, p, Min(len, sizeof(word)));
	word = pg_ntoh64(word);
	return len >= 8 ? word : len == 0 ? 0 : word & ~(PG_UINT64_MAX >> (len * 8));
}

/* ---- sorting ---- */

/* Stands for an entry where entries are sorted, since it moves faster. */
typedef struct SortKey
{
	uint64		prefix;
	uint32		at;				/* number of the entry */
} SortKey;

/* The entries of a container, and whether the names are what has the order, or the bodies. */
typedef struct Sorted
{
	Entry	   *entries;
	uint32		count;
	bool		by_name;
} Sorted;

static inline int
compare_entries(const Sorted *s, uint32 i, uint32 j)
{
	const Entry *x = &s->entries[i];
	const Entry *y = &s->entries[j];

	if (x->prefix != y->prefix)
		return x->prefix < y->prefix ? -1 : 1;
	return s->by_name ? dyn_bytes_compare(x->name, x->name_len, y->name, y->name_len) :
		dyn_bytes_compare(x->body, x->len, y->body, y->len);
}

static inline int
compare_keys(const SortKey *a, const SortKey *b, const Sorted *s)
{
	if (a->prefix != b->prefix)
		return a->prefix < b->prefix ? -1 : 1;
	return compare_entries(s, a->at, b->at);
}

#define ST_SORT sort_keys
#define ST_ELEMENT_TYPE SortKey
#define ST_COMPARE_ARG_TYPE const Sorted
#define ST_COMPARE(a, b, s) compare_keys(a, b, s)
#define ST_CHECK_FOR_INTERRUPTS
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

/* Brings the entries into the order of the keys. Each goes to its place at once; what was there waits until its own place is free. */
static void
arrange_entries(Entry *entries, SortKey *keys, uint32 count)
{
	for (uint32 i = 0; i < count; i++)
	{
		Entry		waiting = entries[i];
		uint32		to = i;

		while (keys[to].at != i)
		{
			uint32		from = keys[to].at;

			entries[to] = entries[from];
			keys[to].at = to;
			to = from;
		}
		entries[to] = waiting;
		keys[to].at = to;
	}
}

static void
sort_by_keys(const Sorted *s)
{
	SortKey		few[FEW_ENTRIES];
	SortKey    *keys = s->count <= FEW_ENTRIES ? few : palloc_array(SortKey, s->count);

	for (uint32 i = 0; i < s->count; i++)
		keys[i] = (SortKey) {s->entries[i].prefix, i};
	sort_keys(keys, s->count, s);
	arrange_entries(s->entries, keys, s->count);
	if (keys != few)
		pfree(keys);
}

/* Sorts entries; false when two are equal. */
static bool
sort_entries(Entry *entries, uint32 count, bool by_name)
{
	Sorted		s = {entries, count, by_name};
	uint32		sorted = 1;

	while (sorted < count && compare_entries(&s, sorted - 1, sorted) < 0)
		sorted++;
	if (sorted >= count)
		return true;
	sort_by_keys(&s);
	for (uint32 i = 1; i < count; i++)
	{
		if (compare_entries(&s, i - 1, i) == 0)
			return false;
	}
	return true;
}

/* ---- packing ---- */

static inline void
store_u32(uint8 *p, uint32 v)
{
	memcpy(p, &v, sizeof(v));
}

/*
 * Bytes of a container's body. Its entries are shorter than the text, so the sum fits. *size becomes DynamoDB's size of the names and
 * values.
 */
static inline uint32
measure(const Entry *entries, uint32 count, uint32 width, uint32 *size)
{
	uint32		len = 4 + count * width;

	*size = 0;
	for (uint32 i = 0; i < count; i++)
	{
		len += entries[i].name_len + entries[i].len;
		*size += entries[i].name_len + entries[i].size;
	}
	return len;
}

/* Writes the body of a map, a list or a set; width is that of its entries' table. */
static void
pack(const DynDecoder *d, const Entry *entries, uint32 count, uint32 width, bool tagged, uint8 *out)
{
	uint8	   *table = out + 4;
	uint8	   *start;
	uint8	   *p;

	store_u32(out, count);
	start = p = table + (size_t) count * width;
	if (width == 8)
	{
		for (uint32 i = 0; i < count; i++)
		{
			p = copy(d, p, entries[i].name, entries[i].name_len);
			store_u32(table + (size_t) i * 8, (uint32) (p - start));
		}
		table += 4;
		start = p;
	}
	for (uint32 i = 0; i < count; i++)
	{
		uint32		tag = tagged ? (uint32) entries[i].tag << DYN_TAG_SHIFT : 0;

		p = copy(d, p, entries[i].body, entries[i].len);
		store_u32(table + (size_t) i * width, tag | (uint32) (p - start));
	}
}

static void
make_buffer(DynDecoder *d, int turn)
{
	size_t		room = 2 * Min(d->text_len, MAX_TEXT) + SLACK;

	d->buffers[turn] = palloc(room + SLACK);
	d->limits[turn] = room;
}

/* Where the body of the next value at that level goes. */
static inline uint8 *
next_body(DynDecoder *d, int level)
{
	int			turn = (level + 1) & 1;

	if (unlikely(d->buffers[turn] == NULL))
		make_buffer(d, turn);
	return d->buffers[turn] + d->used[turn];
}

/* Reserves the room of a body; false when there is not enough. */
static inline bool
keep_body(DynDecoder *d, int level, size_t size)
{
	int			turn = (level + 1) & 1;

	if (unlikely(d->limits[turn] - d->used[turn] < size))
		return false;
	d->used[turn] += size;
	return true;
}

/* A container that is open: what was there before its children. */
typedef struct Mark
{
	uint32		count;			/* of entries */
	size_t		used;			/* of the buffer of the children's bodies */
} Mark;

static inline Mark
open_container(const DynDecoder *d, int level)
{
	return (Mark) {d->count, d->used[level & 1]};
}

/* Makes the entries since mark the body of a container at that level. */
static bool
close_container(DynDecoder *d, int level, uint8 tag, Mark mark, Entry *out)
{
	Entry	   *entries = d->entries + mark.count;
	uint32		count = d->count - mark.count;
	uint32		width = tag == DYN_M ? 8 : 4;
	bool		is_set = tag != DYN_M && tag != DYN_L;
	uint32		len;
	uint8	   *body;

	if (tag != DYN_L && !sort_entries(entries, count, tag == DYN_M))
		return false;
	len = measure(entries, count, width, &out->size);
	body = next_body(d, level);
	if (!keep_body(d, level, len))
		return false;
	pack(d, entries, count, width, !is_set, body);
	d->count = mark.count;
	d->used[level & 1] = mark.used;
	out->body = body;
	out->len = len;
	if (!is_set)
		out->size += dyn_container_overhead(count);
	return true;
}

/* ---- scalars ---- */

static inline void
set_scalar(Entry *out, const void *body, uint32 len)
{
	out->body = body;
	out->len = out->size = len;
}

static bool
decode_string(DynDecoder *d, Entry *out)
{
	DynSlice	text;

	if (!dyn_reader_string(&d->in, &text))
		return false;
	set_scalar(out, text.data, text.len);
	return true;
}

static bool
decode_number(DynDecoder *d, int level, Entry *out)
{
	uint8	   *body = next_body(d, level);
	DynSlice	text;
	const char *error;
	int			len;

	if (!dyn_reader_string(&d->in, &text))
		return false;
	len = dyn_number_encode(text.data, text.len, body, &error);
	if (len < 0 || !keep_body(d, level, len))
		return false;
	set_scalar(out, body, (uint32) len);
	return true;
}

static bool
decode_binary(DynDecoder *d, int level, Entry *out)
{
	uint8	   *body = next_body(d, level);
	DynSlice	text;
	const char *error;
	int			len;

	/* the bytes are fewer than the characters, for which there is room */
	if (!dyn_reader_string(&d->in, &text))
		return false;
	if (d->limits[(level + 1) & 1] - d->used[(level + 1) & 1] < text.len)
		return false;
	len = dyn_base64_decode(text.data, text.len, body, &error);
	if (len < 0 || !keep_body(d, level, len))
		return false;
	set_scalar(out, body, (uint32) len);
	return true;
}

static bool
decode_boolean(DynDecoder *d, Entry *out)
{
	static const uint8 bodies[2][DYN_READER_SLACK] = {{0}, {1}};

	set_scalar(out, bodies[1], 1);
	if (dyn_reader_word(&d->in, "true", 4))
		return true;
	set_scalar(out, bodies[0], 1);
	return dyn_reader_word(&d->in, "false", 5);
}

static bool
decode_null(DynDecoder *d, Entry *out)
{
	static const uint8 body[DYN_READER_SLACK] = {0};

	set_scalar(out, body, 0);
	out->size = 1;
	return dyn_reader_word(&d->in, "true", 4);
}

/* ---- containers ---- */

static bool
decode_set(DynDecoder *d, int level, uint8 tag, Entry *out)
{
	Mark		mark = open_container(d, level);
	uint8		element_tag = dyn_set_element_tag(tag);
	bool		flawed = false;

	if (!dyn_reader_take(&d->in, '['))
		return false;
	for (bool first = true; dyn_reader_more(&d->in, ']', first, &flawed); first = false)
	{
		Entry		entry = {.tag = element_tag};

		if (!(element_tag == DYN_S ? decode_string(d, &entry) :
			  element_tag == DYN_N ? decode_number(d, level + 1, &entry) : decode_binary(d, level + 1, &entry)))
			return false;
		entry.prefix = prefix_of(d, entry.body, entry.len);
		push(d, &entry);
	}
	return !flawed && d->count > mark.count && close_container(d, level, tag, mark, out);
}

static bool
decode_list(DynDecoder *d, int level, Entry *out)
{
	Mark		mark = open_container(d, level);
	bool		flawed = false;

	if (!dyn_reader_take(&d->in, '['))
		return false;
	for (bool first = true; dyn_reader_more(&d->in, ']', first, &flawed); first = false)
	{
		Entry		entry = {0};

		if (!decode_value(d, level + 1, &entry))
			return false;
		push(d, &entry);
	}
	return !flawed && close_container(d, level, DYN_L, mark, out);
}

/* Pushes the members of a map, whose values are at that level. */
static bool
decode_members(DynDecoder *d, int level)
{
	bool		flawed = false;

	if (!dyn_reader_take(&d->in, '{'))
		return false;
	for (bool first = true; dyn_reader_more(&d->in, '}', first, &flawed); first = false)
	{
		Entry		entry;
		DynSlice	name;

		if (!dyn_reader_string(&d->in, &name) || name.len == 0 || name.len > DYN_MAX_ATTR_NAME ||
			!dyn_reader_take(&d->in, ':') || !decode_value(d, level, &entry))
			return false;
		entry.name = name.data;
		entry.name_len = name.len;
		entry.prefix = prefix_of(d, name.data, name.len);
		push(d, &entry);
	}
	return !flawed;
}

static bool
decode_map(DynDecoder *d, int level, Entry *out)
{
	Mark		mark = open_container(d, level);

	return decode_members(d, level + 1) && close_container(d, level, DYN_M, mark, out);
}

/* Reads the name of a type in quotes; 0 for anything else. */
static uint8
decode_type(DynDecoder *d)
{
	const char *p;
	uint32		len;
	uint8		tag;

	/* the shortest text from here to the end of the value has seven characters: "S":""} */
	if (dyn_reader_peek(&d->in) != '"' || d->in.end - d->in.p < 7)
		return 0;
	p = d->in.p + 1;
	len = p[1] == '"' ? 1 : p[2] == '"' ? 2 : 4;
	if (p[len] != '"')
		return 0;
	tag = dyn_tag_from_name(p, len);
	d->in.p = p + len + 1;
	return tag;
}

static bool
decode_body(DynDecoder *d, int level, Entry *out)
{
	switch (out->tag)
	{
		case DYN_NULL:
			return decode_null(d, out);
		case DYN_BOOL:
			return decode_boolean(d, out);
		case DYN_N:
			return decode_number(d, level, out);
		case DYN_S:
			return decode_string(d, out);
		case DYN_B:
			return decode_binary(d, level, out);
		case DYN_SS:
		case DYN_NS:
		case DYN_BS:
			return decode_set(d, level, out->tag, out);
		case DYN_L:
			return decode_list(d, level, out);
		case DYN_M:
			return decode_map(d, level, out);
		default:
			return false;
	}
}

/* An attribute value inside `level` lists and maps, not counting an item's root: an object with one type. */
static bool
decode_value(DynDecoder *d, int level, Entry *out)
{
	if (level >= DYN_MAX_NESTING || !dyn_reader_take(&d->in, '{'))
		return false;
	*out = (Entry) {.tag = decode_type(d)};
	return dyn_reader_take(&d->in, ':') && decode_body(d, level, out) && dyn_reader_take(&d->in, '}');
}

/* ---- from outside ---- */

static bool
fits(const DynDecoder *d)
{
	return d->in.end - d->in.p <= MAX_TEXT;
}

/* The item whose members are on the stack. */
static struct varlena *
build_item(DynDecoder *d, Mark mark)
{
	struct varlena *item;
	uint8	   *data;
	uint32		size;
	uint32		len;

	if (!sort_entries(d->entries, d->count, true))
		return NULL;
	len = VARHDRSZ + DYN_ITEM_HEADER + measure(d->entries, d->count, 8, &size);
	item = palloc(len + SLACK);
	SET_VARSIZE(item, len);
	data = (uint8 *) VARDATA(item);
	data[0] = DYN_ITEM_VERSION;
	store_u32(data + 1, size);
	pack(d, d->entries, d->count, 8, true, data + DYN_ITEM_HEADER);
	d->count = mark.count;
	d->used[1] = mark.used;
	return item;
}

static struct varlena *
decode_item(DynDecoder *d)
{
	Mark		mark = open_container(d, -1);

	return fits(d) && decode_members(d, 0) ? build_item(d, mark) : NULL;
}

static DynJson *
make_node(DynDecoder *d, const char *start, uint32 count, DynValue value, struct varlena *item)
{
	DynDecoded *decoded = palloc_object(DynDecoded);

	*decoded = (DynDecoded) {value, item};
	return dyn_json_make_decoded((DynSlice) {start, (uint32) (d->in.p - start)}, (int) count, decoded);
}

DynJson *
dyn_decode_value(DynDecoder *d)
{
	const char *start = d->in.p;
	Entry		entry;

	if (!fits(d) || !decode_value(d, 0, &entry))
		return NULL;
	return make_node(d, start, 1, (DynValue) {entry.tag, entry.len, entry.body}, NULL);
}

DynJson *
dyn_decode_map(DynDecoder *d)
{
	const char *start = d->in.p;
	struct varlena *item = decode_item(d);

	if (item == NULL)
		return NULL;
	return make_node(d, start, dyn_value_count(dyn_item_root(item)), dyn_item_root(item), item);
}

struct varlena *
dyn_decode_item(const char *text, size_t len)
{
	DynDecoder	d;
	struct varlena *item;

	dyn_decode_begin(&d, text, len);
	item = decode_item(&d);
	return item != NULL && dyn_reader_peek(&d.in) == '\0' && d.in.p == d.in.end ? item : NULL;
}
