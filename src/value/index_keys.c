/*
 * index_keys.c - the attributes of an item that secondary indexes index
 *
 * They are an item of their own, in the column keys of a data table (tables/stored_keys.h).  It is made for each row written, and equal
 * attributes make equal bytes.
 */
#include "postgres.h"

#include "fmgr.h"

#include "base/compat.h"
#include "base/limits.h"
#include "value/index_keys.h"

/* Names: those of all indexes that a table can have, and that of Time to Live. */
#define MAX_NAMES	(DYN_MAX_GSI * DYN_MAX_INDEX_KEY_ATTRS + DYN_MAX_LSI * 2 + 1)

PGDLLEXPORT Datum dynapg_index_keys(PG_FUNCTION_ARGS);

/* ---- lists of names ---- */

void
dyn_index_keys_append(StringInfo list, const char *name)
{
	if (list->len > 0)
		appendStringInfoChar(list, ',');
	for (; *name != '\0'; name++)
	{
		if (*name == ',' || *name == '\\')
			appendStringInfoChar(list, '\\');
		appendStringInfoChar(list, *name);
	}
}

/* The text without the backslashes before commas and backslashes. */
static DynSlice
unescaped(DynSlice text)
{
	char	   *copy = palloc(text.len);
	uint32		len = 0;

	for (uint32 i = 0; i < text.len; i++)
	{
		if (text.data[i] == '\\' && i + 1 < text.len)
			i++;
		copy[len++] = text.data[i];
	}
	return (DynSlice) {copy, len};
}

bool
dyn_index_keys_next(DynSlice *list, DynSlice *name)
{
	bool		escaped = false;
	uint32		len = 0;

	if (list->len == 0)
		return false;
	for (; len < list->len && list->data[len] != ','; len++)
	{
		if (list->data[len] != '\\' || len + 1 == list->len)
			continue;
		escaped = true;
		len++;
	}
	*name = (DynSlice) {list->data, len};
	if (escaped)
		*name = unescaped(*name);
	len = Min(len + 1, list->len);
	*list = (DynSlice) {list->data + len, list->len - len};
	return true;
}

/* ---- the function ---- */

/* The attributes that are kept, in the order of their names. */
typedef struct Kept
{
	uint32		count;
	uint32		names_len;
	uint32		values_len;
	DynSlice	names[MAX_NAMES];
	DynValue	values[MAX_NAMES];
} Kept;

/* Could the value be a key of an index, by itself? */
static bool
may_be_key(DynValue value)
{
	return (value.tag == DYN_S || value.tag == DYN_N || value.tag == DYN_B) && value.len > 0 && value.len <= DYN_MAX_PK_SIZE;
}

static void
keep(Kept *kept, DynSlice name, DynValue value)
{
	kept->names[kept->count] = name;
	kept->values[kept->count++] = value;
	kept->names_len += name.len;
	kept->values_len += value.len;
}

static struct varlena *
make_item(const Kept *kept)
{
	uint32		size = kept->names_len + kept->values_len;
	Size		total = VARHDRSZ + DYN_ITEM_HEADER + sizeof(uint32) + (Size) kept->count * 8 + size;
	struct varlena *item = palloc(total);
	uint8	   *entry = (uint8 *) VARDATA(item) + DYN_ITEM_HEADER + sizeof(uint32);
	uint8	   *name = entry + (Size) kept->count * 8;
	uint8	   *value = name + kept->names_len;
	uint32		name_end = 0;
	uint32		value_end = 0;

	SET_VARSIZE(item, total);
	*(uint8 *) VARDATA(item) = DYN_ITEM_VERSION;
	memcpy(VARDATA(item) + 1, &size, sizeof(size));
	memcpy(VARDATA(item) + DYN_ITEM_HEADER, &kept->count, sizeof(kept->count));
	for (uint32 i = 0; i < kept->count; i++, entry += 8)
	{
		uint32		tag_end;

		memcpy(name + name_end, kept->names[i].data, kept->names[i].len);
		memcpy(value + value_end, kept->values[i].data, kept->values[i].len);
		name_end += kept->names[i].len;
		value_end += kept->values[i].len;
		tag_end = (uint32) kept->values[i].tag << DYN_TAG_SHIFT | value_end;
		memcpy(entry, &name_end, sizeof(name_end));
		memcpy(entry + 4, &tag_end, sizeof(tag_end));
	}
	return item;
}

/* Errors must not depend on the item: the function is LEAKPROOF. */
static void
check_name(const DynSlice *name, const DynSlice *last, int count)
{
	if (count == MAX_NAMES)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("there are more than %d names", MAX_NAMES)));
	if (count > 0 && dyn_bytes_compare(last->data, last->len, name->data, name->len) >= 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the names of attributes are not in ascending order")));
}

/*
 * (item, names): those of the named attributes that may be keys of an index, as an item; NULL where there is none.  The names are in
 * ascending order of their bytes.
 */
PG_FUNCTION_INFO_V1(dynapg_index_keys);
Datum
dynapg_index_keys(PG_FUNCTION_ARGS)
{
	DynValue	item = dyn_item_root(PG_GETARG_VARLENA_PP(0));
	const text *names = PG_GETARG_TEXT_PP(1);
	DynSlice	list = {VARDATA_ANY(names), VARSIZE_ANY_EXHDR(names)};
	DynSlice	name;
	DynSlice	last = {NULL, 0};
	int			count = 0;
	Kept		kept;

	kept.count = kept.names_len = kept.values_len = 0;
	while (dyn_index_keys_next(&list, &name))
	{
		DynValue	value = dyn_map_get(item, name.data, name.len);

		check_name(&name, &last, count++);
		last = name;
		if (may_be_key(value))
			keep(&kept, name, value);
	}
	if (kept.count == 0)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(make_item(&kept));
}
