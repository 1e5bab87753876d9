/*
 * shapes.c - checking a request against its shape
 *
 * Both stages walk the request with the shape beside it.  The recursion is bounded by the shapes, which are
 * finite trees; attribute values, which may nest without end, are checked by value/tree.h.  The path to the member under
 * check is a chain of stack frames, written out only for a violation.
 *
 * How a violation in a container is reported depends on its content: structures have paths of their own
 * ('keySchema.1.member.keyType'), while strings and lists in a container are reported at the container
 * ("Member must satisfy constraint: [...]").
 */
#include "postgres.h"

#include "api/shape_pattern.h"
#include "api/shape_print.h"
#include "api/shapes.h"

#include <math.h>

#include "base/errors.h"
#include "base/limits.h"
#include "base/violation.h"
#include "lib/stringinfo.h"
#include "tables/name.h"
#include "value/tree.h"

typedef enum StepKind
{
	STEP_FIELD,
	STEP_INDEX,					/* of a list, from 1 */
	STEP_KEY					/* of a map */
} StepKind;

typedef struct Step
{
	const struct Step *parent;	/* NULL: the request itself */
	StepKind	kind;
	const char *field;
	int			index;
	DynSlice	key;
} Step;

typedef struct Violations
{
	int			count;
	StringInfoData text;		/* made with the first violation */
	char	   *first;			/* the first one that is reported alone before these, or NULL */
	char	   *last;			/* the first one that is reported alone where there are none of these */
} Violations;

static void check_types(const DynShape *shape, const DynJson *json);
static void check_constraints(const DynShape *shape, const DynJson *json, const Step *at, Violations *found);
static void violated(Violations *found, const Step *at, const DynShape *shape, const DynJson *json,
					 const char *constraint,...) pg_attribute_printf(5, 6);


int
dyn_shape_find_field(const DynShape *shape, DynSlice name)
{
	if (name.len == 0)
		return -1;
	for (int i = 0; i < shape->nfields; i++)
	{
		const char *field = shape->fields[i].name;

		/* compares the first character first: most fields differ in it, and requests consist mostly of names */
		if (field[0] == name.data[0] && dyn_slice_is(name, field))
			return i;
	}
	return -1;
}

/*
 * Stage 1: types
 */

static void
serialization_error(const char *text)
{
	dyn_error(DYN_E_SERIALIZATION, "%s", text);
}

/* The shape's Java type in the service's messages. */
static char *
java_type(const DynShape *shape)
{
	switch (shape->kind)
	{
		case DYN_SHAPE_STRING:
			return pstrdup("java.lang.String");
		case DYN_SHAPE_INTEGER:
			return pstrdup("java.lang.Integer");
		case DYN_SHAPE_LONG:
			return pstrdup("java.lang.Long");
		case DYN_SHAPE_DOUBLE:
			return pstrdup("java.lang.Double");
		case DYN_SHAPE_BOOLEAN:
			return pstrdup("java.lang.Boolean");
		case DYN_SHAPE_STRUCTURE:
		case DYN_SHAPE_ATTRIBUTE_VALUE:
			return psprintf(DYN_JAVA_PACKAGE "%s", shape->name);
		case DYN_SHAPE_LIST:
			return psprintf("java.util.List<%s>", java_type(shape->element));
		case DYN_SHAPE_MAP:
			return psprintf("java.util.Map<java.lang.String, %s>", java_type(shape->element));
		case DYN_SHAPE_ATTRIBUTE_MAP:
			return pstrdup("java.util.Map<java.lang.String, " DYN_JAVA_PACKAGE "AttributeValue>");
	}
	pg_unreachable();
}

/* Raises the error for a list where the shape expects something else. */
static void
unexpected_list(const DynShape *shape)
{
	bool		generic = shape->kind == DYN_SHAPE_MAP || shape->kind == DYN_SHAPE_ATTRIBUTE_MAP;

	dyn_error(DYN_E_SERIALIZATION, "Unrecognized collection type %s%s", generic ? "" : "class ", java_type(shape));
}

/* Raises the error for a scalar of the wrong type; target is the expected Java type. */
static void
check_scalar(const DynShape *shape, const DynJson *json, DynJsonKind wanted, const char *target)
{
	const char *token;

	switch (dyn_json_kind(json))
	{
		case DYN_JSON_STRING:
			if (wanted == DYN_JSON_STRING)
				return;
			if (shape->kind == DYN_SHAPE_BOOLEAN)
				serialization_error("Unexpected token received from parser");
			token = "STRING_VALUE";
			break;
		case DYN_JSON_NUMBER:
			if (wanted == DYN_JSON_NUMBER)
				return;
			token = trunc(dyn_json_double(json)) == dyn_json_double(json) ? "NUMBER_VALUE" : "DECIMAL_VALUE";
			break;
		case DYN_JSON_TRUE:
		case DYN_JSON_FALSE:
			if (wanted == DYN_JSON_TRUE)
				return;
			token = dyn_json_kind(json) == DYN_JSON_TRUE ? "TRUE_VALUE" : "FALSE_VALUE";
			break;
		case DYN_JSON_ARRAY:
			unexpected_list(shape);
			return;
		case DYN_JSON_OBJECT:
			serialization_error(DYN_UNEXPECTED_START);
			return;
		default:
			return;
	}
	dyn_error(DYN_E_SERIALIZATION, "%s cannot be converted to %s", token, target);
}

static void
check_structure_types(const DynShape *shape, const DynJson *json)
{
	if (dyn_json_kind(json) == DYN_JSON_ARRAY)
		unexpected_list(shape);
	if (dyn_json_kind(json) != DYN_JSON_OBJECT)
		serialization_error("Unexpected value type in payload");

	for (const DynJson *member = dyn_json_first(json); member; member = dyn_json_next(member))
	{
		int			field = dyn_shape_find_field(shape, dyn_json_name(member));

		if (field >= 0)
			check_types(shape->fields[field].shape, member);
	}
}

static void
check_container_types(const DynShape *shape, const DynJson *json)
{
	DynJsonKind kind = dyn_json_kind(json);

	if (shape->kind == DYN_SHAPE_LIST && kind == DYN_JSON_OBJECT)
		serialization_error(DYN_UNEXPECTED_START);
	if (shape->kind != DYN_SHAPE_LIST && kind == DYN_JSON_ARRAY)
		unexpected_list(shape);
	if (kind != DYN_JSON_ARRAY && kind != DYN_JSON_OBJECT)
		serialization_error(DYN_UNEXPECTED_TYPE);

	if (shape->kind == DYN_SHAPE_ATTRIBUTE_MAP)
	{
		dyn_tree_json_check_map_types(json);
		return;
	}
	for (const DynJson *child = dyn_json_first(json); child; child = dyn_json_next(child))
		check_types(shape->element, child);
}

static void
check_types(const DynShape *shape, const DynJson *json)
{
	if (dyn_json_kind(json) == DYN_JSON_NULL)
		return;

	switch (shape->kind)
	{
		case DYN_SHAPE_STRING:
			check_scalar(shape, json, DYN_JSON_STRING, "String");
			break;
		case DYN_SHAPE_INTEGER:
			check_scalar(shape, json, DYN_JSON_NUMBER, "Integer");
			break;
		case DYN_SHAPE_LONG:
			check_scalar(shape, json, DYN_JSON_NUMBER, "Long");
			break;
		case DYN_SHAPE_DOUBLE:
			check_scalar(shape, json, DYN_JSON_NUMBER, "Double");
			break;
		case DYN_SHAPE_BOOLEAN:
			check_scalar(shape, json, DYN_JSON_TRUE, "Boolean");
			break;
		case DYN_SHAPE_STRUCTURE:
			check_structure_types(shape, json);
			break;
		case DYN_SHAPE_LIST:
		case DYN_SHAPE_MAP:
		case DYN_SHAPE_ATTRIBUTE_MAP:
			check_container_types(shape, json);
			break;
		case DYN_SHAPE_ATTRIBUTE_VALUE:
			dyn_tree_json_check_types(json);
			break;
	}
}

/*
 * Stage 2: constraints
 */

/* as_sent: members are named as in the request. */
static void
print_path(StringInfo out, const Step *at, bool as_sent)
{
	if (at->parent)
	{
		print_path(out, at->parent, as_sent);
		appendStringInfoChar(out, '.');
	}
	switch (at->kind)
	{
		case STEP_FIELD:
			if (as_sent)
				appendStringInfoString(out, at->field);
			else
				dyn_shape_print_field(out, at->field);
			break;
		case STEP_INDEX:
			appendStringInfo(out, "%d.member", at->index);
			break;
		case STEP_KEY:
			dyn_shape_print_text(out, at->key);
			appendStringInfoString(out, ".member");
			break;
	}
}

/* Records a violation that is reported alone, unless there is one before it. */
static void
violated_alone(Violations *found, const Step *at, const DynShape *shape, const char *constraint)
{
	char	  **place = shape->alone == DYN_ALONE_FIRST ? &found->first : &found->last;
	StringInfoData text;

	if (*place != NULL)
		return;
	initStringInfo(&text);
	if (!shape->bare)
		appendStringInfoString(&text, DYN_ENVELOPE);
	if (shape->values)
		appendStringInfoString(&text, "Failed to satisfy constraint: ");
	else
	{
		appendStringInfoString(&text, "Value at '");
		print_path(&text, at, true);
		appendStringInfoString(&text, "' failed to satisfy constraint: ");
	}
	appendStringInfoString(&text, constraint);
	*place = text.data;
}

/* Adds a violation of a member's own length, range or enum. */
static void
violated_itself(Violations *found, const Step *at, const DynShape *shape, const DynJson *json, const char *constraint)
{
	if (shape->alone != DYN_ALONE_NO)
		violated_alone(found, at, shape, constraint);
	else
		violated(found, at, shape, json, "%s", constraint);
}

/* Adds one violation: where, the value (json NULL: absent) and the constraint. */
static void
violated(Violations *found, const Step *at, const DynShape *shape, const DynJson *json, const char *constraint,...)
{
	va_list		args;
	int			needed;

	if (found->count == DYN_MAX_VIOLATIONS)
		return;
	if (found->count++ == 0)
		initStringInfo(&found->text);
	else
		appendStringInfoString(&found->text, "; ");

	appendStringInfoString(&found->text, "Value ");
	if (json)
	{
		appendStringInfoChar(&found->text, '\'');
		dyn_shape_print(&found->text, shape, json);
		appendStringInfoChar(&found->text, '\'');
	}
	else
		appendStringInfoString(&found->text, "null");
	appendStringInfoString(&found->text, " at '");
	print_path(&found->text, at, false);
	appendStringInfoString(&found->text, "' failed to satisfy constraint: ");

	for (;;)
	{
		va_start(args, constraint);
		needed = appendStringInfoVA(&found->text, constraint, args);
		va_end(args);
		if (needed == 0)
			return;
		enlargeStringInfo(&found->text, needed);
	}
}

static bool
in_enum(const DynShape *shape, DynSlice text)
{
	if (!shape->values)
		return true;
	for (const char *const *value = shape->values; *value; value++)
		if (dyn_slice_is(text, *value))
			return true;
	return false;
}

/* "[A, B]" */
static char *
enum_text(const DynShape *shape)
{
	StringInfoData out;

	if (shape->values_text)
		return pstrdup(shape->values_text);
	initStringInfo(&out);
	for (const char *const *value = shape->values; *value; value++)
		appendStringInfo(&out, "%s%s", value == shape->values ? "[" : ", ", *value);
	appendStringInfoChar(&out, ']');
	return out.data;
}

static char *
length_at_least(const DynShape *shape)
{
	return psprintf("Member must have length greater than or equal to " INT64_FORMAT, shape->min);
}

static char *
length_at_most(const DynShape *shape)
{
	return psprintf("Member must have length less than or equal to " INT64_FORMAT, shape->max);
}

static bool
too_small(const DynShape *shape, int64 measure)
{
	return shape->has_min && measure < shape->min;
}

static bool
too_large(const DynShape *shape, int64 measure)
{
	return shape->has_max && measure > shape->max;
}

static void
check_pattern(const DynShape *shape, const DynJson *json, const Step *at, Violations *found)
{
	if (!dyn_shape_pattern_matches(shape->pattern, dyn_json_string(json)))
		violated(found, at, shape, json, "Member must satisfy regular expression pattern: %s",
				 dyn_shape_pattern_text(shape->pattern));
}

static void
check_string(const DynShape *shape, const DynJson *json, const Step *at, Violations *found)
{
	static const DynShape any_arn = {.name = "TableArn", .kind = DYN_SHAPE_STRING, .has_max = true, .max = DYN_MAX_ARN};
	DynSlice	text = dyn_json_string(json);

	if (shape->or_arn && dyn_name_is_arn(text))
		shape = &any_arn;
	if (!shape->length_first)
		check_pattern(shape, json, at, found);
	if (shape->has_min && too_small(shape, dyn_shape_pattern_length(text)))
		violated_itself(found, at, shape, json, length_at_least(shape));
	if (shape->has_max && text.len > shape->max && too_large(shape, dyn_shape_pattern_length(text)))
		violated_itself(found, at, shape, json, length_at_most(shape));
	if (shape->length_first)
		check_pattern(shape, json, at, found);
	if (!in_enum(shape, text))
		violated_itself(found, at, shape, json, psprintf("Member must satisfy enum value set: %s", enum_text(shape)));
}

static void
check_number(const DynShape *shape, const DynJson *json, const Step *at, Violations *found)
{
	int64		value = dyn_shape_print_number(shape, json);

	if (too_small(shape, value))
		violated_itself(found, at, shape, json, psprintf("Member must have value greater than or equal to " INT64_FORMAT, shape->min));
	if (too_large(shape, value))
		violated_itself(found, at, shape, json, psprintf("Member must have value less than or equal to " INT64_FORMAT, shape->max));
}

static void
check_structure(const DynShape *shape, const DynJson *json, const Step *at, Violations *found)
{
	const DynJson *members[DYN_MAX_SHAPE_FIELDS] = {NULL};

	Assert(shape->nfields <= DYN_MAX_SHAPE_FIELDS);
	for (const DynJson *member = dyn_json_first(json); member; member = dyn_json_next(member))
	{
		int			field = dyn_shape_find_field(shape, dyn_json_name(member));

		if (field >= 0 && dyn_json_kind(member) != DYN_JSON_NULL)
			members[field] = member;
	}

	for (int i = 0; i < shape->nfields; i++)
	{
		const DynShapeField *field = &shape->fields[i];
		Step		step = {.parent = at, .kind = STEP_FIELD, .field = field->name};

		if (members[i])
			check_constraints(field->shape, members[i], &step, found);
		else if (field->required)
			violated(found, &step, field->shape, NULL, "Member must not be null");
	}
}

/* Does a string or list inside a container satisfy its own constraints? */
static bool
inner_fits(const DynShape *shape, const DynJson *json)
{
	int64		measure;

	if (dyn_json_kind(json) == DYN_JSON_NULL)
		return true;			/* told of by itself */
	if (shape->kind == DYN_SHAPE_LIST)
		measure = dyn_json_count(json);
	else if (shape->kind == DYN_SHAPE_STRING)
	{
		DynSlice	text = dyn_json_string(json);

		if (!dyn_shape_pattern_matches(shape->pattern, text) || !in_enum(shape, text))
			return false;
		measure = dyn_shape_pattern_length(text);
	}
	else
		return true;
	return !too_small(shape, measure) && !too_large(shape, measure);
}

static bool
key_fits(const DynShape *shape, DynSlice key)
{
	int64		measure;

	if (shape->or_arn && dyn_name_is_arn(key))
		return dyn_shape_pattern_length(key) <= DYN_MAX_ARN;
	if (!shape->has_min && (!shape->has_max || key.len <= shape->max) && shape->pattern == DYN_PATTERN_NONE)
		return true;
	measure = dyn_shape_pattern_length(key);
	return dyn_shape_pattern_matches(shape->pattern, key) && !too_small(shape, measure) && !too_large(shape, measure);
}

/* "[Member must have length less than or equal to 255, ...]": the constraints of a string or list in a container. */
static char *
inner_constraints(const DynShape *shape)
{
	StringInfoData out;
	const char *separator = "";

	initStringInfo(&out);
	appendStringInfoChar(&out, '[');
	if (shape->has_max)
	{
		appendStringInfo(&out, "Member must have length less than or equal to " INT64_FORMAT, shape->max);
		separator = ", ";
	}
	if (shape->has_min)
	{
		appendStringInfo(&out, "%sMember must have length greater than or equal to " INT64_FORMAT, separator,
						 shape->min);
		separator = ", ";
	}
	if (shape->pattern != DYN_PATTERN_NONE)
	{
		appendStringInfo(&out, "%sMember must satisfy regular expression pattern: %s", separator,
						 dyn_shape_pattern_text(shape->pattern));
		separator = ", ";
	}
	if (shape->values)
		appendStringInfo(&out, "%sMember must satisfy enum value set: %s", separator, enum_text(shape));
	appendStringInfoChar(&out, ']');
	return out.data;
}

/* The count of a list or map. */
static void
check_count(const DynShape *shape, const DynJson *json, const Step *at, Violations *found)
{
	int			count;

	if (!shape->has_min && !shape->has_max)
		return;
	count = dyn_json_count(json);
	if (too_small(shape, count))
		violated_itself(found, at, shape, json, length_at_least(shape));
	if (too_large(shape, count))
		violated_itself(found, at, shape, json, length_at_most(shape));
}

/* The content of a list or map, whose count has been checked. */
static void
check_children(const DynShape *shape, const DynJson *json, const Step *at, Violations *found)
{
	const DynShape *element = shape->element;
	bool		is_list = shape->kind == DYN_SHAPE_LIST;
	bool		keys_fit = true;
	bool		inner_fit = true;
	bool		none_null = true;
	Step		step = {.parent = at, .kind = is_list ? STEP_INDEX : STEP_KEY};

	for (const DynJson *child = dyn_json_first(json); child; child = dyn_json_next(child))
	{
		keys_fit = keys_fit && (is_list || key_fits(shape->key, dyn_json_name(child)));
		inner_fit = inner_fit && inner_fits(element, child);
		none_null = none_null && dyn_json_kind(child) != DYN_JSON_NULL;
	}
	if (!keys_fit)
		violated(found, at, shape, json, "Map keys must satisfy constraint: %s", inner_constraints(shape->key));
	if (!inner_fit)
		violated(found, at, shape, json, "%s must satisfy constraint: %s", is_list ? "Member" : "Map value",
				 inner_constraints(element));
	if (!none_null && element->kind != DYN_SHAPE_ATTRIBUTE_VALUE)
		violated(found, at, shape, json, "%s must satisfy constraint: [Member must not be null]",
				 is_list ? "Member" : "Map value");

	if (element->kind != DYN_SHAPE_STRUCTURE && element->kind != DYN_SHAPE_LIST)
		return;					/* nothing inside has a path of its own */
	for (const DynJson *child = dyn_json_first(json); child; child = dyn_json_next(child))
	{
		step.index++;
		if (!is_list)
			step.key = dyn_json_name(child);
		if (dyn_json_kind(child) == DYN_JSON_NULL)
			continue;
		if (element->kind == DYN_SHAPE_STRUCTURE)
			check_structure(element, child, &step, found);
		else
			check_children(element, child, &step, found);
	}
}

static void
check_constraints(const DynShape *shape, const DynJson *json, const Step *at, Violations *found)
{
	switch (shape->kind)
	{
		case DYN_SHAPE_STRING:
			check_string(shape, json, at, found);
			break;
		case DYN_SHAPE_INTEGER:
		case DYN_SHAPE_LONG:
			check_number(shape, json, at, found);
			break;
		case DYN_SHAPE_STRUCTURE:
			check_structure(shape, json, at, found);
			break;
		case DYN_SHAPE_LIST:
		case DYN_SHAPE_MAP:
			check_count(shape, json, at, found);
			check_children(shape, json, at, found);
			break;
		case DYN_SHAPE_DOUBLE:
		case DYN_SHAPE_BOOLEAN:
		case DYN_SHAPE_ATTRIBUTE_VALUE:
		case DYN_SHAPE_ATTRIBUTE_MAP:
			break;				/* attributes are checked where they are read */
	}
}

void
dyn_shape_check(const DynShape *shape, const DynJson *request)
{
	check_structure_types(shape, request);
	dyn_shape_check_constraints(shape, request);
}

void
dyn_shape_check_constraints(const DynShape *shape, const DynJson *request)
{
	Violations	found = {0};

	check_structure(shape, request, NULL, &found);
	if (found.first)
		dyn_validation("%s", found.first);
	if (found.count > 0)
		dyn_validation("%d validation error%s detected: %s", found.count, found.count == 1 ? "" : "s",
					   found.text.data);
	if (found.last)
		dyn_validation("%s", found.last);
}
