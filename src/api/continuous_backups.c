/*
 * continuous_backups.c - DescribeContinuousBackups, UpdateContinuousBackups, RestoreTableToPointInTime
 *
 * There is no point-in-time recovery of a table.  The setting is kept and described back, so that infrastructure tools find what they
 * asked for; SQL callers get a warning, and a restore is refused with a sentence that says what to use.
 */
#include "postgres.h"

#include <math.h>

#include "api/backups.h"
#include "api/handlers.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/limits.h"
#include "base/request.h"
#include "database/session.h"
#include "tables/catalog.h"
#include "tables/name.h"
#include "tables/settings.h"

#define LAG 300					/* seconds that the latest restorable moment is behind the present one */
#define USE_INSTEAD "Use CreateBackup and RestoreTableFromBackup, or restore the server from a base backup and its write-ahead log."

static void
print_seconds(StringInfo out, const char *member, double seconds)
{
	dyn_jsonout_member(out, member);
	appendStringInfo(out, "%.1f", seconds);
}

static void
print_description(StringInfo reply, const DynTableSettings *settings)
{
	double		now = floor(dyn_settings_now());

	appendStringInfoString(reply, "{\"ContinuousBackupsDescription\":{\"ContinuousBackupsStatus\":\"ENABLED\","
						   "\"PointInTimeRecoveryDescription\":{");
	dyn_settings_print_text(reply, "PointInTimeRecoveryStatus", settings->pitr_since > 0 ? "ENABLED" : "DISABLED");
	if (settings->pitr_since > 0)
	{
		double		earliest = Max(settings->pitr_since, now - (double) settings->pitr_days * SECS_PER_DAY);

		dyn_settings_print_number(reply, "RecoveryPeriodInDays", settings->pitr_days);
		print_seconds(reply, "EarliestRestorableDateTime", earliest);
		print_seconds(reply, "LatestRestorableDateTime", Max(earliest, now - LAG));
	}
	appendStringInfoString(reply, "}}}");
}

void
dyn_api_describe_continuous_backups(const DynJson *request, StringInfo reply)
{
	DynSlice	name = dyn_name_of_request(request);
	DynTableDef *def = dyn_catalog_read(pnstrdup(name.data, name.len));

	if (!def)
		dyn_backups_table_not_found(name);
	print_description(reply, &def->settings);
}

void
dyn_api_update_continuous_backups(const DynJson *request, StringInfo reply)
{
	const DynJson *specification = dyn_request_member(request, "PointInTimeRecoverySpecification");
	bool		enable = dyn_request_bool(specification, "PointInTimeRecoveryEnabled", false);
	DynSlice	name = dyn_name_of_request(request);
	DynTableDef *def = dyn_catalog_read_for_update(pnstrdup(name.data, name.len));
	DynTableSettings *settings;

	if (!def)
		dyn_backups_table_not_found(name);
	settings = &def->settings;
	if (!enable)
		settings->pitr_since = 0;
	else
	{
		bool		was_enabled = settings->pitr_since > 0;

		settings->pitr_days = (int) dyn_request_integer(specification, "RecoveryPeriodInDays",
														was_enabled ? settings->pitr_days : DYN_MAX_RECOVERY_PERIOD);
		if (!was_enabled)
			settings->pitr_since = floor(dyn_settings_now());
	}
	dyn_catalog_update(def);
	if (enable && !dyn_session_serves())
		ereport(WARNING, (errmsg("point-in-time recovery of table \"%s\" is kept as a setting only", def->name),
						  errdetail("dynapg keeps no history of items."), errhint(USE_INSTEAD)));
	print_description(reply, settings);
}

/* The table that is to be restored. */
static DynSlice
source_of(const DynJson *request)
{
	DynSlice	arn = dyn_request_string(request, "SourceTableArn");
	DynSlice	name = dyn_request_string(request, "SourceTableName");

	if (!arn.data && !name.data)
		dyn_validation("One of SourceTableName and SourceTableArn must be specified");
	return dyn_name_table(arn.data ? arn : name);
}

void
dyn_api_restore_table_to_point_in_time(const DynJson *request, StringInfo reply)
{
	DynSlice	name = source_of(request);
	DynTableDef *def = dyn_catalog_read(pnstrdup(name.data, name.len));

	if (!def)
		dyn_backups_table_not_found(name);
	if (def->settings.pitr_since == 0)
		dyn_error(DYN_E_POINT_IN_TIME_RECOVERY_UNAVAILABLE, "Point in time recovery is not enabled for table '%s'. dynapg has none. "
				  USE_INSTEAD, def->name);
	dyn_error(DYN_E_POINT_IN_TIME_RECOVERY_UNAVAILABLE, "Point in time recovery is not available for table '%s': dynapg keeps the "
			  "setting, and no history of items. " USE_INSTEAD, def->name);
}
