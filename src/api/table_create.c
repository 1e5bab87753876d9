/*
 * table_create.c - CreateTable
 *
 * The checks run in the service's order: billing, keys and indexes, index settings, the other settings; only then the name is
 * taken.
 */
#include "postgres.h"

#include "api/handlers.h"
#include "api/params.h"
#include "api/policy_text.h"
#include "api/table_check.h"
#include "api/table_create.h"
#include "api/table_describe.h"
#include "api/table_keys.h"
#include "api/table_vectors.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/limits.h"
#include "base/namespace_text.h"
#include "base/request.h"
#include "changes/stream.h"
#include "tables/catalog.h"
#include "tables/lifecycle.h"
#include "tables/name.h"
#include "tables/settings.h"

static void
take_billing(const DynJson *request, DynTableSettings *settings)
{
	const DynJson *throughput = dyn_request_member(request, "ProvisionedThroughput");

	settings->pay_per_request = dyn_request_is(request, "BillingMode", "PAY_PER_REQUEST");
	if (settings->pay_per_request && throughput)
		dyn_validation(DYN_INVALID_PARAMETER "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when "
					   "BillingMode is PAY_PER_REQUEST");
	if (!settings->pay_per_request && !throughput)
		dyn_validation(DYN_INVALID_PARAMETER "ReadCapacityUnits and WriteCapacityUnits must both be specified when "
					   "BillingMode is PROVISIONED");
	if (throughput)
		dyn_table_check_throughput(throughput, NULL, &settings->throughput);
	if (settings->pay_per_request)
		settings->pay_per_request_since = dyn_settings_now();
}

/* The settings of the global indexes, which def has in the request's order, after the local ones. */
static void
take_index_settings(const DynJson *request, DynTableDef *def, const DynTableSettings *settings)
{
	const DynJson *globals = dyn_request_member(request, "GlobalSecondaryIndexes");
	int			i = 0;

	if (!globals)
		return;
	while (def->indexes[i].kind == DYN_INDEX_LOCAL)
		i++;
	for (const DynJson *index = dyn_json_first(globals); index; index = dyn_json_next(index))
		def->indexes[i++].settings = dyn_table_check_new_index(index, settings->pay_per_request, false);
}

static void
take_stream(const DynJson *request, const char *table_name, DynTableSettings *settings)
{
	const DynJson *stream = dyn_request_member(request, "StreamSpecification");
	bool		enabled = dyn_request_bool(stream, "StreamEnabled", false);
	bool		has_view = dyn_request_member(stream, "StreamViewType") != NULL;

	if (!stream)
		return;
	if (!enabled && has_view)
		dyn_validation(DYN_INVALID_PARAMETER "Table is being created with a stream disabled, UpdateViewType should not be "
					   "specified");
	if (enabled && !has_view)
		dyn_validation(DYN_INVALID_PARAMETER "Table is being created with a stream enabled, UpdateViewType is required");
	if (enabled)
		dyn_table_check_stream_on(stream, table_name, settings);
}

static void
take_tags(const DynJson *request, DynTableSettings *settings)
{
	const DynJson *tags = dyn_request_member(request, "Tags");
	StringInfoData text;

	if (!tags || dyn_json_count(tags) == 0)
		return;
	dyn_tags_check(tags);
	initStringInfo(&text);
	appendStringInfoChar(&text, '[');
	for (const DynJson *tag = dyn_json_first(tags); tag; tag = dyn_json_next(tag))
	{
		DynSlice	key = dyn_request_string(tag, "Key");
		DynSlice	value = dyn_request_string(tag, "Value");

		appendStringInfoString(&text, text.len > 1 ? ",{" : "{");
		dyn_jsonout_member(&text, "Key");
		dyn_jsonout_string(&text, key.data, key.len);
		dyn_jsonout_member(&text, "Value");
		dyn_jsonout_string(&text, value.data, value.len);
		appendStringInfoChar(&text, '}');
	}
	appendStringInfoChar(&text, ']');
	settings->tags = text.data;
}

static void
take_policy(const DynJson *request, DynTableSettings *settings)
{
	DynSlice	policy = dyn_request_string(request, "ResourcePolicy");

	if (policy.data != NULL)
		dyn_settings_set_policy(&settings->policy, dyn_policy_text(policy));
}

void
dyn_table_create_read(const DynJson *request, DynTableDef *def)
{
	DynSlice	name = dyn_params_table_name(request);
	DynTableSettings *settings = &def->settings;

	*def = (DynTableDef) {.name = pnstrdup(name.data, name.len)};
	dyn_table_check_no_global_table(request);
	take_billing(request, settings);
	dyn_table_keys_of_table(request, def);
	if (def->nvectors > 0)
		dyn_table_vectors_check_billing(settings->pay_per_request);
	take_index_settings(request, def, settings);
	settings->on_demand = dyn_table_check_on_demand(request, settings->pay_per_request, NULL, NULL);
	settings->warm = dyn_table_check_warm(request, NULL, &settings->throughput, settings->pay_per_request, NULL);
	take_stream(request, def->name, settings);
	dyn_table_check_sse(request, settings);
	take_tags(request, settings);
	take_policy(request, settings);
	settings->table_class = dyn_table_check_class(request);
	def->deletion_protection = dyn_request_bool(request, "DeletionProtectionEnabled", false);
}

void
dyn_table_create_stream(const DynTableDef *def)
{
	const DynTableSettings *settings = &def->settings;

	if (settings->stream)
		dyn_stream_enable(def->relid, def->name, settings->stream_label, settings->stream_view, &def->pk, &def->sk);
}

/* A table of that name exists, or is being made by a job. */
static void
refuse_existing(const char *name)
{
	const DynTableDef *existing = dyn_catalog_read(name);

	if (existing && dyn_table_describe_is_filling(existing))
		dyn_error(DYN_E_RESOURCE_IN_USE, "Attempt to change a resource which is still in use: Table is being %s: %s",
				  existing->settings.restored ? "used" : "created", dyn_namespace_text_name(name));
	dyn_error(DYN_E_RESOURCE_IN_USE, DYN_TABLE_EXISTS, dyn_namespace_text_name(name));
}

void
dyn_api_create_table(const DynJson *request, StringInfo reply)
{
	DynTableDef def;

	dyn_table_create_read(request, &def);
	if (!dyn_lifecycle_create(&def))
		refuse_existing(def.name);
	dyn_table_create_stream(&def);

	appendStringInfoChar(reply, '{');
	dyn_table_describe_print(reply, "TableDescription", &def, (DynTableView) {DYN_TABLE_CREATING});
	appendStringInfoChar(reply, '}');
}
