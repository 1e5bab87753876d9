/*
 * execute.c - an operation as one transaction
 *
 * A request runs as its role from when that is known until after the commit, and leaves nothing behind: see database/session.h.
 *
 * An error rolls the transaction back and becomes a reply. The text of an error outside of the API goes to the log, never to
 * the client.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_authid_d.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "api/explain.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/guc.h"
#include "base/jsonout.h"
#include "base/limits.h"
#include "base/refusal.h"
#include "database/citus.h"
#include "database/session.h"
#include "http/auth.h"
#include "http/deadline.h"
#include "http/durable.h"
#include "http/execute.h"
#include "http/standbys.h"
#include "http/stats.h"

#define MAX_TABLE_SEARCH	65536	/* bytes of a request in which the name is searched */

static void
set_option(const char *name, const char *value)
{
	SetConfigOption(name, value, PGC_SUSET, PGC_S_OVERRIDE);
}

void
dyn_execute_init(void)
{
	set_option("default_transaction_isolation", "read committed");
	set_option("default_transaction_deferrable", "off");
	set_option("jit", "off");
	dyn_compat_lift_transaction_timeout();	/* it would end the process, not the request */
	dyn_deadline_init();

	dyn_execute_reload();
}

void
dyn_execute_reload(void)
{
	char		value[32];

	/* A request does not wait for an index build, nor do writers; the server's configuration may override this. */
	SetConfigOption("dynapg.index_build", "background", PGC_USERSET, PGC_S_DYNAMIC_DEFAULT);
	snprintf(value, sizeof(value), "%d", dyn_guc_http_lock_timeout);
	set_option("lock_timeout", value);
	snprintf(value, sizeof(value), "%d", dyn_guc_http_statement_timeout);
	set_option("statement_timeout", value);
}

/* The end of a name's characters. */
static const char *
skip_name(const char *p, const char *end)
{
	while (p < end && (isalnum((unsigned char) *p) || *p == '_' || *p == '.' || *p == '-'))
		p++;
	return p;
}

/*
 * The table in the text's first PartiQL statement, after FROM, INTO or UPDATE, with or without quotes; an empty slice if not
 * found.
 */
static DynSlice
statement_table_seen(DynSlice body)
{
	static const char member[] = "\"Statement\"";
	const char *end = body.data + Min(body.len, MAX_TABLE_SEARCH);
	const char *p = memmem(body.data, end - body.data, member, sizeof(member) - 1);
	const char *name;
	bool		quoted;

	for (p = p != NULL ? p + sizeof(member) - 1 : end; p < end; p++)
	{
		Size		len;

		if (isalnum((unsigned char) p[-1]) || p[-1] == '_')
			continue;
		len = end - p > 5 && (pg_strncasecmp(p, "FROM ", 5) == 0 || pg_strncasecmp(p, "INTO ", 5) == 0) ? 5 :
			end - p > 7 && pg_strncasecmp(p, "UPDATE ", 7) == 0 ? 7 : 0;
		if (len == 0)
			continue;
		p += len;
		while (p < end && *p == ' ')
			p++;
		quoted = end - p > 2 && p[0] == '\\' && p[1] == '"';
		name = quoted ? p + 2 : p;
		p = skip_name(name, end);
		if (quoted ? p == end || *p != '\\' : memchr(name, '.', p - name) != NULL)
			break;
		return (DynSlice) {name, p - name};
	}
	return (DynSlice) {"", 0};
}

/*
 * The table in the first "TableName" of the text, by itself or in an ARN, or else that of the first statement, for monitoring;
 * an empty slice if not found.
 */
static DynSlice
table_seen(DynSlice body)
{
	static const char member[] = "\"TableName\"";
	const char *end = body.data + Min(body.len, MAX_TABLE_SEARCH);
	const char *p = memmem(body.data, end - body.data, member, sizeof(member) - 1);
	const char *name;

	if (p == NULL)
		return statement_table_seen(body);
	p += sizeof(member) - 1;
	while (p < end && (*p == ' ' || *p == ':' || *p == '\t' || *p == '\n' || *p == '\r'))
		p++;
	if (p == end || *p != '"')
		return (DynSlice) {"", 0};
	name = ++p;
	for (; p < end && *p != '"'; p++)
	{
		if (*p == '/')			/* what precedes it was an ARN's beginning */
			name = p + 1;
		else if (!isalnum((unsigned char) *p) && *p != '_' && *p != '.' && *p != '-' && *p != ':')
			return (DynSlice) {"", 0};
	}
	return (DynSlice) {name, p - name};
}

static void
report_activity(const DynOperation *operation, DynSlice table)
{
	char		text[NAMEDATALEN + DYN_MAX_TABLE_NAME + 2];
	size_t		len = strlcpy(text, operation->name, sizeof(text));
	uint32		table_len = Min(table.len, DYN_MAX_TABLE_NAME);

	text[len++] = ' ';
	memcpy(text + len, table.data, table_len);
	text[len + table_len] = '\0';
	dyn_compat_set_activity_user(BOOTSTRAP_SUPERUSERID);	/* the request's role is not known yet */
	debug_query_string = operation->name;
	pgstat_report_activity(STATE_RUNNING, text);
}

/*
 * Is the operation one statement, or several reads that need not be of one moment? Then a node of Citus needs no transaction of its own:
 * the statement commits there by itself, with one message instead of three. UpdateItem is none, as its result can be refused afterwards.
 */
static bool
needs_no_block(const DynOperation *operation)
{
	static const char *const names[] = {"BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan"};

	for (int i = 0; i < lengthof(names); i++)
	{
		if (strcmp(operation->name, names[i]) == 0)
			return true;
	}
	return false;
}

static void
begin_transaction(const DynOperation *operation)
{
	/* a cancel that came while nothing ran does not concern this request */
	QueryCancelPending = false;
	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	if (dyn_citus_loaded() && !needs_no_block(operation))
		dyn_citus_begin_block();
	dyn_deadline_start(operation->name);
	PushActiveSnapshot(GetTransactionSnapshot());
}

/* Runs after the transaction's end, however it ended. */
static void
end_transaction(void)
{
	dyn_deadline_stop();
	QueryCancelPending = false;
	debug_query_string = NULL;
}

/* The operation, or what explains it; returns the number of items, as dyn_api_call does. */
static int64
carry_out(const DynHttpRequest *request, const DynOperation *operation, Oid role, StringInfo body)
{
	DynSlice	how = dyn_http_header(request, "x-dynapg-explain");

	if (likely(how.data == NULL))
		return dyn_api_call(operation, request->body.data, request->body.len, body);
	dyn_api_explain(operation, request->body, how, role, body);
	return 0;
}

/* Runs the transaction; raises its errors. Returns the number of items that the reply returns or that were written. */
static int64
run_request(const DynHttpRequest *request, const DynOperation *operation, DynAuthCaller *caller, StringInfo body)
{
	int64		items;
	int			settings;		/* nest level */

	begin_transaction(operation);
	dyn_session_require_extension();
	dyn_auth_check(request, operation, caller);
	dyn_session_become(caller->role);
	settings = NewGUCNestLevel();
	dyn_auth_enter(caller);
	items = carry_out(request, operation, caller->role, body);
	dyn_session_settle();
	AtEOXact_GUC(false, settings);
	PopActiveSnapshot();
	dyn_durable_commit();
	return items;
}

/* The exception, with its text, for a request that met a conflict with another transaction. */
static DynErr
conflict_of(const DynOperation *operation, const char **message)
{
	if (operation->writes_item)
	{
		*message = DYN_ITEM_ONGOING;
		return DYN_E_TRANSACTION_CONFLICT;
	}
	*message = "The item or table is locked by another transaction. Please try again.";
	return DYN_E_THROTTLING;
}

/* The exception that stands for one of PostgreSQL's errors, with its text; SDKs retry those that may be temporary. */
static DynErr
translate(const ErrorData *error, const DynOperation *operation, const char **message)
{
	const char *refusal = dyn_refusal_text(error, operation->writes || operation->writes_item);
	int			sqlstate;

	if (refusal != NULL)
	{
		*message = refusal;
		return DYN_E_VALIDATION;
	}
	switch (error->sqlerrcode)
	{
		case ERRCODE_LOCK_NOT_AVAILABLE:
		case ERRCODE_T_R_DEADLOCK_DETECTED:
		case ERRCODE_T_R_SERIALIZATION_FAILURE:
			return conflict_of(operation, message);
		case ERRCODE_READ_ONLY_SQL_TRANSACTION:
			*message = "The database is read-only at present. Please try again.";
			return DYN_E_SERVICE_UNAVAILABLE;
	}
	sqlstate = error->sqlerrcode;
	if (sqlstate == ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE)
		sqlstate = ERRCODE_FEATURE_NOT_SUPPORTED;	/* a deferrable primary key, for instance */
	switch (ERRCODE_TO_CATEGORY(sqlstate))
	{
		case ERRCODE_SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION:
		case ERRCODE_FEATURE_NOT_SUPPORTED:
		case ERRCODE_TO_CATEGORY(ERRCODE_DATA_EXCEPTION):
			/* our statements are right for tables of ours */
			*message = "The request cannot be carried out: the table, or what is attached to it, has been altered in the database";
			return DYN_E_VALIDATION;
		case ERRCODE_INSUFFICIENT_RESOURCES:
		case ERRCODE_OPERATOR_INTERVENTION:
			*message = "The request could not be completed. Please try again.";
			return DYN_E_INTERNAL_SERVER_ERROR;
		default:
			*message = "The request could not be completed.";
			return DYN_E_INTERNAL_SERVER_ERROR;
	}
}

static void
log_error(const ErrorData *error, const DynOperation *operation)
{
	dyn_refusal_log(error, psprintf("HTTP request %s", operation->name));
}

/*
 * The members that the detail adds to a reply, without braces; empty where it is no object, as that of a user's own exception may be, or
 * would name the exception again.
 */
static DynSlice
extras_of(const char *detail)
{
	size_t		len = detail ? strlen(detail) : 0;
	const DynJson *object;

	if (len <= 2 || detail[0] != '{' || detail[len - 1] != '}')
		return DYN_SLICE("");
	object = dyn_json_try(detail, len);
	if (object == NULL || dyn_json_count(object) == 0)
		return DYN_SLICE("");
	for (const DynJson *member = dyn_json_first(object); member != NULL; member = dyn_json_next(member))
	{
		DynSlice	name = dyn_json_name(member);

		if (dyn_slice_is(name, "__type") || dyn_slice_is(name, "message") || dyn_slice_is(name, "Message"))
			return DYN_SLICE("");
	}
	return (DynSlice) {detail + 1, (uint32) len - 2};
}

/* {"__type": ..., extras of the detail, "message": ...} */
static void
append_error(StringInfo body, const DynErrInfo *info, const char *detail, const char *message)
{
	DynSlice	extras = info->detail != NULL ? extras_of(detail) : DYN_SLICE("");

	appendStringInfo(body, "{\"__type\":\"%s\"", info->type);
	if (extras.len > 0)
	{
		appendStringInfoChar(body, ',');
		appendBinaryStringInfo(body, extras.data, extras.len);
	}
	if (message[0] != '\0')
	{
		dyn_jsonout_member(body, info->member);
		dyn_jsonout_string(body, message, strlen(message));
	}
	appendStringInfoChar(body, '}');
}

/* The text of AccessDeniedException; a general one if finding it raises an error. */
static const char *
denied_text(const DynAuthCaller *caller, const DynHttpRequest *request, const DynOperation *operation)
{
	MemoryContext context = CurrentMemoryContext;
	const char *volatile text = "You are not authorized to perform this operation";

	PG_TRY();
	{
		char	   *full;

		StartTransactionCommand();
		MemoryContextSwitchTo(context);
		full = dyn_auth_denied(caller, request, operation);
		CommitTransactionCommand();
		text = full;
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		FlushErrorState();
		AbortCurrentTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	return text;
}

bool
dyn_execute_is_json(DynSlice text)
{
	return text.len == 0 || dyn_json_try(text.data, text.len) != NULL;
}

/* Appends the reply to an error; returns its exception. */
static const DynErrInfo *
tell_error(const ErrorData *error, const DynAuthCaller *caller, const DynHttpRequest *request, const DynOperation *operation,
		   StringInfo body)
{
	const DynErrInfo *info = dyn_error_by_sqlstate(error->sqlerrcode);
	const char *message = error->message;
	const char *detail = error->detail;

	resetStringInfo(body);
	if (!OidIsValid(caller->role) && !dyn_execute_is_json(request->body))
	{
		info = dyn_error_info(DYN_E_SERIALIZATION);
		message = "";
		detail = NULL;
	}
	else if (info == NULL)
	{
		log_error(error, operation);
		info = dyn_error_info(translate(error, operation, &message));
		detail = NULL;
	}
	else if (info == dyn_error_info(DYN_E_TRANSACTION_CONFLICT))
		info = dyn_error_info(conflict_of(operation, &message));
	else if (info == dyn_error_info(DYN_E_ACCESS_DENIED) && OidIsValid(caller->role) && !dyn_error_is_ours(error))
	{
		log_error(error, operation);
		message = denied_text(caller, request, operation);
		detail = NULL;
	}
	append_error(body, info, detail, message);
	return info;
}

/*
 * The transaction, with its errors caught: the error, or NULL.  The caller is set as soon as it is known, items to their number
 * where there is no error.
 */
static ErrorData *
attempt(const DynHttpRequest *request, const DynOperation *operation, DynAuthCaller *caller, StringInfo body, int64 *items)
{
	MemoryContext context = CurrentMemoryContext;
	ErrorData  *volatile error = NULL;

	PG_TRY();
	{
		*items = run_request(request, operation, caller, body);
	}
	PG_CATCH();
	{
		HOLD_INTERRUPTS();
		dyn_deadline_stop();
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		AbortOutOfAnyTransaction();
		dyn_durable_aborted();
		RESUME_INTERRUPTS();
	}
	PG_END_TRY();
	dyn_session_rest();
	MemoryContextSwitchTo(context);
	return error;
}

int
dyn_execute(const DynHttpRequest *request, const DynOperation *operation, StringInfo body)
{
	DynSlice	table = table_seen(request->body);
	DynAuthCaller caller = {.role = InvalidOid};
	DynStatsCall call = {.operation = operation, .table = table, .bytes_in = request->body.len};
	ErrorData  *error;

	report_activity(operation, table);
	dyn_standbys_begin();
	error = attempt(request, operation, &caller, body, &call.items);
	end_transaction();
	call.error = error ? tell_error(error, &caller, request, operation, body) : NULL;
	call.microseconds = GetCurrentTimestamp() - GetCurrentStatementStartTimestamp();
	call.bytes_out = body->len;
	dyn_stats_count(&call);
	return call.error ? call.error->http_status : 200;
}
