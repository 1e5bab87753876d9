/*
 * exports.c - ExportTableToPointInTime, DescribeExport, ListExports
 *
 * An export is a job (jobs/export.h), whose request has the members of ExportTableToPointInTime in a fixed order: requests with
 * the same ClientToken are equal if these texts are.
 */
#include "postgres.h"

#include <math.h>

#include "api/backups.h"
#include "api/handlers.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/limits.h"
#include "base/namespace_text.h"
#include "base/request.h"
#include "bucket/bucket.h"
#include "changes/recovery.h"
#include "jobs/export.h"
#include "jobs/export_output.h"
#include "tables/catalog.h"
#include "tables/count.h"
#include "tables/name.h"
#include "tables/settings.h"

#define EXPORT_PART "/export/"

static const char *const members[] = {"TableArn", "ExportTime", "S3Bucket", "S3BucketOwner", "S3Prefix", "S3SseAlgorithm", "S3SseKmsKeyId",
"ExportFormat", "ExportType", "IncrementalExportSpecification", "FilterSpecification"};

static void
print_member(StringInfo out, const DynJson *object, const char *name)
{
	const DynJson *member = dyn_request_member(object, name);

	if (!member)
		return;
	dyn_jsonout_member(out, name);
	dyn_jsonout_tree(out, member);
}

static bool
is_incremental(const DynJson *request)
{
	return dyn_request_is(request, "ExportType", "INCREMENTAL_EXPORT");
}

/* ---- descriptions ---- */

static const char *
status_of(const DynJob *job)
{
	switch (job->state)
	{
		case DYN_JOB_COMPLETED:
			return "COMPLETED";
		case DYN_JOB_CANCELLED:
		case DYN_JOB_FAILED:
			return "FAILED";
		default:
			return "IN_PROGRESS";
	}
}

static void
print_time(StringInfo out, const char *member, TimestampTz moment)
{
	dyn_settings_print_time(out, member, dyn_settings_epoch(moment));
}

/* The members that are known when it is over. */
static void
print_end(StringInfo out, const DynJob *job, const DynJson *request)
{
	DynExportPlace place = {.prefix = dyn_request_cstring(request, "S3Prefix"),.id = job->id};

	if (job->state == DYN_JOB_IN_PROGRESS || job->state == DYN_JOB_CANCELLING)
		return;
	print_time(out, "EndTime", job->finished_at);
	if (job->state == DYN_JOB_COMPLETED)
	{
		dyn_settings_print_text(out, "ExportManifest", dyn_export_output_key(&place, "manifest-summary.json"));
		dyn_settings_print_number(out, "BilledSizeBytes", job->bytes);
		dyn_settings_print_number(out, "ItemCount", job->items);
		return;
	}
	dyn_settings_print_text(out, "FailureCode", job->failure_code ? job->failure_code : "InternalServerError");
	dyn_settings_print_text(out, "FailureMessage", job->failure ? job->failure : "");
}

static void
print_export(StringInfo out, const DynJob *job)
{
	const DynJson *request = dyn_json_parse(job->request, strlen(job->request));
	const DynJson *notes = dyn_json_parse(job->notes, strlen(job->notes));
	StringInfoData arn;

	initStringInfo(&arn);
	dyn_name_table_arn(&arn, job->table_name);
	dyn_jsonout_member(out, "ExportDescription");
	appendStringInfoChar(out, '{');
	dyn_settings_print_text(out, "ExportArn", dyn_export_arn(job->table_name, job->id));
	dyn_settings_print_text(out, "ExportStatus", status_of(job));
	print_time(out, "StartTime", job->created_at);
	print_end(out, job, request);
	dyn_settings_print_text(out, "TableArn", arn.data);
	dyn_settings_print_text(out, "TableId", job->table_id);
	print_member(out, notes, "ExportTime");
	if (job->token)
		dyn_settings_print_text(out, "ClientToken", job->token);
	print_member(out, request, "S3Bucket");
	print_member(out, request, "S3BucketOwner");
	print_member(out, request, "S3Prefix");
	dyn_settings_print_text(out, "S3SseAlgorithm", dyn_request_is(request, "S3SseAlgorithm", "KMS") ? "KMS" : "AES256");
	print_member(out, request, "S3SseKmsKeyId");
	dyn_settings_print_text(out, "ExportFormat", dyn_request_is(request, "ExportFormat", "ION") ? "ION" : "DYNAMODB_JSON");
	dyn_settings_print_text(out, "ExportType", is_incremental(request) ? "INCREMENTAL_EXPORT" : "FULL_EXPORT");
	print_member(out, request, "IncrementalExportSpecification");
	print_member(out, request, "FilterSpecification");
	appendStringInfoChar(out, '}');
}

/* ---- the request of a new export ---- */

static DynTableDef *
table_of(const DynJson *request)
{
	DynSlice	arn = dyn_request_string(request, "TableArn");
	DynSlice	name;
	DynTableDef *def;

	if (!dyn_name_is_arn(arn))
		dyn_validation("Invalid Request: TableArn is not the ARN of a table: %.*s", (int) arn.len, arn.data);
	name = dyn_name_table(arn);
	def = dyn_catalog_read(pnstrdup(name.data, name.len));
	if (!def)
		dyn_backups_table_not_found(name);
	return def;
}

static void
require_rights(const DynTableDef *def)
{
	if (!dyn_catalog_may_read_all(def->relid))
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						errmsg("permission denied for table \"%s\"", dyn_namespace_text_name(def->name)),
						errdetail("An export holds all items: it needs SELECT on the table, without row security.")));
}

pg_attribute_noreturn() static void
refuse_early(void)
{
	dyn_error(DYN_E_INVALID_EXPORT_TIME, "Export time is before the earliest restorable time of the table");
}

/* A moment of the request in seconds; it must lie in the past, within the recovery period. */
static double
moment_of(const DynJson *object, const char *member, const DynRecovery *recovery)
{
	double		moment = dyn_json_double(dyn_request_member(object, member));

	if (isnan(moment) || moment > dyn_settings_now() + 1)
		dyn_error(DYN_E_INVALID_EXPORT_TIME, "%s cannot be in the future", member);
	if (moment < floor(dyn_settings_epoch(dyn_recovery_earliest(recovery))))
		refuse_early();
	return moment;
}

/* Checks the moments of an incremental export. */
static void
check_incremental(const DynJson *request, const DynRecovery *recovery)
{
	const DynJson *specification = dyn_request_member(request, "IncrementalExportSpecification");
	double		from;
	double		to;

	if (!specification || !dyn_request_member(specification, "ExportFromTime") || !dyn_request_member(specification, "ExportToTime"))
		dyn_validation("IncrementalExportSpecification with ExportFromTime and ExportToTime is required for INCREMENTAL_EXPORT");
	if (dyn_request_member(request, "ExportTime"))
		dyn_validation("ExportTime cannot be specified for INCREMENTAL_EXPORT");
	if (dyn_request_member(request, "FilterSpecification"))
		dyn_validation("FilterSpecification cannot be specified for INCREMENTAL_EXPORT");
	from = moment_of(specification, "ExportFromTime", recovery);
	to = moment_of(specification, "ExportToTime", recovery);
	if (from >= to)
		dyn_validation("ExportFromTime must be before ExportToTime");
	if (to - from > DYN_MAX_EXPORT_HOURS * 3600)
		dyn_validation("The period of an incremental export cannot be longer than %d hours", DYN_MAX_EXPORT_HOURS);
}

/* Checks the moments of the request; the notes of the new export. */
static char *
first_notes(const DynJson *request, const DynTableDef *def)
{
	DynRecovery *recovery = dyn_recovery_find(def->relid);
	StringInfoData out;
	double		moment = dyn_settings_now();

	if (recovery == NULL)
		dyn_error(DYN_E_POINT_IN_TIME_RECOVERY_UNAVAILABLE, DYN_RECOVERY_IS_OFF, dyn_namespace_text_name(def->name));
	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	if (is_incremental(request))
		check_incremental(request, recovery);
	else
	{
		if (dyn_request_member(request, "IncrementalExportSpecification"))
			dyn_validation("IncrementalExportSpecification cannot be specified for FULL_EXPORT");
		if (dyn_request_member(request, "ExportTime"))
			moment = moment_of(request, "ExportTime", recovery);
		dyn_settings_print_time(&out, "ExportTime", moment);
	}
	appendStringInfoChar(&out, '}');
	return out.data;
}

/* Checks keys and paths of the filter against the table. */
static void
check_filter(const DynJson *specification, const DynTableDef *def)
{
	DynExportFilter filter;
	bool		has_pk = false;

	dyn_export_filter(specification, &filter);
	for (uint32 i = 0; i < filter.key.count; i++)
	{
		const DynKeyTerm *term = &filter.key.terms[i];
		bool		is_pk = dyn_slice_is(term->name, def->pk.name);

		if (!is_pk && !(def->sk.tag && dyn_slice_is(term->name, def->sk.name)))
			dyn_validation(DYN_KEY_CONDITION_MISSED, has_pk && def->sk.tag ? def->sk.name : def->pk.name);
		if (is_pk && term->op != DYN_RANGE_EQ)
			dyn_validation("Query key condition not supported");
		if (term->low.tag != (is_pk ? def->pk.tag : def->sk.tag))
			dyn_validation(DYN_INVALID_PARAMETER DYN_OPERAND_TYPE);
		has_pk |= is_pk;
	}
	if (filter.key.count > 0 && !has_pk)
		dyn_validation(DYN_KEY_CONDITION_MISSED, def->pk.name);
}

static char *
request_text(const DynJson *request)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	for (int i = 0; i < (int) lengthof(members); i++)
		print_member(&out, request, members[i]);
	appendStringInfoChar(&out, '}');
	return out.data;
}

/* The export that the token stands for already, or NULL. */
static DynJob *
find_token(const char *token, const char *request)
{
	DynJob	   *job = token ? dyn_job_find_token(DYN_EXPORT_KIND, token) : NULL;

	if (job && strcmp(job->request, request) != 0)
		dyn_error(DYN_E_EXPORT_CONFLICT, "Export with this client token already exists with different parameters: %s",
				  dyn_export_arn(job->table_name, job->id));
	return job;
}

void
dyn_api_export_table_to_point_in_time(const DynJson *request, StringInfo reply)
{
	DynTableDef *def = table_of(request);
	DynJob		job = {
		.kind = DYN_EXPORT_KIND,.relid = def->relid,.table_name = def->name,.table_id = def->table_id,
		.token = dyn_request_cstring(request, "ClientToken"),.request = request_text(request)
	};
	DynJob	   *earlier = find_token(job.token, job.request);

	if (earlier == NULL)
	{
		require_rights(def);
		job.notes = first_notes(request, def);
		dyn_s3_require(DYN_S3_WRITE);
		check_filter(dyn_request_member(request, "FilterSpecification"), def);
		if (dyn_job_count_unfinished(DYN_EXPORT_KIND) >= DYN_MAX_EXPORTS)
			dyn_error(DYN_E_LIMIT_EXCEEDED, "Subscriber limit exceeded: There is a limit of %d concurrent exports", DYN_MAX_EXPORTS);
		dyn_count_table(def->relid, &job.total_items, &job.total_bytes);
		if (!dyn_job_start(&job))
			earlier = find_token(job.token, job.request);
	}
	appendStringInfoChar(reply, '{');
	print_export(reply, earlier ? earlier : &job);
	appendStringInfoChar(reply, '}');
}

/* ---- describing ---- */

void
dyn_api_describe_export(const DynJson *request, StringInfo reply)
{
	char	   *arn = dyn_request_cstring(request, "ExportArn");
	char	   *part = strstr(arn, EXPORT_PART);
	DynJob	   *job;

	if (!dyn_name_is_arn((DynSlice) {arn, (uint32) strlen(arn)}) || !part)
		dyn_validation("Invalid Request: ExportArn is not the ARN of an export: %s", arn);
	job = dyn_job_find(DYN_EXPORT_KIND, part + strlen(EXPORT_PART));
	if (!job || strcmp(arn, dyn_export_arn(job->table_name, job->id)) != 0)
		dyn_error(DYN_E_EXPORT_NOT_FOUND, "Export not found: %s", arn);
	dyn_job_resume(job);
	appendStringInfoChar(reply, '{');
	print_export(reply, job);
	appendStringInfoChar(reply, '}');
}

static void
print_summary(StringInfo out, const DynJob *job)
{
	const DynJson *request = dyn_json_parse(job->request, strlen(job->request));

	appendStringInfoChar(out, '{');
	dyn_settings_print_text(out, "ExportArn", dyn_export_arn(job->table_name, job->id));
	dyn_settings_print_text(out, "ExportStatus", status_of(job));
	dyn_settings_print_text(out, "ExportType", is_incremental(request) ? "INCREMENTAL_EXPORT" : "FULL_EXPORT");
	appendStringInfoChar(out, '}');
}

void
dyn_api_list_exports(const DynJson *request, StringInfo reply)
{
	int			limit = (int) dyn_request_integer(request, "MaxResults", DYN_MAX_LISTED_EXPORTS);
	DynJobFilter filter = {.kind = DYN_EXPORT_KIND,.before = dyn_request_cstring(request, "NextToken"),.limit = limit + 1};
	DynSlice	arn = dyn_request_string(request, "TableArn");
	DynJob	   *jobs;
	int			count;

	if (arn.data)
	{
		DynSlice	name;

		if (!dyn_name_is_arn(arn))
			dyn_validation("Invalid Request: TableArn is not the ARN of a table: %.*s", (int) arn.len, arn.data);
		name = dyn_name_table(arn);
		filter.table_name = pnstrdup(name.data, name.len);
	}
	jobs = dyn_job_list(&filter, &count);
	appendStringInfoString(reply, "{\"ExportSummaries\":[");
	for (int i = 0; i < Min(count, limit); i++)
	{
		dyn_job_resume(&jobs[i]);
		if (i > 0)
			appendStringInfoChar(reply, ',');
		print_summary(reply, &jobs[i]);
	}
	appendStringInfoChar(reply, ']');
	if (count > limit)
		dyn_settings_print_text(reply, "NextToken", jobs[limit - 1].id);
	appendStringInfoChar(reply, '}');
}
