/*
 * datum.c - attribute values of values of any SQL type
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "base/errors.h"
#include "base/limits.h"
#include "value/datum.h"
#include "value/number.h"

/* ---- JSON ---- */

bool
dyn_datum_is_attribute_value(const DynJson *json)
{
	const DynJson *value;
	DynSlice	name;

	if (dyn_json_kind(json) != DYN_JSON_OBJECT || dyn_json_count(json) != 1)
		return false;
	value = dyn_json_first(json);
	name = dyn_json_name(value);
	switch (dyn_tag_from_name(name.data, name.len))
	{
		case DYN_S:
		case DYN_N:
		case DYN_B:
			return dyn_json_kind(value) == DYN_JSON_STRING;
		case DYN_BOOL:
		case DYN_NULL:
			return dyn_json_kind(value) == DYN_JSON_TRUE || dyn_json_kind(value) == DYN_JSON_FALSE;
		case DYN_SS:
		case DYN_NS:
		case DYN_BS:
		case DYN_L:
			return dyn_json_kind(value) == DYN_JSON_ARRAY;
		case DYN_M:
			return dyn_json_kind(value) == DYN_JSON_OBJECT;
		default:
			return false;
	}
}

static DynNode
string_node(const char *data, size_t len)
{
	return dyn_node_of((DynValue) {DYN_S, (uint32) len, (const uint8 *) data});
}

static DynNode
bool_node(bool value)
{
	static const uint8 booleans[2] = {0, 1};

	return dyn_node_of((DynValue) {DYN_BOOL, 1, &booleans[value]});
}

static DynNode
null_node(void)
{
	return dyn_node_of((DynValue) {DYN_NULL, 0, (const uint8 *) ""});
}

static DynNode
number_node(const char *text, uint32 text_len)
{
	uint8	   *number = palloc(DYN_NUMBER_MAX_BYTES);
	const char *error;
	int			len = dyn_number_encode(text, text_len, number, &error);

	if (len < 0)
		dyn_validation("%s", error);
	return dyn_node_of((DynValue) {DYN_N, (uint32) len, number});
}

static DynNode
plain_children(const DynJson *json, DynTag tag)
{
	DynNode		result = dyn_node_empty(tag);
	const char *flaw;

	for (const DynJson *child = dyn_json_first(json); child != NULL; child = dyn_json_next(child))
	{
		if (tag == DYN_L)
		{
			dyn_node_append(&result, dyn_datum_plain_node(child));
			continue;
		}
		flaw = dyn_tree_json_name_violation(dyn_json_name(child));
		if (flaw != NULL)
			dyn_validation("%s", flaw);
		dyn_node_add_member(&result, dyn_json_name(child), dyn_datum_plain_node(child));
	}
	return result;
}

DynNode
dyn_datum_plain_node(const DynJson *json)
{
	check_stack_depth();
	switch (dyn_json_kind(json))
	{
		case DYN_JSON_NULL:
			return null_node();
		case DYN_JSON_FALSE:
			return bool_node(false);
		case DYN_JSON_TRUE:
			return bool_node(true);
		case DYN_JSON_NUMBER:
			return number_node(dyn_json_number(json).data, dyn_json_number(json).len);
		case DYN_JSON_STRING:
			return string_node(dyn_json_string(json).data, dyn_json_string(json).len);
		case DYN_JSON_ARRAY:
			return plain_children(json, DYN_L);
		case DYN_JSON_OBJECT:
			return plain_children(json, DYN_M);
	}
	pg_unreachable();
}

static DynNode
attribute_value_node(const DynJson *json)
{
	DynViolation violation;
	DynNode		node;

	if (!dyn_tree_json_node(json, &dyn_wording_plain, &node, &violation))
		dyn_violation_raise(&dyn_wording_plain, &violation);
	return node;
}

/* The attribute value of JSON text: the value of DynamoDB JSON that it is, else a plain one. */
static DynNode
json_node(const char *text, size_t len)
{
	const DynJson *json = dyn_json_parse(text, len);

	return dyn_datum_is_attribute_value(json) ? attribute_value_node(json) : dyn_datum_plain_node(json);
}

/* ---- other types ---- */

bool
dyn_datum_is_item(Oid type)
{
	/* a name alone may be that of another type */
	return strcmp(format_type_extended(type, -1, FORMAT_TYPE_FORCE_QUALIFY), "dynapg.item") == 0;
}

static char *
output_of(Datum value, Oid type)
{
	Oid			function;
	bool		is_varlena;

	getTypeOutputInfo(type, &function, &is_varlena);
	return OidOutputFunctionCall(function, value);
}

static DynNode
untyped_node(const char *text)
{
	const DynJson *json = dyn_json_try(text, strlen(text));

	return json != NULL && dyn_datum_is_attribute_value(json) ? attribute_value_node(json) : string_node(text, strlen(text));
}

/* One dimension of an array; elements move on. */
static DynNode
array_node(ArrayType *array, int dimension, Oid type, Datum **value, bool **null)
{
	DynNode		list = dyn_node_empty(DYN_L);
	int			count = ARR_NDIM(array) == 0 ? 0 : ARR_DIMS(array)[dimension];

	for (int i = 0; i < count; i++)
	{
		if (dimension + 1 < ARR_NDIM(array))
			dyn_node_append(&list, array_node(array, dimension + 1, type, value, null));
		else
			dyn_node_append(&list, dyn_datum_node(*(*value)++, type, *(*null)++));
	}
	return list;
}

static DynNode
elements_node(ArrayType *array)
{
	Oid			type = ARR_ELEMTYPE(array);
	int16		len;
	bool		by_value;
	char		align;
	Datum	   *values;
	bool	   *nulls;
	int			count;

	get_typlenbyvalalign(type, &len, &by_value, &align);
	deconstruct_array(array, type, len, by_value, align, &values, &nulls, &count);
	return array_node(array, 0, type, &values, &nulls);
}

DynNode
dyn_datum_row_node(Datum datum)
{
	HeapTupleHeader row = DatumGetHeapTupleHeader(datum);
	TupleDesc	columns = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(row), HeapTupleHeaderGetTypMod(row));
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(row), .t_data = row};
	DynNode		map = dyn_node_empty(DYN_M);

	check_stack_depth();
	for (int i = 0; i < columns->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(columns, i);
		char	   *name;
		bool		null;
		Datum		value;

		if (column->attisdropped)
			continue;
		value = heap_getattr(&tuple, i + 1, columns, &null);
		if (null)
			continue;
		name = pstrdup(NameStr(column->attname));
		dyn_node_set_member(&map, (DynSlice) {name, (uint32) strlen(name)}, dyn_datum_node(value, column->atttypid, false));
	}
	ReleaseTupleDesc(columns);
	return map;
}

static DynNode
other_node(Datum value, Oid type)
{
	char	   *text;

	if (OidIsValid(get_element_type(type)))
		return elements_node(DatumGetArrayTypeP(value));
	if (type_is_rowtype(type))
		return dyn_datum_row_node(value);
	if (dyn_datum_is_item(type))
		return dyn_node_of(dyn_item_root(PG_DETOAST_DATUM(value)));
	text = output_of(value, type);
	return string_node(text, strlen(text));
}

DynNode
dyn_datum_node(Datum value, Oid type, bool null)
{
	char		date[MAXDATELEN + 1];
	struct varlena *bytes;
	char	   *shown;

	check_stack_depth();
	if (null)
		return null_node();
	type = getBaseType(type);
	switch (type)
	{
		case UNKNOWNOID:
			return untyped_node(DatumGetCString(value));
		case TEXTOID:
		case VARCHAROID:
			bytes = (struct varlena *) DatumGetTextPP(value);
			return string_node(VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case OIDOID:
		case FLOAT4OID:
		case FLOAT8OID:
		case NUMERICOID:
			shown = output_of(value, type);
			/* the scale of a zero is how PostgreSQL displays it, no magnitude */
			if (strspn(shown, "-0.") == strlen(shown))
				shown = pstrdup("0");
			return number_node(shown, strlen(shown));
		case BOOLOID:
			return bool_node(DatumGetBool(value));
		case BYTEAOID:
			bytes = (struct varlena *) DatumGetByteaPP(value);
			return dyn_node_of((DynValue) {DYN_B, VARSIZE_ANY_EXHDR(bytes), (const uint8 *) VARDATA_ANY(bytes)});
		case JSONOID:
			bytes = (struct varlena *) DatumGetTextPP(value);
			return json_node(VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
		case JSONBOID:
			bytes = (struct varlena *) DatumGetJsonbP(value);
			shown = JsonbToCString(NULL, &((Jsonb *) bytes)->root, VARSIZE(bytes));
			return json_node(shown, strlen(shown));
		case DATEOID:
		case TIMEOID:
		case TIMETZOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			shown = pstrdup(JsonEncodeDateTime(date, value, type, NULL));
			return string_node(shown, strlen(shown));
		default:
			return other_node(value, type);
	}
}

/* ---- the item ---- */

/* level counts the lists and maps around the node, without the item's root. */
static void
check_nesting(DynNode *node, int level)
{
	DynValue	value;
	DynSlice	name;

	check_stack_depth();
	if (level >= DYN_MAX_NESTING)
		dyn_validation("%s", dyn_tree_json_nesting_violation);
	if (node->tag != DYN_L && node->tag != DYN_M)
		return;
	if (node->open)
	{
		for (uint32 i = 0; i < node->count; i++)
			check_nesting(&node->children[i].node, level + 1);
		return;
	}
	value = node->packed;
	for (uint32 i = 0; i < dyn_value_count(value); i++)
	{
		DynNode		child = dyn_node_of(node->tag == DYN_L ? dyn_list_element(value, i) : dyn_map_member(value, i, &name));

		check_nesting(&child, level + 1);
	}
}

struct varlena *
dyn_datum_item(DynNode *root)
{
	check_nesting(root, -1);
	return dyn_node_build_item(root);
}
