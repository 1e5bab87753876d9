/*
 * fixtures.c - what a suite of tests asks for between two tests: by SQL, and as requests of the HTTP front
 *
 * The requests: reset {"Tables": "empty" | "drop", "EvenProtected": boolean}, save-snapshot, restore-snapshot and drop-snapshot
 * {"Name": text, "EvenProtected": boolean}.  They are about the tables of the request's namespace.  The reply has the number of tables.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "api/fixtures.h"
#include "api/shapes_build.h"
#include "base/errors.h"
#include "base/request.h"
#include "fixtures/reset.h"
#include "fixtures/snapshot.h"
#include "tables/settings.h"

PGDLLEXPORT Datum dynapg_reset(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum dynapg_save_snapshot(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum dynapg_restore_snapshot(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum dynapg_drop_snapshot(PG_FUNCTION_ARGS);

/* ---- requests over HTTP ---- */

static const char *const ways[] = {"empty", "drop", NULL};
static const DynShape way = ENUM_OF("Tables", ways);
static const DynShapeField reset_fields[] = {
	{"Tables", &way, false},
	{"EvenProtected", &dyn_shape_boolean, false},
};
static const DynShape reset_shape = STRUCTURE_OF("ResetInput", reset_fields);
static const DynShapeField snapshot_fields[] = {
	{"Name", &dyn_shape_string, true},
	{"EvenProtected", &dyn_shape_boolean, false},
};
static const DynShape snapshot_shape = STRUCTURE_OF("SnapshotInput", snapshot_fields);

static void
reply_tables(StringInfo reply, int tables)
{
	appendStringInfoChar(reply, '{');
	dyn_settings_print_number(reply, "Tables", tables);
	appendStringInfoChar(reply, '}');
}

static void
reset(const DynJson *request, StringInfo reply)
{
	reply_tables(reply, dyn_request_is(request, "Tables", "drop") ?
				 dyn_reset_drop(dyn_request_bool(request, "EvenProtected", false)) : dyn_reset_empty());
}

static void
save_snapshot(const DynJson *request, StringInfo reply)
{
	reply_tables(reply, dyn_snapshot_save(dyn_request_cstring(request, "Name")));
}

static void
restore_snapshot(const DynJson *request, StringInfo reply)
{
	reply_tables(reply, dyn_snapshot_restore(dyn_request_cstring(request, "Name"), dyn_request_bool(request, "EvenProtected", false)));
}

static void
drop_snapshot(const DynJson *request, StringInfo reply)
{
	dyn_snapshot_drop(dyn_request_cstring(request, "Name"));
	appendStringInfoString(reply, "{}");
}

/* A path, and its operation. */
typedef struct Path
{
	const char *path;
	DynOperation operation;
} Path;

static const Path paths[] = {
	{"reset", {"Reset", &reset_shape, reset, true, false, true}},
	{"save-snapshot", {"SaveSnapshot", &snapshot_shape, save_snapshot, true, false, true}},
	{"restore-snapshot", {"RestoreSnapshot", &snapshot_shape, restore_snapshot, true, false, true}},
	{"drop-snapshot", {"DropSnapshot", &snapshot_shape, drop_snapshot, true, false, true}},
};

const DynOperation *
dyn_fixtures_find(DynSlice path)
{
	for (int i = 0; i < lengthof(paths); i++)
		if (dyn_slice_is(path, paths[i].path))
			return &paths[i].operation;
	return NULL;
}

/* ---- SQL ---- */

/* reset(tables text, even_protected boolean) returns integer */
PG_FUNCTION_INFO_V1(dynapg_reset);
Datum
dynapg_reset(PG_FUNCTION_ARGS)
{
	const char *tables = text_to_cstring(PG_GETARG_TEXT_PP(0));

	if (strcmp(tables, "empty") == 0)
		PG_RETURN_INT32(dyn_reset_empty());
	if (strcmp(tables, "drop") == 0)
		PG_RETURN_INT32(dyn_reset_drop(PG_GETARG_BOOL(1)));
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("tables can be reset to 'empty' or 'drop', not to '%s'", tables)));
}

/* save_snapshot(name text) returns integer */
PG_FUNCTION_INFO_V1(dynapg_save_snapshot);
Datum
dynapg_save_snapshot(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(dyn_snapshot_save(text_to_cstring(PG_GETARG_TEXT_PP(0))));
}

/* restore_snapshot(name text, even_protected boolean) returns integer */
PG_FUNCTION_INFO_V1(dynapg_restore_snapshot);
Datum
dynapg_restore_snapshot(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(dyn_snapshot_restore(text_to_cstring(PG_GETARG_TEXT_PP(0)), PG_GETARG_BOOL(1)));
}

/* drop_snapshot(name text) returns void */
PG_FUNCTION_INFO_V1(dynapg_drop_snapshot);
Datum
dynapg_drop_snapshot(PG_FUNCTION_ARGS)
{
	dyn_snapshot_drop(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	PG_RETURN_VOID();
}
