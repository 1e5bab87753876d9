/*
 * global_tables.c - global tables of version 2017.11.29, and the auto scaling of replicas
 *
 * A server is one region and cannot be two, so there are no global tables: lists are empty, and requests that would create one
 * are refused, as the service refuses those of that version.
 */
#include "postgres.h"

#include "api/handlers.h"
#include "api/params.h"
#include "base/errors.h"
#include "base/namespace_text.h"
#include "base/request.h"
#include "tables/name.h"

static void
does_not_exist(DynErr error, const char *prefix, DynSlice full_name)
{
	dyn_error(error, "%sGlobal table with name: '%s' does not exist.", prefix,
			  dyn_namespace_text_name(pnstrdup(full_name.data, full_name.len)));
}

static void
refuse_version(void)
{
	dyn_validation(DYN_INVALID_PARAMETER "DynamoDB global tables version 2017.11.29 is not supported. We recommend using DynamoDB "
				   "global tables version 2019.11.21, instead of version 2017.11.29 (Legacy).");
}

/* Some operations put what the exception is before the text, with a colon. */
static void
not_found(const DynJson *request, const char *prefix)
{
	does_not_exist(DYN_E_GLOBAL_TABLE_NOT_FOUND, prefix, dyn_name_table(dyn_request_string(request, "GlobalTableName")));
}

void
dyn_api_list_global_tables(const DynJson *request, StringInfo reply)
{
	appendStringInfoString(reply, "{\"GlobalTables\":[]}");
}

void
dyn_api_describe_global_table(const DynJson *request, StringInfo reply)
{
	not_found(request, "Global table not found: ");
}

void
dyn_api_describe_global_table_settings(const DynJson *request, StringInfo reply)
{
	not_found(request, "");
}

void
dyn_api_update_global_table(const DynJson *request, StringInfo reply)
{
	const DynJson *updates = dyn_request_member(request, "ReplicaUpdates");
	bool		deletes = false;

	for (const DynJson *update = dyn_json_first(updates); update; update = dyn_json_next(update))
	{
		if (dyn_request_member(update, "Create"))
			refuse_version();
		deletes |= dyn_request_member(update, "Delete") != NULL;
	}
	if (!deletes)
		dyn_validation("One or more parameter values were invalid");
	not_found(request, "Global table not found: ");
}

void
dyn_api_update_global_table_settings(const DynJson *request, StringInfo reply)
{
	not_found(request, "");
}

void
dyn_api_create_global_table(const DynJson *request, StringInfo reply)
{
	refuse_version();
}

/* A table without replicas is none that these two know. */
static void
refuse_scaling(const DynJson *request)
{
	does_not_exist(DYN_E_RESOURCE_NOT_FOUND, "", dyn_params_table_name(request));
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
