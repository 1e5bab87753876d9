/*
 * shapes_models.c - the shapes of files of tools that describe tables: models of NoSQL Workbench
 */
#include "postgres.h"

#include "api/models.h"
#include "api/shapes_build.h"

static const DynShape model_any_long = {.name = "LongObject", .kind = DYN_SHAPE_LONG};

static const DynShapeField model_attribute_fields[] = {
	{"AttributeName", &dyn_shape_string, true},
	{"AttributeType", &dyn_shape_string, true},
};
static const DynShape model_attribute = STRUCTURE_OF("Attribute", model_attribute_fields);

static const DynShapeField model_keys_fields[] = {
	{"PartitionKey", &model_attribute, true},
	{"SortKey", &model_attribute, false},
};
static const DynShape model_keys = STRUCTURE_OF("KeyAttributes", model_keys_fields);

static const DynShapeField model_throughput_fields[] = {
	{"ReadCapacityUnits", &model_any_long, true},
	{"WriteCapacityUnits", &model_any_long, true},
};
static const DynShape model_throughput = STRUCTURE_OF("ProvisionedThroughput", model_throughput_fields);
static const DynShapeField model_capacity_fields[] = {
	{"ProvisionedThroughput", &model_throughput, false},
};
static const DynShape model_capacity = STRUCTURE_OF("ProvisionedCapacitySettings", model_capacity_fields);

static const DynShapeField model_index_fields[] = {
	{"IndexName", &dyn_shape_string, true},
	{"KeyAttributes", &model_keys, true},
	{"ProvisionedCapacitySettings", &model_capacity, false},
};
static const DynShape model_index = STRUCTURE_OF("Index", model_index_fields);
static const DynShape model_indexes = LIST_OF("Indexes", model_index);

/* The import reads TableData. */
static const DynShapeField model_table_fields[] = {
	{"TableName", &dyn_shape_string, true},
	{"KeyAttributes", &model_keys, true},
	{"GlobalSecondaryIndexes", &model_indexes, false},
	{"LocalSecondaryIndexes", &model_indexes, false},
	{"BillingMode", &dyn_shape_string, false},
	{"ProvisionedCapacitySettings", &model_capacity, false},
};
static const DynShape model_table = STRUCTURE_OF("Table", model_table_fields);
static const DynShape model_tables = LIST_OF("DataModel", model_table);

static const DynShapeField model_fields[] = {
	{"DataModel", &model_tables, true},
};
const DynShape dyn_shape_workbench = STRUCTURE_OF("Model", model_fields);
