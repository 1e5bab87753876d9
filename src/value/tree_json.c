/*
 * tree_json.c - attribute values from DynamoDB JSON
 *
 * Two stages, as the service has them.  Types: does each JSON value have the kind that its member takes?
 * A misfit is a SerializationException, whose texts are those of the service's deserialiser.  Values: is exactly
 * one type set, are sets non-empty and free of duplicates, are numbers in range?  A flaw is a text for a
 * ValidationException, which the caller words and raises.
 *
 * The checks of the first stage are the expect_ functions; reading calls them again, so that it is safe alone.
 * Members of an AttributeValue that are no type tag, and members that are JSON null, count as absent.
 *
 * Strings, names and packed parts borrow the JSON tree's bytes.
 *
 * Layer 1: pure computation.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/base64.h"
#include "base/errors.h"
#include "base/limits.h"
#include "value/number.h"
#include "value/tree.h"

#define INVALID			"One or more parameter values were invalid: "
#define JAVA_VALUE		"com.amazonaws.dynamodb.v20120810.AttributeValue"
#define NOT_EXPECTED	"Start of structure or map found where not expected"

static const char *const text_empty =
	"Supplied AttributeValue is empty, must contain exactly one of the supported datatypes";
static const char *const text_many =
	"Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes";
const char *const dyn_nesting_flaw =
	"Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit";

/* ---- the first stage: JSON types ---- */

#define serialization(...) dyn_error(DYN_E_SERIALIZATION, __VA_ARGS__)

/* How the service's parser calls a scalar token. */
static const char *
token_name(const DynJson *json)
{
	DynSlice	text;

	switch (dyn_json_kind(json))
	{
		case DYN_JSON_TRUE:
			return "TRUE_VALUE";
		case DYN_JSON_FALSE:
			return "FALSE_VALUE";
		default:
			text = dyn_json_number(json);
			return strcspn(text.data, ".eE") < text.len ? "DECIMAL_VALUE" : "NUMBER_VALUE";
	}
}

/* Raises the misfit of a list or an object where a scalar of that Java class belongs; returns for a scalar. */
static void
expect_scalar(const DynJson *json, const char *java_class)
{
	if (dyn_json_kind(json) == DYN_JSON_ARRAY)
		serialization("Unrecognized collection type class %s", java_class);
	if (dyn_json_kind(json) == DYN_JSON_OBJECT)
		serialization(NOT_EXPECTED);
}

static void
expect_string(const DynJson *json)
{
	if (dyn_json_kind(json) == DYN_JSON_STRING)
		return;
	expect_scalar(json, "java.lang.String");
	serialization("%s cannot be converted to String", token_name(json));
}

static void
expect_boolean(const DynJson *json)
{
	DynJsonKind kind = dyn_json_kind(json);

	if (kind == DYN_JSON_TRUE || kind == DYN_JSON_FALSE)
		return;
	expect_scalar(json, "java.lang.Boolean");
	if (kind == DYN_JSON_STRING)
		serialization("Unexpected token received from parser");
	serialization("%s cannot be converted to Boolean", token_name(json));
}

/* The bytes that a base64 string stands for. */
static DynValue
expect_binary(const DynJson *json)
{
	DynSlice	text;
	uint8	   *data;
	int			len;
	const char *error = NULL;

	if (dyn_json_kind(json) != DYN_JSON_STRING)
	{
		expect_scalar(json, "java.nio.ByteBuffer");
		serialization("only base-64-encoded strings are convertible to bytes");
	}
	text = dyn_json_string(json);
	data = palloc(Max(DYN_BASE64_DECODED_MAX((Size) text.len), 1));
	len = dyn_base64_decode(text.data, text.len, data, &error);
	if (len < 0)
		serialization("%s", error);
	return (DynValue) {DYN_B, (uint32) len, data};
}

static void
expect_array(const DynJson *json)
{
	DynJsonKind kind = dyn_json_kind(json);

	if (kind == DYN_JSON_OBJECT)
		serialization(NOT_EXPECTED);
	if (kind != DYN_JSON_ARRAY)
		serialization("Unexpected field type");
}

static void
expect_map(const DynJson *json)
{
	DynJsonKind kind = dyn_json_kind(json);

	if (kind == DYN_JSON_ARRAY)
		serialization("Unrecognized collection type java.util.Map<java.lang.String, " JAVA_VALUE ">");
	if (kind != DYN_JSON_OBJECT)
		serialization("Unexpected field type");
}

static void
expect_attribute_value(const DynJson *json)
{
	DynJsonKind kind = dyn_json_kind(json);

	if (kind == DYN_JSON_ARRAY)
		serialization("Unrecognized collection type class " JAVA_VALUE);
	if (kind != DYN_JSON_OBJECT)
		serialization("Unexpected value type in payload");
}

static inline bool
is_null(const DynJson *json)
{
	return dyn_json_kind(json) == DYN_JSON_NULL;
}

/* The tag that a member of an AttributeValue sets; 0 when it sets none. */
static uint8
member_tag(const DynJson *member)
{
	DynSlice	name = dyn_json_name(member);

	return is_null(member) ? 0 : dyn_tag_from_name(name.data, name.len);
}

/* Checks the elements of a set or a list. */
static void
check_elements(const DynJson *array, uint8 element_tag)
{
	expect_array(array);
	for (const DynJson *element = dyn_json_first(array); element != NULL; element = dyn_json_next(element))
	{
		if (is_null(element))
			continue;
		if (element_tag == 0)
			dyn_value_check_types(element);
		else if (element_tag == DYN_B)
			pfree(unconstify(uint8 *, expect_binary(element).data));
		else
			expect_string(element);
	}
}

void
dyn_value_check_types(const DynJson *json)
{
	check_stack_depth();
	if (is_null(json))
		return;
	expect_attribute_value(json);
	for (const DynJson *member = dyn_json_first(json); member != NULL; member = dyn_json_next(member))
	{
		uint8		tag = member_tag(member);

		switch (tag)
		{
			case DYN_NULL:
			case DYN_BOOL:
				expect_boolean(member);
				break;
			case DYN_S:
			case DYN_N:
				expect_string(member);
				break;
			case DYN_B:
				pfree(unconstify(uint8 *, expect_binary(member).data));
				break;
			case DYN_SS:
			case DYN_NS:
			case DYN_BS:
				check_elements(member, dyn_set_element_tag(tag));
				break;
			case DYN_L:
				check_elements(member, 0);
				break;
			case DYN_M:
				dyn_value_map_check_types(member);
				break;
			default:
				break;
		}
	}
}

void
dyn_value_map_check_types(const DynJson *json)
{
	if (is_null(json))
		return;
	expect_map(json);
	for (const DynJson *member = dyn_json_first(json); member != NULL; member = dyn_json_next(member))
		dyn_value_check_types(member);
}

/* ---- the second stage: values ---- */

static bool read_value(const DynJson *json, int level, DynNode *out, const char **error);

/* Reads a number into buffer, of DYN_NUMBER_MAX_BYTES. */
static bool
read_number(const DynJson *json, uint8 *buffer, DynValue *out, const char **error)
{
	DynSlice	text;
	int			len;

	expect_string(json);
	text = dyn_json_string(json);
	len = dyn_number_encode(text.data, text.len, buffer, error);
	if (len < 0)
		return false;
	*out = (DynValue) {DYN_N, (uint32) len, buffer};
	return true;
}

static DynValue
read_string(const DynJson *json)
{
	DynSlice	text;

	expect_string(json);
	text = dyn_json_string(json);
	return (DynValue) {DYN_S, text.len, (const uint8 *) text.data};
}

static const char *
empty_set_text(uint8 set_tag)
{
	switch (set_tag)
	{
		case DYN_SS:
			return INVALID "An string set  may not be empty";
		case DYN_NS:
			return INVALID "An number set  may not be empty";
		default:
			return INVALID "Binary sets should not be empty";
	}
}

static const char *
null_element_text(uint8 set_tag)
{
	switch (set_tag)
	{
		case DYN_SS:
			return INVALID "An string set  may not have a null string as a member";
		case DYN_NS:
			return INVALID "An number set  may not have a null string as a member";
		default:
			return INVALID "Binary sets may not contain null values";
	}
}

/* The text for a set with equal elements: it lists them as they were given, but for numbers. */
static const char *
duplicates_text(const DynJson *json, uint8 set_tag)
{
	StringInfoData text;

	if (set_tag == DYN_NS)
		return "Input collection contains duplicates";
	initStringInfo(&text);
	appendStringInfoString(&text, INVALID "Input collection [");
	for (const DynJson *element = dyn_json_first(json); element != NULL; element = dyn_json_next(element))
	{
		if (element != dyn_json_first(json))
			appendStringInfoString(&text, ", ");
		appendBinaryStringInfo(&text, dyn_json_string(element).data, dyn_json_string(element).len);
	}
	appendStringInfoString(&text, set_tag == DYN_BS ? "]of type BS contains duplicates." : "] contains duplicates.");
	return text.data;
}

static bool
read_set(const DynJson *json, uint8 tag, DynNode *out, const char **error)
{
	uint32		count;
	uint32		i = 0;
	DynValue   *elements;
	DynValue	set;
	uint8	   *numbers = NULL;

	expect_array(json);
	count = dyn_json_count(json);
	if (count == 0)
	{
		*error = empty_set_text(tag);
		return false;
	}
	elements = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(DynValue) * (Size) count);
	if (tag == DYN_NS)
		numbers = MemoryContextAllocHuge(CurrentMemoryContext, DYN_NUMBER_MAX_BYTES * (Size) count);
	for (const DynJson *element = dyn_json_first(json); element != NULL; element = dyn_json_next(element), i++)
	{
		if (is_null(element))
		{
			*error = null_element_text(tag);
			return false;
		}
		if (tag == DYN_SS)
			elements[i] = read_string(element);
		else if (tag == DYN_BS)
			elements[i] = expect_binary(element);
		else if (!read_number(element, numbers + DYN_NUMBER_MAX_BYTES * (Size) i, &elements[i], error))
			return false;
	}

	set = dyn_set_pack(tag, elements, count, false);
	if (set.tag == 0)
	{
		*error = duplicates_text(json, tag);
		return false;
	}
	*out = dyn_node_of(set);
	return true;
}

/* Makes room for as many children as the JSON list or object has. */
static void
open_container(const DynJson *json, DynTag tag, DynNode *out)
{
	*out = dyn_node_empty(tag);
	out->room = dyn_json_count(json);
	if (out->room > 0)
		out->children = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(DynMember) * (Size) out->room);
}

static bool
read_list(const DynJson *json, int level, DynNode *out, const char **error)
{
	expect_array(json);
	open_container(json, DYN_L, out);
	for (const DynJson *element = dyn_json_first(json); element != NULL; element = dyn_json_next(element))
	{
		DynMember  *child = &out->children[out->count++];

		child->name = (DynSlice) {NULL, 0};
		if (!read_value(element, level + 1, &child->node, error))
			return false;
	}
	return true;
}

const char *
dyn_name_flaw(DynSlice name)
{
	if (name.len == 0)
		return INVALID "Empty attribute name";
	if (name.len > DYN_MAX_ATTR_NAME)
		dyn_validation("1 validation error detected: Attribute name is too large, must be less than %d bytes",
					   DYN_MAX_ATTR_NAME + 1);
	return NULL;
}

/* The members of a map or an item, level lists and maps deep. */
static bool
read_members(const DynJson *json, int level, DynNode *out, const char **error)
{
	expect_map(json);
	open_container(json, DYN_M, out);
	for (const DynJson *member = dyn_json_first(json); member != NULL; member = dyn_json_next(member))
	{
		DynMember  *child = &out->children[out->count++];

		child->name = dyn_json_name(member);
		*error = dyn_name_flaw(child->name);
		if (*error != NULL || !read_value(member, level, &child->node, error))
			return false;
	}
	return true;
}

static bool
read_null(const DynJson *json, DynNode *out, const char **error)
{
	expect_boolean(json);
	if (dyn_json_kind(json) == DYN_JSON_FALSE)
	{
		*error = INVALID "Null attribute value types must have the value of true";
		return false;
	}
	*out = dyn_node_of((DynValue) {DYN_NULL, 0, (const uint8 *) ""});
	return true;
}

static DynNode
read_boolean(const DynJson *json)
{
	static const uint8 bodies[2] = {0, 1};

	expect_boolean(json);
	return dyn_node_of((DynValue) {DYN_BOOL, 1, &bodies[dyn_json_kind(json) == DYN_JSON_TRUE]});
}

/* Reads what a member of an AttributeValue holds, given the tag that its name means. */
static bool
read_body(const DynJson *json, uint8 tag, int level, DynNode *out, const char **error)
{
	DynValue	number;

	switch (tag)
	{
		case DYN_NULL:
			return read_null(json, out, error);
		case DYN_BOOL:
			*out = read_boolean(json);
			return true;
		case DYN_N:
			if (!read_number(json, palloc(DYN_NUMBER_MAX_BYTES), &number, error))
				return false;
			*out = dyn_node_of(number);
			return true;
		case DYN_S:
			*out = dyn_node_of(read_string(json));
			return true;
		case DYN_B:
			*out = dyn_node_of(expect_binary(json));
			return true;
		case DYN_L:
			return read_list(json, level, out, error);
		case DYN_M:
			return read_members(json, level + 1, out, error);
		default:
			return read_set(json, tag, out, error);
	}
}

/* Reads an AttributeValue that level lists and maps contain, an item's root not counted. */
static bool
read_value(const DynJson *json, int level, DynNode *out, const char **error)
{
	int			set = 0;		/* types that are set */

	check_stack_depth();
	if (level >= DYN_MAX_NESTING)
	{
		*error = dyn_nesting_flaw;
		return false;
	}
	if (is_null(json))
	{
		*error = text_empty;
		return false;
	}
	expect_attribute_value(json);
	for (const DynJson *member = dyn_json_first(json); member != NULL; member = dyn_json_next(member))
	{
		uint8		tag = member_tag(member);

		if (tag == 0)
			continue;
		if (!read_body(member, tag, level, out, error))
			return false;
		set++;
	}
	if (set == 1)
		return true;
	*error = set == 0 ? text_empty : text_many;
	return false;
}

bool
dyn_node_from_json(const DynJson *json, DynNode *out, const char **error)
{
	return read_value(json, 0, out, error);
}

bool
dyn_node_item_from_json(const DynJson *json, DynNode *out, const char **error)
{
	return read_members(json, 0, out, error);
}
