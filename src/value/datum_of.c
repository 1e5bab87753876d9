/*
 * datum_of.c - values of any SQL type of attribute values
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "base/compat.h"
#include "value/datum.h"
#include "value/number.h"
#include "value/plain_json.h"
#include "value/sqltype.h"

/*
 * The element type of an array.  oidvector and int2vector have one, too, but C code takes for granted that theirs have one dimension,
 * which begins at 0, and no NULLs.  Their input functions make them, of a string.
 */
static Oid
element_type(Oid type)
{
	return type == OIDVECTOROID || type == INT2VECTOROID ? InvalidOid : get_element_type(type);
}

bool
dyn_datum_of_fits(uint8 tag, Oid type)
{
	type = getBaseType(type);
	switch (type)
	{
		case TEXTOID:
		case VARCHAROID:
		case JSONOID:
		case JSONBOID:
			return true;
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case OIDOID:
		case FLOAT4OID:
		case FLOAT8OID:
		case NUMERICOID:
			return tag == DYN_N;
		case BOOLOID:
			return tag == DYN_BOOL;
		case BYTEAOID:
			return tag == DYN_B;
		default:
			if (OidIsValid(element_type(type)))
				return tag == DYN_L || (tag >= DYN_SS && tag <= DYN_BS);
			if (type_is_rowtype(type) || dyn_datum_is_item(type))
				return tag == DYN_M;
			return tag == DYN_S || tag == DYN_N;
	}
}

static Datum
by_input(DynValue value, Oid type, int32 typmod)
{
	Oid			function;
	Oid			parameter;

	getTypeInputInfo(type, &function, &parameter);
	return OidInputFunctionCall(function, text_to_cstring(dyn_sqltype_text(value)), parameter, typmod);
}

static DynValue
element_of(DynValue value, uint32 i)
{
	return value.tag == DYN_L ? dyn_list_element(value, i) : dyn_set_element(value, i);
}

static Datum
array_of(DynValue value, Oid element, int32 typmod)
{
	uint32		count = dyn_value_count(value);
	Datum	   *values = palloc_array(Datum, Max(count, 1));
	bool	   *nulls = palloc_array(bool, Max(count, 1));
	int			dims[1] = {(int) count};
	int			bounds[1] = {1};
	int16		len;
	bool		by_value;
	char		align;

	get_typlenbyvalalign(element, &len, &by_value, &align);
	if (count == 0)
		return PointerGetDatum(construct_empty_array(element));
	for (uint32 i = 0; i < count; i++)
		values[i] = dyn_datum_of(element_of(value, i), element, typmod, &nulls[i]);
	return PointerGetDatum(construct_md_array(values, nulls, 1, dims, bounds, element, len, by_value, align));
}

static Datum
bytea_of(DynValue value)
{
	bytea	   *bytes = palloc(VARHDRSZ + (Size) value.len);

	SET_VARSIZE(bytes, VARHDRSZ + (Size) value.len);
	memcpy(VARDATA(bytes), value.data, value.len);
	return PointerGetDatum(bytes);
}

static Datum
numeric_of(DynValue value, int32 typmod)
{
	Datum		number = NumericGetDatum(dyn_number_to_numeric(value.data, value.len));

	return typmod < 0 ? number : DirectFunctionCall2(numeric, number, Int32GetDatum(typmod));
}

/* A value that fits the type, which is no domain. */
static Datum
fitting(DynValue value, Oid type, int32 typmod)
{
	DynNode		root;
	Datum		json;

	switch (type)
	{
		case BOOLOID:
			return BoolGetDatum(value.data[0] != 0);
		case NUMERICOID:
			return numeric_of(value, typmod);
		case BYTEAOID:
			return bytea_of(value);
		case JSONBOID:
			return JsonbPGetDatum(dyn_plain_json_of(value));
		case JSONOID:
			json = DirectFunctionCall1(jsonb_out, JsonbPGetDatum(dyn_plain_json_of(value)));
			return CStringGetTextDatum(DatumGetCString(json));
		default:
			if (OidIsValid(element_type(type)))
				return array_of(value, element_type(type), typmod);
			if (type_is_rowtype(type))
				return dyn_datum_of_row(value, type, typmod, NULL);
			if (dyn_datum_is_item(type))
			{
				root = dyn_node_of(value);
				return PointerGetDatum(dyn_node_build_item(&root));
			}
			return by_input(value, type, typmod);
	}
}

Datum
dyn_datum_of(DynValue value, Oid type, int32 typmod, bool *null)
{
	Oid			base = getBaseTypeAndTypmod(type, &typmod);
	Datum		result = (Datum) 0;

	check_stack_depth();
	*null = value.tag == 0 || value.tag == DYN_NULL;
	if (!*null)
		result = dyn_datum_of_fits(value.tag, base) ? fitting(value, base, typmod) : by_input(value, base, typmod);
	if (base != type)
		domain_check(result, *null, type, NULL, NULL);
	return result;
}

Datum
dyn_datum_of_row(DynValue map, Oid type, int32 typmod, HeapTupleHeader base)
{
	TupleDesc	columns = lookup_rowtype_tupdesc_copy(type, typmod);
	Datum	   *values = palloc0_array(Datum, Max(columns->natts, 1));
	bool	   *nulls = palloc_array(bool, Max(columns->natts, 1));
	HeapTupleData tuple;

	check_stack_depth();
	memset(nulls, true, Max(columns->natts, 1));
	if (base != NULL)
	{
		tuple = (HeapTupleData) {.t_len = HeapTupleHeaderGetDatumLength(base), .t_data = base};
		heap_deform_tuple(&tuple, columns, values, nulls);
	}
	for (int i = 0; i < columns->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(columns, i);
		DynValue	value;

		if (column->attisdropped)
			continue;
		value = dyn_map_get(map, NameStr(column->attname), (uint32) strlen(NameStr(column->attname)));
		/* as jsonb_populate_record: what the item lacks stays, but has to pass the column's domain where there is no base */
		if (value.tag == 0 && base != NULL)
			continue;
		values[i] = dyn_datum_of(value, column->atttypid, column->atttypmod, &nulls[i]);
	}
	return HeapTupleGetDatum(heap_form_tuple(columns, values, nulls));
}
