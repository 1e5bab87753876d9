/*
 * distribute.c - giving a table to Citus, which keeps its rows on several nodes
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/inval.h"

#include "base/errors.h"
#include "base/guc.h"
#include "base/namespace.h"
#include "database/citus.h"
#include "tables/catalog.h"
#include "tables/ddl.h"
#include "tables/distribute.h"
#include "tables/name.h"

PGDLLEXPORT Datum dynapg_distribute(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(dynapg_distribute);

static void
distribute(const DynTableDef *def, const char *colocate_with)
{
	dyn_citus_distribute(def->relid, "pk", colocate_with);
	CacheInvalidateRelcacheByRelid(def->relid);
}

void
dyn_distribute_new(const DynTableDef *def)
{
	if (dyn_guc_distribute_tables && dyn_citus_loaded() && def->filled_by == NULL && def->rows_from == NULL && def->nvectors == 0)
		distribute(def, NULL);
}

/* The relation of a table that another one's shards are to lie beside. */
static const char *
companion(const char *name)
{
	Oid			relid;

	if (strcmp(name, "none") == 0)
		return name;
	relid = dyn_catalog_relid(dyn_namespace_full_name(name));
	if (!OidIsValid(relid))
		dyn_name_not_found((DynSlice) {name, strlen(name)}, DYN_NAME_DATA);
	return dyn_ddl_qualified_name(relid);
}

/*
 * distribute(table_name, colocate_with): as the table's owner
 */
Datum
dynapg_distribute(PG_FUNCTION_ARGS)
{
	const char *name;
	const char *beside = NULL;
	DynTableDef *def;

	if (PG_ARGISNULL(0))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("the name of a table must not be null")));
	if (!dyn_citus_loaded())
		dyn_validation("Citus is not loaded: it has to be in shared_preload_libraries");
	name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	SPI_connect();
	def = dyn_catalog_read_for_update(dyn_namespace_full_name(name));
	if (def == NULL)
		dyn_name_not_found((DynSlice) {name, strlen(name)}, DYN_NAME_DATA);
	if (def->nvectors > 0)
		dyn_validation("Table %s has vector indexes: it cannot be distributed", name);
	if (!PG_ARGISNULL(1))
		beside = companion(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	distribute(def, beside);
	SPI_finish();
	PG_RETURN_VOID();
}
