/*
 * table_describe.c - DescribeTable, and TableDescription for all table operations
 *
 * A description is made of the table's definition and of a view of its state (table_view.h): PostgreSQL's table is ready at
 * commit, while replies show the states that clients wait for.  Nothing here changes a table.
 */
#include "postgres.h"

#include "api/params.h"
#include "api/table_describe.h"

#include "api/handlers.h"
#include "api/table_attributes.h"
#include "api/table_vectors.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/namespace_text.h"
#include "base/request.h"
#include "jobs/job.h"
#include "store/index_build.h"
#include "tables/catalog.h"
#include "tables/count.h"
#include "tables/name.h"
#include "tables/settings.h"

static const char *
state_name(DynTableState state)
{
	switch (state)
	{
		case DYN_TABLE_CREATING:
			return "CREATING";
		case DYN_TABLE_ACTIVE:
			return "ACTIVE";
		case DYN_TABLE_UPDATING:
			return "UPDATING";
		case DYN_TABLE_DELETING:
			return "DELETING";
	}
	pg_unreachable();
}

static void
print_bool(StringInfo out, const char *member, bool value)
{
	dyn_jsonout_member(out, member);
	appendStringInfoString(out, value ? "true" : "false");
}

static void
open_object(StringInfo out, const char *member)
{
	dyn_jsonout_member(out, member);
	appendStringInfoChar(out, '{');
}

static void
print_key_element(StringInfo out, const DynKeyAttr *attr, const char *type, bool first)
{
	appendStringInfoString(out, first ? "{" : ",{");
	dyn_jsonout_member(out, "AttributeName");
	dyn_jsonout_string(out, attr->name, attr->len);
	dyn_settings_print_text(out, "KeyType", type);
	appendStringInfoChar(out, '}');
}

static void
print_table_keys(StringInfo out, const DynTableDef *def)
{
	dyn_jsonout_member(out, "KeySchema");
	appendStringInfoChar(out, '[');
	print_key_element(out, &def->pk, "HASH", true);
	if (def->sk.tag != 0)
		print_key_element(out, &def->sk, "RANGE", false);
	appendStringInfoChar(out, ']');
}

static void
print_index_keys(StringInfo out, const DynIndex *index)
{
	dyn_jsonout_member(out, "KeySchema");
	appendStringInfoChar(out, '[');
	for (int i = 0; i < index->npk + index->nsk; i++)
		print_key_element(out, &index->keys[i], i < index->npk ? "HASH" : "RANGE", i == 0);
	appendStringInfoChar(out, ']');
}

static void
print_throughput(StringInfo out, const DynThroughput *throughput)
{
	open_object(out, "ProvisionedThroughput");
	if (throughput->increased > 0)
		dyn_settings_print_time(out, "LastIncreaseDateTime", throughput->increased);
	if (throughput->decreased > 0)
		dyn_settings_print_time(out, "LastDecreaseDateTime", throughput->decreased);
	dyn_settings_print_number(out, "NumberOfDecreasesToday", dyn_settings_decreases_today(throughput));
	dyn_settings_print_number(out, "ReadCapacityUnits", throughput->read);
	dyn_settings_print_number(out, "WriteCapacityUnits", throughput->write);
	appendStringInfoChar(out, '}');
}

/* The requested units, or at least the billing mode's default; the reply of CreateTable shows only the requested ones. */
static void
print_warm(StringInfo out, const DynUnits *warm, const DynThroughput *throughput, bool pay_per_request, bool creating,
		   bool updating)
{
	DynUnits	units = dyn_settings_warm_units(warm, throughput, pay_per_request);

	if (creating && !warm->set)
		return;
	open_object(out, "WarmThroughput");
	dyn_settings_print_number(out, "ReadUnitsPerSecond", units.read);
	dyn_settings_print_number(out, "WriteUnitsPerSecond", units.write);
	dyn_settings_print_text(out, "Status", creating || updating ? "UPDATING" : "ACTIVE");
	appendStringInfoChar(out, '}');
}

static void
print_billing(StringInfo out, const DynTableSettings *settings, DynTableState state)
{
	if (!settings->pay_per_request && settings->pay_per_request_since == 0)
		return;
	open_object(out, "BillingModeSummary");
	dyn_settings_print_text(out, "BillingMode", settings->pay_per_request ? "PAY_PER_REQUEST" : "PROVISIONED");
	if (state != DYN_TABLE_CREATING && settings->pay_per_request_since > 0)
		dyn_settings_print_time(out, "LastUpdateToPayPerRequestDateTime", settings->pay_per_request_since);
	appendStringInfoChar(out, '}');
}

static void
print_stream(StringInfo out, const DynTableDef *def, const DynTableSettings *settings)
{
	StringInfoData arn;

	if (settings->stream)
	{
		open_object(out, "StreamSpecification");
		print_bool(out, "StreamEnabled", true);
		dyn_settings_print_text(out, "StreamViewType", settings->stream_view);
		appendStringInfoChar(out, '}');
	}
	if (!settings->stream_label)
		return;
	initStringInfo(&arn);
	dyn_name_stream_arn(&arn, def->name, settings->stream_label);
	dyn_settings_print_text(out, "LatestStreamLabel", settings->stream_label);
	dyn_settings_print_text(out, "LatestStreamArn", arn.data);
}

static void
print_sse(StringInfo out, const DynTableSettings *settings, const DynTableView *view)
{
	StringInfoData arn;

	if (!settings->sse)
		return;
	initStringInfo(&arn);
	dyn_name_kms_key_arn(&arn, settings->kms_key);
	open_object(out, "SSEDescription");
	dyn_settings_print_text(out, "Status", view->sse_updating ? "UPDATING" : "ENABLED");
	if (!view->sse_starting)
	{
		dyn_settings_print_text(out, "SSEType", "KMS");
		dyn_settings_print_text(out, "KMSMasterKeyArn", arn.data);
	}
	appendStringInfoChar(out, '}');
}

/* The source of a restored table; all rows are there once it is visible. */
static void
print_restored(StringInfo out, const DynTableSettings *settings, bool creating)
{
	static const char *const members[] = {"SourceBackupArn", "SourceTableArn", "RestoreDateTime"};
	const DynJson *restored;

	if (!settings->restored)
		return;
	restored = dyn_json_parse(settings->restored, strlen(settings->restored));
	open_object(out, "RestoreSummary");
	for (int i = 0; i < lengthof(members); i++)
	{
		const DynJson *member = dyn_request_member(restored, members[i]);

		if (!member)
			continue;
		dyn_jsonout_member(out, members[i]);
		dyn_jsonout_tree(out, member);
	}
	print_bool(out, "RestoreInProgress", creating);
	appendStringInfoChar(out, '}');
}

static void
print_class(StringInfo out, const DynTableSettings *settings)
{
	if (!settings->table_class)
		return;
	open_object(out, "TableClassSummary");
	dyn_settings_print_text(out, "TableClass", settings->table_class);
	if (settings->table_class_since > 0)
		dyn_settings_print_time(out, "LastUpdateDateTime", settings->table_class_since);
	appendStringInfoChar(out, '}');
}

static void
print_counts(StringInfo out, const char *size_member, int64 items, int64 bytes)
{
	dyn_settings_print_number(out, size_member, bytes);
	dyn_settings_print_number(out, "ItemCount", items);
}

static DynTableState
index_state(const DynIndex *index, const DynTableView *view)
{
	if (view->state == DYN_TABLE_CREATING || (view->creating && strcmp(index->name, view->creating) == 0))
		return DYN_TABLE_CREATING;
	if (view->deleting && strcmp(index->name, view->deleting) == 0)
		return DYN_TABLE_DELETING;
	return index->status == DYN_INDEX_CREATING ? DYN_TABLE_CREATING :
		index->status == DYN_INDEX_DELETING ? DYN_TABLE_DELETING : DYN_TABLE_ACTIVE;
}

static void
print_index(StringInfo out, const DynTableDef *def, const DynIndex *index, DynIndexChange change,
			const DynTableSettings *settings, const DynTableView *view)
{
	const DynIndexSettings *own = &index->settings;
	DynTableState state = index_state(index, view);
	StringInfoData arn;
	int64		items = 0;
	int64		bytes = 0;

	if (state == DYN_TABLE_ACTIVE)
		dyn_count_index(def, index, &items, &bytes);
	initStringInfo(&arn);
	dyn_name_index_arn(&arn, def->name, index->name);

	appendStringInfoChar(out, '{');
	dyn_settings_print_text(out, "IndexName", index->name);
	print_index_keys(out, index);
	dyn_table_attributes_print_projection(out, index);
	if (index->kind == DYN_INDEX_GLOBAL)
	{
		dyn_settings_print_text(out, "IndexStatus", state_name(change.units ? DYN_TABLE_UPDATING : state));
		if (state == DYN_TABLE_CREATING && view->state != DYN_TABLE_CREATING)
			print_bool(out, "Backfilling", !view->creating);
		print_throughput(out, &own->throughput);
		dyn_settings_print_on_demand(out, &own->on_demand);
		print_warm(out, &own->warm, &own->throughput, settings->pay_per_request, view->state == DYN_TABLE_CREATING, change.warm);
	}
	print_counts(out, "IndexSizeBytes", items, bytes);
	dyn_settings_print_text(out, "IndexArn", arn.data);
	appendStringInfoChar(out, '}');
}

static void
print_indexes(StringInfo out, DynIndexKind kind, const DynTableDef *def, const DynTableSettings *settings,
			  const DynTableView *view)
{
	bool		any = false;

	for (int i = 0; i < def->nindexes; i++)
	{
		DynIndexChange change = {0};

		if (def->indexes[i].kind != kind)
			continue;
		if (any)
			appendStringInfoChar(out, ',');
		else
		{
			dyn_jsonout_member(out, dyn_index_kind_member(kind));
			appendStringInfoChar(out, '[');
		}
		any = true;
		if (view->changes && !(view->creating && strcmp(def->indexes[i].name, view->creating) == 0))
			change = view->changes[i];
		print_index(out, def, &def->indexes[i], change, settings, view);
	}
	if (any)
		appendStringInfoChar(out, ']');
}

/* The members that DeleteTable's reply leaves out: the table's structure. */
static void
print_structure(StringInfo out, const DynTableDef *def, const DynTableSettings *settings, const DynTableView *view)
{
	dyn_jsonout_member(out, "AttributeDefinitions");
	appendStringInfoString(out, def->attribute_definitions);
	print_table_keys(out, def);
	dyn_settings_print_time(out, "CreationDateTime", dyn_settings_epoch(def->created_at));
	print_indexes(out, DYN_INDEX_LOCAL, def, settings, view);
	print_indexes(out, DYN_INDEX_GLOBAL, def, settings, view);
	dyn_table_vectors_describe(out, def, view);
	print_sse(out, settings, view);
	print_warm(out, &settings->warm, &settings->throughput, settings->pay_per_request, view->state == DYN_TABLE_CREATING,
			   view->warm_updating);
}

void
dyn_table_describe_print(StringInfo reply, const char *member, const DynTableDef *def, DynTableView view)
{
	const DynTableSettings *settings = &def->settings;
	StringInfoData arn;
	int64		items = 0;
	int64		bytes = 0;

	if (view.state == DYN_TABLE_ACTIVE && def->filled_by != NULL)
		view.state = DYN_TABLE_CREATING;
	if (view.state == DYN_TABLE_ACTIVE || view.state == DYN_TABLE_UPDATING)
		dyn_count_table(def->relid, &items, &bytes);
	initStringInfo(&arn);
	dyn_name_table_arn(&arn, def->name);

	open_object(reply, member);
	dyn_settings_print_text(reply, "TableName", dyn_namespace_text_name(def->name));
	dyn_settings_print_text(reply, "TableStatus", state_name(view.state));
	dyn_settings_print_text(reply, "TableArn", arn.data);
	dyn_settings_print_text(reply, "TableId", def->table_id);
	if (view.state != DYN_TABLE_DELETING)
		print_structure(reply, def, settings, &view);
	print_billing(reply, settings, view.state);
	print_throughput(reply, &settings->throughput);
	dyn_settings_print_on_demand(reply, &settings->on_demand);
	print_counts(reply, "TableSizeBytes", items, bytes);
	print_stream(reply, def, settings);
	print_class(reply, settings);
	print_restored(reply, settings, view.state == DYN_TABLE_CREATING);
	print_bool(reply, "DeletionProtectionEnabled", def->deletion_protection);
	appendStringInfoChar(reply, '}');
}

bool
dyn_table_describe_is_filling(const DynTableDef *def)
{
	return def->filled_by != NULL && OidIsValid(dyn_job_role(def->filled_by));
}

DynTableDef *
dyn_table_describe_find(DynSlice name, bool for_update)
{
	char	   *text = pnstrdup(name.data, name.len);
	DynTableDef *def = for_update ? dyn_catalog_read_for_update(text) : dyn_catalog_read(text);

	if (!def)
		dyn_name_not_found(name, DYN_NAME_CONTROL);
	if (for_update && dyn_table_describe_is_filling(def))
		dyn_error(DYN_E_RESOURCE_IN_USE, "Attempt to change a resource which is still in use: Table is being created: %s",
				  dyn_namespace_text_name(def->name));
	return def;
}

/* Starts the worker of the job that fills the table, if it has none. */
static void
resume_filling(const DynTableDef *def)
{
	const DynJob *job = def->filled_by ? dyn_job_find(NULL, def->filled_by) : NULL;

	if (job)
		dyn_job_resume(job);
}

void
dyn_api_describe_table(const DynJson *request, StringInfo reply)
{
	DynTableDef *def = dyn_table_describe_find(dyn_params_table_name(request), false);

	dyn_index_build_resume(def);
	resume_filling(def);
	appendStringInfoChar(reply, '{');
	dyn_table_describe_print(reply, "Table", def, (DynTableView) {DYN_TABLE_ACTIVE});
	appendStringInfoChar(reply, '}');
}
