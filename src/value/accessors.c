/*
 * accessors.c - attributes of items as SQL values: by name, by path, by type, one by one
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "base/returned_rows.h"
#include "value/contain.h"
#include "value/datum.h"
#include "value/number.h"
#include "value/path.h"
#include "value/sqltype.h"

#define SQL_FUNCTION(name) \
	PGDLLEXPORT Datum name(PG_FUNCTION_ARGS); \
	PG_FUNCTION_INFO_V1(name)

#define ARG_ROOT(n) dyn_item_root(PG_GETARG_VARLENA_PP(n))

static DynSlice
text_argument(FunctionCallInfo fcinfo, int n)
{
	text	   *argument = PG_GETARG_TEXT_PP(n);

	return (DynSlice) {VARDATA_ANY(argument), VARSIZE_ANY_EXHDR(argument)};
}

/* ---- paths ---- */

/* The value at the path that is argument 1; tag 0: there is none, or the path has a NULL. */
static DynValue
value_at_path(FunctionCallInfo fcinfo, bool is_array)
{
	const DynPath *path = dyn_path_argument(fcinfo, 1, is_array);

	return path != NULL ? dyn_path_get(path, ARG_ROOT(0)) : (DynValue) {0};
}

/* An item is shown as items are, without a type. */
static Datum
path_json(FunctionCallInfo fcinfo, bool is_array)
{
	const DynPath *path = dyn_path_argument(fcinfo, 1, is_array);
	StringInfoData out;
	DynValue	value;

	if (path != NULL && path->count == 0)
	{
		initStringInfo(&out);
		dyn_item_print(&out, ARG_ROOT(0));
		PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
	}
	value = value_at_path(fcinfo, is_array);
	if (value.tag == 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(dyn_sqltype_json(value));
}

static Datum
path_text(FunctionCallInfo fcinfo, bool is_array)
{
	const DynPath *path = dyn_path_argument(fcinfo, 1, is_array);
	DynValue	value;

	if (path != NULL && path->count == 0)
		return path_json(fcinfo, is_array);
	value = value_at_path(fcinfo, is_array);
	if (value.tag == 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(dyn_sqltype_text(value));
}

#define PATH_FUNCTION(name, function, is_array) \
	SQL_FUNCTION(name); \
	Datum \
	name(PG_FUNCTION_ARGS) \
	{ \
		return function(fcinfo, is_array); \
	}

PATH_FUNCTION(dynapg_item_path_json, path_json, false)
PATH_FUNCTION(dynapg_item_path_json_array, path_json, true)
PATH_FUNCTION(dynapg_item_path_text, path_text, false)
PATH_FUNCTION(dynapg_item_path_text_array, path_text, true)

/* ---- by type ---- */

/* item_get_NAME(item, text): the attribute as that type, NULL where it is absent or not of that tag. */
#define TYPED_FUNCTION(name, attribute_tag, type) \
	SQL_FUNCTION(name); \
	Datum \
	name(PG_FUNCTION_ARGS) \
	{ \
		DynValue	value = dyn_sqltype_attribute(fcinfo); \
		bool		null; \
	\
		if (value.tag != (attribute_tag)) \
			PG_RETURN_NULL(); \
		return dyn_datum_of(value, type, -1, &null); \
	}

TYPED_FUNCTION(dynapg_item_get_bytea, DYN_B, BYTEAOID)
TYPED_FUNCTION(dynapg_item_get_text_array, DYN_SS, TEXTARRAYOID)
TYPED_FUNCTION(dynapg_item_get_numeric_array, DYN_NS, NUMERICARRAYOID)
TYPED_FUNCTION(dynapg_item_get_bytea_array, DYN_BS, BYTEAARRAYOID)

SQL_FUNCTION(dynapg_item_get_numeric);
Datum
dynapg_item_get_numeric(PG_FUNCTION_ARGS)
{
	DynValue	value = dyn_sqltype_attribute(fcinfo);

	if (value.tag != DYN_N)
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(dyn_number_to_numeric(value.data, value.len));
}

SQL_FUNCTION(dynapg_item_get_boolean);
Datum
dynapg_item_get_boolean(PG_FUNCTION_ARGS)
{
	DynValue	value = dyn_sqltype_attribute(fcinfo);

	if (value.tag != DYN_BOOL)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(value.data[0] != 0);
}

/* Of an attribute that cannot be of that type: which one it is. */
static void
tell_attribute(void *arg)
{
	const DynSlice *name = arg;

	errcontext("attribute \"%.*s\" of an item", (int) name->len, name->data);
}

/* item_get(item, text, anyelement): the attribute as the third argument's type, NULL where it is absent or of a type that is none. */
SQL_FUNCTION(dynapg_item_get);
Datum
dynapg_item_get(PG_FUNCTION_ARGS)
{
	Oid			type = get_fn_expr_argtype(fcinfo->flinfo, 2);
	DynSlice	name;
	DynValue	value;
	Datum		result;
	bool		null;
	ErrorContextCallback context = {.previous = error_context_stack, .callback = tell_attribute, .arg = &name};

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	name = text_argument(fcinfo, 1);
	value = dyn_sqltype_attribute(fcinfo);
	if (value.tag == 0 || !dyn_datum_of_fits(value.tag, type))
		PG_RETURN_NULL();
	error_context_stack = &context;
	result = dyn_datum_of(value, type, -1, &null);
	error_context_stack = context.previous;
	if (null)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(result);
}

/* ---- existence and containment ---- */

SQL_FUNCTION(dynapg_item_exists);
Datum
dynapg_item_exists(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(dyn_sqltype_attribute(fcinfo).tag != 0);
}

/* Of the names that are not NULL: is any, are all there? */
static bool
exists(FunctionCallInfo fcinfo, bool all)
{
	DynValue	root = ARG_ROOT(0);
	Datum	   *names;
	bool	   *nulls;
	int			count;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT, &names, &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		text	   *name;

		if (nulls[i])
			continue;
		name = DatumGetTextPP(names[i]);
		if ((dyn_map_get(root, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)).tag != 0) != all)
			return !all;
	}
	return all;
}

SQL_FUNCTION(dynapg_item_exists_any);
Datum
dynapg_item_exists_any(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(exists(fcinfo, false));
}

SQL_FUNCTION(dynapg_item_exists_all);
Datum
dynapg_item_exists_all(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(exists(fcinfo, true));
}

SQL_FUNCTION(dynapg_item_contains);
Datum
dynapg_item_contains(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(dyn_contain_value(ARG_ROOT(0), ARG_ROOT(1)));
}

SQL_FUNCTION(dynapg_item_contained);
Datum
dynapg_item_contained(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(dyn_contain_value(ARG_ROOT(1), ARG_ROOT(0)));
}

/* ---- rows ---- */

/* each_attribute(item, OUT name text, OUT type text, OUT value json) returns setof record */
SQL_FUNCTION(dynapg_each_attribute);
Datum
dynapg_each_attribute(PG_FUNCTION_ARGS)
{
	DynValue	root = ARG_ROOT(0);
	TupleDesc	row;
	Tuplestorestate *rows = dyn_returned_rows_begin(fcinfo, 3, &row);
	bool		nulls[3] = {0};

	for (uint32 i = 0; i < dyn_value_count(root); i++)
	{
		DynSlice	name;
		DynValue	value = dyn_map_member(root, i, &name);
		Datum		values[3];

		CHECK_FOR_INTERRUPTS();
		values[0] = PointerGetDatum(dyn_sqltype_text((DynValue) {DYN_S, name.len, (const uint8 *) name.data}));
		values[1] = CStringGetTextDatum(dyn_tag_name(value.tag));
		values[2] = dyn_sqltype_json(value);
		tuplestore_putvalues(rows, row, values, nulls);
		for (int j = 0; j < 3; j++)
			pfree(DatumGetPointer(values[j]));
	}
	return (Datum) 0;
}

/* item(record): the columns that are not NULL */
SQL_FUNCTION(dynapg_item_of_row);
Datum
dynapg_item_of_row(PG_FUNCTION_ARGS)
{
	DynNode		root = dyn_datum_row_node(PG_GETARG_DATUM(0));

	PG_RETURN_POINTER(dyn_datum_item(&root));
}

/* populate(anyelement, item): a row of the first argument's type, with the item's attributes in the columns of their names */
SQL_FUNCTION(dynapg_populate);
Datum
dynapg_populate(PG_FUNCTION_ARGS)
{
	Oid			type = get_fn_expr_argtype(fcinfo->flinfo, 0);
	HeapTupleHeader base;
	int32		typmod = -1;

	if (!type_is_rowtype(type) || getBaseType(type) != type)
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("first argument of populate must be a row type")));
	base = PG_ARGISNULL(0) ? NULL : PG_GETARG_HEAPTUPLEHEADER(0);
	if (type == RECORDOID)
	{
		if (base == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("could not determine row type for result of populate"),
					 errhint("Provide a non-null record argument, or NULL of a named row type, such as NULL::orders.")));
		type = HeapTupleHeaderGetTypeId(base);
		typmod = HeapTupleHeaderGetTypMod(base);
	}
	if (PG_ARGISNULL(1))
	{
		if (base == NULL)
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	PG_RETURN_DATUM(dyn_datum_of_row(ARG_ROOT(1), type, typmod, base));
}
