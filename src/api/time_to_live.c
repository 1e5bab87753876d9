/*
 * time_to_live.c - UpdateTimeToLive, DescribeTimeToLive
 *
 * A change holds at once: there is no ENABLING or DISABLING.
 *
 * Layer 3 (api).
 */
#include "postgres.h"

#include "api/handlers.h"
#include "api/names.h"
#include "api/shapes.h"
#include "api/table_describe.h"
#include "api/table_settings.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "changes/expiry.h"

void
dyn_api_update_time_to_live(const DynJson *request, StringInfo reply)
{
	const DynJson *wanted = dyn_request_member(request, "TimeToLiveSpecification");
	bool		enable = dyn_request_bool(wanted, "Enabled", false);
	char	   *attribute = dyn_request_cstring(wanted, "AttributeName");
	DynTableDef *def = dyn_describe_find(dyn_name_of_request(request), true);
	char	   *current = dyn_expiry_attribute(def->relid);

	if (!enable && !current)
		dyn_validation("TimeToLive is already disabled");
	if (current && strcmp(current, attribute) != 0)
		dyn_validation("TimeToLive is active on a different AttributeName: current AttributeName is %s", current);
	if (enable && current)
		dyn_validation("TimeToLive is already enabled");
	dyn_expiry_set(def->relid, enable ? attribute : NULL);

	appendStringInfoChar(reply, '{');
	dyn_jsonout_member(reply, "TimeToLiveSpecification");
	appendStringInfo(reply, "{\"Enabled\":%s", enable ? "true" : "false");
	dyn_settings_print_text(reply, "AttributeName", attribute);
	appendStringInfoString(reply, "}}");
}

void
dyn_api_describe_time_to_live(const DynJson *request, StringInfo reply)
{
	DynTableDef *def = dyn_describe_find(dyn_name_of_request(request), false);
	char	   *attribute = dyn_expiry_attribute(def->relid);

	appendStringInfoChar(reply, '{');
	dyn_jsonout_member(reply, "TimeToLiveDescription");
	appendStringInfoChar(reply, '{');
	dyn_settings_print_text(reply, "TimeToLiveStatus", attribute ? "ENABLED" : "DISABLED");
	if (attribute)
		dyn_settings_print_text(reply, "AttributeName", attribute);
	appendStringInfoString(reply, "}}");
}
