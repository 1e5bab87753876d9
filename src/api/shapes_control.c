/*
 * shapes_control.c - the shapes of the requests about tags, Time to Live, policies, insights, destinations, limits, global tables, backups
 */
#include "postgres.h"

#include "api/shapes.h"
#include "api/shapes_build.h"
#include "base/limits.h"

/* Tags */

static const DynShape resource_arn = STRING_OF("ResourceArnString", 1, DYN_MAX_RESOURCE_ARN);
static const DynShapeField tag_resource_fields[] = {
	{"ResourceArn", &resource_arn, true},
	{"Tags", &dyn_shape_tags, true},
};
const DynShape dyn_shape_tag_resource = STRUCTURE_OF("TagResourceInput", tag_resource_fields);

static const DynShape tag_keys = LIST_OF("TagKeyList", dyn_shape_string);
static const DynShapeField untag_resource_fields[] = {
	{"ResourceArn", &resource_arn, true},
	{"TagKeys", &tag_keys, true},
};
const DynShape dyn_shape_untag_resource = STRUCTURE_OF("UntagResourceInput", untag_resource_fields);

static const DynShapeField list_tags_fields[] = {
	{"ResourceArn", &resource_arn, true},
	{"NextToken", &dyn_shape_string, false},
};
const DynShape dyn_shape_list_tags_of_resource = STRUCTURE_OF("ListTagsOfResourceInput", list_tags_fields);

/* Limits */

const DynShape dyn_shape_describe_limits = {.name = "DescribeLimitsInput", .kind = DYN_SHAPE_STRUCTURE};
const DynShape dyn_shape_describe_endpoints = {.name = "DescribeEndpointsRequest", .kind = DYN_SHAPE_STRUCTURE};

/* Resource policies */

static const DynShape revision = STRING_OF("PolicyRevisionId", 1, 255);
static const DynShapeField put_policy_fields[] = {
	{"ResourceArn", &resource_arn, true},
	{"Policy", &dyn_shape_string, true},
	{"ExpectedRevisionId", &revision, false},
	{"ConfirmRemoveSelfResourceAccess", &dyn_shape_boolean, false},
};
const DynShape dyn_shape_put_resource_policy = STRUCTURE_OF("PutResourcePolicyInput", put_policy_fields);

static const DynShapeField get_policy_fields[] = {
	{"ResourceArn", &resource_arn, true},
};
const DynShape dyn_shape_get_resource_policy = STRUCTURE_OF("GetResourcePolicyInput", get_policy_fields);

static const DynShapeField delete_policy_fields[] = {
	{"ResourceArn", &resource_arn, true},
	{"ExpectedRevisionId", &revision, false},
};
const DynShape dyn_shape_delete_resource_policy = STRUCTURE_OF("DeleteResourcePolicyInput", delete_policy_fields);

/* Contributor insights */

static const DynShapeField describe_insights_fields[] = {
	{"TableName", &dyn_shape_table, true},
	{"IndexName", &dyn_shape_string, false},
};
const DynShape dyn_shape_describe_contributor_insights =
	STRUCTURE_OF("DescribeContributorInsightsInput", describe_insights_fields);

static const char *const insights_actions[] = {"ENABLE", "DISABLE", NULL};
static const DynShape insights_action = ENUM_OF("ContributorInsightsAction", insights_actions);
static const char *const insights_modes[] = {"THROTTLED_KEYS", "ACCESSED_AND_THROTTLED_KEYS", NULL};
static const DynShape insights_mode = ENUM_OF("ContributorInsightsMode", insights_modes);
static const DynShapeField update_insights_fields[] = {
	{"TableName", &dyn_shape_table, true},
	{"IndexName", &dyn_shape_string, false},
	{"ContributorInsightsAction", &insights_action, true},
	{"ContributorInsightsMode", &insights_mode, false},
};
const DynShape dyn_shape_update_contributor_insights = STRUCTURE_OF("UpdateContributorInsightsInput", update_insights_fields);

static const DynShape insights_limit = {.name = "ListContributorInsightsLimit", .kind = DYN_SHAPE_INTEGER,
.has_max = true, .max = DYN_MAX_LIST_INSIGHTS};
static const DynShapeField list_insights_fields[] = {
	{"TableName", &dyn_shape_table, false},
	{"NextToken", &dyn_shape_string, false},
	{"MaxResults", &insights_limit, false},
};
const DynShape dyn_shape_list_contributor_insights = STRUCTURE_OF("ListContributorInsightsInput", list_insights_fields);

/* Kinesis destinations */

static const DynShape kinesis_arn = STRING_OF("StreamArn", 37, DYN_MAX_ARN);
static const char *const precisions[] = {"MILLISECOND", "MICROSECOND", NULL};
static const DynShape precision = ENUM_OF("ApproximateCreationDateTimePrecision", precisions);
static const DynShapeField kinesis_settings_fields[] = {
	{"ApproximateCreationDateTimePrecision", &precision, false},
};
static const DynShape kinesis_enabling = STRUCTURE_OF("EnableKinesisStreamingConfiguration", kinesis_settings_fields);
static const DynShapeField kinesis_fields[] = {
	{"TableName", &dyn_shape_table, true},
	{"StreamArn", &kinesis_arn, true},
	{"EnableKinesisStreamingConfiguration", &kinesis_enabling, false},
};
const DynShape dyn_shape_enable_kinesis_streaming_destination = STRUCTURE_OF("KinesisStreamingDestinationInput", kinesis_fields);
const DynShape dyn_shape_disable_kinesis_streaming_destination = STRUCTURE_OF("KinesisStreamingDestinationInput", kinesis_fields);

static const DynShape kinesis_updating = STRUCTURE_OF("UpdateKinesisStreamingConfiguration", kinesis_settings_fields);
static const DynShapeField update_kinesis_fields[] = {
	{"TableName", &dyn_shape_table, true},
	{"StreamArn", &kinesis_arn, true},
	{"UpdateKinesisStreamingConfiguration", &kinesis_updating, false},
};
const DynShape dyn_shape_update_kinesis_streaming_destination =
	STRUCTURE_OF("UpdateKinesisStreamingDestinationInput", update_kinesis_fields);

static const DynShapeField describe_kinesis_fields[] = {
	{"TableName", &dyn_shape_table, true},
};
const DynShape dyn_shape_describe_kinesis_streaming_destination =
	STRUCTURE_OF("DescribeKinesisStreamingDestinationInput", describe_kinesis_fields);

/* Global tables, version 2017.11.29 */

static const DynShape global_limit = {.name = "PositiveIntegerObject", .kind = DYN_SHAPE_INTEGER, .has_min = true, .min = 1};
static const DynShapeField list_global_fields[] = {
	{"ExclusiveStartGlobalTableName", &dyn_shape_table_name, false},
	{"Limit", &global_limit, false},
	{"RegionName", &dyn_shape_string, false},
};
const DynShape dyn_shape_list_global_tables = STRUCTURE_OF("ListGlobalTablesInput", list_global_fields);

static const DynShapeField describe_global_fields[] = {
	{"GlobalTableName", &dyn_shape_string, true},
};
const DynShape dyn_shape_describe_global_table = STRUCTURE_OF("DescribeGlobalTableInput", describe_global_fields);
const DynShape dyn_shape_describe_global_table_settings =
	STRUCTURE_OF("DescribeGlobalTableSettingsInput", describe_global_fields);

static const DynShapeField global_replica_fields[] = {
	{"RegionName", &dyn_shape_string, false},
};
static const DynShape global_replica = STRUCTURE_OF("Replica", global_replica_fields);
static const DynShape global_replicas = LIST_OF("ReplicaList", global_replica);
static const DynShapeField create_global_fields[] = {
	{"GlobalTableName", &dyn_shape_string, true},
	{"ReplicationGroup", &global_replicas, true},
};
const DynShape dyn_shape_create_global_table = STRUCTURE_OF("CreateGlobalTableInput", create_global_fields);

static const DynShapeField global_region_fields[] = {
	{"RegionName", &dyn_shape_string, true},
};
static const DynShape global_create_replica = STRUCTURE_OF("CreateReplicaAction", global_region_fields);
static const DynShape global_delete_replica = STRUCTURE_OF("DeleteReplicaAction", global_region_fields);
static const DynShapeField global_replica_update_fields[] = {
	{"Create", &global_create_replica, false},
	{"Delete", &global_delete_replica, false},
};
static const DynShape global_replica_update = STRUCTURE_OF("ReplicaUpdate", global_replica_update_fields);
static const DynShape global_replica_updates = LIST_OF("ReplicaUpdateList", global_replica_update);
static const DynShapeField update_global_fields[] = {
	{"GlobalTableName", &dyn_shape_string, true},
	{"ReplicaUpdates", &global_replica_updates, true},
};
const DynShape dyn_shape_update_global_table = STRUCTURE_OF("UpdateGlobalTableInput", update_global_fields);

/* Auto scaling: of global tables' settings, and of global_replicas */

static const DynShape global_positive_long = {.name = "PositiveLongObject", .kind = DYN_SHAPE_LONG, .has_min = true, .min = 1};
static const DynShape scaling_role = STRING_OF("AutoScalingRoleArn", 1, 1600);
static const DynShape scaling_policy_name = STRING_OF("AutoScalingPolicyName", 1, 256);
static const DynShape seconds = {.name = "IntegerObject", .kind = DYN_SHAPE_INTEGER};
static const DynShape target_value = {.name = "DoubleObject", .kind = DYN_SHAPE_DOUBLE};
static const DynShapeField scaling_target_fields[] = {
	{"DisableScaleIn", &dyn_shape_boolean, false},
	{"ScaleInCooldown", &seconds, false},
	{"ScaleOutCooldown", &seconds, false},
	{"TargetValue", &target_value, true},
};
static const DynShape scaling_target =
	STRUCTURE_OF("AutoScalingTargetTrackingScalingPolicyConfigurationUpdate", scaling_target_fields);
static const DynShapeField scaling_policy_fields[] = {
	{"PolicyName", &scaling_policy_name, false},
	{"TargetTrackingScalingPolicyConfiguration", &scaling_target, true},
};
static const DynShape scaling_policy = STRUCTURE_OF("AutoScalingPolicyUpdate", scaling_policy_fields);
static const DynShapeField scaling_fields[] = {
	{"MinimumUnits", &global_positive_long, false},
	{"MaximumUnits", &global_positive_long, false},
	{"AutoScalingDisabled", &dyn_shape_boolean, false},
	{"AutoScalingRoleArn", &scaling_role, false},
	{"ScalingPolicyUpdate", &scaling_policy, false},
};
static const DynShape scaling = STRUCTURE_OF("AutoScalingSettingsUpdate", scaling_fields);

static const char *const global_billing_modes[] = {"PROVISIONED", "PAY_PER_REQUEST", NULL};
static const DynShape global_billing_mode = ENUM_OF("BillingMode", global_billing_modes);
static const char *const global_table_classes[] = {"STANDARD", "STANDARD_INFREQUENT_ACCESS", NULL};
static const DynShape global_table_class = ENUM_OF("TableClass", global_table_classes);
static const DynShapeField global_index_fields[] = {
	{"IndexName", &dyn_shape_index_name, true},
	{"ProvisionedWriteCapacityUnits", &global_positive_long, false},
	{"ProvisionedWriteCapacityAutoScalingSettingsUpdate", &scaling, false},
};
static const DynShape global_index = STRUCTURE_OF("GlobalTableGlobalSecondaryIndexSettingsUpdate", global_index_fields);
static const DynShape global_indexes =
	BOUNDED_LIST_OF("GlobalTableGlobalSecondaryIndexSettingsUpdateList", global_index, 1, 20);
static const DynShapeField replica_index_fields[] = {
	{"IndexName", &dyn_shape_index_name, true},
	{"ProvisionedReadCapacityUnits", &global_positive_long, false},
	{"ProvisionedReadCapacityAutoScalingSettingsUpdate", &scaling, false},
};
static const DynShape replica_index = STRUCTURE_OF("ReplicaGlobalSecondaryIndexSettingsUpdate", replica_index_fields);
static const DynShape replica_indexes = BOUNDED_LIST_OF("ReplicaGlobalSecondaryIndexSettingsUpdateList", replica_index, 1, 20);
static const DynShapeField replica_settings_fields[] = {
	{"RegionName", &dyn_shape_string, true},
	{"ReplicaProvisionedReadCapacityUnits", &global_positive_long, false},
	{"ReplicaProvisionedReadCapacityAutoScalingSettingsUpdate", &scaling, false},
	{"ReplicaGlobalSecondaryIndexSettingsUpdate", &replica_indexes, false},
	{"ReplicaTableClass", &global_table_class, false},
};
static const DynShape replica_settings = STRUCTURE_OF("ReplicaSettingsUpdate", replica_settings_fields);
static const DynShape replicas_settings = BOUNDED_LIST_OF("ReplicaSettingsUpdateList", replica_settings, 1, 50);
static const DynShapeField global_settings_fields[] = {
	{"GlobalTableName", &dyn_shape_string, true},
	{"GlobalTableBillingMode", &global_billing_mode, false},
	{"GlobalTableProvisionedWriteCapacityUnits", &global_positive_long, false},
	{"GlobalTableProvisionedWriteCapacityAutoScalingSettingsUpdate", &scaling, false},
	{"GlobalTableGlobalSecondaryIndexSettingsUpdate", &global_indexes, false},
	{"ReplicaSettingsUpdate", &replicas_settings, false},
};
const DynShape dyn_shape_update_global_table_settings = STRUCTURE_OF("UpdateGlobalTableSettingsInput", global_settings_fields);

static const DynShapeField describe_scaling_fields[] = {
	{"TableName", &dyn_shape_table, true},
};
const DynShape dyn_shape_describe_table_replica_auto_scaling =
	STRUCTURE_OF("DescribeTableReplicaAutoScalingInput", describe_scaling_fields);

static const DynShapeField index_scaling_fields[] = {
	{"IndexName", &dyn_shape_string, false},
	{"ProvisionedWriteCapacityAutoScalingUpdate", &scaling, false},
};
static const DynShape index_scaling = STRUCTURE_OF("GlobalSecondaryIndexAutoScalingUpdate", index_scaling_fields);
static const DynShape indexes_scaling = {.name = "GlobalSecondaryIndexAutoScalingUpdateList", .kind = DYN_SHAPE_LIST,
.has_min = true, .min = 1, .element = &index_scaling};
static const DynShapeField replica_index_scaling_fields[] = {
	{"IndexName", &dyn_shape_string, false},
	{"ProvisionedReadCapacityAutoScalingUpdate", &scaling, false},
};
static const DynShape replica_index_scaling =
	STRUCTURE_OF("ReplicaGlobalSecondaryIndexAutoScalingUpdate", replica_index_scaling_fields);
static const DynShape replica_indexes_scaling =
	LIST_OF("ReplicaGlobalSecondaryIndexAutoScalingUpdateList", replica_index_scaling);
static const DynShapeField replica_scaling_fields[] = {
	{"RegionName", &dyn_shape_string, true},
	{"ReplicaGlobalSecondaryIndexUpdates", &replica_indexes_scaling, false},
	{"ReplicaProvisionedReadCapacityAutoScalingUpdate", &scaling, false},
};
static const DynShape replica_scaling = STRUCTURE_OF("ReplicaAutoScalingUpdate", replica_scaling_fields);
static const DynShape replicas_scaling = {.name = "ReplicaAutoScalingUpdateList", .kind = DYN_SHAPE_LIST,
.has_min = true, .min = 1, .element = &replica_scaling};
static const DynShapeField update_scaling_fields[] = {
	{"GlobalSecondaryIndexUpdates", &indexes_scaling, false},
	{"TableName", &dyn_shape_table, true},
	{"ProvisionedWriteCapacityAutoScalingUpdate", &scaling, false},
	{"ReplicaUpdates", &replicas_scaling, false},
};
const DynShape dyn_shape_update_table_replica_auto_scaling =
	STRUCTURE_OF("UpdateTableReplicaAutoScalingInput", update_scaling_fields);

/* Time to Live */

static const DynShape ttl_attribute = STRING_OF("TimeToLiveAttributeName", 1, 255);
static const DynShapeField ttl_specification_fields[] = {
	{"AttributeName", &ttl_attribute, true},
	{"Enabled", &dyn_shape_boolean, true},
};
static const DynShape ttl_specification = STRUCTURE_OF("TimeToLiveSpecification", ttl_specification_fields);
static const DynShapeField update_ttl_fields[] = {
	{"TableName", &dyn_shape_table, true},
	{"TimeToLiveSpecification", &ttl_specification, true},
};
const DynShape dyn_shape_update_time_to_live = STRUCTURE_OF("UpdateTimeToLiveInput", update_ttl_fields);

static const DynShapeField describe_ttl_fields[] = {
	{"TableName", &dyn_shape_table, true},
};
const DynShape dyn_shape_describe_time_to_live = STRUCTURE_OF("DescribeTimeToLiveInput", describe_ttl_fields);

/* Backups, and point-in-time recovery */

static const DynShape backup_name = NAME_OF("BackupName");
static const DynShapeField create_backup_fields[] = {
	{"TableName", &dyn_shape_table, true},
	{"BackupName", &backup_name, true},
};
const DynShape dyn_shape_create_backup = STRUCTURE_OF("CreateBackupInput", create_backup_fields);

static const DynShapeField describe_backup_fields[] = {
	{"BackupArn", &dyn_shape_backup_arn, true},
};
const DynShape dyn_shape_describe_backup = STRUCTURE_OF("DescribeBackupInput", describe_backup_fields);
const DynShape dyn_shape_delete_backup = STRUCTURE_OF("DeleteBackupInput", describe_backup_fields);

static const char *const backup_types[] = {"USER", "SYSTEM", "AWS_BACKUP", "ALL", NULL};
static const DynShape backup_type = ENUM_OF("BackupTypeFilter", backup_types);
static const DynShape backup_limit = {.name = "BackupsInputLimit", .kind = DYN_SHAPE_INTEGER, .has_min = true, .min = 1,
.has_max = true, .max = DYN_MAX_LISTED_BACKUPS};
static const DynShape backup_time = {.name = "Date", .kind = DYN_SHAPE_DOUBLE};
static const DynShapeField list_backups_fields[] = {
	{"TableName", &dyn_shape_table, false},
	{"Limit", &backup_limit, false},
	{"TimeRangeLowerBound", &backup_time, false},
	{"TimeRangeUpperBound", &backup_time, false},
	{"ExclusiveStartBackupArn", &dyn_shape_backup_arn, false},
	{"BackupType", &backup_type, false},
};
const DynShape dyn_shape_list_backups = STRUCTURE_OF("ListBackupsInput", list_backups_fields);

static const DynShapeField describe_continuous_fields[] = {
	{"TableName", &dyn_shape_table, true},
};
const DynShape dyn_shape_describe_continuous_backups =
	STRUCTURE_OF("DescribeContinuousBackupsInput", describe_continuous_fields);

static const DynShape recovery_period = {.name = "RecoveryPeriodInDays", .kind = DYN_SHAPE_INTEGER, .has_min = true, .min = 1,
.has_max = true, .max = DYN_MAX_RECOVERY_PERIOD};
static const DynShapeField recovery_fields[] = {
	{"PointInTimeRecoveryEnabled", &dyn_shape_boolean, true},
	{"RecoveryPeriodInDays", &recovery_period, false},
};
static const DynShape recovery = STRUCTURE_OF("PointInTimeRecoverySpecification", recovery_fields);
static const DynShapeField update_continuous_fields[] = {
	{"TableName", &dyn_shape_table, true},
	{"PointInTimeRecoverySpecification", &recovery, true},
};
const DynShape dyn_shape_update_continuous_backups = STRUCTURE_OF("UpdateContinuousBackupsInput", update_continuous_fields);
