/*
 * bulk.c - StartBulkPutItems, DescribeBulkOperation, ListBulkOperations, CancelBulkOperation
 */
#include "postgres.h"

#include "api/bulk.h"
#include "api/handlers.h"
#include "api/job_replies.h"
#include "api/load_objects.h"
#include "api/table_describe.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/limits.h"
#include "base/namespace_text.h"
#include "base/request.h"
#include "bucket/bucket.h"
#include "tables/index.h"
#include "tables/name.h"
#include "tables/settings.h"

#define ARN_PART "bulk-operation"
#define DEFAULT_PAGE 10

char *
dyn_bulk_arn(const DynJob *job)
{
	return dyn_job_replies_arn(job->table_name, ARN_PART, job->id);
}

/* ---- descriptions ---- */

static const char *
status_of(const DynJob *job)
{
	switch (job->state)
	{
		case DYN_JOB_IN_PROGRESS:
			return "IN_PROGRESS";
		case DYN_JOB_CANCELLING:
			return "CANCELLING";
		case DYN_JOB_CANCELLED:
			return "CANCELLED";
		case DYN_JOB_COMPLETED:
			return job->errors > 0 ? "COMPLETED_WITH_ERRORS" : "COMPLETED";
		case DYN_JOB_FAILED:
			break;
	}
	return "FAILED";
}

static bool
is_over(const DynJob *job)
{
	return job->state != DYN_JOB_IN_PROGRESS && job->state != DYN_JOB_CANCELLING;
}

static void
print_head(StringInfo out, const DynJob *job)
{
	dyn_settings_print_text(out, "BulkOperationArn", dyn_bulk_arn(job));
	dyn_settings_print_text(out, "BulkOperationStatus", status_of(job));
}

static void
print_times(StringInfo out, const DynJob *job)
{
	dyn_job_replies_print_time(out, "StartTime", job->created_at);
	if (is_over(job))
		dyn_job_replies_print_time(out, "EndTime", job->finished_at);
}

/* {"name":{"BulkPutBytes":n}} of the notes' {"name":n}. */
static void
print_index_usage(StringInfo out, const char *member, const DynJson *bytes)
{
	bool		first = true;

	if (bytes == NULL || dyn_json_count(bytes) == 0)
		return;
	dyn_jsonout_member(out, member);
	appendStringInfoChar(out, '{');
	for (const DynJson *index = dyn_json_first(bytes); index != NULL; index = dyn_json_next(index))
	{
		DynSlice	name = dyn_json_name(index);

		if (!first)
			appendStringInfoChar(out, ',');
		first = false;
		dyn_jsonout_string(out, name.data, name.len);
		appendStringInfo(out, ":{\"BulkPutBytes\":" INT64_FORMAT "}", dyn_json_integer(index));
	}
	appendStringInfoChar(out, '}');
}

static int64
sum_of(const DynJson *bytes)
{
	int64		sum = 0;

	for (const DynJson *index = bytes != NULL ? dyn_json_first(bytes) : NULL; index != NULL; index = dyn_json_next(index))
		sum += dyn_json_integer(index);
	return sum;
}

static void
print_usage(StringInfo out, const DynJob *job)
{
	const DynJson *notes = dyn_load_objects_notes(job);
	const DynJson *local = dyn_request_member(notes, "local_bytes");
	const DynJson *global = dyn_request_member(notes, "global_bytes");
	int64		table = dyn_request_integer(notes, "table_bytes", 0);

	dyn_jsonout_member(out, "BulkOperationUsage");
	appendStringInfoString(out, "[{");
	dyn_settings_print_text(out, "TableName", dyn_namespace_text_name(job->table_name));
	dyn_settings_print_number(out, "BulkPutBytes", table + sum_of(local) + sum_of(global));
	dyn_jsonout_member(out, "Table");
	appendStringInfo(out, "{\"BulkPutBytes\":" INT64_FORMAT "}", table);
	print_index_usage(out, "LocalSecondaryIndexes", local);
	print_index_usage(out, "GlobalSecondaryIndexes", global);
	appendStringInfoString(out, "}]");
}

static void
print_operation(StringInfo reply, const DynJob *job)
{
	const DynJson *request = dyn_json_parse(job->request, strlen(job->request));

	appendStringInfoString(reply, "{\"BulkOperationDescription\":{");
	print_head(reply, job);
	dyn_jsonout_member(reply, "TableDetails");
	appendStringInfoString(reply, "[{");
	dyn_settings_print_text(reply, "TableName", dyn_namespace_text_name(job->table_name));
	dyn_settings_print_text(reply, "TableId", job->table_id);
	appendStringInfoString(reply, "}]");
	if (job->token != NULL)
		dyn_settings_print_text(reply, "ClientToken", job->token);
	dyn_job_replies_copy(reply, request, "InputS3Configuration");
	dyn_job_replies_copy(reply, request, "OutputS3Configuration");
	print_times(reply, job);
	dyn_settings_print_number(reply, "ProcessedItemCount", job->items);
	dyn_settings_print_number(reply, "ProcessedInputBytes", job->bytes);
	if (job->total_bytes >= 0)
		dyn_settings_print_number(reply, "TotalInputBytes", job->total_bytes);
	print_usage(reply, job);
	dyn_settings_print_number(reply, "FailedItemCount", job->errors);
	if (job->failure_code != NULL)
	{
		dyn_settings_print_text(reply, "FailureCode", job->failure_code);
		dyn_settings_print_text(reply, "FailureMessage", job->failure != NULL ? job->failure : "");
	}
	dyn_job_replies_copy(reply, request, "MaxWriteRequestUnits");
	dyn_settings_print_text(reply, "PerformanceTier",
							dyn_request_is(request, "PerformanceTier", "ACCELERATED") ? "ACCELERATED" : "STANDARD");
	appendStringInfoString(reply, "}}");
}

/* ---- StartBulkPutItems ---- */

static void
check_output(const DynJson *request)
{
	const DynJson *output = dyn_request_member(request, "OutputS3Configuration");

	if (dyn_json_count(dyn_request_member(output, "OutputType")) == 0)
		dyn_validation(DYN_INVALID_PARAMETER "OutputType must not be empty");
	if (dyn_request_member(output, "S3Bucket") == NULL)
		dyn_validation(DYN_INVALID_PARAMETER "OutputS3Configuration must have an S3Bucket");
	dyn_s3_require(DYN_S3_READ);
	dyn_s3_require(DYN_S3_WRITE);
}

/* The table, which must be ACTIVE and have no index that is being created. */
static DynTableDef *
find_table(const DynJson *request)
{
	DynTable   *table = dyn_name_find_table(dyn_request_string(request, "TableName"), DYN_NAME_DATA);
	DynTableDef *def = dyn_table_describe_find((DynSlice) {table->name, strlen(table->name)}, false);

	if (dyn_index_unfinished(def) != NULL)
		dyn_error(DYN_E_RESOURCE_IN_USE, "Attempt to change a resource which is still in use: Index is being created or deleted. Table: %s",
				  dyn_namespace_text_name(def->name));
	return def;
}

void
dyn_api_start_bulk_put_items(const DynJson *request, StringInfo reply)
{
	char	   *text = dyn_job_replies_request_text(request);
	DynTableDef *def;
	DynJob	   *again;
	bool		same;
	char	   *token = dyn_job_replies_token(DYN_BULK_KIND, request, text, &again, &same);
	DynJob		job = {.kind = DYN_BULK_KIND, .token = token, .request = text, .total_items = -1, .total_bytes = -1};

	if (same)
	{
		print_operation(reply, again);
		return;
	}
	if (again != NULL)
		dyn_error(DYN_E_IDEMPOTENT_PARAMETER_MISMATCH, "A bulk operation with the same ClientToken and other parameters exists");
	(void) dyn_job_replies_packing(dyn_request_member(request, "InputS3Configuration"));
	check_output(request);
	def = find_table(request);
	if (dyn_job_count_unfinished(DYN_BULK_KIND) >= DYN_MAX_IMPORTS)
		dyn_error(DYN_E_LIMIT_EXCEEDED, "Subscriber limit exceeded: There can be at most %d bulk operations at a time", DYN_MAX_IMPORTS);
	job.relid = def->relid;
	job.table_name = def->name;
	job.table_id = def->table_id;
	if (!dyn_job_start(&job))
		dyn_error(DYN_E_IDEMPOTENT_PARAMETER_MISMATCH, "A bulk operation with the same ClientToken exists");
	print_operation(reply, &job);
}

/* ---- the others ---- */

static DynJob *
find_operation(const DynJson *request)
{
	char	   *arn = dyn_request_cstring(request, "BulkOperationArn");
	const char *id = dyn_job_replies_arn_id(arn, ARN_PART);
	DynJob	   *job = id != NULL ? dyn_job_find(DYN_BULK_KIND, id) : NULL;

	if (job == NULL || strcmp(arn, dyn_bulk_arn(job)) != 0)
		dyn_error(DYN_E_RESOURCE_NOT_FOUND, "Requested resource not found: Bulk operation: %s not found", arn);
	return job;
}

void
dyn_api_describe_bulk_operation(const DynJson *request, StringInfo reply)
{
	DynJob	   *job = find_operation(request);

	dyn_job_resume(job);
	print_operation(reply, job);
}

void
dyn_api_list_bulk_operations(const DynJson *request, StringInfo reply)
{
	int			limit = (int) dyn_request_integer(request, "MaxResults", DEFAULT_PAGE);
	DynJobFilter filter = {.kind = DYN_BULK_KIND, .before = dyn_job_replies_page_start(request), .limit = limit + 1};
	int			count;
	DynJob	   *jobs = dyn_job_list(&filter, &count);

	appendStringInfoString(reply, "{\"BulkOperationsSummaryList\":[");
	for (int i = 0; i < Min(count, limit); i++)
	{
		appendStringInfoString(reply, i > 0 ? ",{" : "{");
		print_head(reply, &jobs[i]);
		print_times(reply, &jobs[i]);
		appendStringInfoChar(reply, '}');
	}
	appendStringInfoChar(reply, ']');
	if (count > limit)
		dyn_job_replies_print_next(reply, jobs[limit - 1].id);
	appendStringInfoChar(reply, '}');
}

void
dyn_api_cancel_bulk_operation(const DynJson *request, StringInfo reply)
{
	DynJob	   *job = find_operation(request);

	if (!dyn_job_cancel(job))
		dyn_validation("The bulk operation is not in progress: its status is %s", status_of(job));
	appendStringInfoChar(reply, '{');
	dyn_settings_print_text(reply, "BulkOperationArn", dyn_bulk_arn(job));
	dyn_settings_print_text(reply, "BulkOperationStatus", "CANCELLING");
	appendStringInfoChar(reply, '}');
}
