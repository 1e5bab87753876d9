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

static const DynShape role_name = STRING_OF("RoleName", 1, 63);
static const DynShape key_id = STRING_OF("AccessKeyId", 1, 128);

static const DynShapeField create_key_fields[] = {
	{"RoleName", &role_name, true},
};
const DynShape dyn_shape_inspect_create_key = STRUCTURE_OF("ConsoleCreateKeyRequest", create_key_fields);

static const DynShapeField change_key_fields[] = {
	{"AccessKeyId", &key_id, true},
	{"Enabled", &dyn_shape_boolean, true},
};
const DynShape dyn_shape_inspect_change_key = STRUCTURE_OF("ConsoleChangeKeyRequest", change_key_fields);

static const DynShapeField drop_key_fields[] = {
	{"AccessKeyId", &key_id, true},
};
const DynShape dyn_shape_inspect_drop_key = STRUCTURE_OF("ConsoleDropKeyRequest", drop_key_fields);
