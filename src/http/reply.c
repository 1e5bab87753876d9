/*
 * reply.c - HTTP replies as bytes
 *
 * Every reply has x-amzn-RequestId and x-amz-crc32, the CRC-32 of the body's bytes as they are sent.
 */
#include "postgres.h"

#include <time.h>
#include <libdeflate.h>

#include "utils/builtins.h"

#include "base/guc.h"
#include "http/compress.h"
#include "http/origin.h"
#include "http/reply.h"

#define MAX_DIGITS			10		/* of an uint32 */
#define REQUEST_ID_CHARS	52
#define GZIP_FROM			4096	/* bytes of a body; below that, compression costs more than it saves */

static uint64 id_state;

void
dyn_reply_init(void)
{
	if (!pg_strong_random(&id_state, sizeof(id_state)))
		ereport(ERROR, errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate random values"));
}

/* The next of a sequence of well mixed numbers (splitmix64).  Request ids are not secret. */
static uint64
next_number(void)
{
	uint64		z = (id_state += UINT64CONST(0x9E3779B97F4A7C15));

	z = (z ^ (z >> 30)) * UINT64CONST(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64CONST(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

/* What formats takes longer than all the rest of a short reply. */
#define append_literal(out, text) appendBinaryStringInfo(out, text, sizeof(text) - 1)

static void
append_number(StringInfo out, uint32 number)
{
	enlargeStringInfo(out, MAX_DIGITS);
	out->len += pg_ultoa_n(number, out->data + out->len);
}

static void
append_request_id(StringInfo out)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
	char		id[REQUEST_ID_CHARS];

	for (int i = 0; i < REQUEST_ID_CHARS;)
	{
		uint64		number = next_number();

		for (int n = 0; n < 12 && i < REQUEST_ID_CHARS; n++, number >>= 5)
			id[i++] = digits[number & 31];
	}
	appendBinaryStringInfo(out, id, REQUEST_ID_CHARS);
}

/* "Date: ..." as HTTP requires it; updated once a second. */
static void
append_date(StringInfo out)
{
	static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	static char line[64];
	static time_t made = 0;
	time_t		now = time(NULL);

	if (now != made)
	{
		struct tm	tm;

		gmtime_r(&now, &tm);
		snprintf(line, sizeof(line), "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n", days[tm.tm_wday], tm.tm_mday,
				 months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
		made = now;
	}
	appendStringInfoString(out, line);
}

static const char *
reason(int status)
{
	switch (status)
	{
		case 200:
			return "OK";
		case 304:
			return "Not Modified";
		case 308:
			return "Permanent Redirect";
		case 400:
			return "Bad Request";
		case 403:
			return "Forbidden";
		case 404:
			return "Not Found";
		case 405:
			return "Method Not Allowed";
		case 408:
			return "Request Timeout";
		case 413:
			return "Request Entity Too Large";
		case 417:
			return "Expectation Failed";
		case 431:
			return "Request Header Fields Too Large";
		case 503:
			return "Service Unavailable";
		default:
			return "Internal Server Error";
	}
}

bool
dyn_reply_accepts_gzip(const DynHttpRequest *request)
{
	DynSlice	accept = dyn_http_header(request, "accept-encoding");
	const char *p = accept.data;
	const char *end = p + accept.len;

	if (p == NULL)
		return false;
	while (p < end)
	{
		const char *comma = memchr(p, ',', end - p);
		const char *next = comma ? comma : end;

		while (p < next && (*p == ' ' || *p == '\t'))
			p++;
		if (next - p >= 4 && pg_strncasecmp(p, "gzip", 4) == 0)
		{
			const char *weight = memchr(p, '=', next - p);

			if (weight == NULL)
				return next - p == 4 || p[4] == ' ' || p[4] == ';';
			for (weight++; weight < next; weight++)
			{
				if (*weight >= '1' && *weight <= '9')
					return true;
			}
			return false;
		}
		p = next + 1;
	}
	return false;
}

/* The headers that let a page of another origin read the reply in a browser. With 'trust', only pages of allowed hosts may. */
static void
append_cors(StringInfo out, const DynHttpRequest *request)
{
	DynSlice	origin = dyn_http_header(request, "origin");

	if (origin.data == NULL)
		return;
	if (dyn_guc_http_auth == DYN_HTTP_AUTH_TRUST && !dyn_origin_is_allowed(origin))
		return;
	appendStringInfoString(out, "Access-Control-Allow-Origin: *\r\n"
						   "Access-Control-Expose-Headers: x-amzn-RequestId,x-amzn-ErrorType,x-amz-crc32,Date\r\n");
	if (dyn_slice_is(request->method, "OPTIONS"))
	{
		DynSlice	headers = dyn_http_header(request, "access-control-request-headers");

		appendStringInfoString(out, "Access-Control-Allow-Methods: GET,POST,HEAD,OPTIONS\r\n"
							   "Access-Control-Max-Age: 172800\r\n");
		if (headers.data)
			appendStringInfo(out, "Access-Control-Allow-Headers: %.*s\r\n", (int) headers.len, headers.data);
	}
}

void
dyn_reply_append(StringInfo out, const DynHttpRequest *request, const DynReply *reply)
{
	DynSlice	body = reply->body;
	bool		compressed = reply->compressed;

	if (!compressed && request && body.len >= GZIP_FROM && dyn_reply_accepts_gzip(request))
		compressed = dyn_compress_gzip(body, &body);

	enlargeStringInfo(out, body.len + 512);
	append_literal(out, "HTTP/1.1 ");
	append_number(out, reply->status);
	append_literal(out, " ");
	appendStringInfoString(out, reason(reply->status));
	append_literal(out, "\r\nServer: Server\r\n");
	append_date(out);
	if (reply->content_type)
	{
		append_literal(out, "Content-Type: ");
		appendStringInfoString(out, reply->content_type);
		append_literal(out, "\r\n");
	}
	if (reply->status != 304)	/* its length is that of what the client has */
	{
		append_literal(out, "Content-Length: ");
		append_number(out, body.len);
		append_literal(out, "\r\n");
	}
	if (reply->keep_alive)
		append_literal(out, "Connection: keep-alive\r\nx-amzn-RequestId: ");
	else
		append_literal(out, "Connection: close\r\nx-amzn-RequestId: ");
	append_request_id(out);
	append_literal(out, "\r\nx-amz-crc32: ");
	append_number(out, libdeflate_crc32(0, body.data, body.len));
	append_literal(out, "\r\n");
	if (compressed)
		appendStringInfoString(out, "Content-Encoding: gzip\r\n");
	if (reply->extra_headers)
		appendStringInfoString(out, reply->extra_headers);
	if (request)
		append_cors(out, request);
	appendStringInfoString(out, "\r\n");
	if (body.len > 0 && !(request && dyn_slice_is(request->method, "HEAD")))
		appendBinaryStringInfo(out, body.data, body.len);
}
