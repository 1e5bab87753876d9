/*
 * parser.c - HTTP/1.1 requests out of a byte stream, over llhttp
 */
#include "postgres.h"

#include "http/parser.h"

#define HTTP_BAD_REQUEST		400
#define HTTP_TOO_LARGE			413
#define HTTP_EXPECTATION_FAILED 417
#define HTTP_HEADERS_TOO_LARGE	431

/* Return values of callbacks for llhttp. */
#define GO_ON		0
#define REFUSE		(-1)

static int
refuse(DynParser *parser, int status)
{
	parser->status = status;
	return REFUSE;
}

/* Extends a span of the headers by the bytes at `at`, which must follow it. */
static int
extend(DynParser *parser, DynSpan *span, const char *at, size_t len)
{
	uint32		start = at - parser->base;

	if (start + len > DYN_MAX_HTTP_HEADER_BYTES)
		return refuse(parser, HTTP_HEADERS_TOO_LARGE);
	if (span->len == 0)
		span->start = start;
	else if (span->start + span->len != start)
		return refuse(parser, HTTP_BAD_REQUEST);
	span->len += len;
	return GO_ON;
}

static int
on_url(llhttp_t *llhttp, const char *at, size_t len)
{
	DynParser  *parser = llhttp->data;

	return extend(parser, &parser->target, at, len);
}

static int
on_header_field(llhttp_t *llhttp, const char *at, size_t len)
{
	DynParser  *parser = llhttp->data;

	if (parser->headers_done)	/* a trailer */
		return GO_ON;
	if (parser->nheaders == DYN_MAX_HTTP_HEADERS)
		return refuse(parser, HTTP_HEADERS_TOO_LARGE);
	return extend(parser, &parser->names[parser->nheaders], at, len);
}

static int
on_header_value(llhttp_t *llhttp, const char *at, size_t len)
{
	DynParser  *parser = llhttp->data;

	if (parser->headers_done)
		return GO_ON;
	return extend(parser, &parser->values[parser->nheaders], at, len);
}

static int
on_header_value_complete(llhttp_t *llhttp)
{
	DynParser  *parser = llhttp->data;

	if (parser->headers_done)
		return GO_ON;
	parser->nheaders++;
	if (parser->nheaders < DYN_MAX_HTTP_HEADERS)
	{
		parser->names[parser->nheaders].len = 0;
		parser->values[parser->nheaders].len = 0;
	}
	return GO_ON;
}

/* The number of headers with that lower-case name; index becomes that of the last one, if any. */
static int
count_headers(const DynParser *parser, const char *name, int *index)
{
	size_t		len = strlen(name);
	int			count = 0;

	for (int i = 0; i < parser->nheaders; i++)
	{
		if (parser->names[i].len == len && strncasecmp(parser->base + parser->names[i].start, name, len) == 0)
		{
			*index = i;
			count++;
		}
	}
	return count;
}

/* Is that the header's value in any case, apart from trailing blanks? */
static bool
value_is(const DynParser *parser, int header, const char *expected, size_t len)
{
	DynSpan		value = parser->values[header];
	const char *data = parser->base + value.start;

	while (value.len > 0 && (data[value.len - 1] == ' ' || data[value.len - 1] == '\t'))
		value.len--;
	return value.len == len && strncasecmp(data, expected, len) == 0;
}

/*
 * Does a header continue in a second line? llhttp still accepts that old form, and drops the line's end if the value has
 * nothing before or after it; other readers of the request may interpret such lines differently.
 */
static bool
has_folded_line(const DynParser *parser)
{
	const char *p = parser->base + parser->target.start;

	while ((p = memchr(p, '\n', parser->end - p)) != NULL)
	{
		p++;
		if (p == parser->end || *p == '\n' || *p == '\r')
			return false;		/* the empty line at the end of the headers */
		if (*p == ' ' || *p == '\t')
			return true;
	}
	return false;
}

/* Is the request's framing, or its Host, one that two readers could understand differently? */
static bool
is_ambiguous(const DynParser *parser, const llhttp_t *llhttp)
{
	int			header = 0;
	int			hosts = count_headers(parser, "host", &header);
	int			lengths = count_headers(parser, "content-length", &header);
	int			codings = count_headers(parser, "transfer-encoding", &header);

	if (hosts > 1 || (hosts == 0 && llhttp->http_minor > 0))
		return true;
	if (lengths + codings > 1)
		return true;
	if (codings == 1 && (llhttp->http_minor == 0 || !value_is(parser, header, "chunked", strlen("chunked"))))
		return true;
	return has_folded_line(parser);
}

/*
 * Cuts "http://host:port" off a target in the absolute form, as clients send it to what they take for a proxy; "/" stands for a
 * path that is empty.  False where that names another host than the header.
 */
static bool
cut_authority(DynParser *parser)
{
	DynSpan    *target = &parser->target;
	const char *start = parser->base + target->start;
	const char *end = start + target->len;
	const char *authority = memmem(start, target->len, "://", 3);
	const char *path;
	int			host = 0;

	if (*start == '/' || authority == NULL)
		return true;
	authority += 3;
	path = memchr(authority, '/', end - authority);
	if (count_headers(parser, "host", &host) == 0 || !value_is(parser, host, authority, (path ? path : end) - authority))
		return false;
	target->start = (path ? path : authority - 1) - parser->base;
	target->len = path ? end - path : 1;
	return true;
}

static int
on_headers_complete(llhttp_t *llhttp)
{
	DynParser  *parser = llhttp->data;
	int			header = 0;

	parser->headers_done = true;
	/* an offer of another protocol, which is declined by ignoring it */
	llhttp->upgrade = 0;
	if (llhttp_get_http_major(llhttp) != 1 || is_ambiguous(parser, llhttp) || !cut_authority(parser))
		return refuse(parser, HTTP_BAD_REQUEST);
	if ((llhttp->flags & F_CONTENT_LENGTH) && llhttp->content_length > DYN_MAX_REQUEST_BYTES)
		return refuse(parser, HTTP_TOO_LARGE);
	if (llhttp->flags & F_CONTENT_LENGTH)
		parser->length = llhttp->content_length;
	if (count_headers(parser, "expect", &header) > 0)
	{
		if (!value_is(parser, header, "100-continue", strlen("100-continue")))
			return refuse(parser, HTTP_EXPECTATION_FAILED);
		parser->expects_continue = true;
	}
	return GO_ON;
}

static int
on_body(llhttp_t *llhttp, const char *at, size_t len)
{
	DynParser  *parser = llhttp->data;
	DynSpan    *body = &parser->body;

	if (body->len + len > DYN_MAX_REQUEST_BYTES)
		return refuse(parser, HTTP_TOO_LARGE);
	if (body->len == 0)
		body->start = at - parser->base;
	else
	{
		char	   *end = unconstify(char *, parser->base) + body->start + body->len;

		if (end != at)
			memmove(end, at, len);
	}
	body->len += len;
	return GO_ON;
}

static int
on_message_complete(llhttp_t *llhttp)
{
	DynParser  *parser = llhttp->data;

	parser->complete = true;
	parser->keep_alive = llhttp_should_keep_alive(llhttp);
	return HPE_PAUSED;
}

static const llhttp_settings_t callbacks = {
	.on_url = on_url,
	.on_header_field = on_header_field,
	.on_header_value = on_header_value,
	.on_header_value_complete = on_header_value_complete,
	.on_headers_complete = on_headers_complete,
	.on_body = on_body,
	.on_message_complete = on_message_complete,
};

void
dyn_parser_init(DynParser *parser)
{
	llhttp_init(&parser->llhttp, HTTP_REQUEST, &callbacks);
	parser->llhttp.data = parser;
	dyn_parser_next(parser);
}

void
dyn_parser_next(DynParser *parser)
{
	llhttp_resume(&parser->llhttp);
	parser->status = HTTP_BAD_REQUEST;
	parser->started = false;
	parser->headers_done = false;
	parser->complete = false;
	parser->keep_alive = false;
	parser->expects_continue = false;
	parser->length = 0;
	parser->consumed = 0;
	parser->target.len = 0;
	parser->body.len = 0;
	parser->nheaders = 0;
	parser->names[0].len = 0;
	parser->values[0].len = 0;
}

/* Everything was parsed and the request continues: which part of the buffer is still needed? */
static DynParse
parsed_all(DynParser *parser, uint32 *len)
{
	parser->consumed = *len;
	if (parser->body.len > 0)
		parser->consumed = *len = parser->body.start + parser->body.len;
	else if (*len > DYN_MAX_HTTP_HEADER_BYTES)
	{
		parser->status = HTTP_HEADERS_TOO_LARGE;
		return DYN_PARSE_REFUSED;
	}
	return DYN_PARSE_MORE;
}

DynParse
dyn_parser_feed(DynParser *parser, char *data, uint32 *len)
{
	llhttp_errno_t error;

	if (*len == parser->consumed)
		return DYN_PARSE_MORE;
	parser->started = true;
	parser->base = data;
	parser->end = data + *len;
	error = llhttp_execute(&parser->llhttp, data + parser->consumed, *len - parser->consumed);
	if (error == HPE_OK)
		return parsed_all(parser, len);
	if (error != HPE_PAUSED || !parser->complete)
		return DYN_PARSE_REFUSED;
	parser->consumed = llhttp_get_error_pos(&parser->llhttp) - data;
	return DYN_PARSE_REQUEST;
}

uint32
dyn_parser_missing(const DynParser *parser)
{
	return parser->headers_done && parser->length > parser->body.len ? parser->length - parser->body.len : 0;
}

static DynSlice
slice_of(const char *data, DynSpan span)
{
	return (DynSlice) {data + (span.len > 0 ? span.start : 0), span.len};
}

/* Without trailing blanks; llhttp has removed leading ones. */
static DynSlice
trimmed(DynSlice value)
{
	while (value.len > 0 && (value.data[value.len - 1] == ' ' || value.data[value.len - 1] == '\t'))
		value.len--;
	return value;
}

void
dyn_parser_request(const DynParser *parser, const char *data, DynHttpHeader *headers, DynHttpRequest *request)
{
	const char *method = llhttp_method_name(llhttp_get_method(unconstify(llhttp_t *, &parser->llhttp)));

	for (int i = 0; i < parser->nheaders; i++)
	{
		headers[i].name = slice_of(data, parser->names[i]);
		headers[i].value = trimmed(slice_of(data, parser->values[i]));
	}
	request->method = (DynSlice) {method, strlen(method)};
	request->target = slice_of(data, parser->target);
	request->nheaders = parser->nheaders;
	request->headers = headers;
	request->sent_body = slice_of(data, parser->body);
	request->body = request->sent_body;
}

DynSlice
dyn_http_header(const DynHttpRequest *request, const char *name)
{
	size_t		len = strlen(name);

	for (int i = 0; i < request->nheaders; i++)
	{
		const DynHttpHeader *header = &request->headers[i];

		if (header->name.len == len && strncasecmp(header->name.data, name, len) == 0)
			return header->value;
	}
	return (DynSlice) {NULL, 0};
}
