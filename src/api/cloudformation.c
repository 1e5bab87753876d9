/*
 * cloudformation.c - dynapg.create_tables_from_cloudformation: the tables of a CloudFormation template, in JSON
 *
 * A property is literal, or refers to a parameter, whose value is given or its Default. What only CloudFormation can evaluate
 * (functions, conditions, other resources) is refused with its name and place. Properties without a meaning here are listed as
 * ignored. The rest becomes requests of CreateTable and UpdateTimeToLive, whose checks apply.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "api/models.h"
#include "api/operation.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/guc.h"
#include "base/jsonout.h"
#include "base/namespace.h"

PGDLLEXPORT Datum dynapg_create_tables_from_cloudformation(PG_FUNCTION_ARGS);

typedef struct Template
{
	const DynJson *parameters;
	const DynJson *given;		/* values for them */
	StringInfoData created;		/* names of tables, as elements of an array */
	StringInfoData ignored;
} Template;

/* One table of a template. */
typedef struct Resource
{
	const char *id;
	bool		is_global;
	const DynJson *properties;	/* resolved: those that are known */
	const DynJson *replica;		/* of a global table: that of this region, or the first; else NULL */
	bool		on_demand;
} Resource;

static const char *const known_properties[] = {
	"TableName", "AttributeDefinitions", "KeySchema", "LocalSecondaryIndexes", "GlobalSecondaryIndexes", "BillingMode",
	"ProvisionedThroughput", "OnDemandThroughput", "WarmThroughput", "TableClass", "Tags", "DeletionProtectionEnabled",
	"StreamSpecification", "SSESpecification", "TimeToLiveSpecification", "Replicas", "WriteProvisionedThroughputSettings",
	"WriteOnDemandThroughputSettings"
};

/* ---- JSON of any form ---- */

static bool
is_kind(const DynJson *json, DynJsonKind kind)
{
	return json != NULL && dyn_json_kind(json) == kind;
}

/* The member, or NULL if there is none or json is not an object. */
static const DynJson *
get_member(const DynJson *json, const char *name)
{
	return is_kind(json, DYN_JSON_OBJECT) ? dyn_request_member(json, name) : NULL;
}

static const DynJson *
first_of(const DynJson *json)
{
	return is_kind(json, DYN_JSON_ARRAY) || is_kind(json, DYN_JSON_OBJECT) ? dyn_json_first(json) : NULL;
}

static DynSlice
string_of(const DynJson *json)
{
	return is_kind(json, DYN_JSON_STRING) ? dyn_json_string(json) : (DynSlice) {NULL, 0};
}

static bool
is_string(const DynJson *json, const char *text)
{
	return dyn_slice_is(string_of(json), text);
}

static char *
name_of(const DynJson *member)
{
	DynSlice	name = dyn_json_name(member);

	return pnstrdup(name.data, name.len);
}

/* ---- resolving ---- */

static void resolve(StringInfo out, const Template *template, const DynJson *node, const char *path, const char *name);

/* The name that the node refers to, or NULL if it is not a reference. */
static const DynJson *
reference(const DynJson *node)
{
	return is_kind(node, DYN_JSON_OBJECT) && dyn_json_count(node) == 1 ? get_member(node, "Ref") : NULL;
}

static bool
is_left_out(const DynJson *node)
{
	return is_string(reference(node), "AWS::NoValue");
}

static void
resolve_reference(StringInfo out, const Template *template, const DynJson *to, const char *path, const char *name)
{
	DynSlice	slice = string_of(to);
	const DynJson *value;
	char	   *parameter;

	if (slice.data == NULL)
		dyn_validation("%s has a Ref that is no name", path);
	parameter = pnstrdup(slice.data, slice.len);
	value = get_member(template->given, parameter);
	if (value == NULL)
		value = get_member(get_member(template->parameters, parameter), "Default");
	if (is_string(to, "AWS::Region"))
		dyn_jsonout_string(out, dyn_namespace_region(), strlen(dyn_namespace_region()));
	else if (value == NULL)
		dyn_validation("%s refers to %s, which is no parameter with a value or Default", path, parameter);
	else if (is_kind(value, DYN_JSON_OBJECT) || is_kind(value, DYN_JSON_ARRAY))
		dyn_validation("%s refers to %s, whose value is no string, number or boolean", path, parameter);
	else
		resolve(out, template, value, path, name);
}

/* CloudFormation also takes numbers and booleans as strings, which parameters always are. */
static void
resolve_string(StringInfo out, DynSlice text, const char *name)
{
	static const char *const numbers[] = {"ReadCapacityUnits", "WriteCapacityUnits", "MaxReadRequestUnits", "MaxWriteRequestUnits",
	"ReadUnitsPerSecond", "WriteUnitsPerSecond", "MinCapacity", "MaxCapacity", "SeedCapacity"};
	static const char *const booleans[] = {"Enabled", "SSEEnabled", "DeletionProtectionEnabled"};

	for (int i = 0; i < lengthof(numbers); i++)
	{
		if (strcmp(name, numbers[i]) == 0 && text.len > 0 && text.data[0] != '0' && strspn(text.data, "0123456789") == text.len)
		{
			appendBinaryStringInfo(out, text.data, text.len);
			return;
		}
	}
	for (int i = 0; i < lengthof(booleans); i++)
	{
		if (strcmp(name, booleans[i]) == 0 && (dyn_slice_is(text, "true") || dyn_slice_is(text, "false")))
		{
			appendBinaryStringInfo(out, text.data, text.len);
			return;
		}
	}
	dyn_jsonout_string(out, text.data, text.len);
}

static void
resolve_object(StringInfo out, const Template *template, const DynJson *node, const char *path)
{
	appendStringInfoChar(out, '{');
	for (const DynJson *member = dyn_json_first(node); member != NULL; member = dyn_json_next(member))
	{
		char	   *name = name_of(member);

		if (strncmp(name, "Fn::", 4) == 0 || strcmp(name, "Condition") == 0)
			dyn_validation("%s has %s, which cannot be resolved here", path, name);
		if (is_left_out(member))
			continue;
		dyn_jsonout_member(out, name);
		resolve(out, template, member, psprintf("%s.%s", path, name), name);
	}
	appendStringInfoChar(out, '}');
}

static void
resolve_array(StringInfo out, const Template *template, const DynJson *node, const char *path, const char *name)
{
	int			number = 0;
	bool		first = true;

	appendStringInfoChar(out, '[');
	for (const DynJson *element = dyn_json_first(node); element != NULL; element = dyn_json_next(element), number++)
	{
		if (is_left_out(element))
			continue;
		if (!first)
			appendStringInfoChar(out, ',');
		first = false;
		resolve(out, template, element, psprintf("%s.%d", path, number), name);
	}
	appendStringInfoChar(out, ']');
}

/* Appends the node with its references replaced; name is that of its member. */
static void
resolve(StringInfo out, const Template *template, const DynJson *node, const char *path, const char *name)
{
	check_stack_depth();
	if (reference(node) != NULL)
		resolve_reference(out, template, reference(node), path, name);
	else if (is_kind(node, DYN_JSON_OBJECT))
		resolve_object(out, template, node, path);
	else if (is_kind(node, DYN_JSON_ARRAY))
		resolve_array(out, template, node, path, name);
	else if (is_kind(node, DYN_JSON_STRING))
		resolve_string(out, dyn_json_string(node), name);
	else
		dyn_jsonout_tree(out, node);
}

static bool
is_known(const char *property)
{
	for (int i = 0; i < lengthof(known_properties); i++)
	{
		if (strcmp(property, known_properties[i]) == 0)
			return true;
	}
	return false;
}

static void
add_name(StringInfo list, const char *name)
{
	if (list->len > 0)
		appendStringInfoChar(list, ',');
	dyn_jsonout_string(list, name, strlen(name));
}

/* The known properties, resolved; lists the others as ignored. */
static const DynJson *
resolve_properties(Template *template, const DynJson *properties, const char *id)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoChar(&text, '{');
	for (const DynJson *property = first_of(properties); property != NULL; property = dyn_json_next(property))
	{
		char	   *name = name_of(property);
		char	   *path = psprintf("%s.%s", id, name);

		if (strncmp(name, "Fn::", 4) == 0)
			dyn_validation("%s has %s, which cannot be resolved here", id, name);
		if (is_left_out(property))
			continue;
		if (!is_known(name))
		{
			add_name(&template->ignored, path);
			continue;
		}
		dyn_jsonout_member(&text, name);
		resolve(&text, template, property, path, name);
	}
	appendStringInfoChar(&text, '}');
	return dyn_json_parse(text.data, text.len);
}

/* ---- a table ---- */

static const DynJson *
find_replica(const DynJson *replicas)
{
	for (const DynJson *replica = first_of(replicas); replica != NULL; replica = dyn_json_next(replica))
	{
		if (is_string(get_member(replica, "Region"), dyn_namespace_region()))
			return replica;
	}
	return first_of(replicas);
}

static void
copy(StringInfo out, const DynJson *from, const char *name)
{
	dyn_workbench_copy(out, name, get_member(from, name));
}

/* Units of a global table's settings: fixed ones, or those that automatic scaling begins with. */
static const DynJson *
units_of(const DynJson *settings, const char *fixed, const char *scaled)
{
	const DynJson *scaling = get_member(settings, scaled);
	const DynJson *seed = get_member(scaling, "SeedCapacity");

	if (get_member(settings, fixed) != NULL)
		return get_member(settings, fixed);
	return seed != NULL ? seed : get_member(scaling, "MinCapacity");
}

/* The throughput of a global table or its index: the writes' settings are its own, the reads' those of its replica. */
static void
print_global_throughput(StringInfo out, const Resource *resource, const DynJson *own, const DynJson *replica)
{
	const DynJson *read = resource->on_demand ? get_member(get_member(replica, "ReadOnDemandThroughputSettings"), "MaxReadRequestUnits") :
		units_of(get_member(replica, "ReadProvisionedThroughputSettings"), "ReadCapacityUnits", "ReadCapacityAutoScalingSettings");
	const DynJson *write = resource->on_demand ? get_member(get_member(own, "WriteOnDemandThroughputSettings"), "MaxWriteRequestUnits") :
		units_of(get_member(own, "WriteProvisionedThroughputSettings"), "WriteCapacityUnits", "WriteCapacityAutoScalingSettings");

	if (read == NULL && write == NULL)
		return;
	dyn_jsonout_member(out, resource->on_demand ? "OnDemandThroughput" : "ProvisionedThroughput");
	appendStringInfoChar(out, '{');
	dyn_workbench_copy(out, resource->on_demand ? "MaxReadRequestUnits" : "ReadCapacityUnits", read);
	dyn_workbench_copy(out, resource->on_demand ? "MaxWriteRequestUnits" : "WriteCapacityUnits", write);
	appendStringInfoChar(out, '}');
}

static void
print_throughput(StringInfo out, const Resource *resource)
{
	if (resource->is_global)
		print_global_throughput(out, resource, resource->properties, resource->replica);
	else
	{
		copy(out, resource->properties, "ProvisionedThroughput");
		copy(out, resource->properties, "OnDemandThroughput");
	}
	copy(out, resource->properties, "WarmThroughput");
}

static const DynJson *
replica_index(const Resource *resource, const DynJson *index)
{
	DynSlice	name = string_of(get_member(index, "IndexName"));

	for (const DynJson *own = first_of(get_member(resource->replica, "GlobalSecondaryIndexes")); own != NULL; own = dyn_json_next(own))
	{
		if (dyn_slice_equal(string_of(get_member(own, "IndexName")), name))
			return own;
	}
	return NULL;
}

static void
print_global_indexes(StringInfo out, const Resource *resource)
{
	const DynJson *indexes = get_member(resource->properties, "GlobalSecondaryIndexes");
	bool		first = true;

	if (!resource->is_global || !is_kind(indexes, DYN_JSON_ARRAY))
	{
		dyn_workbench_copy(out, "GlobalSecondaryIndexes", indexes);
		return;
	}
	dyn_jsonout_member(out, "GlobalSecondaryIndexes");
	appendStringInfoChar(out, '[');
	for (const DynJson *index = dyn_json_first(indexes); index != NULL; index = dyn_json_next(index))
	{
		appendStringInfoString(out, first ? "{" : ",{");
		first = false;
		copy(out, index, "IndexName");
		copy(out, index, "KeySchema");
		copy(out, index, "Projection");
		print_global_throughput(out, resource, index, replica_index(resource, index));
		appendStringInfoChar(out, '}');
	}
	appendStringInfoChar(out, ']');
}

static void
print_stream(StringInfo out, const Resource *resource)
{
	const DynJson *stream = get_member(resource->properties, "StreamSpecification");

	if (stream == NULL)
		return;
	dyn_jsonout_member(out, "StreamSpecification");
	appendStringInfoString(out, "{\"StreamEnabled\":true");
	copy(out, stream, "StreamViewType");
	appendStringInfoChar(out, '}');
}

static void
print_encryption(StringInfo out, const Resource *resource)
{
	const DynJson *sse = get_member(resource->properties, "SSESpecification");
	bool		enabled = is_kind(get_member(sse, "SSEEnabled"), DYN_JSON_TRUE);

	if (sse == NULL)
		return;
	dyn_jsonout_member(out, "SSESpecification");
	appendStringInfoChar(out, '{');
	dyn_workbench_copy(out, "Enabled", get_member(sse, "SSEEnabled"));
	copy(out, sse, "SSEType");
	if (enabled && get_member(sse, "SSEType") == NULL)
		appendStringInfoString(out, ",\"SSEType\":\"KMS\"");
	copy(out, sse, "KMSMasterKeyId");
	appendStringInfoChar(out, '}');
}

/* Its TableName, or the logical name, where CloudFormation would make one up. */
static void
print_name(StringInfo out, const Resource *resource)
{
	const DynJson *name = get_member(resource->properties, "TableName");

	dyn_jsonout_member(out, "TableName");
	if (name != NULL)
		dyn_jsonout_tree(out, name);
	else
		dyn_jsonout_string(out, resource->id, strlen(resource->id));
}

static void
create_table(const Resource *resource)
{
	const DynJson *settings = resource->is_global ? resource->replica : resource->properties;
	StringInfoData request;

	initStringInfo(&request);
	appendStringInfoChar(&request, '{');
	print_name(&request, resource);
	copy(&request, resource->properties, "AttributeDefinitions");
	copy(&request, resource->properties, "KeySchema");
	copy(&request, resource->properties, "LocalSecondaryIndexes");
	print_global_indexes(&request, resource);
	copy(&request, resource->properties, "BillingMode");
	print_throughput(&request, resource);
	print_stream(&request, resource);
	print_encryption(&request, resource);
	copy(&request, settings, "TableClass");
	copy(&request, settings, "Tags");
	copy(&request, settings, "DeletionProtectionEnabled");
	appendStringInfoChar(&request, '}');
	dyn_workbench_call("CreateTable", &request);
}

static void
set_time_to_live(const Resource *resource)
{
	const DynJson *specification = get_member(resource->properties, "TimeToLiveSpecification");
	StringInfoData request;

	if (!is_kind(get_member(specification, "Enabled"), DYN_JSON_TRUE))
		return;
	initStringInfo(&request);
	appendStringInfoChar(&request, '{');
	print_name(&request, resource);
	dyn_workbench_copy(&request, "TimeToLiveSpecification", specification);
	appendStringInfoChar(&request, '}');
	dyn_workbench_call("UpdateTimeToLive", &request);
}

static void
take_resource(Template *template, const DynJson *json)
{
	Resource	resource = {.id = name_of(json)};
	DynSlice	name;

	if (strncmp(resource.id, "Fn::", 4) == 0)
		dyn_validation("Resources has %s, which cannot be resolved here", resource.id);
	resource.is_global = is_string(get_member(json, "Type"), "AWS::DynamoDB::GlobalTable");
	if (!resource.is_global && !is_string(get_member(json, "Type"), "AWS::DynamoDB::Table"))
		return;
	if (get_member(json, "Condition") != NULL)
		dyn_validation("%s has Condition, which cannot be resolved here", resource.id);
	resource.properties = resolve_properties(template, get_member(json, "Properties"), resource.id);
	resource.replica = find_replica(get_member(resource.properties, "Replicas"));
	resource.on_demand = is_string(get_member(resource.properties, "BillingMode"), "PAY_PER_REQUEST");
	create_table(&resource);
	set_time_to_live(&resource);
	name = string_of(get_member(resource.properties, "TableName"));
	add_name(&template->created, name.data != NULL ? pnstrdup(name.data, name.len) : resource.id);
}

/* The request has the Template, and as Parameters the given values. */
static void
create_tables(const DynJson *request, StringInfo reply)
{
	const DynJson *json = get_member(request, "Template");
	const DynJson *resources = get_member(json, "Resources");
	Template	template = {.parameters = get_member(json, "Parameters"), .given = get_member(request, "Parameters")};

	if (!is_kind(resources, DYN_JSON_OBJECT))
		dyn_validation("The template has no Resources");
	initStringInfo(&template.created);
	initStringInfo(&template.ignored);
	for (const DynJson *resource = dyn_json_first(resources); resource != NULL; resource = dyn_json_next(resource))
	{
		CHECK_FOR_INTERRUPTS();
		take_resource(&template, resource);
	}
	appendStringInfo(reply, "{\"Tables\":[%s],\"Ignored\":[%s]}", template.created.data, template.ignored.data);
}

/* create_tables_from_cloudformation(template json, parameters json) returns json */
PG_FUNCTION_INFO_V1(dynapg_create_tables_from_cloudformation);
Datum
dynapg_create_tables_from_cloudformation(PG_FUNCTION_ARGS)
{
	static const DynShape shape = {.name = "Template", .kind = DYN_SHAPE_STRUCTURE};
	static const DynOperation operation = {"CreateTablesFromCloudFormation", &shape, create_tables, true, false, true};
	StringInfoData request;
	StringInfoData reply;

	initStringInfo(&request);
	initStringInfo(&reply);
	appendStringInfo(&request, "{\"Template\":%s,\"Parameters\":%s}", TextDatumGetCString(PG_GETARG_DATUM(0)),
					 TextDatumGetCString(PG_GETARG_DATUM(1)));
	dyn_api_call(&operation, request.data, request.len, &reply);
	PG_RETURN_DATUM(CStringGetTextDatum(reply.data));
}
