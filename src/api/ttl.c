/*
 * ttl.c - UpdateTimeToLive, DescribeTimeToLive
 *
 * The specification is stored; store/ttl.h derives the status from it and from the existing index. The service refuses a second
 * change within an hour; here dynapg.ttl_change_interval decides, and by default a change may follow at once.
 */
#include "postgres.h"

#include "api/handlers.h"
#include "api/params.h"
#include "api/table_describe.h"
#include "base/errors.h"
#include "base/guc.h"
#include "base/jsonout.h"
#include "base/namespace_text.h"
#include "base/request.h"
#include "store/builder.h"
#include "store/ttl.h"
#include "tables/catalog.h"
#include "tables/name.h"
#include "tables/settings.h"

/* A change that the state does not admit. */
static void
check_change(const DynTableSettings *settings, bool enable, DynSlice attribute)
{
	bool		same = settings->ttl_attribute && dyn_slice_is(attribute, settings->ttl_attribute);

	if (!settings->ttl_enabled && !enable)
		dyn_validation("TimeToLive is already disabled");
	if (settings->ttl_enabled && !same)
		dyn_validation("TimeToLive is active on a different AttributeName: current AttributeName is %s", settings->ttl_attribute);
	if (settings->ttl_enabled && enable)
		dyn_validation("TimeToLive is already enabled");
	if (settings->ttl_since > dyn_settings_epoch(GetCurrentTimestamp()) - dyn_guc_ttl_change_interval)
		dyn_validation("Time to live has been modified multiple times within a fixed interval");
}

void
dyn_api_update_time_to_live(const DynJson *request, StringInfo reply)
{
	const DynJson *specification = dyn_request_member(request, "TimeToLiveSpecification");
	DynSlice	attribute = dyn_request_string(specification, "AttributeName");
	bool		enable = dyn_request_bool(specification, "Enabled", false);
	DynSlice	name = dyn_params_table_name(request);
	DynTableDef *def = dyn_table_describe_find(name, false);
	DynTableSettings *settings;

	if (dyn_table_describe_is_filling(def))
		dyn_error(DYN_E_RESOURCE_IN_USE, "Attempt to change a resource which is still in use: Table %s is being created",
				  dyn_namespace_text_name(def->name));
	def = dyn_table_describe_find(name, true);
	settings = &def->settings;
	if (memchr(attribute.data, '\0', attribute.len))
		dyn_validation(DYN_INVALID_PARAMETER "AttributeName must not contain the character U+0000");
	check_change(settings, enable, attribute);
	if (enable && dyn_ttl_read(def).status == DYN_TTL_DISABLING)
		dyn_error(DYN_E_RESOURCE_IN_USE, "Attempt to change a resource which is still in use: Table: %s is in the process of "
				  "disabling TimeToLive", dyn_namespace_text_name(def->name));
	settings->ttl_attribute = pnstrdup(attribute.data, attribute.len);
	settings->ttl_enabled = enable;
	settings->ttl_since = dyn_settings_epoch(GetCurrentTimestamp());
	dyn_catalog_update(def);
	dyn_ttl_apply(def);

	appendStringInfoString(reply, "{\"TimeToLiveSpecification\":{\"Enabled\":");
	appendStringInfoString(reply, enable ? "true" : "false");
	dyn_settings_print_text(reply, "AttributeName", settings->ttl_attribute);
	appendStringInfoString(reply, "}}");
}

void
dyn_api_describe_time_to_live(const DynJson *request, StringInfo reply)
{
	DynTableDef *def = dyn_table_describe_find(dyn_params_table_name(request), false);
	DynTtl		ttl = dyn_ttl_read(def);

	if (dyn_table_describe_is_filling(def))
		dyn_validation("Cannot describe time to live while table is in CREATING state: Current table state is CREATING");
	if (ttl.status == DYN_TTL_ENABLING || ttl.status == DYN_TTL_DISABLING)
		dyn_builder_start_now(def->relid);
	appendStringInfoString(reply, "{\"TimeToLiveDescription\":{");
	dyn_settings_print_text(reply, "TimeToLiveStatus", dyn_ttl_status_name(ttl.status));
	if (ttl.status != DYN_TTL_DISABLED)
		dyn_settings_print_text(reply, "AttributeName", ttl.attribute);
	appendStringInfoString(reply, "}}");
}
