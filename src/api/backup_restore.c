/*
 * backup_restore.c - RestoreTableFromBackup, and what it shares with RestoreTableToPointInTime
 *
 * The definition in the backup, or of the table, and the overrides make a CreateTable request, which is checked and carried out
 * like any other; the new table begins with the rows of the source.  See restore.h.
 */
#include "postgres.h"

#include "api/backups.h"
#include "api/handlers.h"
#include "api/restore.h"
#include "api/shapes.h"
#include "api/table_create.h"
#include "api/table_describe.h"
#include "api/table_keys.h"
#include "base/errors.h"
#include "base/guc.h"
#include "base/jsonout.h"
#include "base/limits.h"
#include "base/namespace_text.h"
#include "base/request.h"
#include "jobs/job.h"
#include "tables/catalog.h"
#include "tables/lifecycle.h"
#include "tables/name.h"
#include "tables/settings.h"

static void
print_member(StringInfo out, const char *name, const DynJson *value)
{
	if (!value)
		return;
	dyn_jsonout_member(out, name);
	dyn_jsonout_tree(out, value);
}

/* The override of that member, or the backup's value. */
static const DynJson *
overridden(const DynJson *request, const DynJson *definition, const char *override, const char *member)
{
	const DynJson *given = dyn_request_member(request, override);

	return given ? given : dyn_request_member(definition, member);
}

/* ---- indexes ---- */

/* Two schemas, which may be NULL; type is the member with the type of an element. */
static bool
same_keys(const DynJson *a, const DynJson *b, const char *type)
{
	const DynJson *x = a ? dyn_json_first(a) : NULL;
	const DynJson *y = b ? dyn_json_first(b) : NULL;

	for (; x && y; x = dyn_json_next(x), y = dyn_json_next(y))
		if (!dyn_slice_equal(dyn_request_string(x, "AttributeName"), dyn_request_string(y, "AttributeName")) ||
			!dyn_slice_equal(dyn_request_string(x, type), dyn_request_string(y, type)))
			return false;
	return x == NULL && y == NULL;
}

static bool
has_name(const DynJson *names, DynSlice name)
{
	for (const DynJson *other = names ? dyn_json_first(names) : NULL; other; other = dyn_json_next(other))
		if (dyn_slice_equal(dyn_json_string(other), name))
			return true;
	return false;
}

/* The order of NonKeyAttributes has no meaning. */
static bool
same_projection(const DynJson *a, const DynJson *b)
{
	const DynJson *names = dyn_request_member(a, "NonKeyAttributes");
	const DynJson *others = dyn_request_member(b, "NonKeyAttributes");

	if (!dyn_slice_equal(dyn_request_string(a, "ProjectionType"), dyn_request_string(b, "ProjectionType")) ||
		(names ? dyn_json_count(names) : 0) != (others ? dyn_json_count(others) : 0))
		return false;
	for (const DynJson *name = names ? dyn_json_first(names) : NULL; name; name = dyn_json_next(name))
		if (!has_name(others, dyn_json_string(name)))
			return false;
	return true;
}

static bool
same_vector(const DynJson *a, const DynJson *b)
{
	return dyn_slice_equal(dyn_request_string(dyn_request_member(a, "VectorAttribute"), "AttributeName"),
						   dyn_request_string(dyn_request_member(b, "VectorAttribute"), "AttributeName")) &&
		dyn_request_integer(a, "Dimensions", 0) == dyn_request_integer(b, "Dimensions", 0) &&
		dyn_slice_equal(dyn_request_string(a, "DistanceFunction"), dyn_request_string(b, "DistanceFunction")) &&
		same_keys(dyn_request_member(a, "SearchSchema"), dyn_request_member(b, "SearchSchema"), "SearchSchemaElementType");
}

/* The same but for its name, which may be a new one? */
static bool
same_index(const DynJson *a, const DynJson *b)
{
	return (dyn_request_member(b, "VectorAttribute") ? same_vector(a, b) :
			same_keys(dyn_request_member(a, "KeySchema"), dyn_request_member(b, "KeySchema"), "KeyType")) &&
		same_projection(dyn_request_member(a, "Projection"), dyn_request_member(b, "Projection"));
}

/* The index of the backup or the table that an index of an override is: the one of its name, or another one. */
static const DynJson *
kept_index(const DynJson *index, const DynJson *kept)
{
	DynSlice	name = dyn_request_string(index, "IndexName");
	const DynJson *found = NULL;

	for (const DynJson *other = kept ? dyn_json_first(kept) : NULL; other; other = dyn_json_next(other))
		if (same_index(index, other) && (!found || dyn_slice_equal(dyn_request_string(other, "IndexName"), name)))
			found = other;
	if (!found)
		dyn_validation(DYN_INVALID_REQUEST "Index %.*s does not match a secondary index that existed in the source table and cannot be "
					   "created during the restore operation", (int) name.len, name.data);
	return found;
}

/* One global index, with units of the override, or of the backup if that has the same billing mode; kept is the source's. */
static void
print_global(StringInfo out, const DynJson *index, const DynJson *kept, bool pay_per_request, bool same_mode)
{
	const DynJson *throughput = dyn_request_member(index, "ProvisionedThroughput");
	const DynJson *on_demand = dyn_request_member(index, "OnDemandThroughput");
	DynSlice	name = dyn_request_string(index, "IndexName");

	if (index == kept && (pay_per_request || !same_mode))
		throughput = NULL;
	if (!throughput && !pay_per_request)
		dyn_validation(DYN_INVALID_REQUEST "Must specify provisioned throughput for index %.*s", (int) name.len, name.data);
	if (throughput && pay_per_request)
		dyn_validation(DYN_INVALID_REQUEST "Cannot override ProvisionedThroughput if BillingMode is overridden to PAY_PER_REQUEST for "
					   "index %.*s", (int) name.len, name.data);
	if (index == kept && !same_mode)
		on_demand = NULL;
	if (index != kept && !on_demand && same_mode)
		on_demand = dyn_request_member(kept, "OnDemandThroughput");
	print_member(out, "ProvisionedThroughput", throughput);
	print_member(out, "OnDemandThroughput", on_demand);
	print_member(out, "WarmThroughput", index == kept ? NULL : dyn_request_member(index, "WarmThroughput"));
}

/* The indexes of one kind, those of the override if there is one. */
static void
print_indexes(StringInfo out, const DynJson *request, const DynJson *definition, const char *override, const char *member,
			  bool pay_per_request, bool same_mode)
{
	static const char *const members[] = {"KeySchema", "Projection", "VectorAttribute", "Dimensions", "DistanceFunction",
	"SearchSchema"};
	const DynJson *kept = dyn_request_member(definition, member);
	const DynJson *given = dyn_request_member(request, override);
	const DynJson *indexes = given ? given : kept;
	bool		first = true;

	if (!indexes || dyn_json_count(indexes) == 0)
		return;
	dyn_jsonout_member(out, member);
	appendStringInfoChar(out, '[');
	for (const DynJson *index = dyn_json_first(indexes); index; index = dyn_json_next(index))
	{
		const DynJson *source = given ? kept_index(index, kept) : index;

		appendStringInfoString(out, first ? "{" : ",{");
		first = false;
		print_member(out, "IndexName", dyn_request_member(index, "IndexName"));
		for (int i = 0; i < lengthof(members); i++)
			print_member(out, members[i], dyn_request_member(source, members[i]));
		if (strcmp(member, "GlobalSecondaryIndexes") == 0)
			print_global(out, index, source, pay_per_request, same_mode);
		appendStringInfoChar(out, '}');
	}
	appendStringInfoChar(out, ']');
}

/* ---- attribute definitions ---- */

static bool
in_schema(const DynJson *schema, DynSlice name)
{
	for (const DynJson *element = schema ? dyn_json_first(schema) : NULL; element; element = dyn_json_next(element))
		if (dyn_slice_equal(dyn_request_string(element, "AttributeName"), name))
			return true;
	return false;
}

static bool
in_indexes(const DynJson *indexes, DynSlice name)
{
	for (const DynJson *index = indexes ? dyn_json_first(indexes) : NULL; index; index = dyn_json_next(index))
		if (in_schema(dyn_request_member(index, "KeySchema"), name) || in_schema(dyn_request_member(index, "SearchSchema"), name))
			return true;
	return false;
}

/* Those of attributes that a key still uses. */
static void
print_definitions(StringInfo out, const DynJson *request, const DynJson *definition)
{
	const DynJson *definitions = dyn_request_member(definition, "AttributeDefinitions");
	const DynJson *schema = dyn_request_member(definition, "KeySchema");
	const DynJson *locals = overridden(request, definition, "LocalSecondaryIndexOverride", "LocalSecondaryIndexes");
	const DynJson *globals = overridden(request, definition, "GlobalSecondaryIndexOverride", "GlobalSecondaryIndexes");
	const DynJson *vectors = overridden(request, definition, "VectorIndexOverride", "VectorIndexes");
	bool		first = true;

	dyn_jsonout_member(out, "AttributeDefinitions");
	appendStringInfoChar(out, '[');
	for (const DynJson *attribute = definitions ? dyn_json_first(definitions) : NULL; attribute; attribute = dyn_json_next(attribute))
	{
		DynSlice	name = dyn_request_string(attribute, "AttributeName");

		if (!in_schema(schema, name) && !in_indexes(locals, name) && !in_indexes(globals, name) && !in_indexes(vectors, name))
			continue;
		if (!first)
			appendStringInfoChar(out, ',');
		first = false;
		dyn_jsonout_tree(out, attribute);
	}
	appendStringInfoChar(out, ']');
}

/* ---- the request ---- */

void
dyn_backup_restore_check_target(const DynJson *request)
{
	DynSlice	name = dyn_request_string(request, "TargetTableName");

	if (name.len < DYN_MIN_TABLE_NAME || name.len > DYN_MAX_TABLE_NAME)
		dyn_validation("TableName must be at least %d characters long and at most %d characters long", DYN_MIN_TABLE_NAME,
					   DYN_MAX_TABLE_NAME);
	if (!dyn_name_is_legal(name.data, name.len))
		dyn_validation(DYN_ENVELOPE "Value '%.*s' at 'targetTableName' failed to satisfy constraint: Member must satisfy regular "
					   "expression pattern: [a-zA-Z0-9_.-]+", (int) name.len, name.data);
}

static void
check_on_demand(const DynJson *on_demand, const char *member, bool pay_per_request)
{
	if (!dyn_request_member(on_demand, member))
		return;
	if (!pay_per_request)
		dyn_validation(DYN_INVALID_REQUEST "Cannot override %s for OnDemandThroughput unless BillingModeOverride is PAY_PER_REQUEST",
					   member);
	if (dyn_request_integer(on_demand, member, 0) < 1)
		dyn_validation(DYN_INVALID_REQUEST "Requested %s for OnDemandThroughput is outside of valid range", member);
}

/* Overrides of the table's own units have to fit its billing mode. */
static void
check_units(const DynJson *request, bool pay_per_request, bool same_mode)
{
	const DynJson *on_demand = dyn_request_member(request, "OnDemandThroughputOverride");
	bool		throughput = dyn_request_member(request, "ProvisionedThroughputOverride") != NULL;

	if (throughput && dyn_request_is(request, "BillingModeOverride", "PAY_PER_REQUEST"))
		dyn_validation(DYN_INVALID_REQUEST "Cannot override ProvisionedThroughput if BillingMode is overridden to PAY_PER_REQUEST");
	if (throughput && pay_per_request)
		dyn_validation(DYN_INVALID_REQUEST "Cannot override ProvisionedThroughput unless BillingMode is PROVISIONED");
	if (!throughput && !pay_per_request && !same_mode)
		dyn_validation(DYN_INVALID_REQUEST "Must override ProvisionedThroughput if BillingMode is overridden to PROVISIONED");
	check_on_demand(on_demand, "MaxReadRequestUnits", pay_per_request);
	check_on_demand(on_demand, "MaxWriteRequestUnits", pay_per_request);
}

/* The CreateTable request. */
static char *
create_request(const DynJson *request, const DynJson *definition)
{
	const DynJson *throughput = dyn_request_member(request, "ProvisionedThroughputOverride");
	const DynJson *on_demand = dyn_request_member(request, "OnDemandThroughputOverride");
	bool		was_on_demand = dyn_request_is(definition, "BillingMode", "PAY_PER_REQUEST");
	bool		pay_per_request = dyn_request_member(request, "BillingModeOverride") ?
		dyn_request_is(request, "BillingModeOverride", "PAY_PER_REQUEST") : was_on_demand;
	bool		same_mode = pay_per_request == was_on_demand;
	StringInfoData out;

	check_units(request, pay_per_request, same_mode);
	if (!throughput && !pay_per_request)
		throughput = dyn_request_member(definition, "ProvisionedThroughput");
	if (!on_demand && same_mode)
		on_demand = dyn_request_member(definition, "OnDemandThroughput");
	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	print_member(&out, "TableName", dyn_request_member(request, "TargetTableName"));
	print_definitions(&out, request, definition);
	print_member(&out, "KeySchema", dyn_request_member(definition, "KeySchema"));
	dyn_settings_print_text(&out, "BillingMode", pay_per_request ? "PAY_PER_REQUEST" : "PROVISIONED");
	print_member(&out, "ProvisionedThroughput", throughput);
	print_member(&out, "OnDemandThroughput", on_demand);
	print_member(&out, "SSESpecification", overridden(request, definition, "SSESpecificationOverride", "SSESpecification"));
	print_indexes(&out, request, definition, "LocalSecondaryIndexOverride", "LocalSecondaryIndexes", pay_per_request, same_mode);
	print_indexes(&out, request, definition, "GlobalSecondaryIndexOverride", "GlobalSecondaryIndexes", pay_per_request, same_mode);
	print_indexes(&out, request, definition, "VectorIndexOverride", "VectorIndexes", pay_per_request, same_mode);
	appendStringInfoChar(&out, '}');
	return out.data;
}

/* A table of that name exists, or is being restored. */
static void
refuse_existing(const DynTableDef *def)
{
	DynTableDef *existing = dyn_catalog_read(def->name);
	const char *restored = existing && existing->filled_by ? existing->settings.restored : NULL;
	const DynJson *summary = restored ? dyn_json_parse(restored, strlen(restored)) : NULL;
	DynSlice	backup = summary ? dyn_request_string(summary, "SourceBackupArn") : (DynSlice) {NULL, 0};

	if (backup.data)
		dyn_error(DYN_E_TABLE_IN_USE, "Table: %s is already being restored from backup: %.*s",
				  dyn_namespace_text_name(def->name), (int) backup.len, backup.data);
	dyn_error(DYN_E_TABLE_ALREADY_EXISTS, DYN_TABLE_EXISTS, dyn_namespace_text_name(def->name));
}

/* The part of the new table's description about its source. */
static char *
restore_summary(const DynRestoreSource *source)
{
	StringInfoData out;
	StringInfoData arn;

	initStringInfo(&arn);
	dyn_name_table_arn(&arn, source->table_name);
	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	if (source->backup_arn)
		dyn_settings_print_text(&out, "SourceBackupArn", source->backup_arn);
	dyn_settings_print_text(&out, "SourceTableArn", arn.data);
	dyn_settings_print_time(&out, "RestoreDateTime", dyn_settings_epoch(source->moment));
	appendStringInfoChar(&out, '}');
	return out.data;
}

void
dyn_backup_restore_table(const DynJson *request, const DynRestoreSource *source, StringInfo reply)
{
	char	   *text = create_request(request, source->definition);
	const DynJson *create = dyn_json_parse(text, strlen(text));
	TimestampTz created_at = 0;
	DynTableSettings *settings;
	DynTableDef def;

	dyn_shape_check(&dyn_shape_create_table, create);
	dyn_table_create_read(create, &def);
	settings = &def.settings;
	settings->restored = restore_summary(source);
	if (dyn_guc_index_build == DYN_INDEX_BUILD_IMMEDIATE)
		def.rows_from = source->rows;
	else
		def.filled_by = dyn_job_new_id(&created_at);
	if (!dyn_lifecycle_create(&def))
		refuse_existing(&def);
	if (def.filled_by)
		dyn_restore_job_start(&def, source->job, created_at);

	appendStringInfoChar(reply, '{');
	dyn_table_describe_print(reply, "TableDescription", &def, (DynTableView) {DYN_TABLE_CREATING});
	appendStringInfoChar(reply, '}');
}

void
dyn_api_restore_table_from_backup(const DynJson *request, StringInfo reply)
{
	DynBackup  *backup;
	DynRestoreSource source;

	dyn_backup_restore_check_target(request);
	backup = dyn_backups_of_request(request, DYN_BACKUP_FREE);
	if (!OidIsValid(backup->copy))
	{
		dyn_backup_resume(backup);
		dyn_error(DYN_E_BACKUP_IN_USE, "Backup is being created: %s", dyn_backups_arn(backup));
	}
	backup = dyn_backups_of_request(request, DYN_BACKUP_KEEP);
	source = (DynRestoreSource) {
		.definition = dyn_backups_definition(backup),
		.table_name = backup->table_name,
		.backup_arn = dyn_backups_arn(backup),
		.moment = backup->created_at,
		.rows = dyn_restore_job_backup_rows(backup),
		.job = psprintf("{\"Backup\":\"%s\"}", backup->id)
	};
	dyn_backup_restore_table(request, &source, reply);
}
