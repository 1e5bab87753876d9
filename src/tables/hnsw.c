/*
 * hnsw.c - HNSW indexes of the extension vector (pgvector), where the database has it
 */
#include "postgres.h"

#include "access/amapi.h"
#include "access/htup_details.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_amop.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "base/guc.h"
#include "tables/ddl.h"
#include "tables/hnsw.h"
#include "tables/relation.h"
#include "tables/vector.h"

#define MAX_VECTOR	2000		/* dimensions that an HNSW index takes of each type */
#define MAX_HALFVEC 4000

/* ---- what the extension has ---- */

static bool
is_member(Oid class, Oid object, Oid extension)
{
	return OidIsValid(object) && getExtensionOfObject(class, object) == extension;
}

/* The access method hnsw of the extension. */
static Oid
access_method(Oid extension)
{
	Oid			am = get_index_am_oid("hnsw", true);

	return is_member(AccessMethodRelationId, am, extension) ? am : InvalidOid;
}

/* The operator class of that name in any schema, as long as it is the extension's. */
static HeapTuple
operator_class(Oid extension, Oid am, const char *name)
{
	CatCList   *list = SearchSysCacheList1(CLAAMNAMENSP, ObjectIdGetDatum(am));
	HeapTuple	found = NULL;

	for (int i = 0; i < list->n_members && found == NULL; i++)
	{
		HeapTuple	tuple = &list->members[i]->tuple;
		Form_pg_opclass form = (Form_pg_opclass) GETSTRUCT(tuple);

		if (strcmp(NameStr(form->opcname), name) == 0 && is_member(OperatorClassRelationId, form->oid, extension))
			found = heap_copytuple(tuple);
	}
	ReleaseSysCacheList(list);
	return found;
}

/* An extension that the user may not use is ignored. */
static bool
may_use(Oid schema)
{
	return dyn_compat_may_use_schema(schema, GetUserId());
}

static char *
operator_text(Oid operator)
{
	HeapTuple	tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(operator));
	Form_pg_operator form;
	char	   *text = NULL;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	form = (Form_pg_operator) GETSTRUCT(tuple);
	if (may_use(form->oprnamespace))
		text = psprintf("OPERATOR(%s.%s)", quote_identifier(get_namespace_name(form->oprnamespace)), NameStr(form->oprname));
	ReleaseSysCache(tuple);
	return text;
}

static char *
type_text(Oid type)
{
	HeapTuple	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	Form_pg_type form;
	char	   *text = NULL;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	form = (Form_pg_type) GETSTRUCT(tuple);
	if (may_use(form->typnamespace))
		text = quote_qualified_identifier(get_namespace_name(form->typnamespace), NameStr(form->typname));
	ReleaseSysCache(tuple);
	return text;
}

static bool
read_class(Oid extension, HeapTuple class, DynHnsw *hnsw)
{
	Form_pg_opclass form = (Form_pg_opclass) GETSTRUCT(class);
	Oid			type = form->opcintype;
	Oid			operator = get_opfamily_member(form->opcfamily, type, type, 1);

	if (!is_member(TypeRelationId, type, extension) || !is_member(OperatorRelationId, operator, extension) ||
		!may_use(form->opcnamespace))
		return false;
	hnsw->type = type_text(type);
	hnsw->opclass = quote_qualified_identifier(get_namespace_name(form->opcnamespace), NameStr(form->opcname));
	hnsw->operator = operator_text(operator);
	return hnsw->type != NULL && hnsw->operator != NULL;
}

bool
dyn_hnsw_find(int dimensions, DynMetric metric, DynHnsw *hnsw)
{
	static const char *const suffixes[] = {"cosine_ops", "ip_ops", "l2_ops"};
	Oid			extension = get_extension_oid("vector", true);
	Oid			am = OidIsValid(extension) ? access_method(extension) : InvalidOid;
	HeapTuple	class;
	bool		found;

	if (!OidIsValid(am))
		return false;
	*hnsw = (DynHnsw) {.is_half = dimensions > MAX_VECTOR};
	if (dimensions > MAX_HALFVEC || (hnsw->is_half && metric != DYN_METRIC_COSINE))
		return false;
	class = operator_class(extension, am, psprintf("%s_%s", hnsw->is_half ? "halfvec" : "vector", suffixes[metric]));
	if (class == NULL)
		return false;			/* an older version */
	found = read_class(extension, class, hnsw);
	heap_freetuple(class);
	if (!found)
		return false;
	pfree(GetIndexAmRoutineByAmId(am, false));	/* loads the library with its settings */
	hnsw->iterates = GetConfigOption("hnsw.iterative_scan", true, false) != NULL;
	return true;
}

/* ---- the index ---- */

void
dyn_hnsw_append_expression(StringInfo out, const DynHnsw *hnsw, const char *attribute, int dimensions)
{
	appendStringInfo(out, "(dynapg.%s(item, %s, %d)::%s(%d))", hnsw->is_half ? "item_unit_reals" : "item_reals",
					 quote_literal_cstr(attribute), dimensions, hnsw->type, dimensions);
}

static char *
create_statement(const DynTableDef *def, const DynVector *vector, const char *relation_name, const char *concurrently)
{
	DynHnsw		hnsw;
	StringInfoData sql;

	if (!dyn_hnsw_find(vector->dimensions, vector->metric, &hnsw))
		return NULL;
	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE INDEX %s%s ON %s USING hnsw (", concurrently, quote_identifier(relation_name),
					 dyn_ddl_qualified_name(def->relid));
	dyn_hnsw_append_expression(&sql, &hnsw, vector->attribute.data, vector->dimensions);
	appendStringInfo(&sql, " %s) WITH (m = %d, ef_construction = %d)", hnsw.opclass, dyn_guc_hnsw_m,
					 Max(dyn_guc_hnsw_ef_construction, 2 * dyn_guc_hnsw_m));
	return sql.data;
}

char *
dyn_hnsw_create(const DynTableDef *def, const DynIndex *index, const char *relation_name, bool concurrently)
{
	if (dyn_guc_vector_search == DYN_VECTOR_SEARCH_EXACT)
		return NULL;
	return create_statement(def, index->vector, relation_name, dyn_ddl_concurrently(def->relid, concurrently));
}

Oid
dyn_hnsw_relation(const DynTableDef *def, const DynIndex *index, bool *valid)
{
	char	   *sql = create_statement(def, index->vector, "x", "");

	*valid = false;
	return sql ? dyn_relation_of_statement(def, sql, valid) : InvalidOid;
}

static bool
same_vectors(const DynVector *a, const DynVector *b)
{
	return dyn_slice_equal(a->attribute, b->attribute) && a->dimensions == b->dimensions && a->metric == b->metric;
}

Oid
dyn_hnsw_own_relation(const DynTableDef *def, const DynIndex *index)
{
	bool		valid;

	for (int i = 0; i < def->nvectors; i++)
	{
		const DynIndex *other = &def->vectors[i];

		if (strcmp(other->name, index->name) != 0 && other->status != DYN_INDEX_DELETING && same_vectors(other->vector, index->vector))
			return InvalidOid;
	}
	return dyn_hnsw_relation(def, index, &valid);
}

const DynIndex *
dyn_hnsw_missing(const DynTableDef *def)
{
	bool		valid;

	if (dyn_guc_vector_search == DYN_VECTOR_SEARCH_EXACT)
		return NULL;
	for (int i = 0; i < def->nvectors; i++)
	{
		const DynIndex *index = &def->vectors[i];
		DynHnsw		hnsw;

		if (index->status != DYN_INDEX_ACTIVE || !dyn_hnsw_find(index->vector->dimensions, index->vector->metric, &hnsw))
			continue;
		if (!OidIsValid(dyn_hnsw_relation(def, index, &valid)) || !valid)
			return index;
	}
	return NULL;
}
