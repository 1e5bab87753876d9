/*
 * limits.c - DescribeLimits and DescribeEndpoints
 */
#include "postgres.h"

#include "api/handlers.h"
#include "base/call.h"
#include "base/guc.h"
#include "base/jsonout.h"
#include "base/namespace.h"
#include "tables/settings.h"

/* The quotas of a new AWS account in us-east-1; Quotas, "Capacity mode and throughput". */
#define ACCOUNT_UNITS	80000
#define TABLE_UNITS		40000
#define CACHE_MINUTES	1440

void
dyn_api_describe_limits(const DynJson *request, StringInfo reply)
{
	appendStringInfoChar(reply, '{');
	dyn_settings_print_number(reply, "AccountMaxReadCapacityUnits", ACCOUNT_UNITS);
	dyn_settings_print_number(reply, "AccountMaxWriteCapacityUnits", ACCOUNT_UNITS);
	dyn_settings_print_number(reply, "TableMaxReadCapacityUnits", TABLE_UNITS);
	dyn_settings_print_number(reply, "TableMaxWriteCapacityUnits", TABLE_UNITS);
	appendStringInfoChar(reply, '}');
}

/* Is it a name or an address, with a port or without?  A header may hold any bytes. */
static bool
is_host(DynSlice host)
{
	for (uint32 i = 0; i < host.len; i++)
	{
		if (!isalnum((unsigned char) host.data[i]) && (host.data[i] == '\0' || strchr(".-:[]", host.data[i]) == NULL))
			return false;
	}
	return host.len > 0;
}

/* The endpoint is the host that the request was sent to, so that a client that discovers endpoints stays with this server. */
void
dyn_api_describe_endpoints(const DynJson *request, StringInfo reply)
{
	DynSlice	host = dyn_call_host();

	appendStringInfoString(reply, "{\"Endpoints\":[{");
	dyn_jsonout_member(reply, "Address");
	if (is_host(host))
		dyn_jsonout_string(reply, host.data, host.len);
	else
		appendStringInfo(reply, "\"dynamodb.%s.amazonaws.com\"", dyn_namespace_region());
	dyn_settings_print_number(reply, "CachePeriodInMinutes", CACHE_MINUTES);
	appendStringInfoString(reply, "}]}");
}
