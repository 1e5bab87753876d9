/*
 * shapes_export.c - the shapes of exports
 */
#include "postgres.h"

#include "api/shapes_build.h"

static const DynShape export_table_arn = STRING_OF("TableArn", 0, DYN_MAX_ARN);
static const DynShape export_arn = STRING_OF("ExportArn", DYN_MIN_BACKUP_ARN, DYN_MAX_ARN);
static const DynShape export_time = {.name = "ExportTime", .kind = DYN_SHAPE_DOUBLE};
static const DynShape export_token = {.name = "ClientToken", .kind = DYN_SHAPE_STRING, .pattern = DYN_PATTERN_CLIENT_TOKEN};
static const DynShape s3_bucket = {.name = "S3Bucket", .kind = DYN_SHAPE_STRING, .has_max = true, .max = DYN_MAX_S3_BUCKET,
.pattern = DYN_PATTERN_S3_BUCKET};
static const DynShape s3_owner = {.name = "S3BucketOwner", .kind = DYN_SHAPE_STRING, .pattern = DYN_PATTERN_S3_OWNER};
static const DynShape s3_prefix = {.name = "S3Prefix", .kind = DYN_SHAPE_STRING, .has_max = true, .max = DYN_MAX_S3_PREFIX};
static const char *const sse_algorithms[] = {"KMS", "AES256", NULL};
static const DynShape sse_algorithm = ENUM_OF("S3SseAlgorithm", sse_algorithms);
static const DynShape kms_key = STRING_OF("S3SseKmsKeyId", 1, DYN_MAX_KMS_KEY);
static const char *const export_formats[] = {"DYNAMODB_JSON", "ION", NULL};
static const DynShape export_format = ENUM_OF("ExportFormat", export_formats);
static const char *const types[] = {"FULL_EXPORT", "INCREMENTAL_EXPORT", NULL};
static const DynShape type = ENUM_OF("ExportType", types);

static const DynShape from_time = {.name = "ExportFromTime", .kind = DYN_SHAPE_DOUBLE};
static const DynShape to_time = {.name = "ExportToTime", .kind = DYN_SHAPE_DOUBLE};
static const char *const view_types[] = {"NEW_IMAGE", "NEW_AND_OLD_IMAGES", NULL};
static const DynShape view_type = ENUM_OF("ExportViewType", view_types);
static const DynShapeField incremental_fields[] = {
	{"ExportFromTime", &from_time, false},
	{"ExportToTime", &to_time, false},
	{"ExportViewType", &view_type, false},
};
static const DynShape incremental = STRUCTURE_OF("IncrementalExportSpecification", incremental_fields);

static const DynShape attribute_value = {.name = "AttributeValue", .kind = DYN_SHAPE_ATTRIBUTE_VALUE};
static const DynShape names = MAP_OF("ExpressionAttributeNameMap", dyn_shape_string, dyn_shape_string);
static const DynShape values = {.name = "ExpressionAttributeValueMap", .kind = DYN_SHAPE_ATTRIBUTE_MAP,
.key = &dyn_shape_string, .element = &attribute_value};
static const DynShapeField export_filter_fields[] = {
	{"FilterExpression", &dyn_shape_string, false},
	{"ProjectionExpression", &dyn_shape_string, false},
	{"KeyConditionExpression", &dyn_shape_string, false},
	{"ExpressionAttributeNames", &names, false},
	{"ExpressionAttributeValues", &values, false},
};
static const DynShape export_filter = STRUCTURE_OF("FilterSpecification", export_filter_fields);

static const DynShapeField export_fields[] = {
	{"TableArn", &export_table_arn, true},
	{"ExportTime", &export_time, false},
	{"ClientToken", &export_token, false},
	{"S3Bucket", &s3_bucket, true},
	{"S3BucketOwner", &s3_owner, false},
	{"S3Prefix", &s3_prefix, false},
	{"S3SseAlgorithm", &sse_algorithm, false},
	{"S3SseKmsKeyId", &kms_key, false},
	{"ExportFormat", &export_format, false},
	{"ExportType", &type, false},
	{"IncrementalExportSpecification", &incremental, false},
	{"FilterSpecification", &export_filter, false},
};
const DynShape dyn_shape_export_table_to_point_in_time = STRUCTURE_OF("ExportTableToPointInTimeInput", export_fields);

static const DynShapeField describe_fields[] = {
	{"ExportArn", &export_arn, true},
};
const DynShape dyn_shape_describe_export = STRUCTURE_OF("DescribeExportInput", describe_fields);

static const DynShape listed = {.name = "ListExportsMaxLimit", .kind = DYN_SHAPE_INTEGER, .has_min = true, .min = 1,
.has_max = true, .max = DYN_MAX_LISTED_EXPORTS};
static const DynShapeField list_fields[] = {
	{"TableArn", &export_table_arn, false},
	{"MaxResults", &listed, false},
	{"NextToken", &dyn_shape_string, false},
};
const DynShape dyn_shape_list_exports = STRUCTURE_OF("ListExportsInput", list_fields);
