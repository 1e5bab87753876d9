/*
 * table_check.c - the parameters that CreateTable and UpdateTable share, checks and settings
 */
#include "postgres.h"

#include "api/table_check.h"

#include "api/table_describe.h"
#include "base/errors.h"
#include "base/limits.h"
#include "base/request.h"
#include "changes/stream.h"
#include "miscadmin.h"
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
dyn_table_check_throughput(const DynJson *throughput, const char *index, DynThroughput *into)
{
	into->read = checked_units(throughput, "ReadCapacityUnits", index);
	into->write = checked_units(throughput, "WriteCapacityUnits", index);
}

/* "table" or "index X", with the separator of the text between the two words. */
static const char *
owner(const char *index, const char *separator)
{
	return index ? psprintf("index%s%s", separator, index) : "table";
}

/* units, completed from current. */
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

/* One limit of OnDemandThroughput; -1 removes it, if there is one to remove (current). */
static void
check_limit(int64 units, bool pay_per_request, const char *member, const char *index, const DynUnits *current)
{
	if (units == DYN_UNITS_ABSENT)
		return;
	if (!pay_per_request)
		dyn_validation(DYN_INVALID_PARAMETER "%s for OnDemandThroughput %scannot be specified when %stable BillingMode is "
					   "PROVISIONED%s", member, index ? psprintf("for index%s: %s ", current ? " " : "", index) : "", current ? "the " : "",
					   current ? "" : ".");
	if (units < 1 && !(units == -1 && current))
		dyn_validation(DYN_INVALID_PARAMETER "Requested %s for OnDemandThroughput for %s is outside of valid range", member,
					   owner(index, " : "));
}

DynUnits
dyn_table_check_on_demand(const DynJson *object, bool pay_per_request, const char *index, const DynUnits *current)
{
	DynUnits	units = dyn_settings_on_demand(dyn_request_member(object, "OnDemandThroughput"));

	if (units.read == DYN_UNITS_ABSENT && units.write == DYN_UNITS_ABSENT)
		return current ? *current : (DynUnits) {0};
	check_limit(units.read, pay_per_request, "MaxReadRequestUnits", index, current);
	check_limit(units.write, pay_per_request, "MaxWriteRequestUnits", index, current);
	return completed(units, current);
}

/* Units of an existing table or index: they can only rise. */
static void
check_warm_change(int64 units, int64 current, const char *member, const char *index)
{
	if (units != DYN_UNITS_ABSENT && units < current)
		dyn_validation(DYN_INVALID_PARAMETER "Requested %s for WarmThroughput for %s is lower than current WarmThroughput, "
					   "decreasing WarmThroughput is not supported", member, owner(index, " "));
}

/* Units of a new table or index: not below its default. */
static void
check_warm_start(int64 units, int64 own, bool pay_per_request, const char *member, const char *capacity, const char *index)
{
	if (units == DYN_UNITS_ABSENT || units >= own)
		return;
	if (pay_per_request)
		dyn_validation(DYN_INVALID_PARAMETER "Requested %s for WarmThroughput for %s is lower than initial throughput for "
					   "OnDemand. See: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"
					   "on-demand-capacity-mode.html#on-demand-capacity-mode-initial", member, owner(index, " "));
	dyn_validation(DYN_INVALID_PARAMETER "Requested %s for WarmThroughput for %s is lower than %s of ProvisionedThroughput",
				   member, owner(index, " "), capacity);
}

DynUnits
dyn_table_check_warm(const DynJson *object, const char *index, const DynThroughput *throughput, bool pay_per_request,
			   const DynUnits *current)
{
	DynUnits	units = dyn_settings_warm(dyn_request_member(object, "WarmThroughput"));
	DynUnits	own = dyn_settings_warm_units(current, throughput, pay_per_request);

	if (units.read == DYN_UNITS_ABSENT && units.write == DYN_UNITS_ABSENT)
		return current ? *current : (DynUnits) {0};
	if (current)
	{
		check_warm_change(units.read, own.read, "ReadUnitsPerSecond", index);
		check_warm_change(units.write, own.write, "WriteUnitsPerSecond", index);
	}
	else
	{
		check_warm_start(units.read, own.read, pay_per_request, "ReadUnitsPerSecond", "ReadCapacityUnits", index);
		check_warm_start(units.write, own.write, pay_per_request, "WriteUnitsPerSecond", "WriteCapacityUnits", index);
	}
	return completed(units, &own);
}

/* A new index has capacity units where its billing mode has them, and only there; UpdateTable has other words for it. */
static void
check_presence(bool has_units, const char *name, bool pay_per_request, bool of_update)
{
	if (has_units && pay_per_request)
		dyn_validation(DYN_INVALID_PARAMETER "%s for index: %s when BillingMode is PAY_PER_REQUEST",
					   of_update ? "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified" :
					   "ProvisionedThroughput should not be specified", name);
	if (!has_units && !pay_per_request)
		dyn_validation(DYN_INVALID_PARAMETER "%s for index: %s",
					   of_update ? "Both ReadCapacityUnits and WriteCapacityUnits must be specified" :
					   "ProvisionedThroughput is not specified", name);
}

DynIndexSettings
dyn_table_check_new_index(const DynJson *index, bool pay_per_request, bool of_update)
{
	DynIndexSettings settings = {0};
	const DynJson *throughput = dyn_request_member(index, "ProvisionedThroughput");
	char	   *name = dyn_request_cstring(index, "IndexName");

	check_presence(throughput != NULL, name, pay_per_request, of_update);
	if (throughput)
		dyn_table_check_throughput(throughput, name, &settings.throughput);
	settings.on_demand = dyn_table_check_on_demand(index, pay_per_request, name, NULL);
	settings.warm = dyn_table_check_warm(index, name, &settings.throughput, pay_per_request, NULL);
	return settings;
}

void
dyn_table_check_sse(const DynJson *request, DynTableSettings *settings)
{
	const DynJson *sse = dyn_request_member(request, "SSESpecification");
	const DynJson *type = dyn_request_member(sse, "SSEType");
	const DynJson *key = dyn_request_member(sse, "KMSMasterKeyId");

	if (!sse)
		return;
	if (type && !dyn_request_bool(sse, "Enabled", true))
		dyn_validation(DYN_INVALID_PARAMETER "SSEType can not be specified if Enabled is false");
	if (key && !dyn_request_bool(sse, "Enabled", true))
		dyn_validation(DYN_INVALID_PARAMETER "KMSMasterKeyId can not be specified if Enabled is false");
	if (dyn_request_is(sse, "SSEType", "AES256"))
		dyn_validation(DYN_INVALID_PARAMETER "SSEType AES256 is not supported");
	if (key && !type)
		dyn_validation(DYN_INVALID_PARAMETER "SSEType KMS is required if KMSMasterKeyId is specified");
	settings->sse = dyn_request_bool(sse, "Enabled", type != NULL);
	settings->kms_key = dyn_request_cstring(sse, "KMSMasterKeyId");
}

/* The moment as LatestStreamLabel has it, in UTC. */
static char *
stream_label(double moment)
{
	int64		milliseconds = (int64) (moment * 1000 + 0.5);
	pg_time_t	seconds = (pg_time_t) (milliseconds / 1000);
	char		label[32];

	pg_strftime(label, sizeof(label), "%Y-%m-%dT%H:%M:%S", pg_gmtime(&seconds));
	return psprintf("%s.%03d", label, (int) (milliseconds % 1000));
}

void
dyn_table_check_stream_on(const DynJson *stream, const char *table_name, DynTableSettings *settings)
{
	double		moment = dyn_settings_epoch(GetCurrentTimestamp());

	settings->stream = true;
	settings->stream_view = dyn_request_cstring(stream, "StreamViewType");
	settings->stream_label = stream_label(moment);
	settings->stream_policy = (DynPolicy) {0};
	while (dyn_stream_find(table_name, settings->stream_label))
	{
		CHECK_FOR_INTERRUPTS();
		moment += 0.001;
		settings->stream_label = stream_label(moment);
	}
}

char *
dyn_table_check_class(const DynJson *request)
{
	char	   *name = dyn_request_cstring(request, "TableClass");

	if (name && strcmp(name, "STANDARD") != 0 && strcmp(name, "STANDARD_INFREQUENT_ACCESS") != 0)
		dyn_validation("Invalid table-class parameter provided. Please try again with a valid table-class value: [STANDARD, "
					   "STANDARD_INFREQUENT_ACCESS].");
	return name;
}

void
dyn_table_check_no_global_table(const DynJson *request)
{
	static const char *const members[] = {"GlobalTableSourceArn", "GlobalTableSettingsReplicationMode", "ReplicaUpdates",
	"MultiRegionConsistency", "GlobalTableWitnessUpdates", "DisassociationProtectionEnabled"};

	for (int i = 0; i < lengthof(members); i++)
		if (dyn_request_member(request, members[i]))
			dyn_validation("%s is not supported: this server has no global tables", members[i]);
}
