/*
 * table_check.c - the parameters that CreateTable and UpdateTable share, checked and taken over
 *
 * Layer 3 (api).
 */
#include "postgres.h"

#include "api/table_check.h"

#include "api/shapes.h"
#include "api/table_describe.h"
#include "base/errors.h"
#include "pgtime.h"

#define MAX_CAPACITY_UNITS	INT64CONST(1000000000000)

static int64
checked_units(const DynJson *throughput, const char *member, const char *index)
{
	int64		units = dyn_request_integer(throughput, member, 0);

	if (units > MAX_CAPACITY_UNITS)
		dyn_validation("Given value " INT64_FORMAT " for %s is out of bounds%s%s", units, member,
					   index ? " for index " : "", index ? index : "");
	return units;
}

void
dyn_check_throughput(const DynJson *throughput, const char *index, DynThroughput *into)
{
	into->read = checked_units(throughput, "ReadCapacityUnits", index);
	into->write = checked_units(throughput, "WriteCapacityUnits", index);
}

/* " for index: X", or nothing for a table. */
static const char *
of_index(const char *index)
{
	return index ? psprintf(" for index: %s", index) : "";
}

/* units, with what they leave out taken from current. */
static DynUnits
completed(DynUnits units, const DynUnits *current)
{
	if (!current || !current->set)
		return units;
	if (units.read == DYN_UNITS_ABSENT)
		units.read = current->read;
	if (units.write == DYN_UNITS_ABSENT)
		units.write = current->write;
	return units;
}

DynUnits
dyn_check_on_demand(const DynJson *object, bool pay_per_request, const char *index, const DynUnits *current)
{
	DynUnits	units = dyn_settings_on_demand(dyn_request_member(object, "OnDemandThroughput"));

	if (!units.set)
		return current ? *current : units;
	if (!pay_per_request)
		dyn_validation(DYN_INVALID_PARAMETER "OnDemandThroughput cannot be specified when BillingMode is PROVISIONED%s",
					   of_index(index));
	if (units.read == DYN_UNITS_ABSENT && units.write == DYN_UNITS_ABSENT)
		dyn_validation(DYN_INVALID_PARAMETER "At least one of MaxReadRequestUnits, MaxWriteRequestUnits must be specified in "
					   "OnDemandThroughput%s", of_index(index));
	if (units.read != DYN_UNITS_ABSENT && units.read != -1 && units.read < 1)
		dyn_validation(DYN_INVALID_PARAMETER "MaxReadRequestUnits must be greater than or equal to 1, or -1%s", of_index(index));
	if (units.write != DYN_UNITS_ABSENT && units.write != -1 && units.write < 1)
		dyn_validation(DYN_INVALID_PARAMETER "MaxWriteRequestUnits must be greater than or equal to 1, or -1%s", of_index(index));
	return completed(units, current);
}

static void
check_warm_unit(int64 units, int64 least, int64 current, const char *member, const char *index)
{
	const char *of = index ? psprintf("index %s", index) : "table";

	if (units == DYN_UNITS_ABSENT)
		return;
	if (units < current)
		dyn_validation(DYN_INVALID_PARAMETER "Requested %s for WarmThroughput for %s is lower than current WarmThroughput, "
					   "decreasing WarmThroughput is not supported", member, of);
	if (units < least)
		dyn_validation(DYN_INVALID_PARAMETER "Requested %s for WarmThroughput for %s is lower than the minimum value of "
					   INT64_FORMAT, member, of, least);
}

DynUnits
dyn_check_warm(const DynJson *object, const char *index, const DynUnits *current)
{
	DynUnits	units = dyn_settings_warm(dyn_request_member(object, "WarmThroughput"));

	if (!units.set)
		return current ? *current : units;
	if (units.read == DYN_UNITS_ABSENT && units.write == DYN_UNITS_ABSENT)
		dyn_validation(DYN_INVALID_PARAMETER "At least one of ReadUnitsPerSecond, WriteUnitsPerSecond must be specified in "
					   "WarmThroughput%s", of_index(index));
	check_warm_unit(units.read, DYN_WARM_READ, current ? current->read : 0, "ReadUnitsPerSecond", index);
	check_warm_unit(units.write, DYN_WARM_WRITE, current ? current->write : 0, "WriteUnitsPerSecond", index);
	return completed(units, current);
}

char *
dyn_check_new_index(const DynJson *index, bool pay_per_request)
{
	DynIndexSettings settings = {0};
	const DynJson *throughput = dyn_request_member(index, "ProvisionedThroughput");
	char	   *name = dyn_request_cstring(index, "IndexName");

	if (throughput && pay_per_request)
		dyn_validation(DYN_INVALID_PARAMETER "ProvisionedThroughput should not be specified for index: %s when BillingMode is "
					   "PAY_PER_REQUEST", name);
	if (!throughput && !pay_per_request)
		dyn_validation(DYN_INVALID_PARAMETER "ProvisionedThroughput must be specified for index: %s", name);
	if (throughput)
		dyn_check_throughput(throughput, name, &settings.throughput);
	settings.on_demand = dyn_check_on_demand(index, pay_per_request, name, NULL);
	settings.warm = dyn_check_warm(index, name, NULL);
	return dyn_index_settings_write(&settings);
}

void
dyn_check_sse(const DynJson *request, DynTableSettings *settings)
{
	const DynJson *sse = dyn_request_member(request, "SSESpecification");
	bool		enabled = dyn_request_bool(sse, "Enabled", false);

	if (!sse)
		return;
	if (!enabled && dyn_request_member(sse, "SSEType"))
		dyn_validation(DYN_INVALID_PARAMETER "SSEType cannot be specified when SSE is disabled");
	if (!enabled && dyn_request_member(sse, "KMSMasterKeyId"))
		dyn_validation(DYN_INVALID_PARAMETER "KMSMasterKeyId cannot be specified when SSE is disabled");
	if (dyn_request_is(sse, "SSEType", "AES256"))
		dyn_validation(DYN_INVALID_PARAMETER "SSEType AES256 is not supported, the only supported value is KMS");
	settings->sse = enabled;
	settings->kms_key = dyn_request_cstring(sse, "KMSMasterKeyId");
}

void
dyn_check_stream_on(const DynJson *stream, DynTableSettings *settings)
{
	double		now = dyn_settings_now();
	pg_time_t	seconds = (pg_time_t) now;
	char		label[32];

	pg_strftime(label, sizeof(label), "%Y-%m-%dT%H:%M:%S", pg_gmtime(&seconds));
	settings->stream = true;
	settings->stream_view = dyn_request_cstring(stream, "StreamViewType");
	settings->stream_label = psprintf("%s.%03d", label, (int) ((now - (double) seconds) * 1000 + 0.5));
}

void
dyn_check_no_global_table(const DynJson *request)
{
	static const char *const members[] = {"GlobalTableSourceArn", "GlobalTableSettingsReplicationMode", "ReplicaUpdates",
	"MultiRegionConsistency", "GlobalTableWitnessUpdates"};

	for (int i = 0; i < lengthof(members); i++)
		if (dyn_request_member(request, members[i]))
			dyn_validation("%s is not supported: this server has no global tables", members[i]);
}
