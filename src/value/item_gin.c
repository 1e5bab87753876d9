/*
 * item_gin.c - items in GIN indexes
 *
 * A key is a hash of 32 bits: of a scalar with the path that leads to it (names of members, types of lists and sets, no numbers of
 * elements), and in the operator class item_ops also of the name of each attribute.  Two things may share a hash, so every match is
 * checked on the row.
 *
 *		item_path_ops	@>
 *		item_ops		@>, ?, ?|, ?&
 *
 * What an item contains has a subset of its keys: contain.h compares element by element, without their numbers.  An empty list or map
 * has no key; a search for nothing else reads the whole index.
 *
 * The hashes are on disk: never change them.
 */
#include "postgres.h"

#include "access/gin.h"
#include "access/stratnum.h"
#include "catalog/pg_type_d.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "base/compat.h"
#include "value/value.h"

#define SQL_FUNCTION(name) \
	PGDLLEXPORT Datum name(PG_FUNCTION_ARGS); \
	PG_FUNCTION_INFO_V1(name)

/* As jsonb's operator classes have them. */
#define CONTAINS_STRATEGY		7
#define EXISTS_STRATEGY			9
#define EXISTS_ANY_STRATEGY		10
#define EXISTS_ALL_STRATEGY		11

/* What the hash of a path begins with, and that of a name. */
#define PATH_SEED	0
#define NAME_SEED	0x6E616D65

typedef struct Keys
{
	Datum	   *keys;
	uint32		count;
	uint32		room;
} Keys;

static void
add_key(Keys *keys, uint32 hash)
{
	if (keys->count == keys->room)
	{
		keys->room = keys->room == 0 ? 32 : keys->room * 2;
		keys->keys = keys->keys == NULL ? palloc_array(Datum, keys->room) :
			repalloc_huge(keys->keys, sizeof(Datum) * (Size) keys->room);
	}
	keys->keys[keys->count++] = UInt32GetDatum(hash);
}

/* A step further down, or the scalar at the end of the path. */
static inline uint32
mix(uint32 hash, uint32 more)
{
	return ((hash << 1) | (hash >> 31)) ^ more;
}

static inline uint32
hash_of(const void *data, uint32 len)
{
	return DatumGetUInt32(hash_any(data, (int) len));
}

static void add_value(Keys *keys, uint32 path, DynValue value);

static void
add_members(Keys *keys, uint32 path, DynValue map)
{
	uint32		count = dyn_value_count(map);

	for (uint32 i = 0; i < count; i++)
	{
		DynSlice	name;
		DynValue	value = dyn_map_member(map, i, &name);

		add_value(keys, mix(path, hash_of(name.data, name.len)), value);
	}
}

static void
add_elements(Keys *keys, uint32 path, DynValue array)
{
	uint32		count = dyn_value_count(array);
	uint32		inner = mix(path, murmurhash32(array.tag));

	for (uint32 i = 0; i < count; i++)
		add_value(keys, inner, array.tag == DYN_L ? dyn_list_element(array, i) : dyn_set_element(array, i));
}

static void
add_value(Keys *keys, uint32 path, DynValue value)
{
	switch (value.tag)
	{
		case DYN_M:
			check_stack_depth();
			add_members(keys, mix(path, murmurhash32(DYN_M)), value);
			break;
		case DYN_L:
		case DYN_SS:
		case DYN_NS:
		case DYN_BS:
			check_stack_depth();
			add_elements(keys, path, value);
			break;
		default:
			add_key(keys, mix(mix(path, murmurhash32(value.tag)), hash_of(value.data, value.len)));
	}
}

static uint32
name_hash(const void *name, uint32 len)
{
	return mix(NAME_SEED, hash_of(name, len));
}

static Keys
keys_of_item(const struct varlena *item, bool with_names)
{
	DynValue	root = dyn_item_root(item);
	Keys		keys = {0};

	for (uint32 i = 0; with_names && i < dyn_value_count(root); i++)
	{
		DynSlice	name;

		dyn_map_member(root, i, &name);
		add_key(&keys, name_hash(name.data, name.len));
	}
	add_members(&keys, PATH_SEED, root);
	return keys;
}

static Keys
keys_of_names(ArrayType *array)
{
	Keys		keys = {0};
	Datum	   *names;
	bool	   *nulls;
	int			count;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &names, &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		text	   *name;

		if (nulls[i])
			continue;
		name = DatumGetTextPP(names[i]);
		add_key(&keys, name_hash(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)));
	}
	return keys;
}

/* ---- the items ---- */

static Datum
extract(FunctionCallInfo fcinfo, bool with_names)
{
	int32	   *count = (int32 *) PG_GETARG_POINTER(1);
	Keys		keys = keys_of_item(PG_GETARG_VARLENA_PP(0), with_names);

	*count = (int32) keys.count;
	PG_RETURN_POINTER(keys.keys);
}

SQL_FUNCTION(dynapg_gin_extract_paths);
Datum
dynapg_gin_extract_paths(PG_FUNCTION_ARGS)
{
	return extract(fcinfo, false);
}

SQL_FUNCTION(dynapg_gin_extract);
Datum
dynapg_gin_extract(PG_FUNCTION_ARGS)
{
	return extract(fcinfo, true);
}

/* ---- what is searched ---- */

static Keys
keys_of_query(FunctionCallInfo fcinfo, StrategyNumber strategy)
{
	text	   *name;
	Keys		keys = {0};

	switch (strategy)
	{
		case CONTAINS_STRATEGY:
			return keys_of_item(PG_GETARG_VARLENA_PP(0), false);
		case EXISTS_STRATEGY:
			name = PG_GETARG_TEXT_PP(0);
			add_key(&keys, name_hash(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)));
			return keys;
		case EXISTS_ANY_STRATEGY:
		case EXISTS_ALL_STRATEGY:
			return keys_of_names(PG_GETARG_ARRAYTYPE_P(0));
		default:
			elog(ERROR, "unrecognized strategy number: %d", strategy);
	}
}

/* The same for both operator classes: in a query on containment, the names add nothing to the paths. */
SQL_FUNCTION(dynapg_gin_extract_query);
Datum
dynapg_gin_extract_query(PG_FUNCTION_ARGS)
{
	int32	   *count = (int32 *) PG_GETARG_POINTER(1);
	StrategyNumber strategy = PG_GETARG_UINT16(2);
	int32	   *mode = (int32 *) PG_GETARG_POINTER(6);
	Keys		keys = keys_of_query(fcinfo, strategy);

	*count = (int32) keys.count;
	/* everything contains nothing, and has all of no names; but nothing has any of no names */
	if (keys.count == 0 && strategy != EXISTS_ANY_STRATEGY)
		*mode = GIN_SEARCH_MODE_ALL;
	PG_RETURN_POINTER(keys.keys);
}

SQL_FUNCTION(dynapg_gin_consistent);
Datum
dynapg_gin_consistent(PG_FUNCTION_ARGS)
{
	const bool *found = (bool *) PG_GETARG_POINTER(0);
	bool		any = PG_GETARG_UINT16(1) == EXISTS_ANY_STRATEGY || PG_GETARG_UINT16(1) == EXISTS_STRATEGY;
	int32		count = PG_GETARG_INT32(3);
	bool	   *recheck = (bool *) PG_GETARG_POINTER(5);

	*recheck = true;
	for (int32 i = 0; i < count; i++)
		if (found[i] == any)
			PG_RETURN_BOOL(any);
	PG_RETURN_BOOL(!any);
}

/* The same of keys that may be there; never more than maybe, as hashes are. */
SQL_FUNCTION(dynapg_gin_triconsistent);
Datum
dynapg_gin_triconsistent(PG_FUNCTION_ARGS)
{
	const GinTernaryValue *found = (GinTernaryValue *) PG_GETARG_POINTER(0);
	bool		any = PG_GETARG_UINT16(1) == EXISTS_ANY_STRATEGY || PG_GETARG_UINT16(1) == EXISTS_STRATEGY;
	int32		count = PG_GETARG_INT32(3);

	for (int32 i = 0; i < count; i++)
		if ((found[i] != GIN_FALSE) == any)
			PG_RETURN_GIN_TERNARY_VALUE(any ? GIN_MAYBE : GIN_FALSE);
	PG_RETURN_GIN_TERNARY_VALUE(any ? GIN_FALSE : GIN_MAYBE);
}
