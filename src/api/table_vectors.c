/*
 * table_vectors.c - vector indexes of a request: VectorIndexes and VectorIndexUpdates, checked, and in a description
 */
#include "postgres.h"

#include "api/table_vectors.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/limits.h"
#include "base/request.h"
#include "tables/count.h"
#include "tables/index.h"
#include "tables/name.h"
#include "tables/settings.h"

/* ---- the request ---- */

static DynSlice
attribute_of(const DynJson *json)
{
	DynSlice	name = dyn_request_string(dyn_request_member(json, "VectorAttribute"), "AttributeName");

	dyn_table_attributes_refuse_nul(name);
	return (DynSlice) {pnstrdup(name.data, name.len), name.len};
}

static void
refuse_repeated(const DynJson *schema)
{
	for (const DynJson *element = dyn_json_first(schema); element; element = dyn_json_next(element))
		for (const DynJson *other = dyn_json_next(element); other; other = dyn_json_next(other))
			if (dyn_slice_equal(dyn_request_string(element, "AttributeName"), dyn_request_string(other, "AttributeName")))
				dyn_validation(DYN_INVALID_PARAMETER "The SearchSchema contains multiple elements with the same attribute name");
}

/* Checks that no attribute appears twice, and the number of elements of each type; where there are too many, that alone. */
static void
check_elements(const DynJson *schema)
{
	int			hashes = 0;
	int			filters = 0;

	for (const DynJson *element = dyn_json_first(schema); element; element = dyn_json_next(element))
	{
		bool		is_hash = dyn_request_is(element, "SearchSchemaElementType", "HASH");

		hashes += is_hash;
		filters += !is_hash;
	}
	if (hashes + filters <= 1 + DYN_MAX_SEARCH_FILTERS)
		refuse_repeated(schema);
	if (hashes > 1)
		dyn_validation(DYN_INVALID_PARAMETER "The SearchSchema exceeds the maximum allowed number of HASH elements: 1");
	if (filters > DYN_MAX_SEARCH_FILTERS)
		dyn_validation(DYN_INVALID_PARAMETER "The SearchSchema exceeds the maximum allowed number of INLINE_FILTER elements: %d",
					   DYN_MAX_SEARCH_FILTERS);
}

/* The attributes of a SearchSchema, the HASH one first. */
static void
read_schema(const DynJson *schema, DynDefinitions *definitions, DynVector *vector)
{
	if (!schema)
		return;
	check_elements(schema);
	vector->keys = palloc0(dyn_json_count(schema) * sizeof(DynKeyAttr));
	for (int hash = 1; hash >= 0; hash--)
		for (const DynJson *element = dyn_json_first(schema); element; element = dyn_json_next(element))
		{
			int			at = dyn_table_attributes_find(definitions, dyn_request_string(element, "AttributeName"));

			if (dyn_request_is(element, "SearchSchemaElementType", "HASH") != (hash == 1))
				continue;
			if (at < 0)
				dyn_validation(DYN_INVALID_PARAMETER "One element in SearchSchema is not defined in attribute definitions");
			definitions->used[at] = true;
			vector->has_hash |= hash == 1;
			vector->keys[vector->nkeys++] = definitions->attrs[at];
		}
}

static void
read_vector(const DynJson *json, DynDefinitions *definitions, DynIndex *index)
{
	int64		dimensions = dyn_request_integer(json, "Dimensions", 0);
	DynSlice	distance = dyn_request_string(json, "DistanceFunction");
	DynVector *vector = palloc0(sizeof(DynVector));

	*index = (DynIndex) {.name = dyn_request_cstring(json, "IndexName"),.kind = DYN_INDEX_VECTOR};
	index->vector = vector;
	vector->attribute = attribute_of(json);
	if (dimensions > DYN_MAX_DIMENSIONS)
		dyn_validation(DYN_INVALID_PARAMETER "Dimensions of vector index %s is out of valid range. The value must be between 1 and %d "
					   "inclusive", index->name, DYN_MAX_DIMENSIONS);
	vector->dimensions = dimensions;
	(void) dyn_metric_from_name(distance.data, distance.len, &vector->metric);
	if (dyn_table_attributes_find(definitions, vector->attribute) >= 0)
		dyn_validation(DYN_INVALID_PARAMETER "Conflicting attribute definition for '%s'. An attribute cannot be defined in "
					   "AttributeDefinitions when used as a VectorAttribute.", vector->attribute.data);
	read_schema(dyn_request_member(json, "SearchSchema"), definitions, vector);
	dyn_table_attributes_read_projection(dyn_request_member(json, "Projection"), index);
}

/* Indexes on the same attribute have vectors of the same length. */
static void
check_dimensions(const DynTableDef *def, int count, const DynIndex *index)
{
	for (int i = 0; i < count; i++)
	{
		const DynVector *other = def->vectors[i].vector;

		if (dyn_slice_equal(other->attribute, index->vector->attribute) && other->dimensions != index->vector->dimensions)
			dyn_validation(DYN_INVALID_PARAMETER "Vector indexes on the same VectorAttribute must have the same Dimensions. "
						   "VectorAttribute: %s", other->attribute.data);
	}
}

int
dyn_table_vectors_projected(const DynIndex *index)
{
	return index->ninclude + 1 + index->vector->nkeys - (index->vector->has_hash ? 1 : 0);
}

void
dyn_table_vectors_check_billing(bool pay_per_request)
{
	if (!pay_per_request)
		dyn_validation(DYN_INVALID_PARAMETER "Vector indexes are only supported for PAY_PER_REQUEST tables");
}

void
dyn_table_vectors_of_table(const DynJson *vectors, DynDefinitions *definitions, DynTableDef *def)
{
	int			count = vectors ? dyn_json_count(vectors) : 0;

	if (!vectors)
		return;
	if (count == 0)
		dyn_validation(DYN_INVALID_PARAMETER "List of VectorIndexes is empty");
	if (count > DYN_MAX_VECTOR_INDEXES)
		dyn_validation(DYN_INVALID_PARAMETER "VectorIndex count exceeds the per-table limit of %d", DYN_MAX_VECTOR_INDEXES);
	def->vectors = palloc0(count * sizeof(DynIndex));
	for (const DynJson *json = dyn_json_first(vectors); json; json = dyn_json_next(json))
	{
		DynIndex *index = &def->vectors[def->nvectors];

		read_vector(json, definitions, index);
		check_dimensions(def, def->nvectors, index);
		def->nvectors++;
	}
}

/* A key of the table cannot become a vector. */
static void
check_key(const DynKeyAttr *key, const char *type, const DynVector *vector)
{
	if (key->tag != 0 && strcmp(key->name, vector->attribute.data) == 0)
		dyn_validation(DYN_INVALID_PARAMETER "Attributes cannot be redefined. Please check that your attribute has the same type as "
					   "previously defined. Existing schema: Schema:[SchemaElement: key{%s:%s:%s}] New schema: "
					   "VectorIndexSchema:[VectorAttribute: key{%s:L:%d}]", key->name, dyn_tag_name(key->tag), type,
					   vector->attribute.data, vector->dimensions);
}

/* Nor can a key of another index. */
static void
check_index_keys(const DynTableDef *def, const DynVector *vector)
{
	for (int i = 0; i < dyn_def_count(def); i++)
	{
		const DynIndex *index = dyn_def_index(def, i);
		int			count;
		const DynKeyAttr *keys = dyn_def_keys(index, &count);

		for (int k = 0; k < count; k++)
			check_key(&keys[k], index->vector || k < index->npk ? "HASH" : "RANGE", vector);
	}
}

void
dyn_table_vectors_of_update(const DynJson *create, DynDefinitions *given, const DynTableDef *def, DynIndex *index)
{
	read_vector(create, given, index);
	check_key(&def->pk, "HASH", index->vector);
	check_key(&def->sk, "RANGE", index->vector);
	check_index_keys(def, index->vector);
	check_dimensions(def, def->nvectors, index);
}

/* ---- descriptions ---- */

static void
print_schema(StringInfo out, const DynVector *vector)
{
	if (vector->nkeys == 0)
		return;
	dyn_jsonout_member(out, "SearchSchema");
	appendStringInfoChar(out, '[');
	for (int i = 0; i < vector->nkeys; i++)
	{
		appendStringInfoString(out, i > 0 ? ",{" : "{");
		dyn_jsonout_member(out, "AttributeName");
		dyn_jsonout_string(out, vector->keys[i].name, vector->keys[i].len);
		dyn_settings_print_text(out, "SearchSchemaElementType", i == 0 && vector->has_hash ? "HASH" : "INLINE_FILTER");
		appendStringInfoChar(out, '}');
	}
	appendStringInfoChar(out, ']');
}

/* After UpdateTable the service allocates an index, then fills it; after CreateTable there is nothing to fill. */
static void
print_state(StringInfo out, const DynTableDef *def, const DynIndex *index, const DynTableView *view)
{
	bool		created = view->state == DYN_TABLE_CREATING;
	bool		in_reply = view->creating && strcmp(index->name, view->creating) == 0;
	bool		dropped = view->deleting && strcmp(index->name, view->deleting) == 0;
	bool		creating = created || in_reply || (index->status == DYN_INDEX_CREATING && !dropped);

	dyn_settings_print_text(out, "IndexStatus", creating ? "CREATING" :
							dropped || index->status == DYN_INDEX_DELETING ? "DELETING" : "ACTIVE");
	if (!creating || created)
		return;
	dyn_jsonout_member(out, "Backfilling");
	appendStringInfoString(out, in_reply || dyn_index_is_allocating(def, index) ? "false" : "true");
}

static void
print_vector(StringInfo out, const DynTableDef *def, const DynIndex *index, const DynTableView *view)
{
	StringInfoData arn;
	int64		items = 0;
	int64		bytes = 0;
	bool		created = view->state == DYN_TABLE_CREATING || (view->creating && strcmp(index->name, view->creating) == 0);

	if (!created && index->status == DYN_INDEX_ACTIVE)
		dyn_count_index(def, index, &items, &bytes);
	initStringInfo(&arn);
	dyn_name_index_arn(&arn, def->name, index->name);
	dyn_settings_print_text(out, "IndexName", index->name);
	print_schema(out, index->vector);
	dyn_table_attributes_print_projection(out, index);
	dyn_jsonout_member(out, "VectorAttribute");
	appendStringInfoString(out, "{\"AttributeName\":");
	dyn_jsonout_string(out, index->vector->attribute.data, index->vector->attribute.len);
	appendStringInfoChar(out, '}');
	dyn_settings_print_number(out, "Dimensions", index->vector->dimensions);
	dyn_settings_print_text(out, "DistanceFunction", dyn_metric_name(index->vector->metric));
	print_state(out, def, index, view);
	dyn_settings_print_number(out, "IndexSizeBytes", bytes);
	dyn_settings_print_number(out, "ItemCount", items);
	dyn_settings_print_text(out, "IndexArn", arn.data);
}

void
dyn_table_vectors_describe(StringInfo out, const DynTableDef *def, const DynTableView *view)
{
	if (def->nvectors == 0)
		return;
	dyn_jsonout_member(out, "VectorIndexes");
	appendStringInfoChar(out, '[');
	for (int i = 0; i < def->nvectors; i++)
	{
		appendStringInfoString(out, i > 0 ? ",{" : "{");
		print_vector(out, def, &def->vectors[i], view);
		appendStringInfoChar(out, '}');
	}
	appendStringInfoChar(out, ']');
}
