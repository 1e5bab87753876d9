/*
 * tree_json.c - attribute values from DynamoDB JSON
 *
 * Two stages, as the service has them.  Types: does each JSON value have the kind that its member expects? A mismatch is a
 * SerializationException, whose texts are those of the service's deserialiser.  Values: is exactly
 * one type set, are sets non-empty and free of duplicates, are numbers in range?  A violation is
 * returned to the caller, which raises it.
 *
 * The checks of the first stage are the expect_ functions; reading calls them again, so that it is safe alone.
 * Members of an AttributeValue that do not name a type, and members that are JSON null, count as absent.
 *
 * Strings, names and packed parts borrow the JSON tree's bytes.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/base64.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/limits.h"
#include "value/decode.h"
#include "value/number.h"
#include "value/tree.h"

#define JAVA_VALUE		"com.amazonaws.dynamodb.v20120810.AttributeValue"

static const char *const text_empty =
	"Supplied AttributeValue is empty, must contain exactly one of the supported datatypes";
static const char *const text_many =
	"Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes";
const char *const dyn_tree_json_nesting_violation =
	"Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit";

/* ---- the first stage: JSON types ---- */

#define serialization(...) dyn_error(DYN_E_SERIALIZATION, __VA_ARGS__)

/* The name that the service's parser has for a scalar token. */
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

/* Raises the error for a list or an object where a scalar of that Java class belongs; returns for a scalar. */
static void
expect_scalar(const DynJson *json, const char *java_class)
{
	if (dyn_json_kind(json) == DYN_JSON_ARRAY)
		serialization("Unrecognized collection type class %s", java_class);
	if (dyn_json_kind(json) == DYN_JSON_OBJECT)
		serialization(DYN_UNEXPECTED_START);
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
		serialization(DYN_UNEXPECTED_START);
	if (kind != DYN_JSON_ARRAY)
		serialization(DYN_UNEXPECTED_TYPE);
}

static void
expect_map(const DynJson *json)
{
	DynJsonKind kind = dyn_json_kind(json);

	if (kind == DYN_JSON_ARRAY)
		serialization("Unrecognized collection type java.util.Map<java.lang.String, " JAVA_VALUE ">");
	if (kind != DYN_JSON_OBJECT)
		serialization(DYN_UNEXPECTED_TYPE);
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
			dyn_tree_json_check_types(element);
		else if (element_tag == DYN_B)
			pfree(unconstify(uint8 *, expect_binary(element).data));
		else
			expect_string(element);
	}
}

void
dyn_tree_json_check_types(const DynJson *json)
{
	check_stack_depth();
	if (is_null(json) || dyn_json_decoded(json) != NULL)
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
				dyn_tree_json_check_map_types(member);
				break;
			default:
				break;
		}
	}
}

void
dyn_tree_json_check_map_types(const DynJson *json)
{
	if (is_null(json) || dyn_json_decoded(json) != NULL)
		return;
	expect_map(json);
	for (const DynJson *member = dyn_json_first(json); member != NULL; member = dyn_json_next(member))
		dyn_tree_json_check_types(member);
}

/* ---- the second stage: values ---- */

/* The parameters of a reading, and the violation that it found. */
typedef struct Reading
{
	const DynWording *wording;
	DynViolation *violation;
} Reading;

static bool read_value(const Reading *reading, const DynJson *json, int level, DynNode *out);

/* Records the violation; returns false. */
static bool
violate(const Reading *reading, DynViolationKind kind, const char *text)
{
	*reading->violation = (DynViolation) {kind, text};
	return false;
}

/* The text for what is not a number; error is the text for a number on its own. */
static const char *
number_text(const Reading *reading, DynSlice text, const char *error)
{
	if (reading->wording->revised)
		return text.len == 0 ? psprintf("%s: ", error) : error;
	return reading->wording->wraps && dyn_number_wraps(text.data, text.len) ? dyn_number_underflow : error;
}

/* Reads a number into buffer, of DYN_NUMBER_MAX_BYTES. */
static bool
read_number(const Reading *reading, const DynJson *json, uint8 *buffer, DynValue *out)
{
	const char *error;
	DynSlice	text;
	int			len;

	expect_string(json);
	text = dyn_json_string(json);
	len = dyn_number_encode(text.data, text.len, buffer, &error);
	if (len < 0)
		return violate(reading, DYN_VIOLATION_VALUE, number_text(reading, text, error));
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
			return DYN_INVALID_PARAMETER "An string set  may not be empty";
		case DYN_NS:
			return DYN_INVALID_PARAMETER "An number set  may not be empty";
		default:
			return DYN_INVALID_PARAMETER "Binary sets should not be empty";
	}
}

static const char *
null_element_text(uint8 set_tag)
{
	switch (set_tag)
	{
		case DYN_SS:
			return DYN_INVALID_PARAMETER "An string set  may not have a null string as a member";
		case DYN_NS:
			return DYN_INVALID_PARAMETER "An number set  may not have a null string as a member";
		default:
			return DYN_INVALID_PARAMETER "Binary sets may not contain null values";
	}
}

/* Appends the elements of a set that dyn_tree_set_pack has sorted, as JSON strings. */
static void
print_sorted(StringInfo text, const DynValue *elements, uint32 count)
{
	for (uint32 i = 0; i < count; i++)
	{
		if (i > 0)
			appendStringInfoString(text, ", ");
		dyn_jsonout_string(text, (const char *) elements[i].data, elements[i].len);
	}
}

/*
 * The revised text for a set with equal elements: strings are quoted and sorted, binary values quoted and in the order of
 * the request.
 */
static const char *
revised_duplicates_text(const DynJson *json, uint8 set_tag, const DynValue *sorted)
{
	StringInfoData text;

	if (set_tag == DYN_NS)
		return DYN_INVALID_PARAMETER "Input collection contains duplicates.";
	initStringInfo(&text);
	appendStringInfoString(&text, DYN_INVALID_PARAMETER "Input collection ");
	if (set_tag == DYN_BS)
	{
		dyn_jsonout_tree(&text, json);
		appendStringInfoString(&text, "of type BS contains duplicates.");
		return text.data;
	}
	appendStringInfoChar(&text, '[');
	print_sorted(&text, sorted, dyn_json_count(json));
	appendStringInfoString(&text, "] contains duplicates.");
	return text.data;
}

/* The older text: it lists the elements as they were given, except for numbers. */
static const char *
duplicates_text(const DynJson *json, uint8 set_tag)
{
	StringInfoData text;

	if (set_tag == DYN_NS)
		return "Input collection contains duplicates";
	initStringInfo(&text);
	appendStringInfoString(&text, DYN_INVALID_PARAMETER "Input collection [");
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
read_set(const Reading *reading, const DynJson *json, uint8 tag, DynNode *out)
{
	uint32		count;
	uint32		i = 0;
	DynValue   *elements;
	DynValue	set;
	uint8	   *numbers = NULL;

	expect_array(json);
	count = dyn_json_count(json);
	if (count == 0)
		return violate(reading, DYN_VIOLATION_VALUE, empty_set_text(tag));
	elements = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(DynValue) * (Size) count);
	if (tag == DYN_NS)
		numbers = MemoryContextAllocHuge(CurrentMemoryContext, DYN_NUMBER_MAX_BYTES * (Size) count);
	for (const DynJson *element = dyn_json_first(json); element != NULL; element = dyn_json_next(element), i++)
	{
		if (is_null(element))
			return violate(reading, DYN_VIOLATION_VALUE, null_element_text(tag));
		if (tag == DYN_SS)
			elements[i] = read_string(element);
		else if (tag == DYN_BS)
			elements[i] = expect_binary(element);
		else if (!read_number(reading, element, numbers + DYN_NUMBER_MAX_BYTES * (Size) i, &elements[i]))
			return false;
	}

	set = dyn_tree_set_pack(tag, elements, count, false);
	if (set.tag == 0)
		return violate(reading, DYN_VIOLATION_VALUE, reading->wording->revised ?
					   revised_duplicates_text(json, tag, elements) : duplicates_text(json, tag));
	*out = dyn_node_of(set);
	return true;
}

/* Makes room for the children of the JSON list or object. */
static void
open_container(const DynJson *json, DynTag tag, DynNode *out)
{
	*out = dyn_node_empty(tag);
	out->room = dyn_json_count(json);
	if (out->room > 0)
		out->children = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(DynMember) * (Size) out->room);
}

static bool
read_list(const Reading *reading, const DynJson *json, int level, DynNode *out)
{
	expect_array(json);
	open_container(json, DYN_L, out);
	for (const DynJson *element = dyn_json_first(json); element != NULL; element = dyn_json_next(element))
	{
		DynMember  *child = &out->children[out->count++];

		child->name = (DynSlice) {NULL, 0};
		if (!read_value(reading, element, level + 1, &child->node))
			return false;
	}
	return true;
}

const char *
dyn_tree_json_name_violation(DynSlice name)
{
	if (name.len == 0)
		return DYN_INVALID_PARAMETER "Empty attribute name";
	if (name.len > DYN_MAX_ATTR_NAME)
		return psprintf(DYN_NAME_TOO_LARGE, DYN_MAX_ATTR_NAME + 1);
	return NULL;
}

/* The members of a map or an item, inside `level` lists and maps. */
static bool
read_members(const Reading *reading, const DynJson *json, int level, DynNode *out)
{
	const char *name_violation;

	expect_map(json);
	open_container(json, DYN_M, out);
	for (const DynJson *member = dyn_json_first(json); member != NULL; member = dyn_json_next(member))
	{
		DynMember  *child = &out->children[out->count++];

		child->name = dyn_json_name(member);
		name_violation = dyn_tree_json_name_violation(child->name);
		if (name_violation != NULL)
			return violate(reading, DYN_VIOLATION_VALUE, name_violation);
		if (!read_value(reading, member, level, &child->node))
			return false;
	}
	return true;
}

static bool
read_null(const Reading *reading, const DynJson *json, DynNode *out)
{
	expect_boolean(json);
	if (dyn_json_kind(json) == DYN_JSON_FALSE)
		return violate(reading, DYN_VIOLATION_VALUE, DYN_INVALID_PARAMETER "Null attribute value types must have the value of true");
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
read_body(const Reading *reading, const DynJson *json, uint8 tag, int level, DynNode *out)
{
	DynValue	number;

	switch (tag)
	{
		case DYN_NULL:
			return read_null(reading, json, out);
		case DYN_BOOL:
			*out = read_boolean(json);
			return true;
		case DYN_N:
			if (!read_number(reading, json, palloc(DYN_NUMBER_MAX_BYTES), &number))
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
			return read_list(reading, json, level, out);
		case DYN_M:
			return read_members(reading, json, level + 1, out);
		default:
			return read_set(reading, json, tag, out);
	}
}

/* Reads an AttributeValue inside `level` lists and maps, not counting an item's root. */
static bool
read_value(const Reading *reading, const DynJson *json, int level, DynNode *out)
{
	int			set = 0;		/* types that are set */

	check_stack_depth();
	if (level >= DYN_MAX_NESTING)
		return violate(reading, DYN_VIOLATION_DEPTH, dyn_tree_json_nesting_violation);
	if (is_null(json))
		return violate(reading, DYN_VIOLATION_FORM, text_empty);
	expect_attribute_value(json);
	for (const DynJson *member = dyn_json_first(json); member != NULL; member = dyn_json_next(member))
	{
		uint8		tag = member_tag(member);

		if (tag == 0)
			continue;
		if (!read_body(reading, member, tag, level, out))
			return false;
		set++;
	}
	if (set == 1)
		return true;
	return violate(reading, DYN_VIOLATION_FORM, set == 0 ? text_empty : text_many);
}

bool
dyn_tree_json_node(const DynJson *json, const DynWording *wording, DynNode *out, DynViolation *violation)
{
	Reading		reading = {dyn_wording_or_plain(wording), violation};
	const DynDecoded *decoded = dyn_json_decoded(json);

	if (decoded == NULL)
		return read_value(&reading, json, 0, out);
	*out = dyn_node_of(decoded->value);
	return true;
}

bool
dyn_tree_json_item_node(const DynJson *json, const DynWording *wording, DynNode *out, DynViolation *violation)
{
	Reading		reading = {dyn_wording_or_plain(wording), violation};
	const DynDecoded *decoded = dyn_json_decoded(json);

	if (decoded == NULL)
		return read_members(&reading, json, 0, out);
	*out = dyn_node_of(decoded->value);
	dyn_node_open(out);
	return true;
}

struct varlena *
dyn_tree_json_item(const DynJson *json, const DynWording *wording, DynViolation *violation)
{
	const DynDecoded *decoded = dyn_json_decoded(json);
	DynNode		root;

	if (decoded != NULL)
		return decoded->item;
	return dyn_tree_json_item_node(json, wording, &root, violation) ? dyn_node_build_item(&root) : NULL;
}
