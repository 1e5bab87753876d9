/*
 * shapes_streams.c - the shapes of the requests of DynamoDB Streams
 */
#include "postgres.h"

#include "api/shapes.h"
#include "api/shapes_build.h"
#include "base/limits.h"

static const DynShape stream_arn = STRING_OF("StreamArn", 37, DYN_MAX_ARN);
static const DynShape shard_id = STRING_OF("ShardId", 28, 65);
static const DynShape page_limit = {.name = "PositiveIntegerObject", .kind = DYN_SHAPE_INTEGER,
.has_min = true, .min = 1, .has_max = true, .max = DYN_MAX_STREAM_PAGE};

static const DynShapeField list_streams_fields[] = {
	{"TableName", &dyn_shape_table_name, false},
	{"Limit", &page_limit, false},
	{"ExclusiveStartStreamArn", &stream_arn, false},
};
const DynShape dyn_shape_list_streams = STRUCTURE_OF("ListStreamsInput", list_streams_fields);

static const char *const filter_types[] = {"CHILD_SHARDS", NULL};
static const DynShape filter_type = ENUM_OF("ShardFilterType", filter_types);
static const DynShapeField filter_fields[] = {
	{"Type", &filter_type, false},
	{"ShardId", &shard_id, false},
};
static const DynShape filter = STRUCTURE_OF("ShardFilter", filter_fields);
static const DynShapeField describe_stream_fields[] = {
	{"StreamArn", &stream_arn, true},
	{"Limit", &page_limit, false},
	{"ExclusiveStartShardId", &shard_id, false},
	{"ShardFilter", &filter, false},
};
const DynShape dyn_shape_describe_stream = STRUCTURE_OF("DescribeStreamInput", describe_stream_fields);

static const char *const iterator_types[] = {"TRIM_HORIZON", "LATEST", "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER",
"AT_TIMESTAMP", NULL};
static const DynShape iterator_type = ENUM_OF("ShardIteratorType", iterator_types);
static const DynShape sequence_number = STRING_OF("SequenceNumber", 21, 40);
static const DynShape moment = {.name = "Timestamp", .kind = DYN_SHAPE_DOUBLE};
static const DynShapeField get_shard_iterator_fields[] = {
	{"StreamArn", &stream_arn, true},
	{"ShardId", &shard_id, true},
	{"ShardIteratorType", &iterator_type, true},
	{"SequenceNumber", &sequence_number, false},
	{"Timestamp", &moment, false},
};
const DynShape dyn_shape_get_shard_iterator = STRUCTURE_OF("GetShardIteratorInput", get_shard_iterator_fields);

static const DynShape shard_iterator = STRING_OF("ShardIterator", 1, 2048);
static const DynShape records_limit = {.name = "PositiveIntegerObject", .kind = DYN_SHAPE_INTEGER,
.has_min = true, .min = 1, .has_max = true, .max = DYN_MAX_STREAM_RECORDS};
static const DynShapeField get_records_fields[] = {
	{"ShardIterator", &shard_iterator, true},
	{"Limit", &records_limit, false},
};
const DynShape dyn_shape_get_records = STRUCTURE_OF("GetRecordsInput", get_records_fields);
