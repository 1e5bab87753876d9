/*
 * table_attach.c - dynapg.attach_table: a data table that the catalogs do not know becomes a DynamoDB table
 *
 * The API has no such operation. The request is one of CreateTable, with its checks, but the relation exists already.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "api/operation.h"
#include "api/table_copy.h"
#include "api/table_create.h"
#include "api/table_describe.h"
#include "base/errors.h"
#include "base/namespace_text.h"
#include "tables/attach.h"

PGDLLEXPORT Datum dynapg_attach_table(PG_FUNCTION_ARGS);

/* The relation of the running call: a handler only gets the request. */
static Oid	relation;

static void
attach(const DynJson *request, StringInfo reply)
{
	DynTableDef def = {0};

	dyn_table_create_read(request, &def);
	def.relid = relation;
	if (!dyn_attach(&def))
		dyn_error(DYN_E_RESOURCE_IN_USE, DYN_TABLE_EXISTS, dyn_namespace_text_name(def.name));
	dyn_table_create_stream(&def);
	appendStringInfoChar(reply, '{');
	dyn_table_describe_print(reply, "TableDescription", &def, (DynTableView) {DYN_TABLE_ACTIVE});
	appendStringInfoChar(reply, '}');
}

/* attach_table(relation regclass, description json) returns json */
PG_FUNCTION_INFO_V1(dynapg_attach_table);
Datum
dynapg_attach_table(PG_FUNCTION_ARGS)
{
	static const DynOperation operation = {"AttachTable", &dyn_shape_create_table, attach, true, false, true};
	StringInfoData copy;
	StringInfoData reply;
	char	   *request;

	if (PG_ARGISNULL(0))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("the relation must not be NULL")));
	dyn_attach_lock(PG_GETARG_OID(0));
	request = PG_ARGISNULL(1) ? dyn_attach_request(PG_GETARG_OID(0)) : TextDatumGetCString(PG_GETARG_DATUM(1));
	initStringInfo(&copy);
	if (dyn_table_copy_request(request, strlen(request), &copy))
		request = copy.data;
	relation = PG_GETARG_OID(0);
	initStringInfo(&reply);
	dyn_api_call(&operation, request, strlen(request), &reply);
	PG_RETURN_DATUM(CStringGetTextDatum(reply.data));
}
