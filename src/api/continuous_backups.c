/*
 * continuous_backups.c - DescribeContinuousBackups, UpdateContinuousBackups, RestoreTableToPointInTime
 *
 * The table's settings say whether it should have point-in-time recovery, and dynapg.recoveries since when it does
 * (changes/recovery.h).
 */
#include "postgres.h"

#include <math.h>

#include "api/backups.h"
#include "api/handlers.h"
#include "api/params.h"
#include "api/restore.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/limits.h"
#include "base/namespace.h"
#include "base/request.h"
#include "changes/cut.h"
#include "changes/recovery.h"
#include "tables/catalog.h"
#include "tables/name.h"
#include "tables/settings.h"

static void
print_seconds(StringInfo out, const char *member, double seconds)
{
	dyn_jsonout_member(out, member);
	appendStringInfo(out, "%.1f", seconds);
}

static void
print_description(StringInfo reply, const DynTableDef *def, const DynTableSettings *settings)
{
	bool		enabled = settings->pitr_since > 0;

	appendStringInfoString(reply, "{\"ContinuousBackupsDescription\":{\"ContinuousBackupsStatus\":\"ENABLED\","
						   "\"PointInTimeRecoveryDescription\":{");
	dyn_settings_print_text(reply, "PointInTimeRecoveryStatus", enabled ? "ENABLED" : "DISABLED");
	if (enabled)
	{
		/* the jobs begin a missing one, as after a restore of a dump */
		const DynRecovery *recovery = dyn_recovery_find(def->relid);
		double		now = floor(dyn_settings_epoch(GetCurrentTimestamp()));
		double		earliest = recovery ? floor(dyn_settings_epoch(dyn_recovery_earliest(recovery))) : now;

		dyn_settings_print_number(reply, "RecoveryPeriodInDays", settings->pitr_days);
		print_seconds(reply, "EarliestRestorableDateTime", earliest);
		print_seconds(reply, "LatestRestorableDateTime", Max(earliest, now));
	}
	appendStringInfoString(reply, "}}}");
}

void
dyn_api_describe_continuous_backups(const DynJson *request, StringInfo reply)
{
	DynSlice	name = dyn_params_table_name(request);
	DynTableDef *def = dyn_catalog_read(pnstrdup(name.data, name.len));

	if (!def)
		dyn_backups_table_not_found(name);
	print_description(reply, def, &def->settings);
}

/* Switches recovery on, or changes its period. */
static void
enable(DynTableDef *def, DynTableSettings *settings, const DynJson *specification)
{
	bool		was_enabled = settings->pitr_since > 0;

	settings->pitr_days = (int) dyn_request_integer(specification, "RecoveryPeriodInDays",
													was_enabled ? settings->pitr_days : DYN_MAX_RECOVERY_PERIOD);
	if (was_enabled && dyn_recovery_find(def->relid))
		dyn_recovery_set_days(def->relid, settings->pitr_days);
	else
		dyn_recovery_enable(def->relid, def->name, settings->pitr_days);
	if (!was_enabled)
		settings->pitr_since = floor(dyn_settings_now());
}

void
dyn_api_update_continuous_backups(const DynJson *request, StringInfo reply)
{
	const DynJson *specification = dyn_request_member(request, "PointInTimeRecoverySpecification");
	DynSlice	name = dyn_params_table_name(request);
	bool		wanted = dyn_request_bool(specification, "PointInTimeRecoveryEnabled", false);
	DynTableDef *def;
	DynTableSettings *settings;

	if (!wanted && dyn_request_member(specification, "RecoveryPeriodInDays"))
		dyn_validation(DYN_INVALID_REQUEST "Cannot specify RecoveryPeriodInDays when disabling point-in-time recovery.");
	def = dyn_catalog_read_for_update(pnstrdup(name.data, name.len));
	if (!def)
		dyn_backups_table_not_found(name);
	if (def->filled_by)
		dyn_backups_unavailable(def);
	settings = &def->settings;
	if (wanted)
		enable(def, settings, specification);
	else if (settings->pitr_since > 0)
	{
		dyn_recovery_disable(def->relid);
		settings->pitr_since = 0;
	}
	dyn_catalog_update(def);
	print_description(reply, def, settings);
}

/* The full name of the table in SourceTableArn. */
static DynSlice
source_in_arn(const DynJson *request, DynSlice text)
{
	DynArn		arn;

	if (!dyn_name_is_arn(text))
		dyn_validation(DYN_INVALID_PARAMETER "ARNs must start with 'arn:': %.*s", (int) text.len, text.data);
	if (!dyn_name_split_arn(text, &arn) || !dyn_slice_is(arn.partition, "aws") || !dyn_slice_is(arn.vendor, "dynamodb") ||
		!dyn_slice_is(arn.kind, "table") || !dyn_name_fits_table(arn.name) || arn.part.data)
		dyn_validation(DYN_INVALID_PARAMETER "sourceTableArn is not a valid ARN");
	if (!dyn_slice_is(arn.account, DYN_ACCOUNT_ID))
		dyn_validation(DYN_OTHER_ACCOUNT);
	if (!dyn_slice_is(arn.region, dyn_namespace_region()))
	{
		if (!dyn_request_member(request, "SSESpecificationOverride"))
			dyn_validation(DYN_INVALID_REQUEST "sseSpecificationOverride must be provided for cross-region restores");
		dyn_error(DYN_E_TABLE_NOT_FOUND, "Table not found");
	}
	return dyn_namespace_full(arn.name);
}

/* The table that is to be restored. */
static DynTableDef *
source_of(const DynJson *request)
{
	DynSlice	arn = dyn_request_string(request, "SourceTableArn");
	DynSlice	name = dyn_request_string(request, "SourceTableName");
	DynTableDef *def;

	name = arn.data ? source_in_arn(request, arn) : dyn_name_table(name);
	def = dyn_catalog_read(pnstrdup(name.data, name.len));
	if (!def && arn.data)
		dyn_error(DYN_E_TABLE_NOT_FOUND, "Table not found");
	if (!def)
		dyn_backups_table_not_found(name);
	return def;
}

static void
check_source(const DynJson *request)
{
	bool		has_name = dyn_request_member(request, "SourceTableName") != NULL;
	bool		has_arn = dyn_request_member(request, "SourceTableArn") != NULL;

	if (has_name && has_arn)
		dyn_validation(DYN_INVALID_REQUEST "Must provide exactly one of: sourceTableArn, sourceTableName");
	if (!has_name && !has_arn)
		dyn_validation("The parameter 'TableName' is required but was not present in the request");
}

/* The moment of the request; out-of-range values become the first or last possible time. */
static TimestampTz
moment_of(const DynJson *request, TimestampTz now)
{
	const DynJson *given = dyn_request_member(request, "RestoreDateTime");
	bool		latest = dyn_request_bool(request, "UseLatestRestorableTime", false);
	double		micros;

	if (!given && !latest)
		dyn_validation(DYN_INVALID_REQUEST "Either one of RestoreDateTime or UseLatestRestorableTime must be specified, but not both");
	if (given && latest)
		dyn_validation(DYN_INVALID_REQUEST "Both RestoreDateTime and UseLatestRestorableTime cannot be set for point-in-time restore "
					   "request. Please specify either RestoreDateTime time or UseLatestRestorableTime");
	if (latest)
		return now;
	micros = rint(dyn_json_double(given) * 1e6) - (double) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY;
	if (isnan(micros) || micros <= (double) MIN_TIMESTAMP)
		return DT_NOBEGIN;
	if (micros >= (double) END_TIMESTAMP)
		return DT_NOEND;
	return (TimestampTz) micros;
}

/* The cut at a moment to which the table can be restored; for the present, everything that has committed. */
static DynCut *
cut_at(const DynRecovery *recovery, TimestampTz moment, TimestampTz now)
{
	TimestampTz earliest = dyn_recovery_second(dyn_recovery_earliest(recovery));
	DynCut	   *cut = moment < earliest || moment > now ? NULL : moment == now ? dyn_cut_now(recovery) : dyn_cut_at(recovery, moment);

	if (!cut)
		dyn_error(DYN_E_INVALID_RESTORE_TIME, "RestoreDateTime '%s' must be within EarliestRestorableDateTime '%s' and "
				  "LatestRestorableDateTime '%s'", dyn_settings_iso(moment), dyn_settings_iso(earliest),
				  dyn_settings_iso(Max(now, earliest)));
	return cut;
}

void
dyn_api_restore_table_to_point_in_time(const DynJson *request, StringInfo reply)
{
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz moment;
	DynTableDef *def;
	const DynRecovery *recovery;
	const DynCut *cut;
	DynRestoreSource source = {0};
	StringInfoData definition;

	dyn_backup_restore_check_target(request);
	check_source(request);
	moment = moment_of(request, now);
	def = source_of(request);
	dyn_catalog_require_owner(def->relid);
	if (def->settings.pitr_since == 0)
		dyn_error(DYN_E_POINT_IN_TIME_RECOVERY_UNAVAILABLE, DYN_RECOVERY_IS_OFF, dyn_namespace_text_name(def->name));
	recovery = dyn_recovery_find(def->relid);
	if (!recovery)
		dyn_error(DYN_E_POINT_IN_TIME_RECOVERY_UNAVAILABLE, "Point in time recovery of table '%s' is about to begin: "
				  "dynapg.run_jobs() begins it", dyn_namespace_text_name(def->name));
	cut = cut_at(recovery, moment, now);
	initStringInfo(&definition);
	dyn_backups_define(&definition, def);
	source.definition = dyn_json_parse(definition.data, definition.len);
	source.table_name = def->name;
	source.moment = moment;
	source.rows = dyn_restore_job_table_rows(def, cut);
	source.job = psprintf("{\"Source\":%u,\"Moment\":" INT64_FORMAT "}", def->relid, moment);
	dyn_backup_restore_table(request, &source, reply);
}
