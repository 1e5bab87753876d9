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
#include "base/namespace.h"
#include "base/request.h"
#include "base/texts.h"
#include "bucket/bucket.h"
#include "changes/recovery.h"
#include "jobs/export.h"
#include "jobs/export_output.h"
#include "tables/catalog.h"
#include "tables/count.h"
#include "tables/name.h"
#include "tables/settings.h"
#include "utils/timestamp.h"

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

/* IncrementalExportSpecification with its end, which the request may have left out. */
static void
print_specification(StringInfo out, const DynJson *request, const DynJson *notes)
{
	const DynJson *specification = dyn_request_member(request, "IncrementalExportSpecification");

	if (!specification)
		return;
	dyn_jsonout_member(out, "IncrementalExportSpecification");
	appendStringInfoChar(out, '{');
	print_member(out, specification, "ExportFromTime");
	print_member(out, specification, "ExportToTime");
	print_member(out, notes, "ExportToTime");
	print_member(out, specification, "ExportViewType");
	appendStringInfoChar(out, '}');
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
	print_member(out, request, "ExportType");
	print_specification(out, request, notes);
	print_member(out, request, "FilterSpecification");
	appendStringInfoChar(out, '}');
}

/* ---- the request of a new export ---- */

/* The parts of a table's ARN in TableArn. */
static DynArn
table_arn_of(const DynJson *request)
{
	DynSlice	text = dyn_request_string(request, "TableArn");
	DynArn		arn;

	if (text.len == 0)
		dyn_validation("Invalid TableArn: Invalid Table ARN");
	if (!dyn_name_split_arn(text, &arn) || !dyn_slice_is(arn.vendor, "dynamodb") || !dyn_slice_is(arn.kind, "table") ||
		!dyn_name_fits_table(arn.name))
		dyn_validation(DYN_INVALID_PARAMETER "tableArn is not a valid ARN");
	if (arn.part.data)
		dyn_validation(DYN_INVALID_REQUEST "Table ARN is invalid.");
	if (!dyn_slice_is(arn.account, DYN_ACCOUNT_ID))
		dyn_error(DYN_E_ACCESS_DENIED, DYN_ACCESS_DENIED);
	return arn;
}

static bool
is_local(const DynArn *arn)
{
	return dyn_slice_is(arn->partition, "aws") && dyn_slice_is(arn->region, dyn_namespace_region());
}

/* The full name of the table in an ARN. */
static char *
full_name_of(const DynArn *arn)
{
	DynSlice	name = dyn_namespace_full(arn->name);

	return pnstrdup(name.data, name.len);
}

static DynTableDef *
table_of(const DynJson *request)
{
	DynArn		arn = table_arn_of(request);
	DynTableDef *def = is_local(&arn) ? dyn_catalog_read(full_name_of(&arn)) : NULL;

	if (!def)
		dyn_error(DYN_E_TABLE_NOT_FOUND, DYN_TABLE_UNKNOWN, dyn_request_cstring(request, "TableArn"));
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

/* ExportTime; it must lie in the past, within the recovery period. */
static double
export_time(const DynJson *request, const DynRecovery *recovery)
{
	double		moment = dyn_json_double(dyn_request_member(request, "ExportTime"));

	if (isnan(moment) || moment > dyn_settings_now() + 1 || moment < floor(dyn_settings_epoch(dyn_recovery_earliest(recovery))))
		dyn_error(DYN_E_INVALID_EXPORT_TIME, "Export Time is invalid");
	return moment;
}

static char *
iso(double seconds)
{
	double		bounded = isnan(seconds) ? 0 : Min(Max(seconds, -1e10), 1e11);

	return dyn_settings_iso(time_t_to_timestamptz((pg_time_t) floor(bounded)));
}

/* The members that belong to one type of export. */
static void
check_type(const DynJson *request)
{
	const DynJson *specification = dyn_request_member(request, "IncrementalExportSpecification");

	if (!is_incremental(request))
	{
		if (specification && dyn_request_member(request, "ExportType"))
			dyn_validation(DYN_INVALID_REQUEST "When Export Type is Full Export , Incremental Export Specification should not be provided");
		if (specification)
			dyn_validation(DYN_INVALID_REQUEST "Export Type expected to be Incremental Export when incremental export specification is "
						   "provided");
		return;
	}
	if (!specification)
		dyn_validation(DYN_INVALID_REQUEST "Incremental Export Specification expected when export type is set as Incremental Export");
	if (!dyn_request_member(specification, "ExportFromTime"))
		dyn_validation(DYN_INVALID_REQUEST "ExportFromTime must be provided in IncrementalExportSpecification");
	if (dyn_request_member(request, "ExportTime"))
		dyn_validation(DYN_INVALID_REQUEST "ExportTime cannot be specified for INCREMENTAL_EXPORT");
	if (dyn_request_member(request, "FilterSpecification"))
		dyn_validation(DYN_INVALID_REQUEST "FilterSpecification cannot be specified for INCREMENTAL_EXPORT");
}

/* Checks the moments of an incremental export, whose end may be left out: then it is now. */
static void
check_period(const DynJson *specification, const DynTableDef *def, const DynRecovery *recovery, double now)
{
	double		from = dyn_json_double(dyn_request_member(specification, "ExportFromTime"));
	const DynJson *end = dyn_request_member(specification, "ExportToTime");
	double		to = end ? dyn_json_double(end) : now;

	if (isnan(from) || from < floor(dyn_settings_epoch(def->created_at)))
		dyn_error(DYN_E_INVALID_EXPORT_TIME, "Incremental export period from time cannot be less than the table creation time : %s",
				  iso(from));
	if (isnan(to) || to > now + 1)
		dyn_error(DYN_E_INVALID_EXPORT_TIME, "Incremental export period to time cannot be greater than the current time : %s", iso(to));
	if (from < floor(dyn_settings_epoch(dyn_recovery_earliest(recovery))))
		dyn_error(DYN_E_INVALID_EXPORT_TIME, "Export Time is invalid");
	if (from >= to)
		dyn_error(DYN_E_INVALID_EXPORT_TIME, "Difference between export period from time and export period to time is less than 15 "
				  "minutes");
	if (to - from > DYN_MAX_EXPORT_HOURS * 3600)
		dyn_error(DYN_E_INVALID_EXPORT_TIME, "Difference between export period from time and export period to time is greater than %d "
				  "hours", DYN_MAX_EXPORT_HOURS);
}

/* Checks the moments of the request; the notes of the new export. */
static char *
first_notes(const DynJson *request, const DynTableDef *def)
{
	const DynJson *specification = dyn_request_member(request, "IncrementalExportSpecification");
	DynRecovery *recovery = dyn_recovery_find(def->relid);
	StringInfoData out;
	double		now = dyn_settings_now();

	if (recovery == NULL)
		dyn_error(DYN_E_POINT_IN_TIME_RECOVERY_UNAVAILABLE, DYN_RECOVERY_IS_OFF, dyn_namespace_text_name(def->name));
	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	if (specification)
		check_period(specification, def, recovery, now);
	if (specification && !dyn_request_member(specification, "ExportToTime"))
		dyn_settings_print_time(&out, "ExportToTime", now);
	if (!specification)
		dyn_settings_print_time(&out, "ExportTime", dyn_request_member(request, "ExportTime") ? export_time(request, recovery) : now);
	appendStringInfoChar(&out, '}');
	return out.data;
}

/* Checks what needs no look at the table. */
static void
check_request(const DynJson *request)
{
	const DynJson *filter = dyn_request_member(request, "FilterSpecification");

	check_type(request);
	if (dyn_request_member(request, "S3SseKmsKeyId") && !dyn_request_is(request, "S3SseAlgorithm", "KMS"))
		dyn_validation(DYN_INVALID_REQUEST "KMS Key Id is not supported for this encryption type");
	if (filter && dyn_json_count(filter) == 0)
		dyn_validation(DYN_INVALID_REQUEST "Invalid FilterSpecification: The specification can not be empty");
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
		dyn_error(DYN_E_EXPORT_CONFLICT, "Export conflict: Duplicate request detected with conflicting parameters");
	return job;
}

void
dyn_api_export_table_to_point_in_time(const DynJson *request, StringInfo reply)
{
	DynTableDef *def;
	DynJob		job = {.kind = DYN_EXPORT_KIND,.token = dyn_request_cstring(request, "ClientToken"),.request = request_text(request)};
	DynJob	   *earlier;

	check_request(request);
	def = table_of(request);
	job.relid = def->relid;
	job.table_name = def->name;
	job.table_id = def->table_id;
	earlier = find_token(job.token, job.request);
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
	DynArn		parts;
	DynJob	   *job;

	if (!dyn_name_split_arn(dyn_request_string(request, "ExportArn"), &parts) || !dyn_slice_is(parts.part, "export"))
		dyn_validation("Invalid Export ARN");
	if (!dyn_slice_is(parts.account, DYN_ACCOUNT_ID))
		dyn_error(DYN_E_ACCESS_DENIED, DYN_ACCESS_DENIED);
	if (!is_local(&parts))
		dyn_error(DYN_E_EXPORT_NOT_FOUND, "Export not found: Invalid export arn");
	job = dyn_job_find(DYN_EXPORT_KIND, pnstrdup(parts.id.data, parts.id.len));
	if (!job || strcmp(arn, dyn_export_arn(job->table_name, job->id)) != 0)
		dyn_error(DYN_E_EXPORT_NOT_FOUND, "Export not found: Export not found: %s", arn);
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
	int			limit = (int) dyn_request_integer(request, "MaxResults", DYN_LISTED_JOBS);
	DynJobFilter filter = {.kind = DYN_EXPORT_KIND,.before = dyn_request_cstring(request, "NextToken"),.limit = limit + 1};
	DynJob	   *jobs;
	int			count;

	if (filter.before && strspn(filter.before, "0123456789abcdef-") != strlen(filter.before))
		dyn_validation(DYN_INVALID_REQUEST "Provided nextToken is invalid: %s", filter.before);
	if (dyn_request_member(request, "TableArn"))
	{
		DynArn		arn = table_arn_of(request);

		filter.table_name = full_name_of(&arn);
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
