/*
 * import_table.c - ImportTable, DescribeImport, ListImports
 *
 * The request creates the table, which is CREATING and hidden from other operations, and starts the job (import_job.c) that
 * fills it.
 */
#include "postgres.h"

#include "api/handlers.h"
#include "api/import_table.h"
#include "api/job_replies.h"
#include "api/load_objects.h"
#include "api/table_create.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/limits.h"
#include "base/namespace.h"
#include "base/request.h"
#include "bucket/bucket.h"
#include "tables/lifecycle.h"
#include "tables/name.h"
#include "tables/settings.h"

#define ARN_PART "import"

/* ---- descriptions ---- */

/* An import with refused items is COMPLETED as a job, but FAILED in the API. */
static const char *
status_of(const DynJob *job)
{
	static const char *const names[] = {
		[DYN_JOB_IN_PROGRESS] = "IN_PROGRESS",
		[DYN_JOB_CANCELLING] = "CANCELLING",
		[DYN_JOB_CANCELLED] = "CANCELLED",
		[DYN_JOB_COMPLETED] = "COMPLETED",
		[DYN_JOB_FAILED] = "FAILED"
	};

	return names[job->state];
}

static bool
is_over(const DynJob *job)
{
	return job->state != DYN_JOB_IN_PROGRESS && job->state != DYN_JOB_CANCELLING;
}

static void
print_table_arn(StringInfo out, const char *table)
{
	StringInfoData arn;

	initStringInfo(&arn);
	dyn_name_table_arn(&arn, table);
	dyn_settings_print_text(out, "TableArn", arn.data);
}

/* What a summary has, too. */
static void
print_head(StringInfo out, const DynJob *job)
{
	dyn_settings_print_text(out, "ImportArn", dyn_job_replies_arn(job->table_name, ARN_PART, job->id));
	dyn_settings_print_text(out, "ImportStatus", status_of(job));
	print_table_arn(out, job->table_name);
}

static void
print_log_group(StringInfo out)
{
	dyn_settings_print_text(out, "CloudWatchLogGroupArn",
							psprintf("arn:aws:logs:%s:" DYN_ACCOUNT_ID ":log-group:/aws-dynamodb/imports:*", dyn_namespace_region()));
}

/* S3BucketSource, with an owner, which is the account if the request names none. */
static void
print_source(StringInfo out, const DynJson *request)
{
	const DynJson *source = dyn_request_member(request, "S3BucketSource");

	dyn_jsonout_member(out, "S3BucketSource");
	appendStringInfoChar(out, '{');
	if (dyn_request_member(source, "S3BucketOwner") != NULL)
		dyn_job_replies_copy(out, source, "S3BucketOwner");
	else
		dyn_settings_print_text(out, "S3BucketOwner", DYN_ACCOUNT_ID);
	dyn_job_replies_copy(out, source, "S3Bucket");
	dyn_job_replies_copy(out, source, "S3KeyPrefix");
	appendStringInfoChar(out, '}');
}

static void
print_import(StringInfo reply, const DynJob *job)
{
	const DynJson *request = dyn_json_parse(job->request, strlen(job->request));

	appendStringInfoString(reply, "{\"ImportTableDescription\":{");
	print_head(reply, job);
	dyn_settings_print_text(reply, "TableId", job->table_id);
	if (job->token != NULL)
	{
		dyn_jsonout_member(reply, "ClientToken");
		dyn_jsonout_string(reply, job->token, strlen(job->token));
	}
	print_source(reply, request);
	dyn_settings_print_number(reply, "ErrorCount", job->errors);
	print_log_group(reply);
	dyn_job_replies_copy(reply, request, "InputFormat");
	dyn_job_replies_copy(reply, request, "InputFormatOptions");
	dyn_settings_print_text(reply, "InputCompressionType",
							dyn_request_member(request, "InputCompressionType") != NULL ?
							dyn_request_cstring(request, "InputCompressionType") : "NONE");
	dyn_job_replies_copy(reply, request, "TableCreationParameters");
	dyn_job_replies_print_time(reply, "StartTime", job->created_at);
	if (is_over(job))
		dyn_job_replies_print_time(reply, "EndTime", job->finished_at);
	if (job->started_at != 0)
	{
		dyn_settings_print_number(reply, "ProcessedSizeBytes", job->bytes);
		dyn_settings_print_number(reply, "ProcessedItemCount", job->items);
		dyn_settings_print_number(reply, "ImportedItemCount", job->items - (job->errors - dyn_load_objects_broken_before(job)));
	}
	if (job->failure_code != NULL)
	{
		dyn_settings_print_text(reply, "FailureCode", job->failure_code);
		dyn_settings_print_text(reply, "FailureMessage", job->failure != NULL ? job->failure : "");
	}
	appendStringInfoString(reply, "}}");
}

/* ---- ImportTable ---- */

static DynJob
start_job(DynTableDef *def, char *token, char *request_text)
{
	DynJob		job = {
		.kind = DYN_IMPORT_KIND,
		.relid = def->relid,
		.table_name = def->name,
		.table_id = def->table_id,
		.token = token,
		.request = request_text,
		.total_items = -1,
		.total_bytes = -1
	};

	strlcpy(job.id, def->filled_by, sizeof(job.id));
	return job;
}

static void
refuse_conflict(void)
{
	dyn_error(DYN_E_IMPORT_CONFLICT, "Import conflict: Duplicate request detected with conflicting parameters");
}

/* Only CSV has options. */
static void
check_options(const DynJson *request)
{
	char	   *format = dyn_request_cstring(request, "InputFormat");

	if (dyn_request_member(dyn_request_member(request, "InputFormatOptions"), "Csv") && strcmp(format, "CSV") != 0)
		dyn_validation(DYN_INVALID_REQUEST "Unsupported InputFormatOptions for the given input format: %s.", format);
}

void
dyn_api_import_table(const DynJson *request, StringInfo reply)
{
	DynTableDef def;
	DynJob		job;
	DynJob	   *again;
	bool		same;
	char	   *text = dyn_job_replies_request_text(request);
	char	   *token = dyn_job_replies_token(DYN_IMPORT_KIND, request, text, &again, &same);
	TimestampTz created_at;

	if (same)
	{
		print_import(reply, again);
		return;
	}
	if (again != NULL)
		refuse_conflict();
	check_options(request);
	(void) dyn_job_replies_packing(request);
	dyn_table_create_read(dyn_request_member(request, "TableCreationParameters"), &def);
	dyn_s3_require(DYN_S3_READ);
	if (dyn_job_count_unfinished(DYN_IMPORT_KIND) >= DYN_MAX_IMPORTS)
		dyn_error(DYN_E_LIMIT_EXCEEDED, "Subscriber limit exceeded: There can be at most %d imports at a time", DYN_MAX_IMPORTS);
	def.filled_by = dyn_job_new_id(&created_at);
	if (!dyn_lifecycle_create(&def))
		dyn_error(DYN_E_RESOURCE_IN_USE, DYN_TABLE_EXISTS, dyn_namespace_text_name(def.name));
	job = start_job(&def, token, text);
	job.created_at = created_at;
	if (!dyn_job_start(&job))
		refuse_conflict();
	print_import(reply, &job);
}

/* ---- DescribeImport, ListImports ---- */

void
dyn_api_describe_import(const DynJson *request, StringInfo reply)
{
	char	   *arn = dyn_request_cstring(request, "ImportArn");
	DynArn		parts;
	DynJob	   *job;

	if (!dyn_name_split_arn(dyn_request_string(request, "ImportArn"), &parts) || !dyn_slice_is(parts.part, ARN_PART))
		dyn_validation("Invalid Import ARN");
	if (!dyn_slice_is(parts.account, DYN_ACCOUNT_ID))
		dyn_error(DYN_E_ACCESS_DENIED, DYN_ACCESS_DENIED);
	job = dyn_job_find(DYN_IMPORT_KIND, pnstrdup(parts.id.data, parts.id.len));
	if (job == NULL || strcmp(arn, dyn_job_replies_arn(job->table_name, ARN_PART, job->id)) != 0)
		dyn_error(DYN_E_IMPORT_NOT_FOUND, "Import not found: Import not found: %s", arn);
	dyn_job_resume(job);
	print_import(reply, job);
}

static void
print_summary(StringInfo reply, const DynJob *job)
{
	const DynJson *request = dyn_json_parse(job->request, strlen(job->request));

	appendStringInfoChar(reply, '{');
	print_head(reply, job);
	print_source(reply, request);
	print_log_group(reply);
	dyn_job_replies_copy(reply, request, "InputFormat");
	dyn_job_replies_print_time(reply, "StartTime", job->created_at);
	if (is_over(job))
		dyn_job_replies_print_time(reply, "EndTime", job->finished_at);
	appendStringInfoChar(reply, '}');
}

void
dyn_api_list_imports(const DynJson *request, StringInfo reply)
{
	DynSlice	table_arn = dyn_request_string(request, "TableArn");
	int			limit = (int) dyn_request_integer(request, "PageSize", DYN_LISTED_JOBS);
	DynSlice	table = table_arn.data != NULL ? dyn_name_table(table_arn) : table_arn;
	DynJobFilter filter = {
		.kind = DYN_IMPORT_KIND,
		.table_name = table.data != NULL ? pnstrdup(table.data, table.len) : NULL,
		.before = dyn_job_replies_page_start(request),
		.limit = limit + 1
	};
	int			count;
	DynJob	   *jobs = dyn_job_list(&filter, &count);

	appendStringInfoString(reply, "{\"ImportSummaryList\":[");
	for (int i = 0; i < Min(count, limit); i++)
	{
		if (i > 0)
			appendStringInfoChar(reply, ',');
		print_summary(reply, &jobs[i]);
	}
	appendStringInfoChar(reply, ']');
	if (count > limit)
		dyn_job_replies_print_next(reply, jobs[limit - 1].id);
	appendStringInfoChar(reply, '}');
}
