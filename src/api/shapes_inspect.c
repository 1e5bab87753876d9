/*
 * shapes_inspect.c - shapes of the console's requests
 */
#include "postgres.h"

#include "api/shapes_build.h"

static const DynShapeField role_fields[] = {
	{"ExclusiveStartTableName", &dyn_shape_table_name, false},
};
const DynShape dyn_shape_inspect_role = STRUCTURE_OF("ConsoleRoleRequest", role_fields);

const DynShape dyn_shape_inspect_statistics = {.name = "ConsoleStatisticsRequest", .kind = DYN_SHAPE_STRUCTURE};
