/*
 * import_job.c - the job of ImportTable: fills the new table, then builds its indexes, then opens it
 *
 * Until the last step the table is CREATING, whatever happens; an import that fails for another reason than bad items, or that is
 * cancelled, drops it.
 */
#include "postgres.h"

#include "api/import_table.h"
#include "api/job_replies.h"
#include "api/load_objects.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/limits.h"
#include "base/namespace_text.h"
#include "base/request.h"
#include "database/code.h"
#include "tables/catalog.h"
#include "tables/index.h"
#include "tables/lifecycle.h"

/* ---- the format ---- */

static char
type_letter(const DynKeyAttr *attr)
{
	return dyn_tag_name(attr->tag)[0];
}

/* The attributes whose types CSV does not contain: keys of the table, then those of indexes. */
static void
set_keys(DynFormatOptions *format, const DynTableDef *def)
{
	DynTypedAttr *keys = palloc_array(DynTypedAttr, 2 + def->nindexes * DYN_MAX_INDEX_KEY_ATTRS);

	keys[format->nkeys++] = (DynTypedAttr) {def->pk.name, type_letter(&def->pk), false};
	if (def->sk.tag)
		keys[format->nkeys++] = (DynTypedAttr) {def->sk.name, type_letter(&def->sk), false};
	for (int i = 0; i < def->nindexes; i++)
	{
		const DynIndex *index = &def->indexes[i];

		for (int k = 0; k < index->npk + index->nsk; k++)
			keys[format->nkeys++] = (DynTypedAttr) {index->keys[k].name, type_letter(&index->keys[k]), true};
	}
	format->keys = keys;
}

static void
set_headers(DynFormatOptions *format, const DynJson *headers)
{
	if (headers == NULL)
		return;
	format->headers = palloc_array(char *, dyn_json_count(headers));
	for (const DynJson *header = dyn_json_first(headers); header != NULL; header = dyn_json_next(header))
	{
		DynSlice	name = dyn_json_string(header);

		format->headers[format->nheaders++] = pnstrdup(name.data, name.len);
	}
}

static DynFormatOptions
format_of(const DynJson *request, const DynTableDef *def)
{
	const DynJson *csv = dyn_request_member(dyn_request_member(request, "InputFormatOptions"), "Csv");
	DynSlice	delimiter = dyn_request_string(csv, "Delimiter");
	DynFormatOptions format = {.packing = dyn_job_replies_packing(request)};

	format.format = dyn_request_is(request, "InputFormat", "CSV") ? DYN_FORMAT_CSV :
		dyn_request_is(request, "InputFormat", "ION") ? DYN_FORMAT_ION : DYN_FORMAT_JSON;
	if (format.format != DYN_FORMAT_CSV)
		return format;
	format.delimiter = delimiter.data != NULL ? delimiter.data[0] : ',';
	set_headers(&format, dyn_request_member(csv, "HeaderList"));
	set_keys(&format, def);
	return format;
}

/* ---- the table ---- */

/* The table that the job fills, in the current transaction. */
static DynTableDef *
table_of(const DynJob *job)
{
	DynTableDef *def = dyn_catalog_read(job->table_name);

	if (def == NULL || def->filled_by == NULL || strcmp(def->filled_by, job->id) != 0)
		dyn_job_fail("TableNotFound", "The table %s that should be filled no longer exists.", dyn_namespace_text_name(job->table_name));
	return def;
}

/* ---- the steps ---- */

static void
fill(DynJob *job, const DynJson *request)
{
	const DynJson *source = dyn_request_member(request, "S3BucketSource");
	DynLoadOptions options = {.job = job->id, .table = job->table_name, .relid = job->relid, .fresh = true};
	DynLoad    *load = dyn_load_begin(&options);
	DynLoadInput input = {
		.bucket = dyn_request_cstring(source, "S3Bucket"),
		.prefix = dyn_request_cstring(source, "S3KeyPrefix")
	};
	DynTableDef *def;

	dyn_job_begin(job);
	def = table_of(job);
	dyn_job_commit(job);
	input.format = format_of(request, def);
	*dyn_load_counts(load) = (DynLoadCounts) {.items = job->items, .errors = job->errors};
	dyn_load_objects(job, load, &input, NULL);
}

/* Builds the next index in a transaction; false where there is none left. */
static bool
build_next_index(DynJob *job)
{
	DynTableDef *def;
	const DynIndex *index;

	dyn_job_begin(job);
	def = table_of(job);
	index = dyn_index_unfinished(def);
	if (index != NULL)
		dyn_index_make(def, index);
	dyn_job_commit(job);
	return index != NULL;
}

/* Opens the table, and ends the job. */
static void
finish(DynJob *job)
{
	dyn_job_begin(job);
	dyn_lifecycle_set_filled(table_of(job));
	if (job->errors > 0)
	{
		dyn_job_save(job);
		dyn_job_end(job->id, DYN_JOB_FAILED, "ItemValidationError", "Some of the items failed validation checks and were not imported. "
					"Please check CloudWatch error logs for more details.");
	}
	else
		dyn_job_complete(job);
	dyn_job_commit(job);
}

static void
run_import(DynJob *job)
{
	dyn_table_find_filling();
	dyn_code_guard_superuser();
	fill(job, dyn_json_parse(job->request, strlen(job->request)));
	while (build_next_index(job))
		;
	finish(job);
}

static void
drop_unfinished(DynJob *job)
{
	DynTableDef *def = dyn_catalog_read(job->table_name);

	if (def != NULL && def->filled_by != NULL && strcmp(def->filled_by, job->id) == 0)
		dyn_lifecycle_drop(dyn_catalog_read_for_update(job->table_name));
}

void
dyn_import_job_register(void)
{
	static const DynJobKind kind = {DYN_IMPORT_KIND, run_import, drop_unfinished};

	dyn_job_register(&kind);
}
