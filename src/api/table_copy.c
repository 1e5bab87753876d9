/*
 * table_copy.c - the CreateTable request that makes a table like a described one
 *
 * DescribeTable's reply has the members of CreateTable, some of them under other names, and purely descriptive ones.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "api/shapes.h"
#include "api/table_copy.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/jsonout.h"

PGDLLEXPORT Datum dynapg_create_table_request(PG_FUNCTION_ARGS);

static void
copy_member(StringInfo out, const char *name, const DynJson *value)
{
	if (value == NULL)
		return;
	dyn_jsonout_member(out, name);
	dyn_jsonout_tree(out, value);
}

/* A part of the description with the same name and meaning in the request. */
static void
copy_same(StringInfo out, const DynJson *described, const char *name)
{
	copy_member(out, name, dyn_request_member(described, name));
}

static bool
is_on_demand(const DynJson *table)
{
	const DynJson *summary = dyn_request_member(table, "BillingModeSummary");
	const DynJson *throughput = dyn_request_member(table, "ProvisionedThroughput");

	if (dyn_request_member(summary, "BillingMode") != NULL)
		return dyn_request_is(summary, "BillingMode", "PAY_PER_REQUEST");
	return dyn_request_integer(throughput, "ReadCapacityUnits", 0) < 1;
}

static void
copy_throughput(StringInfo out, const DynJson *described)
{
	const DynJson *throughput = dyn_request_member(described, "ProvisionedThroughput");

	if (throughput == NULL)
		return;
	dyn_jsonout_member(out, "ProvisionedThroughput");
	appendStringInfoChar(out, '{');
	copy_same(out, throughput, "ReadCapacityUnits");
	copy_same(out, throughput, "WriteCapacityUnits");
	appendStringInfoChar(out, '}');
}

/* Its limits; -1 is none. */
static void
copy_on_demand(StringInfo out, const DynJson *described)
{
	static const char *const names[] = {"MaxReadRequestUnits", "MaxWriteRequestUnits"};
	const DynJson *limits = dyn_request_member(described, "OnDemandThroughput");
	StringInfoData kept;

	initStringInfo(&kept);
	appendStringInfoChar(&kept, '{');
	for (int i = 0; i < lengthof(names); i++)
	{
		if (dyn_request_integer(limits, names[i], 0) > 0)
			copy_same(&kept, limits, names[i]);
	}
	if (kept.len == 1)
		return;
	dyn_jsonout_member(out, "OnDemandThroughput");
	appendStringInfo(out, "%s}", kept.data);
}

static void
copy_units(StringInfo out, const DynJson *described, bool on_demand)
{
	if (on_demand)
		copy_on_demand(out, described);
	else
		copy_throughput(out, described);
}

/* Is the index there to stay? */
static bool
is_kept(const DynJson *index)
{
	return !dyn_request_is(index, "IndexStatus", "DELETING");
}

static void
copy_indexes(StringInfo out, const DynJson *table, const char *name, bool on_demand)
{
	static const char *const members[] = {"KeySchema", "Projection", "VectorAttribute", "Dimensions", "DistanceFunction",
	"SearchSchema"};
	const DynJson *indexes = dyn_request_member(table, name);
	bool		any = false;

	for (const DynJson *index = indexes ? dyn_json_first(indexes) : NULL; index != NULL; index = dyn_json_next(index))
	{
		if (!is_kept(index))
			continue;
		if (!any)
			dyn_jsonout_member(out, name);
		appendStringInfoString(out, any ? ",{" : "[{");
		any = true;
		copy_same(out, index, "IndexName");
		for (int i = 0; i < lengthof(members); i++)
			copy_same(out, index, members[i]);
		if (strcmp(name, "GlobalSecondaryIndexes") == 0)
			copy_units(out, index, on_demand);
		appendStringInfoChar(out, '}');
	}
	if (any)
		appendStringInfoChar(out, ']');
}

static bool
has_key(const DynJson *described, const char *schema, DynSlice attribute)
{
	const DynJson *keys = dyn_request_member(described, schema);

	for (const DynJson *key = keys ? dyn_json_first(keys) : NULL; key != NULL; key = dyn_json_next(key))
	{
		if (dyn_slice_equal(dyn_request_string(key, "AttributeName"), attribute))
			return true;
	}
	return false;
}

static bool
any_has_key(const DynJson *indexes, const char *schema, DynSlice attribute)
{
	for (const DynJson *index = indexes ? dyn_json_first(indexes) : NULL; index != NULL; index = dyn_json_next(index))
	{
		if (is_kept(index) && has_key(index, schema, attribute))
			return true;
	}
	return false;
}

/* Only those of keys: CreateTable refuses others, such as those of an index that is being deleted. */
static void
copy_attributes(StringInfo out, const DynJson *table)
{
	const DynJson *attributes = dyn_request_member(table, "AttributeDefinitions");
	bool		first = true;

	if (attributes == NULL)
		return;
	dyn_jsonout_member(out, "AttributeDefinitions");
	appendStringInfoChar(out, '[');
	for (const DynJson *attribute = dyn_json_first(attributes); attribute != NULL; attribute = dyn_json_next(attribute))
	{
		DynSlice	name = dyn_request_string(attribute, "AttributeName");

		if (!has_key(table, "KeySchema", name) &&
			!any_has_key(dyn_request_member(table, "LocalSecondaryIndexes"), "KeySchema", name) &&
			!any_has_key(dyn_request_member(table, "GlobalSecondaryIndexes"), "KeySchema", name) &&
			!any_has_key(dyn_request_member(table, "VectorIndexes"), "SearchSchema", name))
			continue;
		if (!first)
			appendStringInfoChar(out, ',');
		first = false;
		dyn_jsonout_tree(out, attribute);
	}
	appendStringInfoChar(out, ']');
}

static void
copy_encryption(StringInfo out, const DynJson *table)
{
	const DynJson *described = dyn_request_member(table, "SSEDescription");

	if (described == NULL || dyn_request_is(described, "Status", "DISABLED") || dyn_request_is(described, "Status", "DISABLING"))
		return;
	dyn_jsonout_member(out, "SSESpecification");
	appendStringInfoString(out, "{\"Enabled\":true");
	copy_same(out, described, "SSEType");
	copy_member(out, "KMSMasterKeyId", dyn_request_member(described, "KMSMasterKeyArn"));
	appendStringInfoChar(out, '}');
}

bool
dyn_table_copy_request(const char *text, size_t len, StringInfo request)
{
	const DynJson *reply = dyn_json_parse(text, len);
	const DynJson *table = dyn_json_kind(reply) == DYN_JSON_OBJECT ? dyn_request_member(reply, "Table") : NULL;
	const DynJson *name;
	bool		on_demand;

	if (table == NULL || dyn_json_kind(table) != DYN_JSON_OBJECT)
		return false;
	dyn_shape_check(&dyn_shape_description, reply);
	name = dyn_request_member(reply, "TableName");
	on_demand = is_on_demand(table);
	appendStringInfoChar(request, '{');
	copy_member(request, "TableName", name != NULL ? name : dyn_request_member(table, "TableName"));
	copy_attributes(request, table);
	copy_same(request, table, "KeySchema");
	copy_indexes(request, table, "LocalSecondaryIndexes", on_demand);
	copy_indexes(request, table, "GlobalSecondaryIndexes", on_demand);
	copy_indexes(request, table, "VectorIndexes", on_demand);
	dyn_jsonout_member(request, "BillingMode");
	appendStringInfoString(request, on_demand ? "\"PAY_PER_REQUEST\"" : "\"PROVISIONED\"");
	copy_units(request, table, on_demand);
	copy_same(request, table, "StreamSpecification");
	copy_encryption(request, table);
	copy_member(request, "TableClass", dyn_request_member(dyn_request_member(table, "TableClassSummary"), "TableClass"));
	if (dyn_request_bool(table, "DeletionProtectionEnabled", false))	/* older clients do not know it */
		copy_same(request, table, "DeletionProtectionEnabled");
	appendStringInfoChar(request, '}');
	return true;
}

/* create_table_request(description json) returns json */
PG_FUNCTION_INFO_V1(dynapg_create_table_request);
Datum
dynapg_create_table_request(PG_FUNCTION_ARGS)
{
	text	   *description = PG_GETARG_TEXT_PP(0);
	StringInfoData request;

	initStringInfo(&request);
	if (!dyn_table_copy_request(VARDATA_ANY(description), VARSIZE_ANY_EXHDR(description), &request))
		dyn_validation("The description is no reply of DescribeTable: it has no Table");
	PG_RETURN_DATUM(CStringGetTextDatum(request.data));
}
