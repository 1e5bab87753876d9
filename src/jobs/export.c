/*
 * export.c - exports: jobs that write the items of a table to a bucket
 */
#include "postgres.h"

#include <math.h>
#include <time.h>

#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/namespace_text.h"
#include "base/request.h"
#include "changes/cut.h"
#include "database/sql.h"
#include "expr/compile.h"
#include "expr/eval.h"
#include "jobs/export.h"
#include "jobs/export_output.h"
#include "tables/catalog.h"
#include "tables/columns.h"
#include "tables/ddl.h"
#include "tables/name.h"
#include "tables/relation.h"
#include "tables/settings.h"
#include "value/ion_print.h"
#include "value/tree.h"

#define FETCH 500				/* rows at a time */

/* An export at work. */
typedef struct Export
{
	DynJob	   *job;
	const DynJson *request;
	const DynTableDef *def;
	DynExportPlace place;
	bool		old_images;		/* an incremental export has them, too */
	DynExportFilter filter;
	DynExportOutput *output;
	StringInfoData line;
} Export;

/* What to read: a query, and the columns of its rows that are exported. */
typedef struct Source
{
	char	   *query;
	DynSqlArgs	args;
	int			item;			/* column of the item, or of the new image */
	int			old_item;		/* columns of an incremental export */
	int			changed_at;
} Source;

char *
dyn_export_arn(const char *table_name, const char *id)
{
	StringInfoData arn;

	initStringInfo(&arn);
	dyn_name_table_arn(&arn, table_name);
	appendStringInfo(&arn, "/export/%s", id);
	return arn.data;
}

/* ---- the filter ---- */

void
dyn_export_filter(const DynJson *specification, DynExportFilter *filter)
{
	DynExprInput input = {.wording = &dyn_wording_older};

	memset(filter, 0, sizeof(*filter));
	if (specification == NULL)
		return;
	input.filter = dyn_request_string(specification, "FilterExpression");
	input.projection = dyn_request_string(specification, "ProjectionExpression");
	input.key_condition = dyn_request_string(specification, "KeyConditionExpression");
	input.names = dyn_request_member(specification, "ExpressionAttributeNames");
	input.values = dyn_request_member(specification, "ExpressionAttributeValues");
	if (!input.filter.data && !input.projection.data && !input.key_condition.data)
		dyn_validation("FilterSpecification must have a FilterExpression, a ProjectionExpression or a KeyConditionExpression");
	filter->program = dyn_expr_compile(&input, input.key_condition.data ? &filter->key : NULL);
	filter->projects = input.projection.data != NULL;
}

static bool
fits_term(const DynKeyTerm *term, DynValue root)
{
	DynValue	v = dyn_map_get(root, term->name.data, term->name.len);

	return v.tag == term->low.tag && dyn_key_term_holds(term, v);
}

static bool
fits(const DynExportFilter *filter, DynValue root)
{
	for (uint32 i = 0; i < filter->key.count; i++)
		if (!fits_term(&filter->key.terms[i], root))
			return false;
	return filter->program == NULL || dyn_eval_condition(filter->program, root);
}

/* The part of the item that the projection names. */
static DynValue
projected(const DynExportFilter *filter, DynValue root)
{
	DynNode		node;

	if (!filter->projects)
		return root;
	node = dyn_project_item(filter->program, root);
	return dyn_node_pack(&node);
}

/* ---- lines ---- */

static void
print_image(Export *export, DynValue root)
{
	if (export->place.ion)
		dyn_ion_print_item(&export->line, root);
	else
		dyn_item_print(&export->line, root);
}

/* Appends the name of a member, which needs no escapes, and what precedes its value. */
static void
print_name(Export *export, const char *name)
{
	appendStringInfo(&export->line, export->place.ion ? "%s:" : "\"%s\":", name);
}

static void
begin_line(Export *export)
{
	resetStringInfo(&export->line);
	appendStringInfoString(&export->line, export->place.ion ? "$ion_1_0 {" : "{");
}

static void
end_line(Export *export)
{
	appendStringInfoString(&export->line, "}\n");
	dyn_export_output_write(export->output, export->line.data, export->line.len);
	export->job->items++;
}

static void
export_item(Export *export, const struct varlena *item)
{
	DynValue	root = dyn_item_root(item);

	export->job->bytes += dyn_item_size(item);
	if (!fits(&export->filter, root))
		return;
	begin_line(export);
	print_name(export, "Item");
	print_image(export, projected(&export->filter, root));
	end_line(export);
}

/* The key attributes of an item. */
static DynValue
keys_of(const DynTableDef *def, DynValue root)
{
	DynNode		keys = dyn_node_empty(DYN_M);

	dyn_node_add_member(&keys, (DynSlice) {def->pk.name, (uint32) strlen(def->pk.name)},
						dyn_node_of(dyn_map_get(root, def->pk.name, (uint32) strlen(def->pk.name))));
	if (def->sk.tag)
		dyn_node_add_member(&keys, (DynSlice) {def->sk.name, (uint32) strlen(def->sk.name)},
							dyn_node_of(dyn_map_get(root, def->sk.name, (uint32) strlen(def->sk.name))));
	return dyn_node_pack(&keys);
}

static void
print_timestamp(Export *export, TimestampTz moment)
{
	int64		micros = moment + (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY;

	print_name(export, "Metadata");
	if (export->place.ion)
		appendStringInfo(&export->line, "{WriteTimestampMicros:" INT64_FORMAT ".}", micros);
	else
		appendStringInfo(&export->line, "{\"WriteTimestampMicros\":{\"N\":\"" INT64_FORMAT "\"}}", micros);
}

/* A line of an incremental export: one of the images may be missing, not both. */
static void
export_change(Export *export, const struct varlena *old, const struct varlena *new, TimestampTz changed_at)
{
	export->job->bytes += dyn_image_size(old) + dyn_image_size(new);
	begin_line(export);
	if (export->place.ion)
		appendStringInfoString(&export->line, "Record:{");
	print_timestamp(export, changed_at);
	appendStringInfoChar(&export->line, ',');
	print_name(export, "Keys");
	print_image(export, keys_of(export->def, dyn_item_root(new ? new : old)));
	if (new)
	{
		appendStringInfoChar(&export->line, ',');
		print_name(export, "NewImage");
		print_image(export, dyn_item_root(new));
	}
	if (old && export->old_images)
	{
		appendStringInfoChar(&export->line, ',');
		print_name(export, "OldImage");
		print_image(export, dyn_item_root(old));
	}
	if (export->place.ion)
		appendStringInfoChar(&export->line, '}');
	end_line(export);
}

/* ---- reading ---- */

/* A moment of a request, which has seconds since 1970. */
static TimestampTz
moment_of(const DynJson *object, const char *member)
{
	double		seconds = dyn_json_double(dyn_request_member(object, member));

	return (TimestampTz) rint(seconds * 1000000.0) - (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY;
}

static DynCut *
cut_at(const DynRecovery *recovery, TimestampTz moment)
{
	DynCut	   *cut = dyn_cut_at(recovery, moment);

	if (cut == NULL)
		dyn_error(DYN_E_INVALID_EXPORT_TIME, "Export time is before the earliest restorable time of the table");
	return cut;
}

static DynRecovery *
recovery_of(const DynTableDef *def)
{
	DynRecovery *recovery = dyn_recovery_find(def->relid);

	if (recovery == NULL)
		dyn_error(DYN_E_POINT_IN_TIME_RECOVERY_UNAVAILABLE, DYN_RECOVERY_IS_OFF, dyn_namespace_text_name(def->name));
	return recovery;
}

/* Reads only the partition that the filter selects, if it selects one. */
static void
narrow(const Export *export, Source *source)
{
	const DynTableDef *def = export->def;

	for (uint32 i = 0; i < export->filter.key.count; i++)
	{
		const DynKeyTerm *term = &export->filter.key.terms[i];

		if (!dyn_slice_is(term->name, def->pk.name) || term->op != DYN_RANGE_EQ || term->low.tag != def->pk.tag)
			continue;
		source->args.count = 1;
		source->args.types[0] = dyn_key_column_type(def->pk.tag);
		source->args.values[0] = dyn_key_datum(term->low, DYN_KEY_WHOLE);
		source->args.nulls[0] = ' ';
		source->query = psprintf("SELECT q.* FROM (%s) AS q WHERE q.pk OPERATOR(pg_catalog.=) $1", source->query);
	}
}

/* The items as they are, or as they were at the moment that the request names. */
static void
find_items(const Export *export, Source *source)
{
	const DynTableDef *def = export->def;

	*source = (Source) {.item = 2};
	if (dyn_request_member(export->request, "ExportTime"))
	{
		DynCut	   *cut = cut_at(recovery_of(def), moment_of(export->request, "ExportTime"));

		source->query = dyn_cut_items_query(def, cut);
		source->item = def->sk.tag ? 3 : 2;
	}
	else
		source->query = psprintf("SELECT t.pk, t.item FROM %s AS t", dyn_ddl_qualified_name(def->relid));
	narrow(export, source);
}

/* Where the second moment of an incremental export stands: in the request, or in the notes if the request left it out. */
static const DynJson *
holder_of_end(const Export *export)
{
	const DynJson *specification = dyn_request_member(export->request, "IncrementalExportSpecification");

	return dyn_request_member(specification, "ExportToTime") ? specification :
		dyn_json_parse(export->job->notes, strlen(export->job->notes));
}

/* What changed between the two moments that the request names. */
static void
find_changes(Export *export, Source *source)
{
	const DynTableDef *def = export->def;
	const DynJson *specification = dyn_request_member(export->request, "IncrementalExportSpecification");
	DynRecovery *recovery = recovery_of(def);
	DynCut	   *from = cut_at(recovery, moment_of(specification, "ExportFromTime"));
	DynCut	   *to = cut_at(recovery, moment_of(holder_of_end(export), "ExportToTime"));
	int			keys = def->sk.tag ? 2 : 1;

	*source = (Source) {.query = dyn_cut_changes_query(def, from, to),.old_item = keys + 1,.item = keys + 2,.changed_at = keys + 3};
	export->old_images = !dyn_request_is(specification, "ExportViewType", "NEW_IMAGE");
}

/* Raises an error unless the query's columns for items have that type: the owner of the table may have altered it. */
static void
check_columns(const Source *source, TupleDesc columns)
{
	const int	items[] = {source->item, source->old_item};

	for (int i = 0; i < (int) lengthof(items); i++)
		if (items[i] > 0 && SPI_gettypeid(columns, items[i]) != dyn_columns_item_type())
			ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("column \"item\" of the table is not of type dynapg.item")));
}

/* The item in a column of the row that SPI has at hand; NULL for SQL's NULL. */
static const struct varlena *
item_in(uint64 row, int column)
{
	bool		isnull;
	Datum		item = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &isnull);

	return isnull ? NULL : PG_DETOAST_DATUM_PACKED(item);
}

static void
export_row(Export *export, const Source *source, uint64 row)
{
	const struct varlena *item = item_in(row, source->item);

	if (source->old_item > 0)
		export_change(export, item_in(row, source->old_item), item, dyn_sql_get_int64(row, source->changed_at));
	else if (item)
		export_item(export, item);
}

/*
 * Runs the query in one snapshot, which is taken here: a cut requires one that is younger than itself. Processes the rows as
 * they come.
 */
static void
read_rows(Export *export)
{
	MemoryContext rows = AllocSetContextCreate(CurrentMemoryContext, "dynapg exported rows", ALLOCSET_DEFAULT_SIZES);
	Source		source;
	Portal		portal;

	if (export->place.incremental)
		find_changes(export, &source);
	else
		find_items(export, &source);
	SPI_connect();
	portal = SPI_cursor_open_with_args(NULL, source.query, source.args.count, source.args.types, source.args.values, source.args.nulls,
									   false, 0);
	check_columns(&source, portal->tupDesc);
	for (;;)
	{
		SPI_cursor_fetch(portal, true, FETCH);
		if (SPI_processed == 0)
			break;
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			MemoryContext old = MemoryContextSwitchTo(rows);

			export_row(export, &source, i);
			MemoryContextSwitchTo(old);
			MemoryContextReset(rows);
		}
		SPI_freetuptable(SPI_tuptable);
		dyn_job_report(export->job);
	}
	SPI_cursor_close(portal);
	SPI_finish();
}

/* ---- the summary ---- */

static void
print_time(StringInfo out, const char *member, double seconds)
{
	int64		milliseconds = (int64) rint(seconds * 1000);
	time_t		whole = (time_t) (milliseconds / 1000);
	struct tm	utc;
	char		text[32];

	gmtime_r(&whole, &utc);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc);
	dyn_settings_print_text(out, member, psprintf("%s.%03dZ", text, (int) (milliseconds % 1000)));
}

/* A text of the request, or null. */
static void
print_optional(StringInfo out, const char *member, const char *text)
{
	if (text)
		dyn_settings_print_text(out, member, text);
	else
	{
		dyn_jsonout_member(out, member);
		appendStringInfoString(out, "null");
	}
}

static void
print_moments(StringInfo out, const Export *export, double export_time)
{
	const DynJson *specification = dyn_request_member(export->request, "IncrementalExportSpecification");

	if (!export->place.incremental)
	{
		print_time(out, "exportTime", export_time);
		return;
	}
	print_time(out, "exportFromTime", dyn_json_double(dyn_request_member(specification, "ExportFromTime")));
	print_time(out, "exportToTime", dyn_json_double(dyn_request_member(holder_of_end(export), "ExportToTime")));
}

static char *
summary_of(const Export *export, double export_time)
{
	const DynJob *job = export->job;
	const DynJson *request = export->request;
	StringInfoData out;
	StringInfoData arn;

	initStringInfo(&arn);
	dyn_name_table_arn(&arn, job->table_name);
	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	dyn_settings_print_text(&out, "version", export->place.incremental ? "2023-08-01" : "2020-06-30");
	dyn_settings_print_text(&out, "exportArn", dyn_export_arn(job->table_name, job->id));
	print_time(&out, "startTime", dyn_settings_epoch(job->created_at));
	print_time(&out, "endTime", dyn_settings_epoch(GetCurrentTimestamp()));
	dyn_settings_print_text(&out, "tableArn", arn.data);
	dyn_settings_print_text(&out, "tableId", job->table_id);
	print_moments(&out, export, export_time);
	dyn_settings_print_text(&out, "s3Bucket", dyn_request_cstring(request, "S3Bucket"));
	print_optional(&out, "s3Prefix", dyn_request_cstring(request, "S3Prefix"));
	print_optional(&out, "s3SseAlgorithm", dyn_request_member(request, "S3SseAlgorithm") ?
				   dyn_request_cstring(request, "S3SseAlgorithm") : "AES256");
	print_optional(&out, "s3SseKmsKeyId", dyn_request_cstring(request, "S3SseKmsKeyId"));
	dyn_settings_print_text(&out, "manifestFilesS3Key", dyn_export_output_key(&export->place, "manifest-files.json"));
	dyn_settings_print_number(&out, "billedSizeBytes", job->bytes);
	dyn_settings_print_number(&out, "itemCount", job->items);
	dyn_settings_print_text(&out, "outputFormat", export->place.ion ? "ION" : "DYNAMODB_JSON");
	if (export->place.incremental)
		dyn_settings_print_text(&out, "outputView", export->old_images ? "NEW_AND_OLD_IMAGES" : "NEW_IMAGE");
	dyn_settings_print_text(&out, "exportType", export->place.incremental ? "INCREMENTAL_EXPORT" : "FULL_EXPORT");
	appendStringInfoChar(&out, '}');
	return out.data;
}

/* ---- the job ---- */

/* The table; raises an error unless the role may read all of its items. */
static const DynTableDef *
table_of(const DynJob *job)
{
	DynTableDef *def = OidIsValid(job->relid) ? dyn_catalog_read_relid(job->relid) : NULL;

	if (def == NULL || (job->table_id && strcmp(def->table_id, job->table_id) != 0))
		dyn_error(DYN_E_TABLE_NOT_FOUND, DYN_TABLE_UNKNOWN, dyn_namespace_text_name(job->table_name));
	if (!dyn_catalog_may_read_all(def->relid))
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						errmsg("role \"%s\" may not read all items of table \"%s\"", GetUserNameFromId(GetUserId(), false),
							   def->name)));
	if (!dyn_relation_has_rows(def->relid))
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("the relation of table \"%s\" has become a view", def->name)));
	return def;
}

/* Writes all files except the summary, in one transaction with one snapshot. */
static void
write_data(Export *export)
{
	DynJob	   *job = export->job;
	const DynJson *notes = dyn_json_parse(job->notes, strlen(job->notes));
	const DynJson *noted = dyn_request_member(notes, "ExportTime");
	const DynJson *end = dyn_request_member(notes, "ExportToTime");
	double		export_time = noted ? dyn_json_double(noted) : 0;
	StringInfoData text;
	char	   *summary;

	job->items = 0;
	job->bytes = 0;
	export->def = table_of(job);
	dyn_export_filter(dyn_request_member(export->request, "FilterSpecification"), &export->filter);
	export->output = dyn_export_output_begin(&export->place);
	read_rows(export);
	dyn_export_output_end(export->output);

	summary = summary_of(export, export_time);
	initStringInfo(&text);
	appendStringInfoChar(&text, '{');
	if (noted)
		dyn_settings_print_time(&text, "ExportTime", export_time);
	if (end)
		dyn_settings_print_time(&text, "ExportToTime", dyn_json_double(end));
	dyn_settings_print_text(&text, "Summary", summary);
	appendStringInfoChar(&text, '}');
	job->notes = text.data;
	dyn_job_save(job);
}

static void
run_export(DynJob *job)
{
	Export		export = {.job = job};
	DynS3Bucket *bucket;
	const DynJson *notes;

	export.request = dyn_json_parse(job->request, strlen(job->request));
	initStringInfo(&export.line);
	dyn_job_begin(job);
	bucket = dyn_s3_open(dyn_request_cstring(export.request, "S3Bucket"), DYN_S3_WRITE);
	export.place = (DynExportPlace) {
		.bucket = bucket,.prefix = dyn_request_cstring(export.request, "S3Prefix"),.id = job->id,
		.ion = dyn_request_is(export.request, "ExportFormat", "ION"),
		.incremental = dyn_request_is(export.request, "ExportType", "INCREMENTAL_EXPORT")
	};
	notes = dyn_json_parse(job->notes, strlen(job->notes));
	if (dyn_request_member(notes, "Summary") == NULL)
		write_data(&export);
	dyn_job_commit(job);

	notes = dyn_json_parse(job->notes, strlen(job->notes));
	dyn_export_output_summarise(&export.place, dyn_request_cstring(notes, "Summary"));
	dyn_s3_close(bucket);
}

const DynJobKind dyn_job_export = {
	.name = DYN_EXPORT_KIND,
	.run = run_export
};
