/*
 * index_build.c - adding secondary indexes to tables and dropping them
 */
#include "postgres.h"

#include "access/xlog.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "base/guc.h"
#include "database/sql.h"
#include "store/builder.h"
#include "store/index_build.h"
#include "tables/catalog.h"
#include "tables/checks.h"
#include "tables/ddl.h"
#include "tables/hnsw.h"
#include "tables/index.h"
#include "tables/relation.h"

/* Checks the other rights that CREATE INDEX demands of the owner; without them a builder would fail long after the request. */
static void
require_schema(Oid relid)
{
	Oid			schema = get_rel_namespace(relid);

	if (!dyn_compat_may_create_in(schema, GetUserId()))
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_SCHEMA, get_namespace_name(schema));
}

void
dyn_index_build_add(const DynTableDef *def, const DynIndex *index)
{
	dyn_catalog_require_owner(def->relid);
	require_schema(def->relid);
	SPI_connect();
	if (dyn_guc_index_build == DYN_INDEX_BUILD_IMMEDIATE)
	{
		dyn_index_create(def, index);
		dyn_checks_add_index(def, index);
		dyn_ddl_vacuum_indexed(def->relid);
	}
	else
	{
		dyn_index_insert(def, index, dyn_ddl_index_name(def, index->name), "CREATING");
		dyn_builder_start_at_commit(def->relid);
	}
	SPI_finish();
}

static void
drop_relation(Oid relid)
{
	if (OidIsValid(relid))
		dyn_sql_run(dyn_ddl_drop_index(relid, false), NULL, 0);
}

void
dyn_index_build_drop(const DynTableDef *def, const DynIndex *index)
{
	dyn_catalog_require_owner(def->relid);
	if (index->status == DYN_INDEX_CREATING)
		dyn_builder_stop(def->relid);
	SPI_connect();
	if (dyn_guc_index_build == DYN_INDEX_BUILD_IMMEDIATE)
	{
		drop_relation(dyn_relation_of_index(def, index, false));
		if (index->vector)
			drop_relation(dyn_hnsw_own_relation(def, index));
		if (dyn_checks_has_index(def->relid, index->name))
			dyn_sql_run(dyn_checks_drop_statement(def->relid, index->name), NULL, 0);
		dyn_index_forget(def->relid, index->name);
	}
	else
	{
		dyn_index_set_deleting(def->relid, index->name);
		dyn_builder_start_at_commit(def->relid);
	}
	SPI_finish();
}

/* ---- unfinished indexes ---- */

void
dyn_index_build_resume(const DynTableDef *def)
{
	const DynIndex *index = def ? dyn_index_unfinished(def) : NULL;

	if (def && def->filled_by == NULL && !index && dyn_guc_index_build == DYN_INDEX_BUILD_BACKGROUND)
		index = dyn_hnsw_missing(def);
	if (index && def->filled_by == NULL && !RecoveryInProgress() && dyn_index_is_due(def, index))
		dyn_builder_start_now(def->relid);
}

/* ---- for the builder ---- */

DynTableDef *
dyn_index_build_job(Oid relid, const DynIndex **index)
{
	DynTableDef *def = dyn_catalog_read_relid(relid);

	*index = def && def->filled_by == NULL ? dyn_index_unfinished(def) : NULL;
	return *index ? def : NULL;
}
