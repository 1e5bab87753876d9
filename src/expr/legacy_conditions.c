/*
 * legacy_conditions.c - reading and checking the conditions of legacy parameters
 */
#include "postgres.h"

#include "base/limits.h"
#include "expr/legacy.h"

#define TAG_BIT(tag) (1u << (tag))
#define SCALARS (TAG_BIT(DYN_S) | TAG_BIT(DYN_N) | TAG_BIT(DYN_B))
#define ANY_TYPE ((1u << (DYN_M + 1)) - 1)
#define MANY UINT32_MAX

/* By DynLegacyOp. */
static const struct
{
	const char *name;
	uint32		min_args;
	uint32		max_args;
	uint32		types;
}			operators[] = {
	[DYN_LEGACY_EQ] = {"EQ", 1, 1, ANY_TYPE},
	[DYN_LEGACY_NE] = {"NE", 1, 1, ANY_TYPE},
	[DYN_LEGACY_IN] = {"IN", 1, MANY, SCALARS},
	[DYN_LEGACY_LE] = {"LE", 1, 1, SCALARS},
	[DYN_LEGACY_LT] = {"LT", 1, 1, SCALARS},
	[DYN_LEGACY_GE] = {"GE", 1, 1, SCALARS},
	[DYN_LEGACY_GT] = {"GT", 1, 1, SCALARS},
	[DYN_LEGACY_BETWEEN] = {"BETWEEN", 2, 2, SCALARS},
	[DYN_LEGACY_NOT_NULL] = {"NOT_NULL", 0, 0, 0},
	[DYN_LEGACY_NULL] = {"NULL", 0, 0, 0},
	[DYN_LEGACY_CONTAINS] = {"CONTAINS", 1, 1, SCALARS},
	[DYN_LEGACY_NOT_CONTAINS] = {"NOT_CONTAINS", 1, 1, SCALARS},
	[DYN_LEGACY_BEGINS_WITH] = {"BEGINS_WITH", 1, 1, TAG_BIT(DYN_S) | TAG_BIT(DYN_B)}
};

/* The member, or NULL where it is absent or JSON's null. */
static const DynJson *
present(const DynJson *object, const char *name)
{
	const DynJson *member = dyn_json_member(object, name);

	return member && dyn_json_kind(member) != DYN_JSON_NULL ? member : NULL;
}

static DynValue
read_value(const DynJson *json, const DynWording *wording)
{
	DynViolation violation;
	DynNode		node;

	if (!dyn_tree_json_node(json, wording, &node, &violation))
		dyn_violation_raise(wording, &violation);
	return dyn_node_pack(&node);
}

/* The operator's number, or -1. */
static int
find_operator(DynSlice name)
{
	for (int i = 0; i < lengthof(operators); i++)
	{
		if (strlen(operators[i].name) == name.len && memcmp(operators[i].name, name.data, name.len) == 0)
			return i;
	}
	return -1;
}

/* Reads AttributeValueList, or the single Value where value is not NULL. */
static void
read_arguments(DynLegacyCondition *c, const DynJson *list, const DynJson *value, const DynWording *wording)
{
	c->nargs = 0;
	c->args = palloc(sizeof(DynValue) * (list ? (Size) dyn_json_count(list) + 1 : 1));
	if (value)
		c->args[c->nargs++] = read_value(value, wording);
	if (!list)
		return;
	for (const DynJson *element = dyn_json_first(list); element; element = dyn_json_next(element))
		c->args[c->nargs++] = read_value(element, wording);
}

static void
check_arguments(const DynLegacyCondition *c, const DynWording *wording)
{
	const char *operator = operators[c->op].name;

	if (c->nargs < operators[c->op].min_args || c->nargs > operators[c->op].max_args)
		dyn_violation_parameter(wording, DYN_INVALID_PARAMETER "Invalid number of argument(s) for the %s ComparisonOperator", operator);
	for (uint32 i = 1; i < c->nargs; i++)
	{
		if (c->args[i].tag != c->args[0].tag)
			dyn_violation_parameter(wording, DYN_INVALID_PARAMETER "AttributeValues inside AttributeValueList must be of same type");
	}
	if (c->nargs > 0 && !(operators[c->op].types & TAG_BIT(c->args[0].tag)))
		dyn_violation_parameter(wording, DYN_INVALID_PARAMETER "ComparisonOperator %s is not valid for %s AttributeValue type",
								operator, dyn_tag_name(c->args[0].tag));
	if (c->op == DYN_LEGACY_BETWEEN &&
		dyn_bytes_compare(c->args[0].data, c->args[0].len, c->args[1].data, c->args[1].len) > 0)
		dyn_violation_parameter(wording, "The BETWEEN condition was provided a range where the lower bound is greater than "
								"the upper bound");
}

/* Raises an error for a wrong combination of members in an Expected condition. */
static void
check_expected_members(DynSlice name, const DynJson *operator, const DynJson *exists, const DynJson *list,
					   const DynJson *value, const DynWording *wording)
{
	bool		must_exist = !exists || dyn_json_kind(exists) == DYN_JSON_TRUE;

	if (exists && operator)
		dyn_violation_parameter(wording, DYN_INVALID_PARAMETER "Exists and ComparisonOperator cannot be used together for Attribute: %.*s",
								(int) name.len, name.data);
	if (value && list)
		dyn_violation_parameter(wording, DYN_INVALID_PARAMETER "Value and AttributeValueList cannot be used together for Attribute: %.*s",
								(int) name.len, name.data);
	if (!operator && list)
		dyn_violation_parameter(wording, DYN_INVALID_PARAMETER
										 "AttributeValueList can only be used with a ComparisonOperator for Attribute: %.*s",
								(int) name.len, name.data);
	if (!must_exist && value)
		dyn_violation_parameter(wording, DYN_INVALID_PARAMETER "Value cannot be used when Exists is false for Attribute: %.*s",
								(int) name.len, name.data);
	if (value || list)
		return;
	if (!operator && must_exist)
		dyn_violation_parameter(wording, DYN_INVALID_PARAMETER "Value must be provided when Exists is %s for Attribute: %.*s",
								exists ? "true" : "null", (int) name.len, name.data);
	if (operator && operators[find_operator(dyn_json_string(operator))].min_args > 0)
		dyn_violation_parameter(wording, DYN_INVALID_PARAMETER
										 "Value or AttributeValueList must be used with ComparisonOperator: %s for Attribute: %.*s",
								operators[find_operator(dyn_json_string(operator))].name, (int) name.len, name.data);
}

/* One member of Expected. */
static DynLegacyCondition
read_expected(const DynJson *condition, const DynWording *wording)
{
	DynLegacyCondition c = {.name = dyn_json_name(condition)};
	const DynJson *operator = present(condition, "ComparisonOperator");
	const DynJson *list = present(condition, "AttributeValueList");
	const DynJson *value = present(condition, "Value");

	check_expected_members(c.name, operator, present(condition, "Exists"), list, value, wording);
	read_arguments(&c, list, value, wording);
	if (operator)
	{
		c.op = find_operator(dyn_json_string(operator));
		check_arguments(&c, wording);
	}
	else
		c.op = value ? DYN_LEGACY_EQ : DYN_LEGACY_NULL;
	return c;
}

/* One member of a filter or of KeyConditions. */
static DynLegacyCondition
read_condition(const DynJson *condition, const DynWording *wording)
{
	DynLegacyCondition c = {.name = dyn_json_name(condition)};

	c.op = find_operator(dyn_json_string(present(condition, "ComparisonOperator")));
	read_arguments(&c, present(condition, "AttributeValueList"), NULL, wording);
	check_arguments(&c, wording);
	return c;
}

/* Refuses what a request's shape should have refused: a missing operator, or an unknown one. */
static void
check_operator(const DynJson *condition, bool required, const DynWording *wording)
{
	const DynJson *operator = present(condition, "ComparisonOperator");

	if (!operator && required)
		dyn_violation_parameter(wording, "The attempted filter operation is not supported for the provided type");
	if (operator && (dyn_json_kind(operator) != DYN_JSON_STRING || find_operator(dyn_json_string(operator)) < 0))
		dyn_violation_parameter(wording, "Unsupported operator on the given operands");
}

void
dyn_legacy_conditions_check_name(DynSlice name, const DynWording *wording)
{
	if (name.len == 0)
		dyn_violation_parameter(wording, DYN_INVALID_PARAMETER "Empty attribute name");
	if (name.len > DYN_MAX_ATTR_NAME)
		dyn_violation_parameter(wording, DYN_NAME_TOO_LARGE, DYN_MAX_ATTR_NAME + 1);
}

DynLegacyCondition *
dyn_legacy_conditions_read(const DynJson *map, bool is_expected, const DynWording *wording, uint32 *count)
{
	DynLegacyCondition *conditions = palloc(sizeof(DynLegacyCondition) * ((Size) dyn_json_count(map) + 1));

	*count = 0;
	for (const DynJson *member = dyn_json_first(map); member; member = dyn_json_next(member))
	{
		dyn_legacy_conditions_check_name(dyn_json_name(member), wording);
		check_operator(member, !is_expected, wording);
		conditions[(*count)++] = is_expected ? read_expected(member, wording) : read_condition(member, wording);
	}
	return conditions;
}
