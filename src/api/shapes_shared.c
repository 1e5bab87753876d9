/*
 * shapes_shared.c - the shapes that requests of several kinds share
 */
#include "postgres.h"

#include "api/shapes_build.h"

const DynShape dyn_shape_boolean = {.name = "Boolean", .kind = DYN_SHAPE_BOOLEAN};
const DynShape dyn_shape_string = {.name = "String", .kind = DYN_SHAPE_STRING};
const DynShape dyn_shape_table_arn = STRING_OF("TableArn", 1, DYN_MAX_ARN);
const DynShape dyn_shape_table = NAME_OR_ARN_OF("TableArn");
const DynShape dyn_shape_table_name = NAME_OF("TableName");
const DynShape dyn_shape_index_name = LENGTH_FIRST_NAME_OF("IndexName");
const DynShape dyn_shape_backup_arn = STRING_OF("BackupArn", 0, DYN_MAX_ARN);
