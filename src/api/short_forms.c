/*
 * short_forms.c - GetItem, PutItem, UpdateItem and DeleteItem with SQL arguments: dynapg.get, put, update and delete
 *
 * Each makes the operation's request and takes the item out of its reply, so all checks, rights and errors are the API's.  What a
 * write returns is as RETURNING has it: the item after it, of a delete the one that was there.
 */
#include "postgres.h"

#include "fmgr.h"

#include "api/operation.h"
#include "api/sql_request.h"
#include "value/tree.h"

#define SQL_FUNCTION(name) \
	PGDLLEXPORT Datum name(PG_FUNCTION_ARGS); \
	PG_FUNCTION_INFO_V1(name)

static struct varlena *
item_of_json(const DynJson *json)
{
	DynViolation violation;
	struct varlena *item = dyn_tree_json_item(json, &dyn_wording_plain, &violation);

	if (item == NULL)
		elog(ERROR, "a reply holds no item: %s", violation.text);
	return item;
}

/* Carries out the request, which lacks the brace that ends it; the item that the reply has as that member, or NULL. */
static struct varlena *
call(const char *name, StringInfo request, const char *member)
{
	StringInfoData reply;
	const DynJson *item;

	appendStringInfoChar(request, '}');
	initStringInfo(&reply);
	dyn_api_call(dyn_operation_find(name, strlen(name)), request->data, request->len, &reply);
	if (member == NULL)
		return NULL;
	item = dyn_json_member(dyn_json_parse(reply.data, reply.len), member);
	return item != NULL ? item_of_json(item) : NULL;
}

#define RETURN_ITEM(call) \
	do { \
		struct varlena *result = (call); \
	\
		if (result == NULL) \
			PG_RETURN_NULL(); \
		PG_RETURN_POINTER(result); \
	} while (0)

/* get(table_name, key, projection, names) */
SQL_FUNCTION(dynapg_get);
Datum
dynapg_get(PG_FUNCTION_ARGS)
{
	StringInfoData request;

	dyn_sql_request_begin(&request, fcinfo);
	dyn_sql_request_item(&request, "Key", fcinfo, 1);
	dyn_sql_request_text(&request, "ProjectionExpression", fcinfo, 2);
	dyn_sql_request_names(&request, fcinfo, 3);
	RETURN_ITEM(call("GetItem", &request, "Item"));
}

/* put(table_name, item, condition, names, "values"): the item as it is stored */
SQL_FUNCTION(dynapg_put);
Datum
dynapg_put(PG_FUNCTION_ARGS)
{
	StringInfoData request;
	int			begin;
	int			end;

	dyn_sql_request_begin(&request, fcinfo);
	begin = dyn_sql_request_item(&request, "Item", fcinfo, 1);
	end = request.len;
	dyn_sql_request_text(&request, "ConditionExpression", fcinfo, 2);
	dyn_sql_request_names(&request, fcinfo, 3);
	dyn_sql_request_values(&request, fcinfo, 4);
	(void) call("PutItem", &request, NULL);
	PG_RETURN_POINTER(item_of_json(dyn_json_parse(request.data + begin, end - begin)));
}

/* update(table_name, key, expression, condition, names, "values"): the item afterwards */
SQL_FUNCTION(dynapg_update);
Datum
dynapg_update(PG_FUNCTION_ARGS)
{
	StringInfoData request;

	dyn_sql_request_begin(&request, fcinfo);
	dyn_sql_request_item(&request, "Key", fcinfo, 1);
	dyn_sql_request_text(&request, "UpdateExpression", fcinfo, 2);
	dyn_sql_request_text(&request, "ConditionExpression", fcinfo, 3);
	dyn_sql_request_names(&request, fcinfo, 4);
	dyn_sql_request_values(&request, fcinfo, 5);
	appendStringInfoString(&request, ",\"ReturnValues\":\"ALL_NEW\"");
	RETURN_ITEM(call("UpdateItem", &request, "Attributes"));
}

/* delete(table_name, key, condition, names, "values"): the item that was there */
SQL_FUNCTION(dynapg_delete);
Datum
dynapg_delete(PG_FUNCTION_ARGS)
{
	StringInfoData request;

	dyn_sql_request_begin(&request, fcinfo);
	dyn_sql_request_item(&request, "Key", fcinfo, 1);
	dyn_sql_request_text(&request, "ConditionExpression", fcinfo, 2);
	dyn_sql_request_names(&request, fcinfo, 3);
	dyn_sql_request_values(&request, fcinfo, 4);
	appendStringInfoString(&request, ",\"ReturnValues\":\"ALL_OLD\"");
	RETURN_ITEM(call("DeleteItem", &request, "Attributes"));
}
