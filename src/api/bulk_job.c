/*
 * bulk_job.c - the job of StartBulkPutItems: writes items into an existing table, and a report of those that were not written
 *
 * The report.  Below PREFIX/AWSDynamoDB/<id of the operation>/ are files with lines of JSON, one for each record that was not written,
 * in a folder for each kind (ERROR, CONDITION_CHECK_FAILURE) that OutputType asks for; and manifest.json, which names them. A
 * chunk of the load (load_objects.h) writes at most one file of each kind, before it commits: after a crash the chunk is
 * repeated, and so is its file.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "api/bulk.h"
#include "api/job_replies.h"
#include "api/load_objects.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/limits.h"
#include "base/namespace_text.h"
#include "base/request.h"
#include "database/code.h"
#include "tables/catalog.h"

static const char *const output_names[] = {
	[DYN_LOAD_ERROR] = "ERROR",
	[DYN_LOAD_CONDITION_FAILED] = "CONDITION_CHECK_FAILURE"
};

#define OUTPUTS 2

typedef struct Bulk
{
	DynJob	   *job;
	DynLoad    *load;
	const char *input_bucket;
	DynS3Bucket  *output;
	char	   *output_path;	/* with a slash at its end */
	bool		wanted[OUTPUTS];
	StringInfoData lines[OUTPUTS];	/* of the chunk */
	int64		nlines[OUTPUTS];
	StringInfoData files;		/* JSON, the elements of an array */
} Bulk;

/* ---- the report ---- */

/* DynLoadReport */
static void
report(void *arg, DynLoadFailure failure, const char *object, int64 record, const char *message, const DynJson *document)
{
	Bulk	   *bulk = arg;
	StringInfo	out = &bulk->lines[failure];

	if (!bulk->wanted[failure])
		return;
	appendStringInfoString(out, "{\"itemS3Pointer\":{");
	dyn_jsonout_member(out, "bucket");
	dyn_jsonout_string(out, bulk->input_bucket, strlen(bulk->input_bucket));
	dyn_jsonout_member(out, "key");
	dyn_jsonout_string(out, object, strlen(object));
	appendStringInfo(out, ",\"itemIndex\":" INT64_FORMAT "},\"errorMessages\":[", record);
	dyn_jsonout_string(out, message, strlen(message));
	appendStringInfoChar(out, ']');
	if (document != NULL)
	{
		appendStringInfoString(out, ",\"record\":");
		dyn_jsonout_tree(out, document);
	}
	appendStringInfoString(out, "}\n");
	bulk->nlines[failure]++;
}

static void
write_file(Bulk *bulk, int kind, int64 chunk)
{
	StringInfo	lines = &bulk->lines[kind];
	StringInfo	files = &bulk->files;
	char	   *key = psprintf("%s%s/%08lld.json", bulk->output_path, output_names[kind], (long long) chunk);
	DynS3Written written;

	if (bulk->nlines[kind] == 0)
		return;
	dyn_s3_write_all(bulk->output, key, lines->data, lines->len, &written);
	appendStringInfo(files, "%s{\"outputType\":\"%s\",\"itemCount\":" INT64_FORMAT ",\"md5Checksum\":\"%s\",\"etag\":\"%s\"",
					 files->len > 0 ? "," : "", output_names[kind], bulk->nlines[kind], written.md5, written.etag);
	dyn_jsonout_member(files, "dataFileS3Key");
	dyn_jsonout_string(files, key, strlen(key));
	appendStringInfoChar(files, '}');
	resetStringInfo(lines);
	bulk->nlines[kind] = 0;
}

/* DynLoadHooks.chunk */
static void
write_files(void *arg, int64 chunk)
{
	for (int kind = 0; kind < OUTPUTS; kind++)
		write_file(arg, kind, chunk);
}

static void
write_manifest(Bulk *bulk)
{
	const DynLoadCounts *counts = dyn_load_counts(bulk->load);
	StringInfoData text;
	DynS3Written written;
	char	   *arn = dyn_bulk_arn(bulk->job);

	initStringInfo(&text);
	appendStringInfoChar(&text, '{');
	dyn_jsonout_member(&text, "bulkOperationArn");
	dyn_jsonout_string(&text, arn, strlen(arn));
	appendStringInfo(&text, ",\"processedItemCount\":" INT64_FORMAT ",\"failedItemCount\":" INT64_FORMAT
					 ",\"conditionCheckFailureCount\":" INT64_FORMAT ",\"files\":[%s]}\n",
					 counts->items, counts->errors, counts->conditions, bulk->files.data);
	dyn_s3_write_all(bulk->output, psprintf("%smanifest.json", bulk->output_path), text.data, text.len, &written);
}

/* ---- notes ---- */

static void
note_indexes(const Bulk *bulk, StringInfo notes, const char *member, bool global)
{
	ListCell   *cell;

	dyn_jsonout_member(notes, member);
	appendStringInfoChar(notes, '{');
	foreach(cell, dyn_load_counts(bulk->load)->index_bytes)
	{
		const DynLoadIndexBytes *index = lfirst(cell);

		if (index->global != global)
			continue;
		dyn_jsonout_member(notes, index->name);
		appendStringInfo(notes, INT64_FORMAT, index->bytes);
	}
	appendStringInfoChar(notes, '}');
}

/* DynLoadHooks.note */
static void
note(void *arg, StringInfo notes)
{
	Bulk	   *bulk = arg;
	const DynLoadCounts *counts = dyn_load_counts(bulk->load);

	appendStringInfo(notes, ",\"conditions\":" INT64_FORMAT ",\"table_bytes\":" INT64_FORMAT, counts->conditions, counts->bytes);
	note_indexes(bulk, notes, "local_bytes", false);
	note_indexes(bulk, notes, "global_bytes", true);
	appendStringInfo(notes, ",\"files\":[%s]", bulk->files.data);
}

/* The indexes that the table has now, with what is noted of them. */
static void
take_index_bytes(Bulk *bulk, const DynTableDef *def, const DynJson *notes)
{
	for (int i = 0; i < def->nindexes; i++)
	{
		const char *name = def->indexes[i].name;
		bool		global = def->indexes[i].kind == DYN_INDEX_GLOBAL;

		dyn_load_index_bytes(bulk->load, name, global)->bytes =
			dyn_request_integer(dyn_request_member(notes, global ? "global_bytes" : "local_bytes"), name, 0);
	}
}

/* Continues from the notes. */
static void
take_notes(Bulk *bulk, const DynTableDef *def)
{
	DynLoadCounts *counts = dyn_load_counts(bulk->load);
	const DynJson *notes = dyn_load_objects_notes(bulk->job);
	const DynJson *files = dyn_request_member(notes, "files");

	counts->items = bulk->job->items;
	counts->errors = bulk->job->errors;
	counts->conditions = dyn_request_integer(notes, "conditions", 0);
	counts->bytes = dyn_request_integer(notes, "table_bytes", 0);
	take_index_bytes(bulk, def, notes);
	for (const DynJson *file = files != NULL ? dyn_json_first(files) : NULL; file != NULL; file = dyn_json_next(file))
	{
		if (bulk->files.len > 0)
			appendStringInfoChar(&bulk->files, ',');
		dyn_jsonout_tree(&bulk->files, file);
	}
}

/* ---- the job ---- */

static DynTableDef *
table_of(const DynJob *job)
{
	DynTableDef *def = dyn_catalog_read(job->table_name);

	if (def == NULL || strcmp(def->table_id, job->table_id) != 0)
		dyn_job_fail("ResourceNotFoundException", "The table %s no longer exists.", dyn_namespace_text_name(job->table_name));
	return def;
}

static void
set_output(Bulk *bulk, const DynJson *output)
{
	const DynJson *types = dyn_request_member(output, "OutputType");
	char	   *prefix = dyn_request_cstring(output, "S3KeyPrefix");
	size_t		len = prefix != NULL ? strlen(prefix) : 0;

	for (const DynJson *type = dyn_json_first(types); type != NULL; type = dyn_json_next(type))
		bulk->wanted[dyn_slice_is(dyn_json_string(type), "ERROR") ? DYN_LOAD_ERROR : DYN_LOAD_CONDITION_FAILED] = true;
	bulk->output_path = psprintf("%s%sAWSDynamoDB/%s/", len > 0 ? prefix : "", len > 0 && prefix[len - 1] != '/' ? "/" : "", bulk->job->id);
	for (int kind = 0; kind < OUTPUTS; kind++)
		initStringInfo(&bulk->lines[kind]);
	initStringInfo(&bulk->files);
	bulk->output = dyn_s3_open(dyn_request_cstring(output, "S3Bucket"), DYN_S3_WRITE);
}

static void
run_bulk(DynJob *job)
{
	const DynJson *request = dyn_json_parse(job->request, strlen(job->request));
	const DynJson *source = dyn_request_member(request, "InputS3Configuration");
	Bulk		bulk = {.job = job, .input_bucket = dyn_request_cstring(source, "S3Bucket")};
	DynLoadOptions options = {
		.job = job->id,
		.table = job->table_name,
		.relid = job->relid,
		.conditions = true,
		.index_bytes = true,
		.units_per_second = dyn_request_integer(request, "MaxWriteRequestUnits", 0),
		.report = report,
		.report_arg = &bulk
	};
	DynLoadInput input = {
		.bucket = bulk.input_bucket,
		.prefix = dyn_request_cstring(source, "S3KeyPrefix"),
		.format = {
			.format = dyn_request_is(source, "InputFormat", "ION") ? DYN_FORMAT_ION : DYN_FORMAT_JSON,
			.packing = dyn_job_replies_packing(source)
		}
	};
	DynLoadHooks hooks = {note, write_files, &bulk};
	DynTableDef *def;

	dyn_code_guard_superuser();
	dyn_job_begin(job);
	def = table_of(job);
	set_output(&bulk, dyn_request_member(request, "OutputS3Configuration"));
	dyn_job_commit(job);
	bulk.load = dyn_load_begin(&options);
	take_notes(&bulk, def);
	dyn_load_objects(job, bulk.load, &input, &hooks);
	dyn_job_begin(job);
	write_manifest(&bulk);
	dyn_job_commit(job);
}

void
dyn_bulk_job_register(void)
{
	static const DynJobKind kind = {DYN_BULK_KIND, run_bulk, NULL};

	dyn_job_register(&kind);
}
