/*
 * caller.c - access keys, and the error text for callers whom PostgreSQL refuses something
 *
 * PostgreSQL decides what a caller may do.  When it refuses, the client gets AWS's text, which names the caller's ARN, the
 * operation and the resource of the request; PostgreSQL's own text could name objects of others.  The resource is read from
 * the request, which may be anything that is JSON, since the refusal can come before it is checked.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/errors.h"
#include "base/guc.h"
#include "base/namespace.h"
#include "iam/caller.h"
#include "tables/name.h"

PGDLLEXPORT Datum dynapg_create_access_key(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum dynapg_import_access_key(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum dynapg_enable_access_key(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum dynapg_disable_access_key(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum dynapg_drop_access_key(PG_FUNCTION_ARGS);

/* ---- AccessDeniedException ---- */

static DynSlice
string_member(const DynJson *object, const char *name)
{
	const DynJson *member = dyn_json_kind(object) == DYN_JSON_OBJECT ? dyn_json_member(object, name) : NULL;

	if (member && dyn_json_kind(member) == DYN_JSON_STRING)
		return dyn_json_string(member);
	return (DynSlice) {NULL, 0};
}

/* The first table that a batch or a transaction names. */
static DynSlice
first_table(const DynJson *request)
{
	const DynJson *items = dyn_json_member(request, "RequestItems");
	const DynJson *actions = dyn_json_member(request, "TransactItems");

	if (items && dyn_json_kind(items) == DYN_JSON_OBJECT && dyn_json_first(items))
		return dyn_json_name(dyn_json_first(items));
	if (actions && dyn_json_kind(actions) == DYN_JSON_ARRAY && dyn_json_first(actions))
	{
		const DynJson *action = dyn_json_first(actions);

		if (dyn_json_kind(action) == DYN_JSON_OBJECT && dyn_json_first(action))
			return string_member(dyn_json_first(action), "TableName");
	}
	return (DynSlice) {NULL, 0};
}

/* The ARN of the stream that a request names, by itself or in an iterator. */
static DynSlice
stream_of(const DynJson *request)
{
	DynSlice	arn = string_member(request, "StreamArn");
	DynSlice	iterator = string_member(request, "ShardIterator");
	const char *end;

	if (arn.data || iterator.data == NULL)
		return arn;
	end = memchr(iterator.data, '|', iterator.len);
	return end ? (DynSlice) {iterator.data, (uint32) (end - iterator.data)} : (DynSlice) {NULL, 0};
}

/* The ARN of what the request is about; of every table where it names none. */
static void
append_resource(StringInfo out, DynSlice body)
{
	const DynJson *request = body.len > 0 ? dyn_json_parse(body.data, body.len) : dyn_json_parse("{}", 2);
	DynSlice	table = string_member(request, "TableName");
	DynSlice	index = string_member(request, "IndexName");
	char	   *name;

	if (table.data == NULL && dyn_json_kind(request) == DYN_JSON_OBJECT)
		table = first_table(request);
	if (table.data == NULL)
		table = string_member(request, "ResourceArn");
	if (table.data == NULL)
		table = stream_of(request);
	name = table.data ? pnstrdup(table.data, table.len) : pstrdup("*");
	if (strchr(name, '/') == NULL && strncmp(name, "arn:", 4) != 0)
		name = pstrdup(dyn_namespace_full_name(name));
	if (strncmp(name, "arn:", 4) == 0)
		appendStringInfoString(out, name);
	else if (index.data)
		dyn_name_index_arn(out, name, pnstrdup(index.data, index.len));
	else
		dyn_name_table_arn(out, name);
}

char *
dyn_caller_denied_text(Oid role, const char *operation, DynSlice request)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, "User: arn:aws:iam::" DYN_ACCOUNT_ID ":user/%s is not authorized to perform: dynamodb:%s on resource: ",
					 GetUserNameFromId(role, true), operation);
	append_resource(&text, request);
	appendStringInfo(&text, " because no identity-based policy allows the dynamodb:%s action", operation);
	return text.data;
}

/* ---- who a request runs as ---- */

const DynAccessKey *
dyn_caller_key(DynSlice id)
{
	const DynAccessKey *key = dyn_access_key_find(id.data, id.len);

	if (key == NULL)
		dyn_error(DYN_E_UNRECOGNIZED_CLIENT, "The security token included in the request is invalid.");
	return key;
}

void
dyn_caller_admit(const DynAccessKey *key, const char *operation, DynSlice request)
{
	if (key->valid_until < GetCurrentTimestamp())
		dyn_error(DYN_E_EXPIRED_TOKEN, "The security token included in the request is expired");
	if (!key->may_connect)
		dyn_error(DYN_E_ACCESS_DENIED, "%s", dyn_caller_denied_text(key->role, operation, request));
}

Oid
dyn_caller_trust_role(void)
{
	if (dyn_guc_http_trust_role[0] == '\0')
		return dyn_access_key_database_owner();
	return get_role_oid(dyn_guc_http_trust_role, false);
}

/* ---- SQL functions ---- */

PG_FUNCTION_INFO_V1(dynapg_create_access_key);
Datum
dynapg_create_access_key(PG_FUNCTION_ARGS)
{
	char		id[DYN_ACCESS_KEY_ID_LEN + 1];
	char		secret[DYN_ACCESS_SECRET_LEN + 1];
	TupleDesc	row;
	Datum		values[2];
	bool		nulls[2] = {false, false};

	if (get_call_result_type(fcinfo, NULL, &row) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "dynapg.create_access_key does not return a row");
	dyn_access_key_create(PG_GETARG_OID(0), id, secret);
	values[0] = CStringGetTextDatum(id);
	values[1] = CStringGetTextDatum(secret);
	explicit_bzero(secret, sizeof(secret));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(row), values, nulls)));
}

PG_FUNCTION_INFO_V1(dynapg_import_access_key);
Datum
dynapg_import_access_key(PG_FUNCTION_ARGS)
{
	char	   *secret = text_to_cstring(PG_GETARG_TEXT_PP(2));

	dyn_access_key_import(PG_GETARG_OID(0), text_to_cstring(PG_GETARG_TEXT_PP(1)), secret);
	explicit_bzero(secret, strlen(secret));
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(dynapg_enable_access_key);
Datum
dynapg_enable_access_key(PG_FUNCTION_ARGS)
{
	dyn_access_key_enable(text_to_cstring(PG_GETARG_TEXT_PP(0)), true);
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(dynapg_disable_access_key);
Datum
dynapg_disable_access_key(PG_FUNCTION_ARGS)
{
	dyn_access_key_enable(text_to_cstring(PG_GETARG_TEXT_PP(0)), false);
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(dynapg_drop_access_key);
Datum
dynapg_drop_access_key(PG_FUNCTION_ARGS)
{
	dyn_access_key_drop(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	PG_RETURN_VOID();
}
