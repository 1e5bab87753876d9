/*
 * plain_json.c - items from plain JSON, and attribute values as plain JSON
 *
 * Plain JSON has no types beside its own: strings, numbers, true and false, null, arrays and objects. So a set becomes an array and a
 * binary its base64, and neither comes back as what it was. DynamoDB JSON, which keeps the types, is sqltype.c's.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"

#include "base/base64.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/limits.h"
#include "value/number.h"
#include "value/plain_json.h"
#include "value/sqltype.h"
#include "value/tree.h"

#define SQL_FUNCTION(name) \
	PGDLLEXPORT Datum name(PG_FUNCTION_ARGS); \
	PG_FUNCTION_INFO_V1(name)

static JsonbValue *push_value(JsonbParseState **state, JsonbIteratorToken token, DynValue value);

static void
jsonb_string(JsonbValue *out, DynValue string)
{
	dyn_sqltype_refuse_nul(string);
	out->type = jbvString;
	out->val.string.val = (char *) string.data;
	out->val.string.len = string.len;
}

/* The scalar as plain JSON. */
static void
jsonb_scalar(JsonbValue *out, DynValue value)
{
	char	   *base64;

	switch (value.tag)
	{
		case DYN_S:
			jsonb_string(out, value);
			break;
		case DYN_N:
			out->type = jbvNumeric;
			out->val.numeric = dyn_number_to_numeric(value.data, value.len);
			break;
		case DYN_BOOL:
			out->type = jbvBool;
			out->val.boolean = value.data[0] != 0;
			break;
		case DYN_B:
			base64 = palloc(((Size) value.len + 2) / 3 * 4 + 1);
			out->type = jbvString;
			out->val.string.len = dyn_base64_encode(value.data, value.len, base64);
			out->val.string.val = base64;
			break;
		default:
			out->type = jbvNull;
			break;
	}
}

static JsonbValue *
push_map(JsonbParseState **state, DynValue map)
{
	uint32		count = dyn_value_count(map);

	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	for (uint32 i = 0; i < count; i++)
	{
		DynSlice	name;
		DynValue	value = dyn_map_member(map, i, &name);
		JsonbValue	key;

		jsonb_string(&key, (DynValue) {DYN_S, name.len, (const uint8 *) name.data});
		pushJsonbValue(state, WJB_KEY, &key);
		push_value(state, WJB_VALUE, value);
	}
	return pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

static JsonbValue *
push_array(JsonbParseState **state, DynValue array)
{
	uint32		count = dyn_value_count(array);

	pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (uint32 i = 0; i < count; i++)
		push_value(state, WJB_ELEM, array.tag == DYN_L ? dyn_list_element(array, i) : dyn_set_element(array, i));
	return pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

static JsonbValue *
push_value(JsonbParseState **state, JsonbIteratorToken token, DynValue value)
{
	JsonbValue	scalar;

	check_stack_depth();
	switch (value.tag)
	{
		case DYN_M:
			return push_map(state, value);
		case DYN_L:
		case DYN_SS:
		case DYN_NS:
		case DYN_BS:
			return push_array(state, value);
		default:
			jsonb_scalar(&scalar, value);
			return pushJsonbValue(state, token, &scalar);
	}
}

/* A scalar is the only element of an array that is marked as no array. */
Jsonb *
dyn_plain_json_of(DynValue value)
{
	JsonbParseState *state = NULL;
	JsonbValue	scalar;

	if (value.tag >= DYN_SS)
		return JsonbValueToJsonb(push_value(&state, WJB_VALUE, value));
	jsonb_scalar(&scalar, value);
	return JsonbValueToJsonb(&scalar);
}

SQL_FUNCTION(dynapg_to_jsonb);
Datum
dynapg_to_jsonb(PG_FUNCTION_ARGS)
{
	JsonbParseState *state = NULL;

	PG_RETURN_JSONB_P(JsonbValueToJsonb(push_map(&state, dyn_item_root(PG_GETARG_VARLENA_PP(0)))));
}

static DynNode
scalar_from_jsonb(const JsonbValue *json)
{
	static const uint8 booleans[2] = {0, 1};
	uint8	   *number;
	int			len;
	const char *error;

	switch (json->type)
	{
		case jbvNull:
			return dyn_node_of((DynValue) {DYN_NULL, 0, booleans});
		case jbvBool:
			return dyn_node_of((DynValue) {DYN_BOOL, 1, &booleans[json->val.boolean]});
		case jbvString:
			return dyn_node_of((DynValue) {DYN_S, json->val.string.len, (const uint8 *) json->val.string.val});
		case jbvNumeric:
			number = palloc(DYN_NUMBER_MAX_BYTES);
			len = dyn_number_from_numeric(json->val.numeric, number, &error);
			if (len < 0)
				dyn_validation("%s", error);
			return dyn_node_of((DynValue) {DYN_N, len, number});
		default:
			elog(ERROR, "unexpected jsonb value of type %d", (int) json->type);
	}
}

/* Reads what follows token, the children of an object or array, to its end; level containers deep. */
static DynNode
children_from_jsonb(JsonbIterator **it, JsonbIteratorToken token, int level)
{
	DynNode		result = dyn_node_empty(token == WJB_BEGIN_OBJECT ? DYN_M : DYN_L);
	DynSlice	name = {NULL, 0};
	JsonbValue	json;

	check_stack_depth();
	while ((token = JsonbIteratorNext(it, &json, false)) != WJB_END_OBJECT && token != WJB_END_ARRAY)
	{
		const char *flaw = token == WJB_KEY ? NULL : level >= DYN_MAX_NESTING ? dyn_tree_json_nesting_violation : NULL;
		DynNode		node;

		if (token == WJB_KEY)
		{
			name = (DynSlice) {json.val.string.val, json.val.string.len};
			flaw = dyn_tree_json_name_violation(name);
		}
		if (flaw != NULL)
			dyn_validation("%s", flaw);
		if (token == WJB_KEY)
			continue;
		node = token == WJB_VALUE || token == WJB_ELEM ? scalar_from_jsonb(&json) :
			children_from_jsonb(it, token, level + 1);
		if (result.tag == DYN_M)
			dyn_node_add_member(&result, name, node);
		else
			dyn_node_append(&result, node);
	}
	return result;
}

/* Of {"S": "x"} and its like the name of a type with a value that it may have. */
static bool
is_typed(const JsonbValue *json)
{
	JsonbIterator *it;
	JsonbValue	name;
	JsonbValue	value;
	JsonbIteratorToken token;
	uint8		tag;

	if (json->type != jbvBinary || !JsonContainerIsObject(json->val.binary.data) || JsonContainerSize(json->val.binary.data) != 1)
		return false;
	it = JsonbIteratorInit(json->val.binary.data);
	JsonbIteratorNext(&it, &name, true);
	JsonbIteratorNext(&it, &name, true);
	tag = dyn_tag_from_name(name.val.string.val, name.val.string.len);
	token = JsonbIteratorNext(&it, &value, true);
	if (tag == 0 || token != WJB_VALUE)
		return false;
	if (tag == DYN_BOOL || tag == DYN_NULL)
		return value.type == jbvBool;
	if (tag == DYN_S || tag == DYN_N || tag == DYN_B)
		return value.type == jbvString;
	return value.type == jbvBinary && JsonContainerIsObject(value.val.binary.data) == (tag == DYN_M);
}

/*
 * A document of DynamoDB JSON is a plain one, too: of maps with members S, N ...  It is taken for that, but hardly meant so.  Said
 * once for each call site.
 */
static void
warn_of_dynamodb_json(FmgrInfo *flinfo, Jsonb *jsonb)
{
	JsonbIterator *it = JsonbIteratorInit(&jsonb->root);
	JsonbIteratorToken token;
	JsonbValue	json;
	bool		any = false;

	if (flinfo->fn_extra != NULL)
		return;
	while ((token = JsonbIteratorNext(&it, &json, true)) != WJB_DONE)
	{
		if (token != WJB_VALUE)
			continue;
		if (!is_typed(&json))
			return;
		any = true;
	}
	if (!any)
		return;
	flinfo->fn_extra = (void *) &dyn_empty_map;
	ereport(WARNING,
			errmsg("DynamoDB JSON was given where plain JSON belongs: each attribute becomes a map"),
			errhint("dynapg.item_from_jsonb makes an item from DynamoDB JSON, such as {\"id\": {\"S\": \"x\"}}; "
					"dynapg.from_jsonb from plain JSON, such as {\"id\": \"x\"}."));
}

SQL_FUNCTION(dynapg_from_jsonb);
Datum
dynapg_from_jsonb(PG_FUNCTION_ARGS)
{
	Jsonb	   *jsonb = PG_GETARG_JSONB_P(0);
	JsonbIterator *it;
	JsonbValue	json;
	DynNode		root;

	if (!JB_ROOT_IS_OBJECT(jsonb))
		ereport(ERROR,
				errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("only a JSON object can become an item"));
	warn_of_dynamodb_json(fcinfo->flinfo, jsonb);
	it = JsonbIteratorInit(&jsonb->root);
	root = children_from_jsonb(&it, JsonbIteratorNext(&it, &json, false), 0);
	PG_RETURN_POINTER(dyn_node_build_item(&root));
}
