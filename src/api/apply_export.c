/*
 * apply_export.c - dynapg.apply_export: applies an export, full or incremental, to an existing table
 *
 * The API has no operation for this. An incremental export has the last state of each item, so its lines can be written in any
 * order: a new image is put, keys without one are deleted. Several exports are applied one after the other, in the order of
 * their times.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "api/bulk.h"
#include "api/load_objects.h"
#include "api/table_describe.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/request.h"
#include "database/code.h"
#include "tables/name.h"

PGDLLEXPORT Datum dynapg_apply_export(PG_FUNCTION_ARGS);

static void
run_apply(DynJob *job)
{
	const DynJson *request = dyn_json_parse(job->request, strlen(job->request));
	DynLoadOptions options = {.job = job->id, .table = job->table_name, .relid = job->relid, .images = true};
	DynLoad    *load = dyn_load_begin(&options);
	DynLoadInput input = {
		.bucket = dyn_request_cstring(request, "Bucket"),
		.prefix = dyn_request_cstring(request, "Prefix"),
		.only_exports = true
	};

	dyn_code_guard_superuser();
	*dyn_load_counts(load) = (DynLoadCounts) {.items = job->items, .errors = job->errors};
	dyn_load_objects(job, load, &input, NULL);
}

void
dyn_apply_export_register(void)
{
	static const DynJobKind kind = {DYN_APPLY_KIND, run_apply, NULL};

	dyn_job_register(&kind);
}

static char *
make_request(const char *bucket, const char *prefix)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoChar(&text, '{');
	dyn_jsonout_member(&text, "Bucket");
	dyn_jsonout_string(&text, bucket, strlen(bucket));
	if (prefix != NULL)
	{
		dyn_jsonout_member(&text, "Prefix");
		dyn_jsonout_string(&text, prefix, strlen(prefix));
	}
	appendStringInfoChar(&text, '}');
	return text.data;
}

/* apply_export(table_name text, bucket text, prefix text) returns text: starts a job and returns its id */
PG_FUNCTION_INFO_V1(dynapg_apply_export);
Datum
dynapg_apply_export(PG_FUNCTION_ARGS)
{
	DynJob		job = {.kind = DYN_APPLY_KIND, .total_items = -1, .total_bytes = -1};
	DynTableDef *def;
	DynTable   *table;
	char	   *name;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("table_name and bucket must not be NULL")));
	name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	table = dyn_name_find_table((DynSlice) {name, strlen(name)}, DYN_NAME_DATA);
	def = dyn_table_describe_find((DynSlice) {table->name, strlen(table->name)}, false);
	dyn_s3_require(DYN_S3_READ);
	job.relid = def->relid;
	job.table_name = def->name;
	job.table_id = def->table_id;
	job.request = make_request(text_to_cstring(PG_GETARG_TEXT_PP(1)), PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2)));
	(void) dyn_job_start(&job);
	PG_RETURN_TEXT_P(cstring_to_text(job.id));
}
