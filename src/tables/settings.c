/*
 * settings.c - the settings of a table and its indexes, apart from keys
 */
#include "postgres.h"

#include <math.h>

#include "tables/settings.h"

#include "access/xact.h"
#include "base/jsonout.h"
#include "base/limits.h"
#include "base/request.h"
#include "pgtime.h"
#include "utils/timestamp.h"

#define MAX_TIME 1e12			/* seconds */

double
dyn_settings_epoch(TimestampTz moment)
{
	int64		unix_micros = moment + (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY;

	return (double) (unix_micros / 1000) / 1000.0;
}

char *
dyn_settings_iso(TimestampTz moment)
{
	pg_time_t	seconds = timestamptz_to_time_t(moment);
	char		text[64];

	pg_strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", pg_gmtime(&seconds));
	return pstrdup(text);
}

double
dyn_settings_now(void)
{
	return dyn_settings_epoch(GetCurrentTransactionStartTimestamp());
}

void
dyn_settings_print_time(StringInfo out, const char *member, double seconds)
{
	dyn_jsonout_member(out, member);
	appendStringInfo(out, "%.3f", seconds);
}

void
dyn_settings_print_number(StringInfo out, const char *member, int64 value)
{
	dyn_jsonout_member(out, member);
	appendStringInfo(out, INT64_FORMAT, value);
}

void
dyn_settings_print_text(StringInfo out, const char *member, const char *text)
{
	dyn_jsonout_member(out, member);
	dyn_jsonout_string(out, text, strlen(text));
}

int64
dyn_settings_decreases_today(const DynThroughput *throughput)
{
	int64		today = (int64) dyn_settings_now() / SECS_PER_DAY;

	return (int64) throughput->decreased / SECS_PER_DAY == today ? throughput->decreases : 0;
}

/* ---- reading ---- */

static DynUnits
read_units(const DynJson *object, const char *read, const char *write)
{
	DynUnits	units = {.set = object != NULL};

	units.read = dyn_request_integer(object, read, DYN_UNITS_ABSENT);
	units.write = dyn_request_integer(object, write, DYN_UNITS_ABSENT);
	return units;
}

DynUnits
dyn_settings_on_demand(const DynJson *object)
{
	return read_units(object, "MaxReadRequestUnits", "MaxWriteRequestUnits");
}

DynUnits
dyn_settings_warm(const DynJson *object)
{
	return read_units(object, "ReadUnitsPerSecond", "WriteUnitsPerSecond");
}

DynUnits
dyn_settings_warm_units(const DynUnits *warm, const DynThroughput *throughput, bool pay_per_request)
{
	int64		read = pay_per_request ? DYN_WARM_READ : throughput->read;
	int64		write = pay_per_request ? DYN_WARM_WRITE : throughput->write;

	if (!warm || !warm->set)
		return (DynUnits) {true, read, write};
	return (DynUnits) {true, Max(read, warm->read), Max(write, warm->write)};
}

void
dyn_settings_keep_units(DynThroughput *throughput, const DynThroughput *before)
{
	throughput->read = before->read;
	throughput->write = before->write;
	throughput->decreases = dyn_settings_decreases_today(before);
}

DynUnits
dyn_settings_without_lifted(DynUnits units)
{
	if (units.read == -1)
		units.read = DYN_UNITS_ABSENT;
	if (units.write == -1)
		units.write = DYN_UNITS_ABSENT;
	units.set = units.set && (units.read != DYN_UNITS_ABSENT || units.write != DYN_UNITS_ABSENT);
	return units;
}

void
dyn_settings_set_policy(DynPolicy *policy, char *text)
{
	int64		revision = (int64) rint(dyn_settings_now() * 1000);

	if (policy->revision)
		revision = Max(revision, strtoll(policy->revision, NULL, 10) + 1);
	policy->text = text;
	policy->revision = psprintf(INT64_FORMAT, revision);
}

/* 0 is none; so is what no clock shows. */
static double
read_time(const DynJson *object, const char *name)
{
	const DynJson *member = dyn_request_member(object, name);
	double		seconds = member && dyn_json_kind(member) == DYN_JSON_NUMBER ? dyn_json_double(member) : 0;

	return seconds > 0 && seconds < MAX_TIME ? seconds : 0;
}

static DynThroughput
read_throughput(const DynJson *object)
{
	return (DynThroughput)
	{
		.read = dyn_request_integer(object, "ReadCapacityUnits", 0),
		.write = dyn_request_integer(object, "WriteCapacityUnits", 0),
		.increased = read_time(object, "LastIncreaseDateTime"),
		.decreased = read_time(object, "LastDecreaseDateTime"),
		.decreases = dyn_request_integer(object, "NumberOfDecreasesToday", 0),
	};
}

/* Without a mode there are none. */
static DynInsights
read_insights(const DynJson *object)
{
	const DynJson *insights = dyn_request_member(object, "ContributorInsights");
	double		since = read_time(insights, "LastUpdateDateTime");
	char	   *mode = dyn_request_cstring(insights, "Mode");

	if (mode == NULL)
		return (DynInsights) {0};
	return (DynInsights)
	{
		.enabled = dyn_request_bool(insights, "Enabled", false),
		.mode = mode,
		.since = since,
		.on_since = dyn_request_member(insights, "EnabledDateTime") ? read_time(insights, "EnabledDateTime") : since,
	};
}

/* A text and its revision: without one of them there is no policy. */
static DynPolicy
read_policy(const DynJson *object, const char *text, const char *revision)
{
	DynPolicy	policy = {dyn_request_cstring(object, text), dyn_request_cstring(object, revision)};

	return policy.text && policy.revision ? policy : (DynPolicy) {0};
}

/* A member's JSON as text, or NULL where there is none of that kind. */
static char *
read_json(const DynJson *object, const char *name, DynJsonKind kind)
{
	const DynJson *member = dyn_request_member(object, name);
	StringInfoData text;

	if (!member || dyn_json_kind(member) != kind)
		return NULL;
	initStringInfo(&text);
	dyn_jsonout_tree(&text, member);
	return text.data;
}

void
dyn_settings_read(const char *definition, DynTableSettings *settings)
{
	const DynJson *root = dyn_json_parse(definition, strlen(definition));
	const DynJson *sse = dyn_request_member(root, "SSESpecification");
	const DynJson *stream = dyn_request_member(root, "StreamSpecification");
	const DynJson *ttl = dyn_request_member(root, "TimeToLive");
	const DynJson *pitr = dyn_request_member(root, "PointInTimeRecovery");

	settings->pay_per_request = dyn_request_is(root, "BillingMode", "PAY_PER_REQUEST");
	settings->pay_per_request_since = read_time(root, "LastUpdateToPayPerRequestDateTime");
	settings->throughput = read_throughput(dyn_request_member(root, "ProvisionedThroughput"));
	settings->on_demand = dyn_settings_on_demand(dyn_request_member(root, "OnDemandThroughput"));
	settings->warm = dyn_settings_warm(dyn_request_member(root, "WarmThroughput"));
	settings->sse = dyn_request_bool(sse, "Enabled", false);
	settings->kms_key = dyn_request_cstring(sse, "KMSMasterKeyId");
	settings->stream_view = dyn_request_cstring(stream, "StreamViewType");
	settings->stream_label = dyn_request_cstring(root, "LatestStreamLabel");
	settings->stream = settings->stream_view && settings->stream_label && dyn_request_bool(stream, "StreamEnabled", false);
	settings->table_class = dyn_request_cstring(root, "TableClass");
	settings->table_class_since = read_time(root, "TableClassLastUpdateDateTime");
	settings->tags = read_json(root, "Tags", DYN_JSON_ARRAY);
	settings->policy = read_policy(root, "ResourcePolicy", "PolicyRevisionId");
	settings->stream_policy = read_policy(root, "StreamResourcePolicy", "StreamPolicyRevisionId");
	settings->kinesis = read_json(root, "KinesisDataStreamDestinations", DYN_JSON_ARRAY);
	settings->insights = read_insights(root);
	settings->ttl_attribute = dyn_request_cstring(ttl, "AttributeName");
	settings->ttl_enabled = settings->ttl_attribute && dyn_request_bool(ttl, "Enabled", false);
	settings->ttl_since = read_time(ttl, "LastUpdateDateTime");
	settings->pitr_since = read_time(pitr, "EnabledDateTime");
	settings->pitr_days = (int) Min(Max(dyn_request_integer(pitr, "RecoveryPeriodInDays", 1), 1), DYN_MAX_RECOVERY_PERIOD);
	settings->restored = read_json(root, "RestoreSummary", DYN_JSON_OBJECT);
}

void
dyn_settings_read_index(const char *definition, DynIndexSettings *settings)
{
	const DynJson *root = dyn_json_parse(definition, strlen(definition));

	settings->throughput = read_throughput(dyn_request_member(root, "ProvisionedThroughput"));
	settings->on_demand = dyn_settings_on_demand(dyn_request_member(root, "OnDemandThroughput"));
	settings->warm = dyn_settings_warm(dyn_request_member(root, "WarmThroughput"));
	settings->insights = read_insights(root);
}

/* ---- writing ---- */

static void
write_units(StringInfo out, const char *member, const DynUnits *units, const char *read, const char *write)
{
	if (!units->set)
		return;
	dyn_jsonout_member(out, member);
	appendStringInfoChar(out, '{');
	if (units->read != DYN_UNITS_ABSENT)
		dyn_settings_print_number(out, read, units->read);
	if (units->write != DYN_UNITS_ABSENT)
		dyn_settings_print_number(out, write, units->write);
	appendStringInfoChar(out, '}');
}

void
dyn_settings_print_on_demand(StringInfo out, const DynUnits *units)
{
	write_units(out, "OnDemandThroughput", units, "MaxReadRequestUnits", "MaxWriteRequestUnits");
}

static void
write_warm(StringInfo out, const DynUnits *units)
{
	write_units(out, "WarmThroughput", units, "ReadUnitsPerSecond", "WriteUnitsPerSecond");
}

static void
write_throughput(StringInfo out, const DynThroughput *throughput)
{
	dyn_jsonout_member(out, "ProvisionedThroughput");
	appendStringInfoChar(out, '{');
	dyn_settings_print_number(out, "ReadCapacityUnits", throughput->read);
	dyn_settings_print_number(out, "WriteCapacityUnits", throughput->write);
	if (throughput->increased > 0)
		dyn_settings_print_time(out, "LastIncreaseDateTime", throughput->increased);
	if (throughput->decreased > 0)
		dyn_settings_print_time(out, "LastDecreaseDateTime", throughput->decreased);
	if (throughput->decreases > 0)
		dyn_settings_print_number(out, "NumberOfDecreasesToday", throughput->decreases);
	appendStringInfoChar(out, '}');
}

static void
write_sse(StringInfo out, const DynTableSettings *settings)
{
	if (!settings->sse)
		return;
	dyn_jsonout_member(out, "SSESpecification");
	appendStringInfoString(out, "{\"Enabled\":true");
	if (settings->kms_key)
		dyn_settings_print_text(out, "KMSMasterKeyId", settings->kms_key);
	appendStringInfoChar(out, '}');
}

static void
write_stream(StringInfo out, const DynTableSettings *settings)
{
	if (settings->stream)
	{
		dyn_jsonout_member(out, "StreamSpecification");
		appendStringInfoString(out, "{\"StreamEnabled\":true");
		dyn_settings_print_text(out, "StreamViewType", settings->stream_view);
		appendStringInfoChar(out, '}');
	}
	if (settings->stream_label)
		dyn_settings_print_text(out, "LatestStreamLabel", settings->stream_label);
}

static void
write_insights(StringInfo out, const DynInsights *insights)
{
	if (insights->since == 0)
		return;
	dyn_jsonout_member(out, "ContributorInsights");
	appendStringInfo(out, "{\"Enabled\":%s", insights->enabled ? "true" : "false");
	dyn_settings_print_text(out, "Mode", insights->mode);
	dyn_settings_print_time(out, "LastUpdateDateTime", insights->since);
	if (insights->on_since != insights->since)
		dyn_settings_print_time(out, "EnabledDateTime", insights->on_since);
	appendStringInfoChar(out, '}');
}

/* As store/ttl.h reads it. */
static void
write_ttl(StringInfo out, const DynTableSettings *settings)
{
	if (!settings->ttl_attribute)
		return;
	dyn_jsonout_member(out, "TimeToLive");
	appendStringInfoChar(out, '{');
	dyn_settings_print_text(out, "AttributeName", settings->ttl_attribute);
	appendStringInfo(out, ",\"Enabled\":%s", settings->ttl_enabled ? "true" : "false");
	if (settings->ttl_since > 0)
		dyn_settings_print_time(out, "LastUpdateDateTime", settings->ttl_since);
	appendStringInfoChar(out, '}');
}

static void
write_pitr(StringInfo out, const DynTableSettings *settings)
{
	if (settings->pitr_since == 0)
		return;
	dyn_jsonout_member(out, "PointInTimeRecovery");
	appendStringInfoChar(out, '{');
	dyn_settings_print_time(out, "EnabledDateTime", settings->pitr_since);
	dyn_settings_print_number(out, "RecoveryPeriodInDays", settings->pitr_days);
	appendStringInfoChar(out, '}');
}

/* A member that is kept as JSON. */
static void
write_json(StringInfo out, const char *member, const char *json)
{
	if (!json)
		return;
	dyn_jsonout_member(out, member);
	appendStringInfoString(out, json);
}

char *
dyn_settings_write(const DynTableSettings *settings)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	dyn_settings_print_text(&out, "BillingMode", settings->pay_per_request ? "PAY_PER_REQUEST" : "PROVISIONED");
	if (settings->pay_per_request_since > 0)
		dyn_settings_print_time(&out, "LastUpdateToPayPerRequestDateTime", settings->pay_per_request_since);
	write_throughput(&out, &settings->throughput);
	dyn_settings_print_on_demand(&out, &settings->on_demand);
	write_warm(&out, &settings->warm);
	write_sse(&out, settings);
	write_stream(&out, settings);
	if (settings->table_class)
		dyn_settings_print_text(&out, "TableClass", settings->table_class);
	if (settings->table_class_since > 0)
		dyn_settings_print_time(&out, "TableClassLastUpdateDateTime", settings->table_class_since);
	write_json(&out, "Tags", settings->tags);
	if (settings->policy.text)
	{
		dyn_settings_print_text(&out, "ResourcePolicy", settings->policy.text);
		dyn_settings_print_text(&out, "PolicyRevisionId", settings->policy.revision);
	}
	if (settings->stream_policy.text)
	{
		dyn_settings_print_text(&out, "StreamResourcePolicy", settings->stream_policy.text);
		dyn_settings_print_text(&out, "StreamPolicyRevisionId", settings->stream_policy.revision);
	}
	write_json(&out, "KinesisDataStreamDestinations", settings->kinesis);
	write_insights(&out, &settings->insights);
	write_ttl(&out, settings);
	write_pitr(&out, settings);
	write_json(&out, "RestoreSummary", settings->restored);
	appendStringInfoChar(&out, '}');
	return out.data;
}

char *
dyn_settings_write_index(const DynIndexSettings *settings)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	write_throughput(&out, &settings->throughput);
	dyn_settings_print_on_demand(&out, &settings->on_demand);
	write_warm(&out, &settings->warm);
	write_insights(&out, &settings->insights);
	appendStringInfoChar(&out, '}');
	return out.data;
}
