/*
 * workbench.c - dynapg.import_workbench: the tables of a NoSQL Workbench model, with their sample data
 *
 * The tables of a model become requests of CreateTable, whose checks and rights apply; an error ends the whole import. Sample
 * data are written by import.h, which counts the errors of items. The model has passed its shape (shapes_models.c).
 */
#include "postgres.h"

#include "fmgr.h"
#include "nodes/pg_list.h"
#include "utils/builtins.h"

#include "api/import.h"
#include "api/import_text.h"
#include "api/models.h"
#include "api/operation.h"
#include "base/compat.h"
#include "base/jsonout.h"

PGDLLEXPORT Datum dynapg_import_workbench(PG_FUNCTION_ARGS);

void
dyn_workbench_call(const char *operation, const StringInfoData *request)
{
	StringInfoData reply;

	initStringInfo(&reply);
	dyn_api_call(dyn_operation_find(operation, strlen(operation)), request->data, request->len, &reply);
	pfree(reply.data);
}

void
dyn_workbench_copy(StringInfo out, const char *name, const DynJson *value)
{
	if (value == NULL)
		return;
	dyn_jsonout_member(out, name);
	dyn_jsonout_tree(out, value);
}

/* ---- the table's attributes: those of its keys and of its indexes' keys, each once ---- */

static void
add_attribute(List **attributes, const DynJson *attribute)
{
	ListCell   *cell;

	if (attribute == NULL)
		return;
	foreach(cell, *attributes)
	{
		if (dyn_slice_equal(dyn_request_string(lfirst(cell), "AttributeName"), dyn_request_string(attribute, "AttributeName")))
			return;
	}
	*attributes = lappend(*attributes, (void *) attribute);
}

static void
add_keys(List **attributes, const DynJson *keyed)
{
	const DynJson *keys = dyn_request_member(keyed, "KeyAttributes");

	add_attribute(attributes, dyn_request_member(keys, "PartitionKey"));
	add_attribute(attributes, dyn_request_member(keys, "SortKey"));
}

static const DynJson *
first_index(const DynJson *table, const char *kind)
{
	const DynJson *indexes = dyn_request_member(table, kind);

	return indexes != NULL ? dyn_json_first(indexes) : NULL;
}

static void
print_attributes(StringInfo out, const DynJson *table)
{
	List	   *attributes = NIL;
	ListCell   *cell;
	bool		first = true;

	add_keys(&attributes, table);
	for (const DynJson *index = first_index(table, "LocalSecondaryIndexes"); index != NULL; index = dyn_json_next(index))
		add_keys(&attributes, index);
	for (const DynJson *index = first_index(table, "GlobalSecondaryIndexes"); index != NULL; index = dyn_json_next(index))
		add_keys(&attributes, index);
	dyn_jsonout_member(out, "AttributeDefinitions");
	appendStringInfoChar(out, '[');
	foreach(cell, attributes)
	{
		appendStringInfoString(out, first ? "{" : ",{");
		first = false;
		dyn_workbench_copy(out, "AttributeName", dyn_request_member(lfirst(cell), "AttributeName"));
		dyn_workbench_copy(out, "AttributeType", dyn_request_member(lfirst(cell), "AttributeType"));
		appendStringInfoChar(out, '}');
	}
	appendStringInfoChar(out, ']');
}

/* ---- its keys and indexes ---- */

static void
print_key(StringInfo out, const DynJson *attribute, const char *type)
{
	if (attribute == NULL)
		return;
	appendStringInfoString(out, strcmp(type, "HASH") == 0 ? "{" : ",{");
	dyn_workbench_copy(out, "AttributeName", dyn_request_member(attribute, "AttributeName"));
	appendStringInfo(out, ",\"KeyType\":\"%s\"}", type);
}

static void
print_keys(StringInfo out, const DynJson *keyed)
{
	const DynJson *keys = dyn_request_member(keyed, "KeyAttributes");

	dyn_jsonout_member(out, "KeySchema");
	appendStringInfoChar(out, '[');
	print_key(out, dyn_request_member(keys, "PartitionKey"), "HASH");
	print_key(out, dyn_request_member(keys, "SortKey"), "RANGE");
	appendStringInfoChar(out, ']');
}

/* An index without a throughput of its own has the table's; a model may have neither. */
static void
print_throughput(StringInfo out, const DynJson *table, const DynJson *of)
{
	const DynJson *own = dyn_request_member(dyn_request_member(of, "ProvisionedCapacitySettings"), "ProvisionedThroughput");

	if (own == NULL && of != table)
	{
		print_throughput(out, table, table);
		return;
	}
	dyn_jsonout_member(out, "ProvisionedThroughput");
	if (own != NULL)
		dyn_jsonout_tree(out, own);
	else
		appendStringInfoString(out, "{\"ReadCapacityUnits\":5,\"WriteCapacityUnits\":5}");
}

static void
print_indexes(StringInfo out, const DynJson *table, const char *kind, bool provisioned)
{
	const DynJson *index = first_index(table, kind);
	bool		first = true;

	if (index == NULL)
		return;
	dyn_jsonout_member(out, kind);
	appendStringInfoChar(out, '[');
	for (; index != NULL; index = dyn_json_next(index))
	{
		appendStringInfoString(out, first ? "{" : ",{");
		first = false;
		dyn_workbench_copy(out, "IndexName", dyn_request_member(index, "IndexName"));
		print_keys(out, index);
		dyn_workbench_copy(out, "Projection", dyn_request_member(index, "Projection"));
		if (provisioned)
			print_throughput(out, table, index);
		appendStringInfoChar(out, '}');
	}
	appendStringInfoChar(out, ']');
}

static void
create_table(const DynJson *table)
{
	bool		provisioned = dyn_request_is(table, "BillingMode", "PROVISIONED");
	StringInfoData request;

	initStringInfo(&request);
	appendStringInfoChar(&request, '{');
	dyn_workbench_copy(&request, "TableName", dyn_request_member(table, "TableName"));
	print_attributes(&request, table);
	print_keys(&request, table);
	print_indexes(&request, table, "LocalSecondaryIndexes", false);
	print_indexes(&request, table, "GlobalSecondaryIndexes", provisioned);
	dyn_jsonout_member(&request, "BillingMode");
	appendStringInfoString(&request, provisioned ? "\"PROVISIONED\"" : "\"PAY_PER_REQUEST\"");
	if (provisioned)
		print_throughput(&request, table, table);
	appendStringInfoChar(&request, '}');
	dyn_workbench_call("CreateTable", &request);
}

/* ---- the model ---- */

static void
import_model(const DynJson *model, StringInfo reply)
{
	const DynJson *tables = dyn_request_member(model, "DataModel");
	DynImport  *import = dyn_import_begin();
	bool		first = true;

	appendStringInfoString(reply, "{\"Tables\":[");
	for (const DynJson *table = dyn_json_first(tables); table != NULL; table = dyn_json_next(table))
	{
		const DynJson *data = dyn_request_member(table, "TableData");
		DynSlice	name = dyn_request_string(table, "TableName");

		create_table(table);
		dyn_import_into(import, name);
		if (data != NULL)
			dyn_import_text_json(import, data);
		else
			dyn_import_text(import, "", 0);	/* lines count tables */
		if (!first)
			appendStringInfoChar(reply, ',');
		first = false;
		dyn_jsonout_string(reply, name.data, name.len);
	}
	appendStringInfoString(reply, "],");
	dyn_import_finish(import, reply);
	appendStringInfoChar(reply, '}');
}

/* import_workbench(model json) returns json */
PG_FUNCTION_INFO_V1(dynapg_import_workbench);
Datum
dynapg_import_workbench(PG_FUNCTION_ARGS)
{
	static const DynOperation operation = {"ImportWorkbench", &dyn_shape_workbench, import_model, true, false, true};
	text	   *model = PG_GETARG_TEXT_PP(0);
	StringInfoData reply;

	initStringInfo(&reply);
	dyn_api_call(&operation, VARDATA_ANY(model), VARSIZE_ANY_EXHDR(model), &reply);
	PG_RETURN_DATUM(CStringGetTextDatum(reply.data));
}
