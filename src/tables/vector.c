/*
 * vector.c - the relations of a vector index
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "tables/flat.h"
#include "tables/vector.h"

void
dyn_vector_append_reals(StringInfo out, const char *attribute, int dimensions)
{
	appendStringInfo(out, "dynapg.item_reals(item, %s, %d)", quote_literal_cstr(attribute), dimensions);
}

void
dyn_vector_append_tag(StringInfo out, const DynKeyAttr *key)
{
	appendStringInfo(out, "dynapg.item_tag(item, %s, '%s')", quote_literal_cstr(key->name), dyn_tag_name(key->tag));
}

const char *
dyn_vector_operator(DynMetric metric)
{
	static const char *const operators[] = {"OPERATOR(dynapg.<=>)", "OPERATOR(dynapg.<#>)", "OPERATOR(dynapg.<->)"};

	return operators[metric];
}

static const char *
operator_class(DynMetric metric)
{
	static const char *const classes[] = {"dynapg.flat_cosine_ops", "dynapg.flat_dot_product_ops", "dynapg.flat_euclidean_ops"};

	return classes[metric];
}

void
dyn_vector_append_condition(StringInfo out, const DynVector *vector)
{
	appendStringInfoString(out, " WHERE ");
	dyn_vector_append_reals(out, vector->attribute.data, vector->dimensions);
	appendStringInfoString(out, " IS NOT NULL");
	if (!vector->has_hash)
		return;
	appendStringInfoString(out, " AND ");
	dyn_vector_append_tag(out, &vector->keys[0]);
	appendStringInfoString(out, " IS NOT NULL");
}

char *
dyn_vector_create_flat(const char *table, const DynIndex *index, const char *relation_name, const char *concurrently)
{
	const DynVector *vector = index->vector;
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE INDEX %s%s ON %s USING " DYN_FLAT_AM " (", concurrently, quote_identifier(relation_name),
					 table);
	dyn_vector_append_reals(&sql, vector->attribute.data, vector->dimensions);
	appendStringInfo(&sql, " %s", operator_class(vector->metric));
	for (int i = 0; i < vector->nkeys; i++)
	{
		appendStringInfoString(&sql, ", ");
		dyn_vector_append_tag(&sql, &vector->keys[i]);
	}
	appendStringInfoChar(&sql, ')');
	return sql.data;
}
