/*
 * backups.c - CreateBackup, DescribeBackup, ListBackups, DeleteBackup
 *
 * A backup keeps the table's definition as one JSON object (dyn_backups_define): SourceTableDetails and
 * SourceTableFeatureDetails are made from it, and backup_restore.c makes the request for a similar table from it.
 */
#include "postgres.h"

#include <math.h>

#include "api/backups.h"
#include "api/params.h"

#include "api/handlers.h"
#include "api/table_describe.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/limits.h"
#include "base/namespace.h"
#include "base/texts.h"
#include "base/request.h"
#include "store/ttl.h"
#include "tables/catalog.h"
#include "tables/name.h"
#include "tables/settings.h"

/* ---- the definition of a table ---- */

static void
copy_member(StringInfo out, const DynJson *object, const char *name, const char *as)
{
	const DynJson *member = dyn_request_member(object, name);

	if (!member)
		return;
	dyn_jsonout_member(out, as);
	dyn_jsonout_tree(out, member);
}

/* Capacity units of a description, without its times. */
static void
print_units(StringInfo out, const DynJson *described)
{
	const DynJson *throughput = dyn_request_member(described, "ProvisionedThroughput");

	dyn_jsonout_member(out, "ProvisionedThroughput");
	appendStringInfoChar(out, '{');
	copy_member(out, throughput, "ReadCapacityUnits", "ReadCapacityUnits");
	copy_member(out, throughput, "WriteCapacityUnits", "WriteCapacityUnits");
	appendStringInfoChar(out, '}');
}

static void
print_indexes(StringInfo out, const DynJson *described, const char *member, bool global)
{
	static const char *const members[] = {"KeySchema", "Projection", "VectorAttribute", "Dimensions", "DistanceFunction",
	"SearchSchema"};
	const DynJson *indexes = dyn_request_member(described, member);
	bool		first = true;

	if (!indexes)
		return;
	dyn_jsonout_member(out, member);
	appendStringInfoChar(out, '[');
	for (const DynJson *index = dyn_json_first(indexes); index; index = dyn_json_next(index))
	{
		if (dyn_request_is(index, "IndexStatus", "DELETING"))
			continue;
		appendStringInfoString(out, first ? "{" : ",{");
		first = false;
		copy_member(out, index, "IndexName", "IndexName");
		for (int i = 0; i < lengthof(members); i++)
			copy_member(out, index, members[i], members[i]);
		if (global)
		{
			print_units(out, index);
			copy_member(out, index, "OnDemandThroughput", "OnDemandThroughput");
		}
		appendStringInfoChar(out, '}');
	}
	appendStringInfoChar(out, ']');
}

static void
print_ttl(StringInfo out, const DynTableDef *def)
{
	static const char *const names[] = {"DISABLED", "ENABLING", "ENABLED", "DISABLING"};
	DynTtl		ttl = dyn_ttl_read(def);

	dyn_jsonout_member(out, "TimeToLiveDescription");
	appendStringInfoChar(out, '{');
	dyn_settings_print_text(out, "TimeToLiveStatus", names[ttl.status]);
	if (ttl.status != DYN_TTL_DISABLED)
		dyn_settings_print_text(out, "AttributeName", ttl.attribute);
	appendStringInfoChar(out, '}');
}

void
dyn_backups_define(StringInfo out, const DynTableDef *def)
{
	const DynTableSettings *settings = &def->settings;
	StringInfoData text;
	const DynJson *described;

	initStringInfo(&text);
	appendStringInfoChar(&text, '{');
	dyn_table_describe_print(&text, "Table", def, (DynTableView) {DYN_TABLE_ACTIVE});
	appendStringInfoChar(&text, '}');
	described = dyn_json_member(dyn_json_parse(text.data, text.len), "Table");

	appendStringInfoChar(out, '{');
	copy_member(out, described, "CreationDateTime", "TableCreationDateTime");
	copy_member(out, described, "AttributeDefinitions", "AttributeDefinitions");
	copy_member(out, described, "KeySchema", "KeySchema");
	dyn_settings_print_text(out, "BillingMode", settings->pay_per_request ? "PAY_PER_REQUEST" : "PROVISIONED");
	print_units(out, described);
	copy_member(out, described, "OnDemandThroughput", "OnDemandThroughput");
	print_indexes(out, described, "LocalSecondaryIndexes", false);
	print_indexes(out, described, "GlobalSecondaryIndexes", true);
	print_indexes(out, described, "VectorIndexes", false);
	copy_member(out, described, "StreamSpecification", "StreamDescription");
	print_ttl(out, def);
	copy_member(out, described, "SSEDescription", "SSEDescription");
	if (settings->sse)
	{
		dyn_jsonout_member(out, "SSESpecification");
		appendStringInfoString(out, "{\"Enabled\":true,\"SSEType\":\"KMS\"");
		if (settings->kms_key)
			dyn_settings_print_text(out, "KMSMasterKeyId", settings->kms_key);
		appendStringInfoChar(out, '}');
	}
	appendStringInfoChar(out, '}');
}

const DynJson *
dyn_backups_definition(const DynBackup *backup)
{
	return dyn_json_parse(backup->definition, strlen(backup->definition));
}

/* ---- names ---- */

char *
dyn_backups_arn(const DynBackup *backup)
{
	StringInfoData arn;

	initStringInfo(&arn);
	dyn_name_backup_arn(&arn, backup->table_name, backup->id);
	return arn.data;
}

/* The parts of a backup's ARN in a member of the request. */
static DynArn
arn_of(const DynJson *request, const char *member)
{
	DynArn		arn;

	if (!dyn_name_split_arn(dyn_request_string(request, member), &arn) || !dyn_slice_is(arn.part, "backup"))
		dyn_validation("Invalid Backup ARN");
	if (!dyn_slice_is(arn.partition, "aws") || !dyn_slice_is(arn.vendor, "dynamodb") || !dyn_slice_is(arn.kind, "table"))
		dyn_validation(DYN_INVALID_REQUEST "BackupArn is not valid");
	if (!dyn_slice_is(arn.account, DYN_ACCOUNT_ID))
		dyn_error(DYN_E_ACCESS_DENIED, DYN_ACCESS_DENIED);
	return arn;
}

DynBackup *
dyn_backups_of_request(const DynJson *request, DynBackupLock lock)
{
	DynArn		parts = arn_of(request, "BackupArn");
	char	   *arn = dyn_request_cstring(request, "BackupArn");
	DynBackup  *backup = dyn_backup_find(pnstrdup(parts.id.data, parts.id.len), lock);

	if (!backup || strcmp(arn, dyn_backups_arn(backup)) != 0)
		dyn_error(DYN_E_BACKUP_NOT_FOUND, "Backup not found: %s", arn);
	return backup;
}

/* The backup that a list goes on after, which need not exist. */
static char *
list_start(const DynJson *request)
{
	DynArn		arn;

	if (!dyn_request_member(request, "ExclusiveStartBackupArn"))
		return NULL;
	arn = arn_of(request, "ExclusiveStartBackupArn");
	if (!dyn_slice_is(arn.region, dyn_namespace_region()))
		dyn_validation(DYN_INVALID_REQUEST "The supplied ExclusiveStartBackupArn does not match the region");
	return pnstrdup(arn.id.data, arn.id.len);
}

void
dyn_backups_table_not_found(DynSlice name)
{
	dyn_error(DYN_E_TABLE_NOT_FOUND, DYN_TABLE_UNKNOWN, dyn_namespace_text_name(pnstrdup(name.data, name.len)));
}

void
dyn_backups_unavailable(const DynTableDef *def)
{
	dyn_error(DYN_E_CONTINUOUS_BACKUPS_UNAVAILABLE, "Backups are being enabled for the table: %s. Please retry later",
			  dyn_namespace_text_name(def->name));
}

/* ---- descriptions ---- */

static const char *
status_of(const DynBackup *backup)
{
	return OidIsValid(backup->copy) ? "AVAILABLE" : "CREATING";
}

static void
print_table_arn(StringInfo out, const DynBackup *backup)
{
	StringInfoData arn;

	initStringInfo(&arn);
	dyn_name_table_arn(&arn, backup->table_name);
	dyn_settings_print_text(out, "TableArn", arn.data);
}

/* The members of BackupDetails, which a BackupSummary has, too. */
static void
print_details(StringInfo out, const DynBackup *backup, const char *status)
{
	dyn_settings_print_text(out, "BackupArn", dyn_backups_arn(backup));
	dyn_settings_print_text(out, "BackupName", backup->name);
	dyn_settings_print_number(out, "BackupSizeBytes", backup->copy_bytes);
	dyn_settings_print_text(out, "BackupStatus", status);
	dyn_settings_print_text(out, "BackupType", backup->expires_at != 0 ? "SYSTEM" : "USER");
	dyn_settings_print_time(out, "BackupCreationDateTime", dyn_settings_epoch(backup->created_at));
	if (backup->expires_at != 0)
		dyn_settings_print_time(out, "BackupExpiryDateTime", dyn_settings_epoch(backup->expires_at));
}

static void
print_members(StringInfo out, const DynJson *definition, const char *const *members, int count)
{
	for (int i = 0; i < count; i++)
		copy_member(out, definition, members[i], members[i]);
}

static void
print_backup(StringInfo out, const DynBackup *backup, const char *status)
{
	static const char *const table_members[] = {"KeySchema", "TableCreationDateTime", "ProvisionedThroughput", "OnDemandThroughput",
	"BillingMode"};
	static const char *const feature_members[] = {"LocalSecondaryIndexes", "GlobalSecondaryIndexes", "StreamDescription",
	"SSEDescription", "VectorIndexes"};
	const DynJson *definition = dyn_backups_definition(backup);
	const DynJson *ttl = dyn_request_member(definition, "TimeToLiveDescription");

	dyn_jsonout_member(out, "BackupDescription");
	appendStringInfoString(out, "{\"BackupDetails\":{");
	print_details(out, backup, status);
	appendStringInfoString(out, "},\"SourceTableDetails\":{");
	dyn_settings_print_text(out, "TableName", dyn_namespace_text_name(backup->table_name));
	dyn_settings_print_text(out, "TableId", backup->table_id);
	print_table_arn(out, backup);
	dyn_settings_print_number(out, "TableSizeBytes", backup->item_bytes);
	dyn_settings_print_number(out, "ItemCount", backup->items);
	print_members(out, definition, table_members, lengthof(table_members));
	appendStringInfoString(out, "},\"SourceTableFeatureDetails\":{");
	print_members(out, definition, feature_members, lengthof(feature_members));
	if (ttl && !dyn_request_is(ttl, "TimeToLiveStatus", "DISABLED"))
		copy_member(out, definition, "TimeToLiveDescription", "TimeToLiveDescription");
	appendStringInfoString(out, "}}");
}

void
dyn_backups_before_delete(const DynTableDef *def)
{
	StringInfoData definition;

	if (def->settings.pitr_since == 0)
		return;
	initStringInfo(&definition);
	dyn_backups_define(&definition, def);
	dyn_backup_create_system(def, psprintf("%s$DeletedTableBackup", dyn_namespace_text_name(def->name)), definition.data,
							 GetCurrentTimestamp() + DYN_MAX_RECOVERY_PERIOD * USECS_PER_DAY);
}

/* ---- the operations ---- */

void
dyn_api_create_backup(const DynJson *request, StringInfo reply)
{
	DynSlice	name = dyn_params_table_name(request);
	DynTableDef *def = dyn_catalog_read_for_update(pnstrdup(name.data, name.len));
	DynBackup  *backup;
	StringInfoData definition;

	if (!def)
		dyn_backups_table_not_found(name);
	if (def->filled_by != NULL)
		dyn_backups_unavailable(def);
	initStringInfo(&definition);
	dyn_backups_define(&definition, def);
	backup = dyn_backup_create(def, dyn_request_cstring(request, "BackupName"), definition.data);
	appendStringInfoString(reply, "{\"BackupDetails\":{");
	print_details(reply, backup, "CREATING");
	appendStringInfoString(reply, "}}");
}

void
dyn_api_describe_backup(const DynJson *request, StringInfo reply)
{
	DynBackup  *backup = dyn_backups_of_request(request, DYN_BACKUP_FREE);

	dyn_backup_resume(backup);
	appendStringInfoChar(reply, '{');
	print_backup(reply, backup, status_of(backup));
	appendStringInfoChar(reply, '}');
}

void
dyn_api_delete_backup(const DynJson *request, StringInfo reply)
{
	DynBackup  *backup = dyn_backups_of_request(request, DYN_BACKUP_FREE);

	/* a backup that cannot be made is given up */
	if (!OidIsValid(backup->copy) && !backup->failed)
		dyn_error(DYN_E_BACKUP_IN_USE, "Backup is being created: %s", dyn_backups_arn(backup));
	backup = dyn_backups_of_request(request, DYN_BACKUP_CHANGE);
	dyn_backup_drop(backup);
	appendStringInfoChar(reply, '{');
	print_backup(reply, backup, "DELETED");
	appendStringInfoChar(reply, '}');
}

/* A bound of the time range; none if it is absent or out of range. */
static TimestampTz
time_bound(const DynJson *request, const char *name, TimestampTz none)
{
	const DynJson *member = dyn_request_member(request, name);
	double		micros;

	if (!member)
		return none;
	micros = rint(dyn_json_double(member) * 1000.0) * 1000.0 -
		(double) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY;
	if (isnan(micros) || micros <= (double) MIN_TIMESTAMP)
		return DT_NOBEGIN;
	if (micros >= (double) END_TIMESTAMP)
		return DT_NOEND;
	return (TimestampTz) micros;
}

static void
print_summary(StringInfo out, const DynBackup *backup)
{
	appendStringInfoChar(out, '{');
	dyn_settings_print_text(out, "TableName", dyn_namespace_text_name(backup->table_name));
	dyn_settings_print_text(out, "TableId", backup->table_id);
	print_table_arn(out, backup);
	print_details(out, backup, status_of(backup));
	appendStringInfoChar(out, '}');
}

static DynBackupType
wanted_type(const DynJson *request)
{
	return dyn_request_is(request, "BackupType", "ALL") ? DYN_BACKUP_ALL :
		dyn_request_is(request, "BackupType", "SYSTEM") ? DYN_BACKUP_SYSTEM : DYN_BACKUP_USER;
}

void
dyn_api_list_backups(const DynJson *request, StringInfo reply)
{
	int			limit = (int) dyn_request_integer(request, "Limit", DYN_MAX_LISTED_BACKUPS);
	DynBackupFilter filter = {
		.type = wanted_type(request),
		.from = time_bound(request, "TimeRangeLowerBound", DT_NOBEGIN),
		.until = time_bound(request, "TimeRangeUpperBound", DT_NOEND),
		.after = list_start(request),
		.limit = limit + 1
	};
	DynBackup  *backups = NULL;
	int			count = 0;

	if (dyn_request_member(request, "TableName"))
	{
		DynSlice	name = dyn_params_table_name(request);

		filter.table_name = pnstrdup(name.data, name.len);
	}
	if (filter.from > filter.until)
		dyn_validation(DYN_INVALID_PARAMETER "Time range lower bound must be less than or equal to upper bound");
	if (!dyn_request_is(request, "BackupType", "AWS_BACKUP"))
		backups = dyn_backup_list(&filter, &count);

	appendStringInfoString(reply, "{\"BackupSummaries\":[");
	for (int i = 0; i < Min(count, limit); i++)
	{
		dyn_backup_resume(&backups[i]);
		if (i > 0)
			appendStringInfoChar(reply, ',');
		print_summary(reply, &backups[i]);
	}
	appendStringInfoChar(reply, ']');
	if (count > limit)
		dyn_settings_print_text(reply, "LastEvaluatedBackupArn", dyn_backups_arn(&backups[limit - 1]));
	appendStringInfoChar(reply, '}');
}
