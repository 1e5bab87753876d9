/*
 * shapes_table.c - the shapes of table requests
 *
 * Enum values are in the order in which the service lists them in its messages.
 */
#include "postgres.h"

#include "api/shapes.h"
#include "api/shapes_build.h"
#include "base/limits.h"

/* Parts */

static const DynShape positive_long = {.name = "PositiveLongObject", .kind = DYN_SHAPE_LONG, .has_min = true, .min = 1};
static const DynShape any_long = {.name = "LongObject", .kind = DYN_SHAPE_LONG};
static const DynShape key_attribute_name = STRING_OF("KeySchemaAttributeName", 1, DYN_MAX_KEY_NAME);

static const char *const scalar_types[] = {"B", "N", "S", NULL};
static const DynShape scalar_type = ENUM_OF("ScalarAttributeType", scalar_types);
static const char *const key_types[] = {"HASH", "RANGE", NULL};
static const DynShape key_type = ENUM_OF("KeyType", key_types);
static const char *const projection_types[] = {"ALL", "INCLUDE", "KEYS_ONLY", NULL};
static const DynShape projection_type = ENUM_OF("ProjectionType", projection_types);
static const char *const billing_modes[] = {"PROVISIONED", "PAY_PER_REQUEST", NULL};
static const DynShape billing_mode = ENUM_OF("BillingMode", billing_modes);
static const char *const stream_views[] = {"OLD_IMAGE", "KEYS_ONLY", "NEW_AND_OLD_IMAGES", "NEW_IMAGE", NULL};
static const DynShape stream_view = ENUM_OF("StreamViewType", stream_views);
static const char *const sse_types[] = {"AES256", "KMS", NULL};
static const DynShape sse_type = ENUM_OF("SSEType", sse_types);

/* An unknown class is reported by the operation (table_check.c), not as a violation. */
static const DynShape table_class = {.name = "TableClass", .kind = DYN_SHAPE_STRING};
static const char *const replication_modes[] = {"ENABLED", "DISABLED", "ENABLED_WITH_OVERRIDES", NULL};
static const DynShape replication_mode = ENUM_OF("GlobalTableSettingsReplicationMode", replication_modes);
static const char *const consistencies[] = {"EVENTUAL", "STRONG", NULL};
static const DynShape consistency = ENUM_OF("MultiRegionConsistency", consistencies);

static const DynShapeField attribute_definition_fields[] = {
	{"AttributeType", &scalar_type, true},
	{"AttributeName", &key_attribute_name, true},
};
static const DynShape attribute_definition = STRUCTURE_OF("AttributeDefinition", attribute_definition_fields);
static const DynShape attribute_definitions = LIST_OF("AttributeDefinitions", attribute_definition);

static const DynShapeField key_element_fields[] = {
	{"AttributeName", &key_attribute_name, true},
	{"KeyType", &key_type, true},
};
static const DynShape key_element = STRUCTURE_OF("KeySchemaElement", key_element_fields);
static const DynShape key_schema = BOUNDED_LIST_OF("KeySchema", key_element, 1, 2);
static const DynShape index_key_schema = {.name = "KeySchema", .kind = DYN_SHAPE_LIST, .has_min = true, .min = 1,
.element = &key_element};

static const DynShape non_key_name = STRING_OF("NonKeyAttributeName", 1, DYN_MAX_KEY_NAME);
static const DynShape non_key_names = BOUNDED_LIST_OF("NonKeyAttributeNameList", non_key_name, 1, 20);

static const DynShapeField projection_fields[] = {
	{"ProjectionType", &projection_type, false},
	{"NonKeyAttributes", &non_key_names, false},
};
static const DynShape projection = STRUCTURE_OF("Projection", projection_fields);

static const DynShapeField throughput_fields[] = {
	{"WriteCapacityUnits", &positive_long, true},
	{"ReadCapacityUnits", &positive_long, true},
};
static const DynShape throughput = STRUCTURE_OF("ProvisionedThroughput", throughput_fields);

static const DynShapeField on_demand_fields[] = {
	{"MaxReadRequestUnits", &any_long, false},
	{"MaxWriteRequestUnits", &any_long, false},
};
static const DynShape on_demand = STRUCTURE_OF("OnDemandThroughput", on_demand_fields);

static const DynShapeField warm_fields[] = {
	{"ReadUnitsPerSecond", &any_long, false},
	{"WriteUnitsPerSecond", &any_long, false},
};
static const DynShape warm = STRUCTURE_OF("WarmThroughput", warm_fields);

static const DynShapeField lsi_fields[] = {
	{"IndexName", &dyn_shape_index_name, true},
	{"KeySchema", &key_schema, true},
	{"Projection", &projection, true},
};
static const DynShape lsi = STRUCTURE_OF("LocalSecondaryIndex", lsi_fields);
static const DynShape lsis = LIST_OF("LocalSecondaryIndexList", lsi);

static const DynShapeField gsi_fields[] = {
	{"IndexName", &dyn_shape_index_name, true},
	{"KeySchema", &index_key_schema, true},
	{"Projection", &projection, true},
	{"ProvisionedThroughput", &throughput, false},
	{"OnDemandThroughput", &on_demand, false},
	{"WarmThroughput", &warm, false},
};
static const DynShape gsi = STRUCTURE_OF("GlobalSecondaryIndex", gsi_fields);
static const DynShape gsis = LIST_OF("GlobalSecondaryIndexList", gsi);

static const DynShape vector_attribute_name = STRING_OF("VectorAttributeName", 1, DYN_MAX_KEY_NAME);
static const DynShapeField vector_attribute_fields[] = {
	{"AttributeName", &vector_attribute_name, true},
};
static const DynShape vector_attribute = STRUCTURE_OF("VectorAttributeDefinition", vector_attribute_fields);
static const char *const search_element_types[] = {"HASH", "INLINE_FILTER", NULL};
static const DynShape search_element_type = ENUM_OF("SearchSchemaElementType", search_element_types);
static const DynShape search_attribute_name = {.name = "AttributeName", .kind = DYN_SHAPE_STRING, .has_max = true,
.max = DYN_MAX_ATTR_NAME};
static const DynShapeField search_element_fields[] = {
	{"AttributeName", &search_attribute_name, true},
	{"SearchSchemaElementType", &search_element_type, true},
};
static const DynShape search_element = STRUCTURE_OF("SearchSchemaElement", search_element_fields);
static const DynShape search_schema = {.name = "SearchSchema", .kind = DYN_SHAPE_LIST, .has_min = true, .min = 1,
.element = &search_element};
static const char *const distance_functions[] = {"COSINE", "DOT_PRODUCT", "EUCLIDEAN", NULL};
static const DynShape distance_function = ENUM_OF("VectorDistanceFunction", distance_functions);
static const DynShapeField vector_fields[] = {
	{"IndexName", &dyn_shape_index_name, true},
	{"VectorAttribute", &vector_attribute, true},
	{"SearchSchema", &search_schema, false},
	{"Projection", &projection, true},
	{"Dimensions", &positive_long, true},
	{"DistanceFunction", &distance_function, true},
};
static const DynShape vector = STRUCTURE_OF("VectorIndex", vector_fields);
static const DynShape vectors = LIST_OF("VectorIndexList", vector);

static const DynShapeField stream_fields[] = {
	{"StreamEnabled", &dyn_shape_boolean, true},
	{"StreamViewType", &stream_view, false},
};
static const DynShape stream = STRUCTURE_OF("StreamSpecification", stream_fields);

static const DynShape kms_key_id = {.name = "KMSMasterKeyId", .kind = DYN_SHAPE_STRING, .has_min = true, .min = 1};
static const DynShapeField sse_fields[] = {
	{"Enabled", &dyn_shape_boolean, false},
	{"SSEType", &sse_type, false},
	{"KMSMasterKeyId", &kms_key_id, false},
};
static const DynShape sse = STRUCTURE_OF("SSESpecification", sse_fields);

/* The constraints of tags are reported by the operations, one by one, not as violations. */
static const DynShapeField tag_fields[] = {
	{"Key", &dyn_shape_string, false},
	{"Value", &dyn_shape_string, false},
};
static const DynShape tag = STRUCTURE_OF("Tag", tag_fields);
const DynShape dyn_shape_tags = LIST_OF("TagList", tag);

/*
 * CreateTable.  AWS's model leaves AttributeDefinitions and KeySchema optional, since a table may be a replica of
 * another account's (GlobalTableSourceArn); this server has no such tables, so both must be there.
 */

static const DynShapeField create_table_fields[] = {
	{"AttributeDefinitions", &attribute_definitions, true},
	{"TableName", &dyn_shape_table, true},
	{"KeySchema", &key_schema, true},
	{"GlobalSecondaryIndexes", &gsis, false},
	{"LocalSecondaryIndexes", &lsis, false},
	{"BillingMode", &billing_mode, false},
	{"ProvisionedThroughput", &throughput, false},
	{"StreamSpecification", &stream, false},
	{"SSESpecification", &sse, false},
	{"Tags", &dyn_shape_tags, false},
	{"TableClass", &table_class, false},
	{"DeletionProtectionEnabled", &dyn_shape_boolean, false},
	{"WarmThroughput", &warm, false},
	{"ResourcePolicy", &dyn_shape_string, false},
	{"OnDemandThroughput", &on_demand, false},
	{"GlobalTableSourceArn", &dyn_shape_table_arn, false},
	{"GlobalTableSettingsReplicationMode", &replication_mode, false},
	{"VectorIndexes", &vectors, false},
};
const DynShape dyn_shape_create_table = STRUCTURE_OF("CreateTableInput", create_table_fields);

/* The table of an import */

static const DynShapeField table_creation_fields[] = {
	{"TableName", &dyn_shape_table_name, true},
	{"AttributeDefinitions", &attribute_definitions, true},
	{"KeySchema", &key_schema, true},
	{"BillingMode", &billing_mode, false},
	{"ProvisionedThroughput", &throughput, false},
	{"OnDemandThroughput", &on_demand, false},
	{"SSESpecification", &sse, false},
	{"GlobalSecondaryIndexes", &gsis, false},
	{"VectorIndexes", &vectors, false},
};
const DynShape dyn_shape_table_creation = STRUCTURE_OF("TableCreationParameters", table_creation_fields);

/* DescribeTable, DeleteTable, ListTables */

static const DynShapeField table_only_fields[] = {
	{"TableName", &dyn_shape_table, true},
};
const DynShape dyn_shape_describe_table = STRUCTURE_OF("DescribeTableInput", table_only_fields);
const DynShape dyn_shape_delete_table = STRUCTURE_OF("DeleteTableInput", table_only_fields);

static const DynShape list_limit = {.name = "ListTablesInputLimit", .kind = DYN_SHAPE_INTEGER,
.has_min = true, .min = 1, .has_max = true, .max = DYN_MAX_LIST_TABLES};
static const DynShapeField list_tables_fields[] = {
	{"ExclusiveStartTableName", &dyn_shape_table_name, false},
	{"Limit", &list_limit, false},
};
const DynShape dyn_shape_list_tables = STRUCTURE_OF("ListTablesInput", list_tables_fields);

/* UpdateTable */

static const DynShapeField gsi_update_fields[] = {
	{"IndexName", &dyn_shape_index_name, true},
	{"ProvisionedThroughput", &throughput, false},
	{"OnDemandThroughput", &on_demand, false},
	{"WarmThroughput", &warm, false},
};
static const DynShape gsi_update = STRUCTURE_OF("UpdateGlobalSecondaryIndexAction", gsi_update_fields);
static const DynShape gsi_create = STRUCTURE_OF("CreateGlobalSecondaryIndexAction", gsi_fields);
static const DynShapeField gsi_delete_fields[] = {
	{"IndexName", &dyn_shape_index_name, true},
};
static const DynShape gsi_delete = STRUCTURE_OF("DeleteGlobalSecondaryIndexAction", gsi_delete_fields);
static const DynShapeField gsi_change_fields[] = {
	{"Update", &gsi_update, false},
	{"Create", &gsi_create, false},
	{"Delete", &gsi_delete, false},
};
static const DynShape gsi_change = STRUCTURE_OF("GlobalSecondaryIndexUpdate", gsi_change_fields);
static const DynShape gsi_changes = LIST_OF("GlobalSecondaryIndexUpdateList", gsi_change);

static const DynShape vector_create = STRUCTURE_OF("CreateVectorIndexAction", vector_fields);
static const DynShape vector_delete = STRUCTURE_OF("DeleteVectorIndexAction", gsi_delete_fields);
static const DynShapeField vector_change_fields[] = {
	{"Create", &vector_create, false},
	{"Delete", &vector_delete, false},
};
static const DynShape vector_change = STRUCTURE_OF("VectorIndexUpdate", vector_change_fields);
static const DynShape vector_changes = LIST_OF("VectorIndexUpdateList", vector_change);

static const DynShapeField throughput_override_fields[] = {
	{"ReadCapacityUnits", &positive_long, false},
};
static const DynShape throughput_override = STRUCTURE_OF("ProvisionedThroughputOverride", throughput_override_fields);
static const DynShapeField on_demand_override_fields[] = {
	{"MaxReadRequestUnits", &any_long, false},
};
static const DynShape on_demand_override = STRUCTURE_OF("OnDemandThroughputOverride", on_demand_override_fields);
static const DynShapeField replica_gsi_fields[] = {
	{"IndexName", &dyn_shape_index_name, true},
	{"ProvisionedThroughputOverride", &throughput_override, false},
	{"OnDemandThroughputOverride", &on_demand_override, false},
};
static const DynShape replica_gsi = STRUCTURE_OF("ReplicaGlobalSecondaryIndex", replica_gsi_fields);
static const DynShape replica_gsis = {.name = "ReplicaGlobalSecondaryIndexList", .kind = DYN_SHAPE_LIST,
.has_min = true, .min = 1, .element = &replica_gsi};
static const DynShapeField replica_fields[] = {
	{"RegionName", &dyn_shape_string, true},
	{"KMSMasterKeyId", &dyn_shape_string, false},
	{"ProvisionedThroughputOverride", &throughput_override, false},
	{"OnDemandThroughputOverride", &on_demand_override, false},
	{"GlobalSecondaryIndexes", &replica_gsis, false},
	{"TableClassOverride", &table_class, false},
};
static const DynShape replica_create = STRUCTURE_OF("CreateReplicationGroupMemberAction", replica_fields);
static const DynShape replica_update = STRUCTURE_OF("UpdateReplicationGroupMemberAction", replica_fields);
static const DynShapeField region_fields[] = {
	{"RegionName", &dyn_shape_string, true},
};
static const DynShape replica_delete = STRUCTURE_OF("DeleteReplicationGroupMemberAction", region_fields);
static const char *const disassociation_modes[] = {"WAIT_FOR_REPLICATION", NULL};
static const DynShape disassociation_mode = ENUM_OF("DisassociationMode", disassociation_modes);
static const DynShapeField disassociate_fields[] = {
	{"RegionName", &dyn_shape_string, true},
	{"DisassociationMode", &disassociation_mode, true},
};
static const DynShape replica_disassociate = STRUCTURE_OF("DisassociateReplicationGroupMemberAction", disassociate_fields);
static const DynShapeField replica_change_fields[] = {
	{"Create", &replica_create, false},
	{"Update", &replica_update, false},
	{"Delete", &replica_delete, false},
	{"Disassociate", &replica_disassociate, false},
};
static const DynShape replica_change = STRUCTURE_OF("ReplicationGroupUpdate", replica_change_fields);
static const DynShape replica_changes = {.name = "ReplicationGroupUpdateList", .kind = DYN_SHAPE_LIST,
.has_min = true, .min = 1, .element = &replica_change};

static const DynShape witness_create = STRUCTURE_OF("CreateGlobalTableWitnessGroupMemberAction", region_fields);
static const DynShape witness_delete = STRUCTURE_OF("DeleteGlobalTableWitnessGroupMemberAction", region_fields);
static const DynShapeField witness_change_fields[] = {
	{"Create", &witness_create, false},
	{"Delete", &witness_delete, false},
};
static const DynShape witness_change = STRUCTURE_OF("GlobalTableWitnessGroupUpdate", witness_change_fields);
static const DynShape witness_changes = BOUNDED_LIST_OF("GlobalTableWitnessGroupUpdateList", witness_change, 1, 1);

static const DynShapeField update_table_fields[] = {
	{"AttributeDefinitions", &attribute_definitions, false},
	{"TableName", &dyn_shape_table, true},
	{"BillingMode", &billing_mode, false},
	{"ProvisionedThroughput", &throughput, false},
	{"GlobalSecondaryIndexUpdates", &gsi_changes, false},
	{"StreamSpecification", &stream, false},
	{"SSESpecification", &sse, false},
	{"ReplicaUpdates", &replica_changes, false},
	{"TableClass", &table_class, false},
	{"DeletionProtectionEnabled", &dyn_shape_boolean, false},
	{"MultiRegionConsistency", &consistency, false},
	{"GlobalTableWitnessUpdates", &witness_changes, false},
	{"OnDemandThroughput", &on_demand, false},
	{"WarmThroughput", &warm, false},
	{"GlobalTableSettingsReplicationMode", &replication_mode, false},
	{"VectorIndexUpdates", &vector_changes, false},
	{"DisassociationProtectionEnabled", &dyn_shape_boolean, false},
};
const DynShape dyn_shape_update_table = STRUCTURE_OF("UpdateTableInput", update_table_fields);

/* A reply of DescribeTable, as far as it is read as a request of CreateTable (table_copy.c). */

static const DynShapeField described_key_fields[] = {
	{"AttributeName", &dyn_shape_string, false},
};
static const DynShape described_key = STRUCTURE_OF("KeySchemaElement", described_key_fields);
static const DynShape described_keys = LIST_OF("KeySchema", described_key);
static const DynShape described_attributes = LIST_OF("AttributeDefinitions", described_key);
static const DynShapeField described_throughput_fields[] = {
	{"ReadCapacityUnits", &any_long, false},
	{"WriteCapacityUnits", &any_long, false},
};
static const DynShape described_throughput = STRUCTURE_OF("ProvisionedThroughputDescription", described_throughput_fields);
static const DynShapeField described_index_fields[] = {
	{"KeySchema", &described_keys, false},
	{"IndexStatus", &dyn_shape_string, false},
	{"ProvisionedThroughput", &described_throughput, false},
	{"OnDemandThroughput", &on_demand, false},
};
static const DynShape described_index = STRUCTURE_OF("GlobalSecondaryIndexDescription", described_index_fields);
static const DynShape described_indexes = LIST_OF("GlobalSecondaryIndexDescriptionList", described_index);
static const DynShapeField described_element_fields[] = {
	{"AttributeName", &dyn_shape_string, false},
	{"SearchSchemaElementType", &dyn_shape_string, false},
};
static const DynShape described_element = STRUCTURE_OF("SearchSchemaElement", described_element_fields);
static const DynShape described_search_schema = LIST_OF("SearchSchema", described_element);
static const DynShapeField described_vector_fields[] = {
	{"IndexStatus", &dyn_shape_string, false},
	{"SearchSchema", &described_search_schema, false},
};
static const DynShape described_vector = STRUCTURE_OF("VectorIndexDescription", described_vector_fields);
static const DynShape described_vectors = LIST_OF("VectorIndexDescriptionList", described_vector);
static const DynShapeField billing_summary_fields[] = {
	{"BillingMode", &dyn_shape_string, false},
};
static const DynShape billing_summary = STRUCTURE_OF("BillingModeSummary", billing_summary_fields);
static const DynShapeField sse_description_fields[] = {
	{"Status", &dyn_shape_string, false},
};
static const DynShape sse_description = STRUCTURE_OF("SSEDescription", sse_description_fields);
static const DynShapeField class_summary_fields[] = {
	{"TableClass", &dyn_shape_string, false},
};
static const DynShape class_summary = STRUCTURE_OF("TableClassSummary", class_summary_fields);
static const DynShapeField described_table_fields[] = {
	{"AttributeDefinitions", &described_attributes, false},
	{"KeySchema", &described_keys, false},
	{"BillingModeSummary", &billing_summary, false},
	{"ProvisionedThroughput", &described_throughput, false},
	{"OnDemandThroughput", &on_demand, false},
	{"LocalSecondaryIndexes", &described_indexes, false},
	{"GlobalSecondaryIndexes", &described_indexes, false},
	{"VectorIndexes", &described_vectors, false},
	{"SSEDescription", &sse_description, false},
	{"TableClassSummary", &class_summary, false},
	{"DeletionProtectionEnabled", &dyn_shape_boolean, false},
};
static const DynShape described_table = STRUCTURE_OF("TableDescription", described_table_fields);
static const DynShapeField description_fields[] = {
	{"Table", &described_table, true},
};
const DynShape dyn_shape_description = STRUCTURE_OF("DescribeTableOutput", description_fields);

/* Restoring a table: from a backup, and to a point in time */

static const DynShapeField restore_backup_fields[] = {
	{"TargetTableName", &dyn_shape_string, true},
	{"BackupArn", &dyn_shape_backup_arn, true},
	{"BillingModeOverride", &billing_mode, false},
	{"GlobalSecondaryIndexOverride", &gsis, false},
	{"LocalSecondaryIndexOverride", &lsis, false},
	{"ProvisionedThroughputOverride", &throughput, false},
	{"OnDemandThroughputOverride", &on_demand, false},
	{"SSESpecificationOverride", &sse, false},
	{"VectorIndexOverride", &vectors, false},
};
const DynShape dyn_shape_restore_table_from_backup = STRUCTURE_OF("RestoreTableFromBackupInput", restore_backup_fields);

static const DynShape restore_moment = {.name = "Date", .kind = DYN_SHAPE_DOUBLE};
static const DynShapeField restore_point_fields[] = {
	{"SourceTableArn", &dyn_shape_table_arn, false},
	{"SourceTableName", &dyn_shape_table_name, false},
	{"TargetTableName", &dyn_shape_string, true},
	{"UseLatestRestorableTime", &dyn_shape_boolean, false},
	{"RestoreDateTime", &restore_moment, false},
	{"BillingModeOverride", &billing_mode, false},
	{"GlobalSecondaryIndexOverride", &gsis, false},
	{"LocalSecondaryIndexOverride", &lsis, false},
	{"ProvisionedThroughputOverride", &throughput, false},
	{"OnDemandThroughputOverride", &on_demand, false},
	{"SSESpecificationOverride", &sse, false},
	{"VectorIndexOverride", &vectors, false},
};
const DynShape dyn_shape_restore_table_to_point_in_time = STRUCTURE_OF("RestoreTableToPointInTimeInput", restore_point_fields);
