/*
 * global_tables.c - global tables of version 2017.11.29, and the auto scaling of replicas
 *
 * A server is one region and cannot be two, so there are no global tables: lists are empty, and requests that would create one
 * are refused with an error that says what to use instead.
 */
#include "postgres.h"

#include "api/handlers.h"
#include "api/params.h"
#include "api/table_describe.h"
#include "base/errors.h"
#include "base/namespace.h"
#include "base/request.h"
#include "tables/catalog.h"
#include "tables/name.h"

#define USE_REPLICATION "Use PostgreSQL's logical replication of the data table to another server."

static void
not_found(const DynJson *request)
{
	DynSlice	name = dyn_request_string(request, "GlobalTableName");

	dyn_error(DYN_E_GLOBAL_TABLE_NOT_FOUND, "Global table not found: Global table with name: '%.*s' does not exist.",
			  (int) name.len, name.data);
}

void
dyn_api_list_global_tables(const DynJson *request, StringInfo reply)
{
	appendStringInfoString(reply, "{\"GlobalTables\":[]}");
}

void
dyn_api_describe_global_table(const DynJson *request, StringInfo reply)
{
	not_found(request);
}

void
dyn_api_describe_global_table_settings(const DynJson *request, StringInfo reply)
{
	not_found(request);
}

void
dyn_api_update_global_table(const DynJson *request, StringInfo reply)
{
	not_found(request);
}

void
dyn_api_update_global_table_settings(const DynJson *request, StringInfo reply)
{
	not_found(request);
}

void
dyn_api_create_global_table(const DynJson *request, StringInfo reply)
{
	char	   *name = dyn_request_cstring(request, "GlobalTableName");

	if (dyn_catalog_read(dyn_namespace_full_name(name)) == NULL)
		dyn_error(DYN_E_TABLE_NOT_FOUND, DYN_TABLE_UNKNOWN, name);
	dyn_validation("Global tables are not supported: this server is one region. " USE_REPLICATION);
}

/* A table without replicas has no auto scaling of them. */
static void
refuse_scaling(const DynJson *request)
{
	(void) dyn_table_describe_find(dyn_params_table_name(request), false);
	dyn_validation("The table has no replicas, so it has no auto scaling of replicas. " USE_REPLICATION);
}

void
dyn_api_describe_table_replica_auto_scaling(const DynJson *request, StringInfo reply)
{
	refuse_scaling(request);
}

void
dyn_api_update_table_replica_auto_scaling(const DynJson *request, StringInfo reply)
{
	refuse_scaling(request);
}
