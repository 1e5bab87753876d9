/*
 * bind.c - the request's placeholders, and templates bound to them
 *
 * Order of checks: keys of ExpressionAttributeNames, keys and values of ExpressionAttributeValues, names, sizes; after the
 * expressions, variables that no expression used.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/errors.h"
#include "base/limits.h"
#include "expr/bind.h"
#include "expr/cache.h"

#define NAMES_PARAMETER "ExpressionAttributeNames"
#define VALUES_PARAMETER "ExpressionAttributeValues"

/* At most this number of variables is searched one after the other. */
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
			dyn_violation_parameter(wording, DYN_NAME_TOO_LARGE, DYN_MAX_ATTR_NAME + 1);
		*bytes += var->name.len;
	}
}

/* The revised wordings report a value like that of an attribute, the others with the parameter and the key. */
static void
refuse_value(const DynWording *wording, const DynViolation *violation, DynSlice key)
{
	const char *text;

	if (wording->revised)
		dyn_violation_raise(wording, violation);
	text = psprintf(VALUES_PARAMETER " contains invalid value: %s for key %.*s", violation->text, (int) key.len, key.data);
	if (violation->kind == DYN_VIOLATION_DEPTH)
		dyn_error_rule(DYN_RULE_VALUE_NESTING, text);
	dyn_violation_parameter(wording, "%s", text);
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

		if (!dyn_tree_json_node(m, wording, &node, &violation))
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

DynVariables
dyn_bind_variables(const DynJson *names, const DynJson *values, const DynWording *wording)
{
	DynVariables v = {.wording = wording};
	uint64		names_bytes = 0;
	uint64		values_bytes = 0;

	if (names)
		v.names = read_keys(names, NAMES_PARAMETER, '#', wording, &names_bytes);
	if (values)
	{
		v.values = read_keys(values, VALUES_PARAMETER, ':', wording, &values_bytes);
		read_values(&v.values, values, wording, &values_bytes);
	}
	if (names)
		read_names(&v.names, names, wording, &names_bytes);
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

/* The bucket of a key in a Java HashSet; the number of buckets is a power of two. */
static uint32
java_bucket(DynSlice key, uint32 buckets)
{
	uint32		hash = 0;

	for (uint32 i = 0; i < key.len; i++)
		hash = hash * 31 + (uint8) key.data[i];
	return (hash ^ (hash >> 16)) & (buckets - 1);
}

/*
 * Raises the error that names every variable of the set that no expression used.  DynamoDB lists them in the order of a Java
 * HashSet of all keys, so that "{:b, :a}" in the request is "{:a, :b}" in the text.
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

void
dyn_bind_check_used(const DynVariables *variables)
{
	check_all_used(&variables->names, NAMES_PARAMETER, variables->wording);
	check_all_used(&variables->values, VALUES_PARAMETER, variables->wording);
}

/* ---- bindings ---- */

DynBinding
dyn_bind_expression(DynExprKind kind, DynSlice text, DynVariables *variables)
{
	DynBinding	b = {0};

	if (!text.data)
		return b;
	b.t = dyn_expr_template(kind, text, variables->wording);
	b.variables = variables;
	b.names = palloc0(sizeof(DynVariable *) * (b.t->nnames + b.t->nvalues));
	b.values = b.names + b.t->nnames;
	return b;
}

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
