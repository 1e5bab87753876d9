/*
 * shapes_read.c - reading a request by its shape
 *
 * The text is read once.  The members in the shape become a tree; attribute values in it are decoded to stored bytes on the way
 * (value/decode.h), with their text kept in case somebody asks for their members.
 *
 * The reader accepts requests with the right JSON types, without unknown members (which some operations look at), without
 * duplicate members, and with valid attribute values. dyn_json_parse reads all others, and the checks of shapes.c and
 * value/tree.h report what is wrong with them: so errors are in one place, and the reader needs none.
 */
#include "postgres.h"

#include "api/shapes.h"
#include "api/shapes_read.h"
#include "value/decode.h"

#define FEW_NAMES	16			/* at most this number of members of a map is compared pairwise */

static DynJson *read_shaped(DynDecoder *d, const DynShape *shape);

/* Reads a member's name and the colon. */
static bool
read_name(DynDecoder *d, DynSlice *name)
{
	return dyn_reader_string(&d->in, name) && dyn_reader_take(&d->in, ':');
}

static DynJson *
read_structure(DynDecoder *d, const DynShape *shape)
{
	DynJson    *object = dyn_json_make(DYN_JSON_OBJECT);
	uint32		seen = 0;		/* bits of fields */
	bool		flawed = false;
	DynSlice	name;

	if (!dyn_reader_take(&d->in, '{'))
		return NULL;
	for (bool first = true; dyn_reader_more(&d->in, '}', first, &flawed); first = false)
	{
		int			field;
		DynJson    *member;

		if (!read_name(d, &name))
			return NULL;
		field = dyn_shape_find_field(shape, name);
		if (field < 0 || (seen & (uint32) 1 << field))
			return NULL;
		seen |= (uint32) 1 << field;
		member = read_shaped(d, shape->fields[field].shape);
		if (member == NULL)
			return NULL;
		name.data = shape->fields[field].name;
		dyn_json_append(object, member, name);
	}
	return flawed ? NULL : object;
}

static DynJson *
read_list(DynDecoder *d, const DynShape *element)
{
	DynJson    *list = dyn_json_make(DYN_JSON_ARRAY);
	bool		flawed = false;

	if (!dyn_reader_take(&d->in, '['))
		return NULL;
	for (bool first = true; dyn_reader_more(&d->in, ']', first, &flawed); first = false)
	{
		DynJson    *child = read_shaped(d, element);

		if (child == NULL)
			return NULL;
		dyn_json_append(list, child, (DynSlice) {NULL, 0});
	}
	return flawed ? NULL : list;
}

static int
compare_names(const void *a, const void *b)
{
	const DynSlice *x = a;
	const DynSlice *y = b;

	return dyn_bytes_compare(x->data, x->len, y->data, y->len);
}

/* Do two members of an object have one name? */
static bool
has_twins(const DynJson *object)
{
	int			count = dyn_json_count(object);
	DynSlice	few[FEW_NAMES];
	DynSlice   *names = count <= FEW_NAMES ? few : palloc_array(DynSlice, count);
	int			i = 0;
	bool		twins = false;

	for (const DynJson *member = dyn_json_first(object); member != NULL; member = dyn_json_next(member))
		names[i++] = dyn_json_name(member);
	if (count > FEW_NAMES)
	{
		qsort(names, count, sizeof(DynSlice), compare_names);
		for (i = 1; i < count && !twins; i++)
			twins = dyn_slice_equal(names[i - 1], names[i]);
		pfree(names);
		return twins;
	}
	for (i = 1; i < count && !twins; i++)
	{
		for (int k = 0; k < i && !twins; k++)
			twins = dyn_slice_equal(names[k], names[i]);
	}
	return twins;
}

/* A name in memory of its own, with a NUL behind it. */
static DynSlice
copy_name(DynSlice name)
{
	char	   *data = palloc((Size) name.len + 1);

	memcpy(data, name.data, name.len);
	data[name.len] = '\0';
	return (DynSlice) {data, name.len};
}

/* An object whose member names are data, with members that all have that shape. */
static DynJson *
read_map(DynDecoder *d, const DynShape *element)
{
	DynJson    *object = dyn_json_make(DYN_JSON_OBJECT);
	bool		flawed = false;
	DynSlice	name;

	if (!dyn_reader_take(&d->in, '{'))
		return NULL;
	for (bool first = true; dyn_reader_more(&d->in, '}', first, &flawed); first = false)
	{
		DynJson    *member;

		if (!read_name(d, &name))
			return NULL;
		member = read_shaped(d, element);
		if (member == NULL)
			return NULL;
		dyn_json_append(object, member, copy_name(name));
	}
	return flawed || has_twins(object) ? NULL : object;
}

static DynJson *
read_text(DynDecoder *d, DynJsonKind kind)
{
	DynSlice	text;

	if (!(kind == DYN_JSON_STRING ? dyn_reader_string(&d->in, &text) : dyn_jsonread_number(&d->in, &text)))
		return NULL;
	return dyn_json_make_text(kind, text);
}

static DynJson *
read_boolean(DynDecoder *d)
{
	if (dyn_reader_word(&d->in, "true", 4))
		return dyn_json_make(DYN_JSON_TRUE);
	return dyn_reader_word(&d->in, "false", 5) ? dyn_json_make(DYN_JSON_FALSE) : NULL;
}

/* The next value in the text, if it fits the shape, else NULL.  The shapes are finite trees, which bounds the recursion. */
static DynJson *
read_shaped(DynDecoder *d, const DynShape *shape)
{
	if (dyn_reader_peek(&d->in) == 'n')
		return dyn_reader_word(&d->in, "null", 4) ? dyn_json_make(DYN_JSON_NULL) : NULL;

	switch (shape->kind)
	{
		case DYN_SHAPE_STRING:
			return read_text(d, DYN_JSON_STRING);
		case DYN_SHAPE_INTEGER:
		case DYN_SHAPE_LONG:
		case DYN_SHAPE_DOUBLE:
			return read_text(d, DYN_JSON_NUMBER);
		case DYN_SHAPE_BOOLEAN:
			return read_boolean(d);
		case DYN_SHAPE_STRUCTURE:
			return read_structure(d, shape);
		case DYN_SHAPE_LIST:
			return read_list(d, shape->element);
		case DYN_SHAPE_MAP:
			return read_map(d, shape->element);
		case DYN_SHAPE_ATTRIBUTE_VALUE:
			return dyn_decode_value(d);
		case DYN_SHAPE_ATTRIBUTE_MAP:
			/* the values of expressions are read one by one, in the order of the text */
			return shape->by_member ? read_map(d, shape->element) : dyn_decode_map(d);
	}
	pg_unreachable();
}

const DynJson *
dyn_shape_read(const DynShape *shape, const char *text, size_t len)
{
	DynDecoder	d;
	DynJson    *request;

	if (len > MaxAllocSize)
		return NULL;
	dyn_decode_begin(&d, text, len);
	request = read_structure(&d, shape);
	if (request == NULL || dyn_reader_peek(&d.in) != '\0' || d.in.p != d.in.end)
		return NULL;
	return request;
}
