/*
 * inspect.c - the requests of the console in the browser that are no operations of the API
 *
 * They are read-only; docs/console.md describes them. Their names in statistics begin with "Console".
 */
#include "postgres.h"

#include "api/inspect.h"
#include "api/shapes.h"
#include "base/request.h"
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

static const struct
{
	const char *name;
	DynOperation operation;
}			requests[] = {
	{"role", {"ConsoleRole", &dyn_shape_inspect_role, describe_role}},
	{"statistics", {"ConsoleStatistics", &dyn_shape_inspect_statistics, get_statistics}},
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
