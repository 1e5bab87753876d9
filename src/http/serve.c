/*
 * serve.c - from a request to its reply
 *
 * Order of checks: method and path, content type, host and origin, body's coding, JSON, target, authentication, then the
 * operation's own.
 * (The operation parses the body; if an earlier check fails, a body that is not JSON is reported instead.)
 */
#include "postgres.h"

#include "api/fixtures.h"
#include "api/inspect.h"
#include "api/operation.h"
#include "base/call.h"
#include "base/errors.h"
#include "base/guc.h"
#include "base/json.h"
#include "base/jsonout.h"
#include "http/activity.h"
#include "http/compress.h"
#include "http/console.h"
#include "http/execute.h"
#include "http/origin.h"
#include "http/reply.h"
#include "http/serve.h"
#include "http/watch.h"
#include "utils/memutils.h"

#define FIXTURES_PATH			"/dynapg/"
#define KEPT_BODY				(2 * 1024 * 1024)	/* bytes */
#define MAX_UNKNOWN_OPERATION	64 /* bytes of a name that is repeated; the API's longest has 39 */

static MemoryContext request_context = NULL;
static MemoryContext body_context = NULL;

void
dyn_serve_init(void)
{
	request_context = AllocSetContextCreate(TopMemoryContext, "dynapg HTTP request", ALLOCSET_DEFAULT_SIZES);
	body_context = AllocSetContextCreate(TopMemoryContext, "dynapg HTTP body", ALLOCSET_DEFAULT_SIZES);
	dyn_reply_init();
	dyn_execute_init();
}

void
dyn_serve_reload(void)
{
	dyn_execute_reload();
}

/* The body of the reply in the making.  All use one buffer, which so need not grow each time; one that is very large goes. */
static StringInfo
begin_body(void)
{
	static StringInfoData body = {0};
	MemoryContext caller;

	if (body.maxlen > KEPT_BODY)
		MemoryContextReset(body_context);
	if (body.maxlen == 0 || body.maxlen > KEPT_BODY)
	{
		caller = MemoryContextSwitchTo(body_context);
		initStringInfo(&body);
		MemoryContextSwitchTo(caller);
	}
	resetStringInfo(&body);
	return &body;
}

/* The body of an error that only has its type. */
static void
append_bare_error(StringInfo body, DynErr code)
{
	appendStringInfo(body, "{\"__type\":\"%s\"}", dyn_error_info(code)->type);
}

/* A refusal by the front itself, which has only looked at the headers. */
static void
append_refusal(StringInfo body, const char *reason)
{
	const DynErrInfo *info = dyn_error_info(DYN_E_ACCESS_DENIED);

	appendStringInfo(body, "{\"__type\":\"%s\"", info->type);
	dyn_jsonout_member(body, info->member);
	dyn_jsonout_string(body, reason, strlen(reason));
	appendStringInfoChar(body, '}');
}

/* The content type of the reply, or NULL if the request's type does not belong to the protocol, as JSON 1.1 of other services does not. */
static const char *
protocol_of(const DynHttpRequest *request)
{
	static const char *const types[] = {"application/x-amz-json-1.0", "application/json"};
	DynSlice	type = dyn_http_header(request, "content-type");

	for (int i = 0; i < lengthof(types); i++)
	{
		size_t		len = strlen(types[i]);

		if (type.data && type.len >= len && pg_strncasecmp(type.data, types[i], len) == 0 &&
			(type.len == len || type.data[len] == ';' || type.data[len] == ' '))
			return types[i];
	}
	return NULL;
}

/* Could this be an operation's name?  Only such a name is repeated in a reply. */
static bool
looks_like_operation(DynSlice name)
{
	for (uint32 i = 0; i < name.len; i++)
	{
		char		c = name.data[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '_')
			return false;
	}
	return name.len > 0 && name.len <= MAX_UNKNOWN_OPERATION;
}

/*
 * A body for a request that names no operation of the API, or one that this server does not have.  The text of the latter
 * begins as DynamoDB's does.
 */
static void
append_unknown_operation(StringInfo body, DynSlice name)
{
	const DynErrInfo *info = dyn_error_info(DYN_E_UNKNOWN_OPERATION);

	appendStringInfo(body, "{\"__type\":\"%s\"", info->type);
	if (name.data)
	{
		dyn_jsonout_member(body, info->member);
		appendStringInfoString(body, "\"Unknown operation exception");
		if (looks_like_operation(name))
			appendStringInfo(body, ": this version of dynapg has no operation %.*s", (int) name.len, name.data);
		appendStringInfoChar(body, '"');
	}
	appendStringInfoChar(body, '}');
}

/* The operation's name in X-Amz-Target; without data where that names none of the API's services. */
static DynSlice
operation_name(const DynHttpRequest *request)
{
	static const char *const services[] = {"DynamoDB_20120810.", "DynamoDBStreams_20120810."};
	DynSlice	target = dyn_http_header(request, "x-amz-target");

	for (int i = 0; i < lengthof(services); i++)
	{
		size_t		len = strlen(services[i]);

		if (target.data && target.len > len && memcmp(target.data, services[i], len) == 0)
			return (DynSlice) {target.data + len, target.len - len};
	}
	return (DynSlice) {NULL, 0};
}

/* Undoes the body's Content-Encoding.  False if that fails: status then says why. */
static bool
decode_body(DynHttpRequest *request, int *status)
{
	DynSlice	coding = dyn_http_header(request, "content-encoding");
	bool		gzip;

	if (coding.data == NULL || coding.len == 0 || request->body.len == 0 ||
		(coding.len == 8 && pg_strncasecmp(coding.data, "identity", 8) == 0))
		return true;
	gzip = coding.len == 4 && pg_strncasecmp(coding.data, "gzip", 4) == 0;
	if (!gzip && !(coding.len == 7 && pg_strncasecmp(coding.data, "deflate", 7) == 0))
		return true;			/* such a body is then no JSON */
	switch (dyn_compress_inflate(request->sent_body, gzip, &request->body))
	{
		case DYN_INFLATE_OK:
			return true;
		case DYN_INFLATE_TOO_LARGE:
			*status = 413;
			return false;
		case DYN_INFLATE_CORRUPT:
			break;
	}
	*status = 400;
	return false;
}

/*
 * Carries out an operation, which is NULL where the request, with that name, asks for none; unless there is a reason to refuse it.
 * The reply's content type is known.
 */
static void
serve_request(DynHttpRequest *request, const DynOperation *operation, DynSlice name, const char *refusal, DynReply *reply)
{
	StringInfo	body = begin_body();

	if (refusal)
	{
		reply->status = 403;
		append_refusal(body, refusal);
	}
	else if (!decode_body(request, &reply->status))
	{
		if (reply->status == 400)
			append_bare_error(body, DYN_E_SERIALIZATION);
		else
			reply->keep_alive = false;
	}
	else if (operation == NULL)
	{
		reply->status = 400;
		if (dyn_execute_is_json(request->body))
			append_unknown_operation(body, name);
		else
			append_bare_error(body, DYN_E_SERIALIZATION);
	}
	else
	{
		dyn_call_begin_remote(dyn_http_header(request, "host"));
		reply->status = dyn_execute(request, operation, body);
		dyn_call_end_remote();
	}
	reply->body = (DynSlice) {body->data, body->len};
}

static void
serve_unknown(DynReply *reply)
{
	reply->content_type = NULL;
	reply->status = 404;
	reply->body = DYN_SLICE("<UnknownOperationException/>\n");
}

/* POST: an operation of the API, which a header names, or a request of the console, which its path names. */
static void
serve_operation(DynHttpRequest *request, DynSlice name, const DynOperation *operation, DynReply *reply)
{
	reply->content_type = protocol_of(request);
	if (reply->content_type == NULL)
		serve_unknown(reply);
	else
		serve_request(request, operation, name, dyn_origin_refuses(request), reply);
}

/*
 * POST to a path of fixtures.h. These requests destroy what is there, so they exist with trust alone, which listens on this machine's own
 * addresses, and never for pages in a browser: a page cannot send the header without asking first, and its requests have an Origin.
 */
static void
serve_fixtures(DynHttpRequest *request, DynReply *reply)
{
	static const DynSlice prefix = {FIXTURES_PATH, sizeof(FIXTURES_PATH) - 1};
	DynSlice	path = {request->target.data + prefix.len, request->target.len - prefix.len};
	const DynOperation *operation = dyn_fixtures_find(path);
	const char *refusal = dyn_origin_refuses(request);

	if (operation == NULL || dyn_guc_http_auth != DYN_HTTP_AUTH_TRUST)
	{
		serve_unknown(reply);
		return;
	}
	if (refusal == NULL && dyn_http_header(request, "x-dynapg-control").data == NULL)
		refusal = "The request needs the header X-Dynapg-Control, with any value.";
	if (refusal == NULL && (dyn_http_header(request, "origin").data || dyn_http_header(request, "sec-fetch-site").data))
		refusal = "This request is not for pages in a browser.";
	reply->content_type = "application/json";
	serve_request(request, operation, path, refusal, reply);
}

static void
serve_post(DynHttpRequest *request, DynReply *reply)
{
	DynSlice	target = request->target;
	DynSlice	name = operation_name(request);
	DynSlice	console = dyn_console_request_name(target);

	if (target.len >= 1 && target.data[0] == '/' && (target.len == 1 || target.data[1] == '?'))
		serve_operation(request, name, name.data ? dyn_operation_find(name.data, name.len) : NULL, reply);
	else if (console.data)
		serve_operation(request, console, dyn_inspect_find(console.data, console.len), reply);
	else if (target.len > strlen(FIXTURES_PATH) && memcmp(target.data, FIXTURES_PATH, strlen(FIXTURES_PATH)) == 0)
		serve_fixtures(request, reply);
	else
		serve_unknown(reply);
}

static void
serve_method(DynHttpRequest *request, DynReply *reply)
{
	if (dyn_slice_is(request->method, "POST"))
		serve_post(request, reply);
	else if (dyn_slice_is(request->method, "GET") || dyn_slice_is(request->method, "HEAD"))
	{
		if (!dyn_console_serve(request, reply))
			dyn_watch_serve(request, reply);
	}
	else if (!dyn_slice_is(request->method, "OPTIONS"))
	{
		reply->status = 405;
		reply->extra_headers = "Allow: GET, HEAD, OPTIONS, POST\r\n";
	}
}

bool
dyn_serve_request(DynHttpRequest *request, bool more, bool *keep_alive, StringInfo out)
{
	DynReply	reply = {.status = 200, .keep_alive = *keep_alive};
	MemoryContext caller = MemoryContextSwitchTo(request_context);

	serve_method(request, &reply);
	reply.keep_alive &= more || !dyn_activity_draining;
	*keep_alive = reply.keep_alive;
	dyn_reply_append(out, request, &reply);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(request_context);
	dyn_activity_count_request();
	return reply.status == 200 && dyn_slice_is(request->method, "POST");
}

void
dyn_serve_refusal(int status, StringInfo out)
{
	DynReply	reply = {.status = status, .keep_alive = false};

	if (status == 503)
	{
		reply.content_type = "application/x-amz-json-1.0";
		reply.body = DYN_SLICE("{\"__type\":\"com.amazon.coral.service#ServiceUnavailableException\","
							   "\"message\":\"The server is out of memory for requests at present. Please try again.\"}");
	}
	dyn_reply_append(out, NULL, &reply);
}
