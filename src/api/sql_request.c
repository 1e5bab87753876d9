/*
 * sql_request.c - requests of the API made of the arguments of SQL functions
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"

#include "api/sql_request.h"
#include "base/compat.h"
#include "base/jsonout.h"
#include "value/datum.h"

static void
append_text(StringInfo out, const char *member, const text *value)
{
	dyn_jsonout_member(out, member);
	dyn_jsonout_string(out, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
}

static void require(FunctionCallInfo fcinfo, int n, const char *name);

/* Raises for an argument that is NULL. */
static void
require(FunctionCallInfo fcinfo, int n, const char *name)
{
	if (PG_ARGISNULL(n))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be null", name)));
}

void
dyn_sql_request_begin(StringInfo out, FunctionCallInfo fcinfo)
{
	require(fcinfo, 0, "table_name");
	initStringInfo(out);
	appendStringInfoChar(out, '{');
	append_text(out, "TableName", PG_GETARG_TEXT_PP(0));
}

void
dyn_sql_request_text(StringInfo out, const char *member, FunctionCallInfo fcinfo, int n)
{
	if (!PG_ARGISNULL(n))
		append_text(out, member, PG_GETARG_TEXT_PP(n));
}

void
dyn_sql_request_bool(StringInfo out, const char *member, FunctionCallInfo fcinfo, int n)
{
	if (PG_ARGISNULL(n))
		return;
	dyn_jsonout_member(out, member);
	appendStringInfoString(out, PG_GETARG_BOOL(n) ? "true" : "false");
}

void
dyn_sql_request_integer(StringInfo out, const char *member, FunctionCallInfo fcinfo, int n)
{
	if (PG_ARGISNULL(n))
		return;
	dyn_jsonout_member(out, member);
	appendStringInfo(out, "%d", PG_GETARG_INT32(n));
}

/* ---- JSON ---- */

static const DynJson *
parse_jsonb(Jsonb *jsonb)
{
	char	   *text = JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb));

	return dyn_json_parse(text, strlen(text));
}

void
dyn_sql_request_names(StringInfo out, FunctionCallInfo fcinfo, int n)
{
	if (PG_ARGISNULL(n))
		return;
	dyn_jsonout_member(out, "ExpressionAttributeNames");
	dyn_jsonout_tree(out, parse_jsonb(PG_GETARG_JSONB_P(n)));
}

static void
append_value(StringInfo out, const DynJson *json, bool typed)
{
	DynNode		node;

	if (typed)
	{
		dyn_jsonout_tree(out, json);
		return;
	}
	node = dyn_datum_plain_node(json);
	dyn_value_print(out, dyn_node_pack(&node));
}

/* Appends an object's members as attribute values; typed: 1 all are, 0 none is, -1 each by itself. */
static void
append_values(StringInfo out, const DynJson *object, int typed)
{
	appendStringInfoChar(out, '{');
	for (const DynJson *value = dyn_json_first(object); value != NULL; value = dyn_json_next(value))
	{
		if (value != dyn_json_first(object))
			appendStringInfoChar(out, ',');
		dyn_jsonout_string(out, dyn_json_name(value).data, dyn_json_name(value).len);
		appendStringInfoChar(out, ':');
		append_value(out, value, typed < 0 ? dyn_datum_is_attribute_value(value) : typed != 0);
	}
	appendStringInfoChar(out, '}');
}

void
dyn_sql_request_values(StringInfo out, FunctionCallInfo fcinfo, int n)
{
	const DynJson *json;

	if (PG_ARGISNULL(n))
		return;
	json = parse_jsonb(PG_GETARG_JSONB_P(n));
	dyn_jsonout_member(out, "ExpressionAttributeValues");
	if (dyn_json_kind(json) == DYN_JSON_OBJECT)
		append_values(out, json, -1);
	else
		dyn_jsonout_tree(out, json);
}

static void
append_document(StringInfo out, const char *member, const DynJson *json)
{
	int			count = 0;
	int			typed = 0;

	if (dyn_json_kind(json) != DYN_JSON_OBJECT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be a JSON object", member),
				 errhint("Write plain JSON, {\"id\": \"x\"}, or DynamoDB JSON, {\"id\": {\"S\": \"x\"}}.")));
	for (const DynJson *value = dyn_json_first(json); value != NULL; value = dyn_json_next(value))
	{
		count++;
		typed += dyn_datum_is_attribute_value(value);
	}
	if (typed > 0 && typed < count)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s mixes plain JSON and DynamoDB JSON", member),
				 errhint("For plain JSON give dynapg.from_jsonb(...), for DynamoDB JSON a dynapg.item.")));
	append_values(out, json, typed > 0);
}

/* Malformed text gets the error that its cast to json gives. */
static const DynJson *
parse_text(const char *text)
{
	pfree(DatumGetPointer(DirectFunctionCall1(json_in, CStringGetDatum(text))));
	return dyn_json_parse(text, strlen(text));
}

static void
append_item(StringInfo out, struct varlena *item)
{
	dyn_item_print(out, dyn_item_root(item));
}

int
dyn_sql_request_item(StringInfo out, const char *member, FunctionCallInfo fcinfo, int n)
{
	Oid			type = get_fn_expr_argtype(fcinfo->flinfo, n);
	Datum		value = PG_GETARG_DATUM(n);
	DynNode		row;
	int			begin;

	require(fcinfo, n, strcmp(member, "Key") == 0 ? "key" : "item");
	type = getBaseType(type);
	dyn_jsonout_member(out, member);
	begin = out->len;
	if (type == UNKNOWNOID)
		append_document(out, member, parse_text(DatumGetCString(value)));
	else if (type == JSONBOID)
		append_document(out, member, parse_jsonb(DatumGetJsonbP(value)));
	else if (type == TEXTOID || type == VARCHAROID || type == JSONOID)
		append_document(out, member, parse_text(TextDatumGetCString(value)));
	else if (dyn_datum_is_item(type))
		append_item(out, PG_DETOAST_DATUM(value));
	else if (type_is_rowtype(type))
	{
		row = dyn_datum_row_node(value);
		append_item(out, dyn_datum_item(&row));
	}
	else
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("%s is of type %s", member, format_type_be(type)),
				 errhint("Give a dynapg.item, a row, json, jsonb or text.")));
	return begin;
}
