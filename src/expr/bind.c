/*
 * bind.c - from a request's expression parameters to its program
 *
 * Order of checks: keys of ExpressionAttributeNames, keys and values of ExpressionAttributeValues, names, sizes; then
 * each expression to its end: UpdateExpression, ConditionExpression, FilterExpression, ProjectionExpression,
 * KeyConditionExpression; then variables that no expression used; then what a key condition may not hold.
 *
 * Layer 2 (expr).
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/errors.h"
#include "base/limits.h"
#include "expr/bind.h"
#include "expr/cache.h"
#include "expr/check.h"
#include "expr/keycond.h"

#define NAMES_PARAMETER "ExpressionAttributeNames"
#define VALUES_PARAMETER "ExpressionAttributeValues"

/* Up to so many variables are searched one after the other. */
#define FEW_VARIABLES 16

/* Longest key of the two maps, in bytes. */
#define MAX_KEY_SIZE 255

/* ---- variables ---- */

static int
compare_slices(DynSlice a, DynSlice b)
{
	return dyn_bytes_compare(a.data, a.len, b.data, b.len);
}

static int
compare_variables(const void *a, const void *b)
{
	return compare_slices((*(DynVariable *const *) a)->key, (*(DynVariable *const *) b)->key);
}

static bool
valid_key(DynSlice key, char prefix)
{
	if (key.len < 2 || key.data[0] != prefix)
		return false;
	for (uint32 i = 1; i < key.len; i++)
	{
		char		c = key.data[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '_')
			return false;
	}
	return true;
}

/* Makes the set of a map's members, with checked keys; *bytes counts the keys. */
static DynVariableSet
read_keys(const DynJson *map, const char *parameter, char prefix, const DynWording *wording, uint64 *bytes)
{
	DynVariableSet set = {0};

	if (dyn_json_first(map) == NULL)
		dyn_violation_parameter(wording, "%s must not be empty", parameter);
	set.vars = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(DynVariable) * (Size) dyn_json_count(map));
	for (const DynJson *member = dyn_json_first(map); member; member = dyn_json_next(member))
	{
		DynSlice	key = dyn_json_name(member);

		if (key.len > MAX_KEY_SIZE)
			dyn_violation_parameter(wording, "%s contains invalid key: The expression attribute map contains a key that is too long;",
									parameter);
		if (!valid_key(key, prefix))
			dyn_violation_parameter(wording, "%s contains invalid key: Syntax error; key: \"%.*s\"", parameter, (int) key.len, key.data);
		set.vars[set.count++] = (DynVariable) {.key = key, .placed = -1};
		*bytes += key.len;
	}
	if (set.count > FEW_VARIABLES)
	{
		set.sorted = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(DynVariable *) * (Size) set.count);
		for (uint32 i = 0; i < set.count; i++)
			set.sorted[i] = &set.vars[i];
		qsort(set.sorted, set.count, sizeof(DynVariable *), compare_variables);
	}
	return set;
}

/* Reads what the names stand for; *bytes counts it. */
static void
read_names(DynVariableSet *set, const DynJson *map, const DynWording *wording, uint64 *bytes)
{
	DynVariable *var = set->vars;

	for (const DynJson *m = dyn_json_first(map); m; m = dyn_json_next(m), var++)
	{
		if (dyn_json_kind(m) != DYN_JSON_STRING)
			dyn_violation_parameter(wording, NAMES_PARAMETER " contains invalid value: null for key %.*s",
									(int) var->key.len, var->key.data);
		var->name = dyn_json_string(m);
		if (var->name.len == 0)
			dyn_violation_parameter(wording, NAMES_PARAMETER " contains invalid value: Empty attribute name for key %.*s",
									(int) var->key.len, var->key.data);
		if (var->name.len > DYN_MAX_ATTR_NAME)
			dyn_violation_parameter(wording, "Attribute name is too large, must be less than %d bytes", DYN_MAX_ATTR_NAME + 1);
		*bytes += var->name.len;
	}
}

/* The revised wordings report a value as they report that of an attribute, the others with the parameter and the key. */
static void
refuse_value(const DynWording *wording, const DynViolation *violation, DynSlice key)
{
	if (wording->revised)
		dyn_violation_raise(wording, violation);
	dyn_violation_parameter(wording, VALUES_PARAMETER " contains invalid value: %s for key %.*s", violation->text,
							(int) key.len, key.data);
}

/* Reads what the values stand for; *bytes counts it. */
static void
read_values(DynVariableSet *set, const DynJson *map, const DynWording *wording, uint64 *bytes)
{
	DynVariable *var = set->vars;

	for (const DynJson *m = dyn_json_first(map); m; m = dyn_json_next(m), var++)
	{
		DynViolation violation;
		DynNode		node;

		if (!dyn_node_from_json(m, wording, &node, &violation))
			refuse_value(wording, &violation, var->key);
		var->value = dyn_node_pack(&node);
		*bytes += dyn_value_size(var->value);
	}
}

static void
check_size(const DynWording *wording, uint64 bytes, const char *error)
{
	if (bytes > DYN_MAX_EXPR_VARIABLES)
		dyn_violation_parameter(wording, "%s", error);
}

static DynVariables
read_variables(const DynExprInput *input)
{
	const DynWording *wording = dyn_wording_or_plain(input->wording);
	DynVariables v = {.wording = wording};
	uint64		names_bytes = 0;
	uint64		values_bytes = 0;

	if (input->names)
		v.names = read_keys(input->names, NAMES_PARAMETER, '#', wording, &names_bytes);
	if (input->values)
	{
		v.values = read_keys(input->values, VALUES_PARAMETER, ':', wording, &values_bytes);
		read_values(&v.values, input->values, wording, &values_bytes);
	}
	if (input->names)
		read_names(&v.names, input->names, wording, &names_bytes);
	check_size(wording, names_bytes, NAMES_PARAMETER " exceeds max size");
	check_size(wording, values_bytes, VALUES_PARAMETER " exceeds max size");
	check_size(wording, names_bytes + values_bytes,
			   "Combined size of " NAMES_PARAMETER " and " VALUES_PARAMETER " exceeds max size");
	return v;
}

static DynVariable *
find_variable(const DynVariableSet *set, DynSlice key)
{
	uint32		low = 0;
	uint32		high = set->count;

	if (!set->sorted)
	{
		for (uint32 i = 0; i < set->count; i++)
		{
			DynSlice	candidate = set->vars[i].key;

			if (candidate.len == key.len && memcmp(candidate.data, key.data, key.len) == 0)
				return &set->vars[i];
		}
		return NULL;
	}
	while (low < high)
	{
		uint32		middle = (low + high) / 2;
		int			diff = compare_slices(key, set->sorted[middle]->key);

		if (diff == 0)
			return set->sorted[middle];
		if (diff < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

typedef struct UnusedKey
{
	DynSlice	key;
	uint32		bucket;
	uint32		position;		/* in the request */
} UnusedKey;

static int
compare_unused(const void *a, const void *b)
{
	const UnusedKey *x = a;
	const UnusedKey *y = b;

	if (x->bucket != y->bucket)
		return x->bucket < y->bucket ? -1 : 1;
	return x->position < y->position ? -1 : x->position > y->position;
}

/* The bucket of a key in a Java HashSet of that many buckets, a power of two. */
static uint32
java_bucket(DynSlice key, uint32 buckets)
{
	uint32		hash = 0;

	for (uint32 i = 0; i < key.len; i++)
		hash = hash * 31 + (uint8) key.data[i];
	return (hash ^ (hash >> 16)) & (buckets - 1);
}

/*
 * Raises the error that names every variable of the set that no expression used.  DynamoDB lists them as a Java
 * HashSet of all keys hands them out, so that "{:b, :a}" in the request is "{:a, :b}" in the text.
 */
static void
check_all_used(const DynVariableSet *set, const char *parameter, const DynWording *wording)
{
	UnusedKey  *unused;
	StringInfoData list;
	uint32		buckets = 16;
	uint32		count = 0;
	uint32		i = 0;

	while (i < set->count && set->vars[i].used)
		i++;
	if (i == set->count)
		return;

	while (buckets < (uint64) set->count * 4 / 3 + 1)
		buckets *= 2;
	unused = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(UnusedKey) * (Size) set->count);
	for (; i < set->count; i++)
	{
		DynSlice	key = set->vars[i].key;

		if (!set->vars[i].used)
			unused[count++] = (UnusedKey) {key, java_bucket(key, buckets), i};
	}
	qsort(unused, count, sizeof(UnusedKey), compare_unused);
	initStringInfo(&list);
	for (i = 0; i < count; i++)
		appendStringInfo(&list, "%s%.*s", i > 0 ? ", " : "", (int) unused[i].key.len, unused[i].key.data);
	dyn_violation_parameter(wording, "Value provided in %s unused in expressions: keys: {%s}", parameter, list.data);
}

/* ---- bindings ---- */

DynVariable *
dyn_bind_name(DynBinding *b, uint32 placeholder)
{
	DynSlice	key = b->t->names[placeholder];
	DynVariable *var = b->names[placeholder];

	if (var)
		return var;
	var = find_variable(&b->variables->names, key);
	if (!var)
		dyn_bind_error(b,
					   "An expression attribute name used in the document path is not defined; attribute name: %.*s",
					   (int) key.len, key.data);
	var->used = true;
	b->names[placeholder] = var;
	return var;
}

DynVariable *
dyn_bind_value(DynBinding *b, uint32 placeholder)
{
	DynSlice	key = b->t->values[placeholder];
	DynVariable *var = b->values[placeholder];

	if (var)
		return var;
	var = find_variable(&b->variables->values, key);
	if (!var)
		dyn_bind_error(b,
					   "An expression attribute value used in expression is not defined; attribute value: %.*s",
					   (int) key.len, key.data);
	var->used = true;
	b->values[placeholder] = var;
	return var;
}

DynSlice
dyn_bind_element_name(const DynBinding *b, const DynTemplateElement *element)
{
	if (element->kind == DYN_ELEMENT_PLACEHOLDER)
		return b->names[element->at]->name;
	return (DynSlice) {b->t->text.data + element->at, element->len};
}

/* Binds and checks one expression; nothing when the request has none. */
static DynBinding
bind_expression(DynExprKind kind, DynSlice text, DynVariables *variables, void (*check) (DynBinding *))
{
	DynBinding	b = {0};

	if (!text.data)
		return b;
	b.t = dyn_expr_template(kind, text, variables->wording);
	b.variables = variables;
	b.names = palloc0(sizeof(DynVariable *) * (b.t->nnames + b.t->nvalues));
	b.values = b.names + b.t->nnames;
	check(&b);
	return b;
}

/* ---- the program ---- */

void
dyn_builder_init(DynBuilder *build, uint32 nnodes, uint32 nelements, uint32 nvalues)
{
	build->nodes_room = nnodes + 1;
	build->elements_room = nelements + 1;
	build->values_room = nvalues + 1;
	build->nnodes = build->nelements = build->nvalues = 0;
	build->nodes = palloc(sizeof(DynExprNode) * build->nodes_room);
	build->elements = palloc(sizeof(DynPathElement) * build->elements_room);
	build->values = palloc(sizeof(DynProgramValue) * build->values_room);
	initStringInfo(&build->bytes);
}

int32
dyn_builder_node(DynBuilder *build, DynExprNode node)
{
	if (build->nnodes == build->nodes_room)
		build->nodes = repalloc(build->nodes, sizeof(DynExprNode) * (build->nodes_room *= 2));
	build->nodes[build->nnodes] = node;
	return (int32) build->nnodes++;
}

uint32
dyn_builder_element(DynBuilder *build, DynPathElement element)
{
	if (build->nelements == build->elements_room)
		build->elements = repalloc(build->elements, sizeof(DynPathElement) * (build->elements_room *= 2));
	build->elements[build->nelements] = element;
	return build->nelements++;
}

uint32
dyn_builder_value(DynBuilder *build, DynValue value)
{
	DynProgramValue v = {value.tag, (uint32) build->bytes.len, value.len};

	if (build->nvalues == build->values_room)
		build->values = repalloc(build->values, sizeof(DynProgramValue) * (build->values_room *= 2));
	if (value.len > 0)
		appendBinaryStringInfo(&build->bytes, (const char *) value.data, (int) value.len);
	build->values[build->nvalues] = v;
	return build->nvalues++;
}

uint32
dyn_builder_name(DynBuilder *build, DynSlice name)
{
	uint32		offset = (uint32) build->bytes.len;

	appendBinaryStringInfo(&build->bytes, name.data, (int) name.len);
	return offset;
}

DynProgram *
dyn_builder_finish(DynBuilder *build, int32 condition, int32 update, int32 projection)
{
	Size		nodes = sizeof(DynExprNode) * build->nnodes;
	Size		elements = sizeof(DynPathElement) * build->nelements;
	Size		values = sizeof(DynProgramValue) * build->nvalues;
	Size		size = sizeof(DynProgram) + nodes + elements + values + build->bytes.len;
	char	   *chunk = palloc(size);
	DynProgram *program = (DynProgram *) chunk;

	*program = (DynProgram) {
		.version = DYN_PROGRAM_VERSION,
		.nnodes = build->nnodes,
		.nelements = build->nelements,
		.nvalues = build->nvalues,
		.nbytes = (uint32) build->bytes.len,
		.condition = condition,
		.update = update,
		.projection = projection
	};
	SET_VARSIZE(program, size);
	chunk += sizeof(DynProgram);
	memcpy(chunk, build->nodes, nodes);
	memcpy(chunk + nodes, build->elements, elements);
	memcpy(chunk + nodes + elements, build->values, values);
	memcpy(chunk + nodes + elements + values, build->bytes.data, build->bytes.len);
	return program;
}

/* Where the bytes of a name that a variable stands for are. */
static uint32
place_name(DynBuilder *build, DynVariable *var)
{
	if (var->placed < 0)
		var->placed = dyn_builder_name(build, var->name);
	return (uint32) var->placed;
}

/* Appends a checked expression; returns its first root, -1 when there is none. */
static int32
place_expression(DynBuilder *build, const DynBinding *b)
{
	int32		base = (int32) build->nnodes;
	uint32		elements_base = build->nelements;

	if (!b->t)
		return -1;
	for (uint32 i = 0; i < b->t->nelements; i++)
	{
		const DynTemplateElement *e = &b->t->elements[i];
		DynPathElement element = {DYN_ELEMENT_INDEX, e->at};

		if (e->kind == DYN_ELEMENT_PLACEHOLDER)
			element = (DynPathElement) {place_name(build, b->names[e->at]), b->names[e->at]->name.len};
		else if (e->kind == DYN_ELEMENT_LITERAL)
			element = (DynPathElement) {dyn_builder_name(build, dyn_bind_element_name(b, e)), e->len};
		dyn_builder_element(build, element);
	}
	for (uint32 i = 0; i < b->t->nvalues; i++)
	{
		DynVariable *var = b->values[i];

		if (var->placed < 0)
			var->placed = dyn_builder_value(build, var->value);
	}
	for (uint32 i = 0; i < b->t->nnodes; i++)
	{
		DynExprNode node = b->t->nodes[i];

		if (node.child >= 0)
			node.child += base;
		if (node.next >= 0)
			node.next += base;
		if (node.op == DYN_OP_PATH)
			node.arg += elements_base;
		else if (node.op == DYN_OP_VALUE)
			node.arg = (uint32) b->values[node.arg]->placed;
		dyn_builder_node(build, node);
	}
	return base;
}

DynProgram *
dyn_expr_compile(const DynExprInput *input, DynKeyCondition *key)
{
	DynVariables variables = read_variables(input);
	DynBinding	update = bind_expression(DYN_EXPR_UPDATE, input->update, &variables, dyn_check_update);
	DynBinding	condition = bind_expression(DYN_EXPR_CONDITION, input->condition, &variables, dyn_check_condition);
	DynBinding	filter = bind_expression(DYN_EXPR_FILTER, input->filter, &variables, dyn_check_condition);
	DynBinding	search = bind_expression(DYN_EXPR_SEARCH, input->search, &variables, dyn_check_condition);
	DynBinding	projection = bind_expression(DYN_EXPR_PROJECTION, input->projection, &variables, dyn_check_projection);
	DynBinding	key_condition = bind_expression(DYN_EXPR_KEY_CONDITION, input->key_condition, &variables,
												dyn_check_condition);
	const DynBinding *all[] = {&update, &condition, &filter, &search, &projection};
	uint32		nnodes = 0;
	uint32		nelements = 0;
	uint32		nvalues = 0;
	DynBuilder	build;
	int32		condition_root;
	int32		update_root;

	check_all_used(&variables.names, NAMES_PARAMETER, variables.wording);
	check_all_used(&variables.values, VALUES_PARAMETER, variables.wording);
	if (key)
	{
		*key = (DynKeyCondition) {0};
		if (key_condition.t)
			dyn_keycond_read(&key_condition, key);
	}

	for (int i = 0; i < lengthof(all); i++)
	{
		if (!all[i]->t)
			continue;
		nnodes += all[i]->t->nnodes;
		nelements += all[i]->t->nelements;
		nvalues += all[i]->t->nvalues;
	}
	if (nnodes == 0)
		return NULL;
	dyn_builder_init(&build, nnodes, nelements, nvalues);
	condition_root = place_expression(&build, condition.t ? &condition : filter.t ? &filter : &search);
	update_root = place_expression(&build, &update);
	return dyn_builder_finish(&build, condition_root, update_root, place_expression(&build, &projection));
}

/* ---- what needs the table ---- */

void
dyn_expr_check_update_keys(const DynProgram *program, const DynKeyAttr *keys, int nkeys)
{
	const DynExprNode *nodes = dyn_program_nodes(program);
	const DynPathElement *elements = dyn_program_elements(program);
	const char *bytes = (const char *) dyn_program_bytes(program);

	for (int32 action = program->update; action >= 0; action = nodes[action].next)
	{
		const DynPathElement *first = &elements[nodes[nodes[action].child].arg];

		for (int i = 0; i < nkeys; i++)
		{
			if (first->len == keys[i].len && memcmp(bytes + first->offset, keys[i].name, first->len) == 0)
				dyn_validation("One or more parameter values were invalid: Cannot update attribute %s. This attribute is part of the key",
							   keys[i].name);
		}
	}
}
