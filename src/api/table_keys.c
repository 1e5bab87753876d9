/*
 * table_keys.c - key schemas, attribute definitions and index definitions of a request
 *
 * The service reports one error of a request at a time, so the order of the checks here is its order: definitions, the table's
 * schema, the schema of each index, then names and limits.  A key attribute must have a definition, and every definition must
 * be used by a key.  UpdateTable adds an index to the definitions that the table has: all_definitions puts the new ones after
 * those, and drop_unused removes new ones that no key uses.
 */
#include "postgres.h"

#include "api/table_keys.h"

#include "api/table_vectors.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/limits.h"
#include "base/request.h"
#include "tables/settings.h"
#include "value/value.h"

#define MAX_HASH_KEYS	4		/* of a global index */
#define MAX_RANGE_KEYS	4

/* A KeySchema, in its order; partition attributes are first. */
typedef struct Schema
{
	int			nhash;
	int			nrange;
	DynKeyAttr	keys[DYN_MAX_INDEX_KEY_ATTRS];
} Schema;

static DynSlice
attr_name(const DynKeyAttr *attr)
{
	return (DynSlice) {attr->name, attr->len};
}

static void
append_name(StringInfo out, DynSlice name)
{
	if (out->len > 0)
		appendStringInfoString(out, ", ");
	appendBinaryStringInfo(out, name.data, name.len);
}

/* "a, b": the defined attributes, or only the used ones. */
static char *
definition_names(const DynDefinitions *definitions, bool only_used)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < definitions->count; i++)
		if (definitions->used[i] || !only_used)
			append_name(&out, attr_name(&definitions->attrs[i]));
	return out.data;
}

static int
compare_attributes(const void *a, const void *b)
{
	return strcmp(((const DynKeyAttr *) a)->name, ((const DynKeyAttr *) b)->name);
}

/* By name, and of one name by position. */
static int
compare_places(const void *a, const void *b)
{
	const DynKeyAttr *one = *(const DynKeyAttr *const *) a;
	const DynKeyAttr *other = *(const DynKeyAttr *const *) b;
	int			order = compare_attributes(one, other);

	return order != 0 ? order : (one > other) - (one < other);
}

/* Raises an error for the first attribute that an earlier one has the name of.  A request may have a great many. */
static void
refuse_repeated(const DynDefinitions *definitions)
{
	const DynKeyAttr **sorted = palloc(Max(definitions->count, 1) * sizeof(DynKeyAttr *));
	const DynKeyAttr *repeated = NULL;

	for (int i = 0; i < definitions->count; i++)
		sorted[i] = &definitions->attrs[i];
	qsort(sorted, definitions->count, sizeof(DynKeyAttr *), compare_places);
	for (int i = 1; i < definitions->count; i++)
		if (compare_attributes(sorted[i - 1], sorted[i]) == 0 && (repeated == NULL || sorted[i] < repeated))
			repeated = sorted[i];
	if (repeated != NULL)
		dyn_validation("Attribute Name is duplicated: %s", repeated->name);
	pfree(sorted);
}

static DynDefinitions
read_definitions(const DynJson *list)
{
	DynDefinitions definitions = {0};
	int			room = list ? dyn_json_count(list) : 0;

	definitions.attrs = palloc0(Max(room, 1) * sizeof(DynKeyAttr));
	definitions.used = palloc0(Max(room, 1) * sizeof(bool));
	for (const DynJson *element = list ? dyn_json_first(list) : NULL; element; element = dyn_json_next(element))
	{
		DynSlice	name = dyn_request_string(element, "AttributeName");
		DynSlice	type = dyn_request_string(element, "AttributeType");

		dyn_table_attributes_refuse_nul(name);
		definitions.attrs[definitions.count++] = (DynKeyAttr) {
			pnstrdup(name.data, name.len), name.len, dyn_tag_from_name(type.data, type.len)};
	}
	refuse_repeated(&definitions);
	return definitions;
}

/* Sorts by name, too: from then on they are reported in that order. */
static char *
print_definitions(const DynDefinitions *definitions)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '[');
	qsort(definitions->attrs, definitions->count, sizeof(DynKeyAttr), compare_attributes);
	for (int i = 0; i < definitions->count; i++)
	{
		const DynKeyAttr *attr = &definitions->attrs[i];

		appendStringInfoString(&out, out.len > 1 ? ",{" : "{");
		dyn_jsonout_member(&out, "AttributeName");
		dyn_jsonout_string(&out, attr->name, attr->len);
		dyn_settings_print_text(&out, "AttributeType", dyn_tag_name(attr->tag));
		appendStringInfoChar(&out, '}');
	}
	appendStringInfoChar(&out, ']');
	return out.data;
}

/* ---- key schemas ---- */

/* "a, b": the attributes of a KeySchema. */
static char *
schema_names(const DynJson *schema)
{
	StringInfoData out;

	initStringInfo(&out);
	for (const DynJson *element = dyn_json_first(schema); element; element = dyn_json_next(element))
		append_name(&out, dyn_request_string(element, "AttributeName"));
	return out.data;
}

/* The order and number of key types, for up to max_hash and max_range attributes. */
static void
check_key_types(const DynJson *schema, int max_hash, int max_range)
{
	int			position = 0;
	int			nhash = 0;
	int			nrange = 0;

	for (const DynJson *element = dyn_json_first(schema); element; element = dyn_json_next(element), position++)
	{
		bool		is_hash = dyn_request_is(element, "KeyType", "HASH");

		if (position == 0 && !is_hash)
			dyn_validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
		if (position == 1 && is_hash && max_hash == 1)
			dyn_validation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type");
		if (is_hash && nrange > 0)
			dyn_validation(DYN_INVALID_PARAMETER "All HASH key attributes must precede RANGE key attributes in the KeySchema");
		nhash += is_hash;
		nrange += !is_hash;
	}
	if (nhash > max_hash)
		dyn_validation(DYN_INVALID_PARAMETER "The KeySchema exceeds the maximum allowed number of HASH key attributes");
	if (nrange > max_range)
		dyn_validation(DYN_INVALID_PARAMETER "The KeySchema exceeds the maximum allowed number of RANGE key attributes");
}

static void
check_distinct(const DynJson *schema, bool is_simple)
{
	for (const DynJson *element = dyn_json_first(schema); element; element = dyn_json_next(element))
		for (const DynJson *other = dyn_json_next(element); other; other = dyn_json_next(other))
			if (dyn_slice_equal(dyn_request_string(element, "AttributeName"), dyn_request_string(other, "AttributeName")))
				dyn_validation("%s", is_simple ? "Both the Hash Key and the Range Key element in the KeySchema have the same name" :
							   "The KeySchema contains multiple key attributes with the same name");
}

static void
check_defined(const DynJson *schema, const DynDefinitions *definitions)
{
	if (dyn_json_count(schema) > definitions->count)
		dyn_validation("Invalid KeySchema: Some index key attribute have no definition");
	for (const DynJson *element = dyn_json_first(schema); element; element = dyn_json_next(element))
		if (dyn_table_attributes_find(definitions, dyn_request_string(element, "AttributeName")) < 0)
			dyn_validation(DYN_INVALID_PARAMETER "Some index key attributes are not defined in AttributeDefinitions. "
						   "Keys: [%s], AttributeDefinitions: [%s]",
						   schema_names(schema), definition_names(definitions, false));
}

static Schema
read_schema(const DynJson *list, DynDefinitions *definitions, int max_hash, int max_range)
{
	Schema		schema = {0};

	check_key_types(list, max_hash, max_range);
	check_distinct(list, max_hash == 1);
	check_defined(list, definitions);
	for (const DynJson *element = dyn_json_first(list); element; element = dyn_json_next(element))
	{
		int			i = dyn_table_attributes_find(definitions, dyn_request_string(element, "AttributeName"));

		schema.keys[schema.nhash + schema.nrange] = definitions->attrs[i];
		definitions->used[i] = true;
		if (dyn_request_is(element, "KeyType", "HASH"))
			schema.nhash++;
		else
			schema.nrange++;
	}
	return schema;
}

/* ---- indexes ---- */

/* Raises an error if one of the table's indexes from first to before end has that name. */
static void
check_index_name(const DynTableDef *def, int first, int end, const char *name)
{
	for (int i = first; i < end; i++)
		if (strcmp(dyn_def_index(def, i)->name, name) == 0)
			dyn_validation(DYN_INVALID_PARAMETER "Duplicate index name: %s", name);
}

/* The index of a new table's first global index; they follow the local ones. */
static int
first_global(const DynTableDef *def)
{
	int			first = 0;

	while (first < def->nindexes && def->indexes[first].kind == DYN_INDEX_LOCAL)
		first++;
	return first;
}

/* The names of a new table's global indexes among themselves: the service checks them before those of local ones. */
static void
check_global_names(const DynTableDef *def)
{
	int			first = first_global(def);

	for (int i = first + 1; i < def->nindexes; i++)
		check_index_name(def, first, i, def->indexes[i].name);
}

static void
check_local_schema(const DynTableDef *def, const DynIndex *index)
{
	if (index->nsk == 0)
		dyn_validation(DYN_INVALID_PARAMETER "Index KeySchema does not have a range key for index: %s", index->name);
	if (!dyn_slice_equal(attr_name(&index->keys[0]), attr_name(&def->pk)))
		dyn_validation(DYN_INVALID_PARAMETER "Index KeySchema does not have the same leading hash key as table KeySchema "
					   "for index: %s. index hash key: %s, table hash key: %s", index->name, index->keys[0].name, def->pk.name);
}

/* Name and keys of an index. */
static void
read_index_keys(const DynJson *json, DynIndexKind kind, DynDefinitions *definitions, DynIndex *index)
{
	Schema		schema = read_schema(dyn_request_member(json, "KeySchema"), definitions, kind == DYN_INDEX_GLOBAL ? MAX_HASH_KEYS : 1,
									 kind == DYN_INDEX_GLOBAL ? MAX_RANGE_KEYS : 1);

	index->name = dyn_request_cstring(json, "IndexName");
	index->kind = kind;
	index->npk = schema.nhash;
	index->nsk = schema.nrange;
	memcpy(index->keys, schema.keys, sizeof(index->keys));
}

/* Checks the index against the limits that remain after the first `count` indexes, and reads its projection. */
static void
finish_index(const DynJson *json, const DynTableDef *def, int count, DynIndex *index)
{
	check_index_name(def, 0, count, index->name);
	if (index->kind == DYN_INDEX_LOCAL)
	{
		check_index_name(def, first_global(def), def->nindexes, index->name);
		check_local_schema(def, index);
	}
	dyn_table_attributes_read_projection(dyn_request_member(json, "Projection"), index);
}

/*
 * Counts the NonKeyAttributes of all indexes together, and further ones; an attribute counts once for each index that has it.
 *
 */
static void
check_projected(const DynTableDef *def, int more)
{
	int			total = more;

	for (int i = 0; i < def->nindexes; i++)
		total += def->indexes[i].ninclude;
	for (int i = 0; i < def->nvectors; i++)
		total += dyn_table_vectors_projected(&def->vectors[i]);
	if (total > DYN_MAX_PROJECTED_ATTRS)
		dyn_validation(DYN_INVALID_PARAMETER "Number of projected attributes (NonKeyAttributes) in all indexes exceeds "
					   "the limit of %d", DYN_MAX_PROJECTED_ATTRS);
}

static void
read_indexes(const DynJson *list, DynIndexKind kind, DynDefinitions *definitions, DynTableDef *def)
{
	if (!list)
		return;
	if (dyn_json_count(list) == 0)
		dyn_validation(DYN_INVALID_PARAMETER "List of %s is empty", dyn_index_kind_member(kind));
	if (kind == DYN_INDEX_LOCAL && def->sk.tag == 0)
		dyn_validation(DYN_INVALID_PARAMETER "Table KeySchema does not have a range key, which is required when "
					   "specifying a LocalSecondaryIndex");
	if (kind == DYN_INDEX_GLOBAL && dyn_json_count(list) > DYN_MAX_GSI)
		dyn_validation(DYN_INVALID_PARAMETER "GlobalSecondaryIndex count exceeds the per-table limit of %d", DYN_MAX_GSI);
	if (kind == DYN_INDEX_LOCAL && dyn_json_count(list) > DYN_MAX_LSI)
		dyn_validation(DYN_INVALID_PARAMETER "Number of LocalSecondaryIndexes exceeds per-table limit of %d", DYN_MAX_LSI);

	for (const DynJson *json = dyn_json_first(list); json; json = dyn_json_next(json))
		read_index_keys(json, kind, definitions, &def->indexes[def->nindexes++]);
}

/* Checks the indexes once their keys and the definitions are known to fit; *count is the number of checked ones. */
static void
finish_indexes(const DynJson *list, DynTableDef *def, int *count)
{
	for (const DynJson *json = list ? dyn_json_first(list) : NULL; json; json = dyn_json_next(json), (*count)++)
		finish_index(json, def, *count, &def->indexes[*count]);
}

void
dyn_table_keys_of_table(const DynJson *request, DynTableDef *def)
{
	const DynJson *schema_json = dyn_request_member(request, "KeySchema");
	const DynJson *locals = dyn_request_member(request, "LocalSecondaryIndexes");
	const DynJson *globals = dyn_request_member(request, "GlobalSecondaryIndexes");
	const DynJson *vectors = dyn_request_member(request, "VectorIndexes");
	DynDefinitions definitions = read_definitions(dyn_request_member(request, "AttributeDefinitions"));
	Schema		schema = read_schema(schema_json, &definitions, 1, 1);
	int			finished = 0;

	if (!locals && !globals && !vectors && definitions.count != schema.nhash + schema.nrange)
		dyn_validation(DYN_INVALID_PARAMETER "Number of attributes in KeySchema does not exactly match number of "
					   "attributes defined in AttributeDefinitions");
	def->pk = schema.keys[0];
	def->sk = schema.keys[1];

	def->indexes = palloc0((DYN_MAX_LSI + DYN_MAX_GSI) * sizeof(DynIndex));
	read_indexes(locals, DYN_INDEX_LOCAL, &definitions, def);
	read_indexes(globals, DYN_INDEX_GLOBAL, &definitions, def);
	dyn_table_vectors_of_table(vectors, &definitions, def);
	for (int i = 0; i < definitions.count; i++)
		if (!definitions.used[i])
			dyn_validation(DYN_INVALID_PARAMETER "Some AttributeDefinitions are not used. AttributeDefinitions: [%s], "
						   "keys used: [%s]", definition_names(&definitions, false), definition_names(&definitions, true));
	check_global_names(def);
	finish_indexes(locals, def, &finished);
	finish_indexes(globals, def, &finished);
	for (int i = 0; i < def->nvectors; i++)
		check_index_name(def, 0, def->nindexes + i, def->vectors[i].name);
	check_projected(def, 0);
	def->attribute_definitions = print_definitions(&definitions);
}

/* ---- changes of an existing table's indexes ---- */

static DynDefinitions
table_definitions(const DynTableDef *def)
{
	return read_definitions(dyn_json_parse(def->attribute_definitions, strlen(def->attribute_definitions)));
}

/* Drops the definitions after the first ones that no key uses. */
static void
drop_unused(DynDefinitions *definitions, int first)
{
	int			kept = first;

	for (int i = first; i < definitions->count; i++)
		if (definitions->used[i])
			definitions->attrs[kept++] = definitions->attrs[i];
	definitions->count = kept;
}

/*
 * The definitions of the table and, after them, the request's new ones; *stored is the number of the former.  A table has few.  A request
 * may have a great many, but each name once: they are compared with the table's alone.
 */
static DynDefinitions
all_definitions(const DynTableDef *def, const DynDefinitions *given, int *stored)
{
	DynDefinitions all = table_definitions(def);
	DynDefinitions own;

	*stored = all.count;
	all.attrs = repalloc(all.attrs, Max(all.count + given->count, 1) * sizeof(DynKeyAttr));
	all.used = palloc0(Max(all.count + given->count, 1) * sizeof(bool));
	own = all;
	for (int i = 0; i < given->count; i++)
		if (dyn_table_attributes_find(&own, attr_name(&given->attrs[i])) < 0)
			all.attrs[all.count++] = given->attrs[i];
	return all;
}

/* Raises an error for an attribute of the new index that the table, which has the first definitions, defines with another type. */
static void
check_redefined(const DynDefinitions *all, int stored, const DynDefinitions *given)
{
	DynDefinitions own = {.count = stored, .attrs = all->attrs};

	for (int i = 0; i < given->count; i++)
	{
		int			at = dyn_table_attributes_find(&own, attr_name(&given->attrs[i]));

		if (at >= 0 && all->used[at] && all->attrs[at].tag != given->attrs[i].tag)
			dyn_validation(DYN_INVALID_PARAMETER "Attribute %s is already defined with type %s, it cannot be redefined with "
						   "type %s", given->attrs[i].name, dyn_tag_name(all->attrs[at].tag), dyn_tag_name(given->attrs[i].tag));
	}
}

void
dyn_table_keys_of_new_index(const DynJson *request, const DynJson *create, DynTableDef *def, DynIndex *index)
{
	DynDefinitions given = read_definitions(dyn_request_member(request, "AttributeDefinitions"));
	int			stored;
	DynDefinitions all = all_definitions(def, &given, &stored);

	if (!dyn_request_member(request, "AttributeDefinitions"))
		dyn_validation(DYN_INVALID_PARAMETER "AttributeDefinitions is not specified for index: %s",
					   dyn_request_cstring(create, "IndexName"));
	read_index_keys(create, DYN_INDEX_GLOBAL, &all, index);
	finish_index(create, def, dyn_def_count(def), index);
	check_projected(def, index->ninclude);
	check_redefined(&all, stored, &given);
	drop_unused(&all, stored);
	def->attribute_definitions = print_definitions(&all);
}

void
dyn_table_keys_of_new_vector(const DynJson *request, const DynJson *create, DynTableDef *def, DynIndex *index)
{
	DynDefinitions given = read_definitions(dyn_request_member(request, "AttributeDefinitions"));
	int			stored;
	DynDefinitions all;

	dyn_table_vectors_of_update(create, &given, def, index);
	all = all_definitions(def, &given, &stored);
	for (int i = 0; i < index->vector->nkeys; i++)
		all.used[dyn_table_attributes_find(&all, attr_name(&index->vector->keys[i]))] = true;
	check_projected(def, dyn_table_vectors_projected(index));
	check_redefined(&all, stored, &given);
	drop_unused(&all, stored);
	def->attribute_definitions = print_definitions(&all);
}
