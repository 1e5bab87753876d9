/*
 * legacy.c - the legacy parameters as programs
 *
 * Each names whole attributes only; conditions on one attribute each are joined by AND or OR.
 *
 *		EQ NE LE LT GE GT BETWEEN IN BEGINS_WITH CONTAINS	the operator of the same name
 *		NOT_CONTAINS										NOT contains
 *		NULL, Exists false									attribute_not_exists
 *		NOT_NULL											attribute_exists
 *		Value (Exists true)									=
 *		PUT													SET path = value
 *		ADD of a list										SET path = list_append(if_not_exists(path, []), list)
 *		ADD, DELETE with another value						ADD, DELETE
 *		DELETE without a value								REMOVE
 *
 * All nodes except operands have the flag DYN_NODE_LEGACY.
 */
#include "postgres.h"

#include "expr/assemble.h"
#include "expr/compile.h"
#include "expr/legacy.h"

/* Appends a node as the last child of parent (-1: a root), its elder sibling being previous (-1: the first). */
static int32
add_node(DynAssembly *build, DynExprNode node, int32 parent, int32 previous)
{
	int32		at;

	node.child = -1;
	node.next = -1;
	at = dyn_assemble_node(build, node);
	if (previous >= 0)
		build->nodes[previous].next = at;
	else if (parent >= 0)
		build->nodes[parent].child = at;
	if (parent >= 0)
		build->nodes[parent].narg++;
	return at;
}

static int32
add_operator(DynAssembly *build, uint8 op, int32 parent, int32 previous)
{
	return add_node(build, (DynExprNode) {.op = op, .flags = DYN_NODE_LEGACY}, parent, previous);
}

static int32
add_path(DynAssembly *build, DynSlice name, int32 parent, int32 previous)
{
	DynPathElement element = {dyn_assemble_name(build, name), name.len};
	uint32		at = dyn_assemble_element(build, element);

	return add_node(build, (DynExprNode) {.op = DYN_OP_PATH, .narg = 1, .arg = at}, parent, previous);
}

static int32
add_value(DynAssembly *build, DynValue value, int32 parent, int32 previous)
{
	uint32		at = dyn_assemble_value(build, value);

	return add_node(build, (DynExprNode) {.op = DYN_OP_VALUE, .arg = at}, parent, previous);
}

/* ---- conditions ---- */

static uint8
condition_op(DynLegacyOp op)
{
	static const uint8 ops[] = {
		[DYN_LEGACY_EQ] = DYN_OP_EQ,
		[DYN_LEGACY_NE] = DYN_OP_NE,
		[DYN_LEGACY_IN] = DYN_OP_IN,
		[DYN_LEGACY_LE] = DYN_OP_LE,
		[DYN_LEGACY_LT] = DYN_OP_LT,
		[DYN_LEGACY_GE] = DYN_OP_GE,
		[DYN_LEGACY_GT] = DYN_OP_GT,
		[DYN_LEGACY_BETWEEN] = DYN_OP_BETWEEN,
		[DYN_LEGACY_NOT_NULL] = DYN_OP_ATTRIBUTE_EXISTS,
		[DYN_LEGACY_NULL] = DYN_OP_ATTRIBUTE_NOT_EXISTS,
		[DYN_LEGACY_CONTAINS] = DYN_OP_CONTAINS,
		[DYN_LEGACY_NOT_CONTAINS] = DYN_OP_CONTAINS,
		[DYN_LEGACY_BEGINS_WITH] = DYN_OP_BEGINS_WITH
	};

	return ops[op];
}

/* Appends one condition; returns the node that stands for all of it. */
static int32
add_condition(DynAssembly *build, const DynLegacyCondition *c, int32 parent, int32 previous)
{
	int32		outer = -1;
	int32		at;
	int32		operand;

	if (c->op == DYN_LEGACY_NOT_CONTAINS)
	{
		outer = add_operator(build, DYN_OP_NOT, parent, previous);
		at = add_operator(build, DYN_OP_CONTAINS, outer, -1);
	}
	else
		at = add_operator(build, condition_op(c->op), parent, previous);
	operand = add_path(build, c->name, at, -1);
	for (uint32 i = 0; i < c->nargs; i++)
		operand = add_value(build, c->args[i], at, operand);
	return outer >= 0 ? outer : at;
}

/* Appends all conditions; returns the root, -1 when there are none. */
static int32
add_conditions(DynAssembly *build, const DynLegacyCondition *conditions, uint32 count, bool any)
{
	int32		root = -1;
	int32		previous = -1;

	if (count > 1)
		root = add_operator(build, any ? DYN_OP_OR : DYN_OP_AND, -1, -1);
	for (uint32 i = 0; i < count; i++)
		previous = add_condition(build, &conditions[i], root, previous);
	return root >= 0 ? root : previous;
}

/* ---- updates ---- */

/* What ADD of a list does. */
static int32
add_list_append(DynAssembly *build, DynSlice name, DynValue list, int32 previous)
{
	DynNode		empty = dyn_node_empty(DYN_L);
	int32		set = add_operator(build, DYN_OP_SET, -1, previous);
	int32		path = add_path(build, name, set, -1);
	int32		append = add_operator(build, DYN_OP_LIST_APPEND, set, path);
	int32		old = add_operator(build, DYN_OP_IF_NOT_EXISTS, append, -1);

	path = add_path(build, name, old, -1);
	add_value(build, dyn_node_pack(&empty), old, path);
	add_value(build, list, append, old);
	return set;
}

/* Appends the action on one attribute; returns its node. */
static int32
add_action(DynAssembly *build, const DynJson *update, const DynWording *wording, int32 previous)
{
	DynSlice	name = dyn_json_name(update);
	const DynJson *action = dyn_json_member(update, "Action");
	const DynJson *json = dyn_json_member(update, "Value");
	DynSlice	verb = DYN_SLICE("PUT");
	uint8		op = DYN_OP_SET;
	DynValue	value;
	DynNode		node;
	DynViolation violation;
	int32		at;

	dyn_legacy_conditions_check_name(name, wording);
	if (action && dyn_json_kind(action) == DYN_JSON_STRING)
		verb = dyn_json_string(action);
	if (verb.len == 3 && memcmp(verb.data, "ADD", 3) == 0)
		op = DYN_OP_ADD;
	else if (verb.len == 6 && memcmp(verb.data, "DELETE", 6) == 0)
		op = DYN_OP_DELETE;

	if (!json || dyn_json_kind(json) == DYN_JSON_NULL)
	{
		if (op != DYN_OP_DELETE)
			dyn_violation_parameter(wording, DYN_INVALID_PARAMETER "Only DELETE action is allowed when no attribute value is specified");
		at = add_operator(build, DYN_OP_REMOVE, -1, previous);
		add_path(build, name, at, -1);
		return at;
	}

	if (!dyn_tree_json_node(json, wording, &node, &violation))
		dyn_violation_raise(wording, &violation);
	value = dyn_node_pack(&node);
	if (op == DYN_OP_DELETE && dyn_set_element_tag(value.tag) == 0)
		dyn_violation_parameter(wording, DYN_INVALID_PARAMETER
										 "DELETE action with value is not supported for the type %s", dyn_tag_name(value.tag));
	if (op == DYN_OP_ADD && value.tag == DYN_L)
		return add_list_append(build, name, value, previous);
	if (op == DYN_OP_ADD && value.tag != DYN_N && dyn_set_element_tag(value.tag) == 0)
		dyn_violation_parameter(wording, DYN_INVALID_PARAMETER "ADD action is not supported for the type %s", dyn_tag_name(value.tag));
	at = add_operator(build, op, -1, previous);
	add_value(build, value, at, add_path(build, name, at, -1));
	return at;
}

/* Appends all actions; returns the first, -1 when there are none. */
static int32
add_actions(DynAssembly *build, const DynJson *updates, const DynWording *wording)
{
	int32		first = -1;
	int32		previous = -1;

	for (const DynJson *update = dyn_json_first(updates); update; update = dyn_json_next(update))
	{
		previous = add_action(build, update, wording, previous);
		if (first < 0)
			first = previous;
	}
	return first;
}

/* ---- projections ---- */

static int
compare_names(const void *a, const void *b)
{
	const DynSlice *x = a;
	const DynSlice *y = b;

	return dyn_bytes_compare(x->data, x->len, y->data, y->len);
}

static void
check_duplicates(const DynJson *names, const DynWording *wording)
{
	uint32		count = 0;
	DynSlice   *sorted = palloc(sizeof(DynSlice) * ((Size) dyn_json_count(names) + 1));

	for (const DynJson *name = dyn_json_first(names); name; name = dyn_json_next(name))
		sorted[count++] = dyn_json_string(name);
	qsort(sorted, count, sizeof(DynSlice), compare_names);
	for (uint32 i = 1; i < count; i++)
	{
		if (compare_names(&sorted[i - 1], &sorted[i]) == 0)
			dyn_violation_parameter(wording, DYN_INVALID_PARAMETER
											 "Duplicate value in attribute name: %.*s", (int) sorted[i].len, sorted[i].data);
	}
	pfree(sorted);
}

/* Appends all paths; returns the first, -1 when there are none. */
static int32
add_projection(DynAssembly *build, const DynJson *names)
{
	int32		first = -1;
	int32		previous = -1;

	for (const DynJson *name = dyn_json_first(names); name; name = dyn_json_next(name))
	{
		previous = add_path(build, dyn_json_string(name), -1, previous);
		if (first < 0)
			first = previous;
	}
	return first;
}

/* ---- key conditions ---- */

static void
read_key_conditions(const DynJson *map, const DynWording *wording, DynKeyCondition *key)
{
	uint32		count;
	DynLegacyCondition *conditions = dyn_legacy_conditions_read(map, false, wording, &count);

	key->count = count;
	key->terms = palloc(sizeof(DynKeyTerm) * (count + 1));
	for (uint32 i = 0; i < count; i++)
	{
		const DynLegacyCondition *c = &conditions[i];
		DynKeyTerm	term = {.name = c->name};

		switch (c->op)
		{
			case DYN_LEGACY_EQ:
				term.op = DYN_RANGE_EQ;
				break;
			case DYN_LEGACY_LT:
				term.op = DYN_RANGE_LT;
				break;
			case DYN_LEGACY_LE:
				term.op = DYN_RANGE_LE;
				break;
			case DYN_LEGACY_GT:
				term.op = DYN_RANGE_GT;
				break;
			case DYN_LEGACY_GE:
				term.op = DYN_RANGE_GE;
				break;
			case DYN_LEGACY_BETWEEN:
				term.op = DYN_RANGE_BETWEEN;
				break;
			case DYN_LEGACY_BEGINS_WITH:
				term.op = DYN_RANGE_BEGINS_WITH;
				break;
			default:
				dyn_violation_parameter(wording, "Attempted conditional constraint is not an indexable operation");
		}
		term.low = c->args[0];
		if (c->nargs > 1)
			term.high = c->args[1];
		key->terms[i] = term;
	}
}

/* ---- all together ---- */

static void
check_conditional_operator(DynSlice operator, const DynJson *conditions, const DynWording *wording)
{
	if (!operator.data)
		return;
	if (!conditions || !dyn_json_first(conditions))
		dyn_violation_parameter(wording, "ConditionalOperator cannot be used without Filter or Expected");
	if (dyn_json_count(conditions) < 2)
		dyn_violation_parameter(wording, "ConditionalOperator can only be used when Filter or Expected has two or more elements");
}

DynProgram *
dyn_legacy_compile(const DynLegacyInput *input, DynKeyCondition *key)
{
	const DynWording *wording = dyn_wording_or_plain(input->wording);
	DynLegacyCondition *conditions = NULL;
	uint32		nconditions = 0;
	bool		any = input->conditional_operator.data && input->conditional_operator.len == 2;
	DynAssembly	build;
	int32		condition;
	int32		update = -1;
	int32		projection = -1;

	dyn_assemble_init(&build, 16, 8, 8);
	if (input->attribute_updates)
		update = add_actions(&build, input->attribute_updates, wording);
	check_conditional_operator(input->conditional_operator, input->expected, wording);
	if (key)
		*key = (DynKeyCondition) {0};
	if (input->key_conditions && key)
		read_key_conditions(input->key_conditions, wording, key);
	if (input->expected)
		conditions = dyn_legacy_conditions_read(input->expected, !input->is_filter, wording, &nconditions);
	condition = add_conditions(&build, conditions, nconditions, any);
	if (input->attributes_to_get)
	{
		check_duplicates(input->attributes_to_get, wording);
		projection = add_projection(&build, input->attributes_to_get);
	}
	if (build.nnodes == 0)
		return NULL;
	return dyn_assemble_finish(&build, condition, update, projection);
}
