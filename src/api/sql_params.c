/*
 * sql_params.c - the parameters of a statement as SQL values
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"

#include "api/sql_params.h"
#include "base/jsonout.h"
#include "value/value.h"

static void print_value(StringInfo out, Datum value, Oid type, bool null);

/* ---- JSON ---- */

/* Is it an attribute value such as {"S": "x"}? */
static bool
is_attribute_value(const DynJson *json)
{
	DynSlice	name;

	if (dyn_json_kind(json) != DYN_JSON_OBJECT || dyn_json_count(json) != 1)
		return false;
	name = dyn_json_name(dyn_json_first(json));
	return dyn_tag_from_name(name.data, name.len) != 0;
}

static void print_plain(StringInfo out, const DynJson *json);

static void
print_plain_children(StringInfo out, const DynJson *json, bool named)
{
	appendStringInfoChar(out, named ? '{' : '[');
	for (const DynJson *child = dyn_json_first(json); child != NULL; child = dyn_json_next(child))
	{
		if (child != dyn_json_first(json))
			appendStringInfoChar(out, ',');
		if (named)
		{
			dyn_jsonout_string(out, dyn_json_name(child).data, dyn_json_name(child).len);
			appendStringInfoChar(out, ':');
		}
		print_plain(out, child);
	}
	appendStringInfoChar(out, named ? '}' : ']');
}

/* A value of plain JSON as one of DynamoDB JSON. */
static void
print_plain(StringInfo out, const DynJson *json)
{
	DynSlice	text;

	check_stack_depth();
	switch (dyn_json_kind(json))
	{
		case DYN_JSON_NULL:
			appendStringInfoString(out, "{\"NULL\":true");
			break;
		case DYN_JSON_FALSE:
			appendStringInfoString(out, "{\"BOOL\":false");
			break;
		case DYN_JSON_TRUE:
			appendStringInfoString(out, "{\"BOOL\":true");
			break;
		case DYN_JSON_NUMBER:
			text = dyn_json_number(json);
			appendStringInfo(out, "{\"N\":\"%.*s\"", (int) text.len, text.data);
			break;
		case DYN_JSON_STRING:
			appendStringInfoString(out, "{\"S\":");
			dyn_jsonout_string(out, dyn_json_string(json).data, dyn_json_string(json).len);
			break;
		case DYN_JSON_ARRAY:
			appendStringInfoString(out, "{\"L\":");
			print_plain_children(out, json, false);
			break;
		case DYN_JSON_OBJECT:
			appendStringInfoString(out, "{\"M\":");
			print_plain_children(out, json, true);
			break;
	}
	appendStringInfoChar(out, '}');
}

static void
print_json(StringInfo out, const char *text, size_t len)
{
	const DynJson *json = dyn_json_parse(text, len);

	if (is_attribute_value(json))
		dyn_jsonout_tree(out, json);
	else
		print_plain(out, json);
}

/* ---- other types ---- */

static void
print_text(StringInfo out, const char *type, const char *text, size_t len)
{
	appendStringInfo(out, "{\"%s\":", type);
	dyn_jsonout_string(out, text, (uint32) len);
	appendStringInfoChar(out, '}');
}

/* What the type's output function writes. */
static void
print_output(StringInfo out, const char *type, Datum value, Oid value_type)
{
	Oid			function;
	bool		is_varlena;
	char	   *text;

	getTypeOutputInfo(value_type, &function, &is_varlena);
	text = OidOutputFunctionCall(function, value);
	print_text(out, type, text, strlen(text));
}

static void
print_untyped(StringInfo out, const char *text)
{
	const DynJson *json = dyn_json_try(text, strlen(text));

	if (json != NULL && is_attribute_value(json))
		dyn_jsonout_tree(out, json);
	else
		print_text(out, "S", text, strlen(text));
}

static void
print_bytes(StringInfo out, bytea *bytes)
{
	appendStringInfoString(out, "{\"B\":");
	dyn_jsonout_base64(out, (const uint8 *) VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
	appendStringInfoChar(out, '}');
}

static void
print_elements(StringInfo out, ArrayType *array)
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
	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a parameter of a statement is an array of more than one dimension"),
				 errhint("Give a list of lists as jsonb.")));
	for (int i = 0; i < count; i++)
	{
		if (i > 0)
			appendStringInfoChar(out, ',');
		print_value(out, values[i], type, nulls[i]);
	}
}

static bool
is_item(Oid type)
{
	return strcmp(format_type_extended(type, -1, FORMAT_TYPE_FORCE_QUALIFY), "dynapg.item") == 0;
}

static void
print_other(StringInfo out, Datum value, Oid type)
{
	if (OidIsValid(get_element_type(type)))
	{
		appendStringInfoString(out, "{\"L\":[");
		print_elements(out, DatumGetArrayTypeP(value));
		appendStringInfoString(out, "]}");
	}
	else if (is_item(type))
	{
		appendStringInfoString(out, "{\"M\":");
		dyn_item_print(out, dyn_item_root(PG_DETOAST_DATUM(value)));
		appendStringInfoChar(out, '}');
	}
	else
		print_output(out, "S", value, type);
}

static void
print_value(StringInfo out, Datum value, Oid type, bool null)
{
	char		date[MAXDATELEN + 1];
	text	   *json;
	Jsonb	   *jsonb;
	char	   *shown;

	if (null)
	{
		appendStringInfoString(out, "{\"NULL\":true}");
		return;
	}
	type = getBaseType(type);
	switch (type)
	{
		case UNKNOWNOID:
			print_untyped(out, DatumGetCString(value));
			break;
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case OIDOID:
		case FLOAT4OID:
		case FLOAT8OID:
		case NUMERICOID:
			print_output(out, "N", value, type);
			break;
		case BOOLOID:
			appendStringInfoString(out, DatumGetBool(value) ? "{\"BOOL\":true}" : "{\"BOOL\":false}");
			break;
		case BYTEAOID:
			print_bytes(out, DatumGetByteaPP(value));
			break;
		case JSONOID:
			json = DatumGetTextPP(value);
			print_json(out, VARDATA_ANY(json), VARSIZE_ANY_EXHDR(json));
			break;
		case JSONBOID:
			jsonb = DatumGetJsonbP(value);
			shown = JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb));
			print_json(out, shown, strlen(shown));
			break;
		case DATEOID:
		case TIMEOID:
		case TIMETZOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			shown = JsonEncodeDateTime(date, value, type, NULL);
			print_text(out, "S", shown, strlen(shown));
			break;
		default:
			print_other(out, value, type);
	}
}

void
dyn_sql_params_print_request(StringInfo out, FunctionCallInfo fcinfo)
{
	text	   *statement = PG_GETARG_TEXT_PP(0);
	Datum	   *values;
	Oid		   *types;
	bool	   *nulls;
	int			count = PG_NARGS() > 1 ? extract_variadic_args(fcinfo, 1, false, &values, &types, &nulls) : 0;

	appendStringInfoChar(out, '{');
	dyn_jsonout_member(out, "Statement");
	dyn_jsonout_string(out, VARDATA_ANY(statement), VARSIZE_ANY_EXHDR(statement));
	if (count <= 0)
		return;
	dyn_jsonout_member(out, "Parameters");
	for (int i = 0; i < count; i++)
	{
		appendStringInfoChar(out, i == 0 ? '[' : ',');
		print_value(out, values[i], types[i], nulls[i]);
	}
	appendStringInfoChar(out, ']');
}
