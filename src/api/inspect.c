/*
 * inspect.c - the requests of the console in the browser that are no operations of the API
 *
 * They show the caller's role and statistics, and change access keys, all with the rights of that role; docs/console.md describes
 * them. Their names in statistics begin with "Console".
 */
#include "postgres.h"

#include "api/inspect.h"
#include "api/shapes.h"
#include "base/request.h"
#include "iam/key_change.h"
#include "iam/report.h"

static void
describe_role(const DynJson *request, StringInfo reply)
{
	dyn_report_role(reply, dyn_request_cstring(request, "ExclusiveStartTableName"));
}

static void
get_statistics(const DynJson *request, StringInfo reply)
{
	dyn_report_statistics(reply);
}

/* ---- access keys ---- */

static void
create_key(const DynJson *request, StringInfo reply)
{
	dyn_key_change_create(dyn_request_cstring(request, "RoleName"), reply);
}

static void
enable_key(const DynJson *request, StringInfo reply)
{
	dyn_key_change_enable(dyn_request_cstring(request, "AccessKeyId"), dyn_request_bool(request, "Enabled", true));
	appendStringInfoString(reply, "{}");
}

static void
drop_key(const DynJson *request, StringInfo reply)
{
	dyn_key_change_drop(dyn_request_cstring(request, "AccessKeyId"));
	appendStringInfoString(reply, "{}");
}

/* ---- all of them ---- */

static const struct
{
	const char *name;
	DynOperation operation;
}			requests[] = {
	{"role", {"ConsoleRole", &dyn_shape_inspect_role, describe_role}},
	{"statistics", {"ConsoleStatistics", &dyn_shape_inspect_statistics, get_statistics}},
	{"create-key", {"ConsoleCreateKey", &dyn_shape_inspect_create_key, create_key, true}},
	{"change-key", {"ConsoleChangeKey", &dyn_shape_inspect_change_key, enable_key, true}},
	{"drop-key", {"ConsoleDropKey", &dyn_shape_inspect_drop_key, drop_key, true}},
};

const DynOperation *
dyn_inspect_find(const char *name, uint32 len)
{
	for (int i = 0; i < lengthof(requests); i++)
	{
		if (len == strlen(requests[i].name) && memcmp(name, requests[i].name, len) == 0)
			return &requests[i].operation;
	}
	return NULL;
}
