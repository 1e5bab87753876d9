/*
 * shapes_import.c - the shapes of the requests about imports and bulk operations
 */
#include "postgres.h"

#include "api/shapes.h"
#include "api/shapes_build.h"
#include "base/limits.h"

/* Shared */

static const DynShape job_token = {.name = "ClientToken", .kind = DYN_SHAPE_STRING, .pattern = DYN_PATTERN_CLIENT_TOKEN};
static const DynShape owner = {.name = "S3BucketOwner", .kind = DYN_SHAPE_STRING, .pattern = DYN_PATTERN_S3_OWNER};
static const DynShape bucket = {.name = "S3Bucket", .kind = DYN_SHAPE_STRING, .has_max = true, .max = DYN_MAX_S3_BUCKET,
.pattern = DYN_PATTERN_S3_BUCKET};
static const DynShape prefix = {.name = "S3Prefix", .kind = DYN_SHAPE_STRING, .has_max = true, .max = DYN_MAX_S3_PREFIX};
static const char *const compressions[] = {"ZSTD", "NONE", "GZIP", NULL};
static const DynShape compression = ENUM_OF("InputCompressionType", compressions);

/* ImportTable, DescribeImport, ListImports */

static const DynShapeField bucket_source_fields[] = {
	{"S3BucketOwner", &owner, false},
	{"S3Bucket", &bucket, true},
	{"S3KeyPrefix", &prefix, false},
};
static const DynShape bucket_source = STRUCTURE_OF("S3BucketSource", bucket_source_fields);
static const char *const import_formats[] = {"DYNAMODB_JSON", "ION", "CSV", NULL};
static const DynShape import_format = ENUM_OF("InputFormat", import_formats);
static const DynShape delimiter = {.name = "CsvDelimiter", .kind = DYN_SHAPE_STRING, .has_min = true, .min = 1, .has_max = true, .max = 1,
.pattern = DYN_PATTERN_CSV_DELIMITER};
static const DynShape header = {.name = "CsvHeader", .kind = DYN_SHAPE_STRING, .has_min = true, .min = 1, .has_max = true, .max = 65536,
.pattern = DYN_PATTERN_CSV_HEADER};
static const DynShape header_list = BOUNDED_LIST_OF("CsvHeaderList", header, 1, 255);
static const DynShapeField csv_fields[] = {
	{"Delimiter", &delimiter, false},
	{"HeaderList", &header_list, false},
};
static const DynShape csv = STRUCTURE_OF("CsvOptions", csv_fields);
static const DynShapeField format_options_fields[] = {
	{"Csv", &csv, false},
};
static const DynShape format_options = STRUCTURE_OF("InputFormatOptions", format_options_fields);
static const DynShapeField import_table_fields[] = {
	{"ClientToken", &job_token, false},
	{"S3BucketSource", &bucket_source, true},
	{"InputFormat", &import_format, true},
	{"InputFormatOptions", &format_options, false},
	{"InputCompressionType", &compression, false},
	{"TableCreationParameters", &dyn_shape_table_creation, true},
};
const DynShape dyn_shape_import_table = STRUCTURE_OF("ImportTableInput", import_table_fields);

static const DynShape import_arn = STRING_OF("ImportArn", DYN_MIN_BACKUP_ARN, DYN_MAX_ARN);
static const DynShapeField describe_import_fields[] = {
	{"ImportArn", &import_arn, true},
};
const DynShape dyn_shape_describe_import = STRUCTURE_OF("DescribeImportInput", describe_import_fields);

static const DynShape imports_limit = {.name = "ListImportsMaxLimit", .kind = DYN_SHAPE_INTEGER, .has_min = true, .min = 1,
.has_max = true, .max = DYN_MAX_LISTED_JOBS};
static const DynShape import_token = {.name = "ImportNextToken", .kind = DYN_SHAPE_STRING, .has_min = true, .min = DYN_MIN_IMPORT_TOKEN,
.has_max = true, .max = DYN_MAX_JOB_TOKEN, .pattern = DYN_PATTERN_HEX_TOKEN};
static const DynShapeField list_imports_fields[] = {
	{"TableArn", &dyn_shape_table_arn, false},
	{"PageSize", &imports_limit, false},
	{"NextToken", &import_token, false},
};
const DynShape dyn_shape_list_imports = STRUCTURE_OF("ListImportsInput", list_imports_fields);

/* Bulk operations */

static const char *const bulk_formats[] = {"DYNAMODB_JSON", "ION", NULL};
static const DynShape bulk_format = ENUM_OF("BulkOperationInputFormat", bulk_formats);
static const DynShapeField input_fields[] = {
	{"S3BucketOwner", &owner, false},
	{"S3Bucket", &bucket, true},
	{"S3KeyPrefix", &prefix, false},
	{"InputFormat", &bulk_format, true},
	{"InputCompressionType", &compression, false},
};
static const DynShape input = STRUCTURE_OF("InputS3Configuration", input_fields);

static const char *const sse_algorithms[] = {"AES256", "KMS", NULL};
static const DynShape sse_algorithm = ENUM_OF("S3SseAlgorithm", sse_algorithms);
static const DynShape sse_key = STRING_OF("S3SseKmsKeyId", 1, 2048);
static const char *const output_types[] = {"ERROR", "CONDITION_CHECK_FAILURE", NULL};
static const DynShape output_type = ENUM_OF("OutputTypeEnum", output_types);
static const DynShape output_type_list = LIST_OF("OutputTypeList", output_type);
static const DynShapeField output_fields[] = {
	{"S3BucketOwner", &owner, false},
	{"S3Bucket", &bucket, false},
	{"S3KeyPrefix", &prefix, false},
	{"S3SseAlgorithm", &sse_algorithm, false},
	{"S3SseKmsKeyId", &sse_key, false},
	{"OutputType", &output_type_list, true},
};
static const DynShape output = STRUCTURE_OF("OutputS3Configuration", output_fields);

static const DynShape max_units = {.name = "BulkOperationMaxWriteRequestUnits", .kind = DYN_SHAPE_LONG, .has_min = true, .min = 1024};
static const char *const tiers[] = {"STANDARD", "ACCELERATED", NULL};
static const DynShape tier = ENUM_OF("BulkOperationPerformanceTier", tiers);
static const DynShapeField start_bulk_fields[] = {
	{"ClientToken", &job_token, false},
	{"InputS3Configuration", &input, true},
	{"OutputS3Configuration", &output, true},
	{"TableName", &dyn_shape_table_arn, true},
	{"MaxWriteRequestUnits", &max_units, false},
	{"PerformanceTier", &tier, false},
};
const DynShape dyn_shape_start_bulk_put_items = STRUCTURE_OF("StartBulkPutItemsInput", start_bulk_fields);

static const DynShape bulk_arn = STRING_OF("BulkOperationArn", DYN_MIN_BACKUP_ARN, DYN_MAX_ARN);
static const DynShapeField bulk_arn_fields[] = {
	{"BulkOperationArn", &bulk_arn, true},
};
const DynShape dyn_shape_describe_bulk_operation = STRUCTURE_OF("DescribeBulkOperationInput", bulk_arn_fields);
const DynShape dyn_shape_cancel_bulk_operation = STRUCTURE_OF("CancelBulkOperationInput", bulk_arn_fields);

static const DynShape bulk_limit = {.name = "ListBulkOperationsMaxLimit", .kind = DYN_SHAPE_INTEGER, .has_min = true, .min = 1,
.has_max = true, .max = DYN_MAX_LISTED_JOBS};
static const DynShape bulk_token = {.name = "BulkOperationNextToken", .kind = DYN_SHAPE_STRING, .has_min = true, .min = 1,
.has_max = true, .max = DYN_MAX_JOB_TOKEN, .pattern = DYN_PATTERN_HEX_TOKEN};
static const DynShapeField list_bulk_fields[] = {
	{"MaxResults", &bulk_limit, false},
	{"NextToken", &bulk_token, false},
};
const DynShape dyn_shape_list_bulk_operations = STRUCTURE_OF("ListBulkOperationsInput", list_bulk_fields);
