/*
 * parser.h - HTTP/1.1 requests out of a byte stream, over llhttp
 *
 * llhttp's callbacks only record places, as offsets from the request's first byte, so that the buffer may move between two
 * calls; no PostgreSQL function runs within llhttp's frames.  The pieces of a chunked body are moved
 * together within the buffer.
 *
 * The parser also refuses requests that llhttp accepts but other readers may interpret differently: a header folded into
 * several lines, a
 * missing or second Host or one that the target contradicts, more than one of Content-Length and Transfer-Encoding, a transfer coding
 * other than chunked.
 */
#ifndef DYNAPG_HTTP_PARSER_H
#define DYNAPG_HTTP_PARSER_H

#include "postgres.h"

#include <llhttp.h>

#include "base/limits.h"
#include "http/request.h"

typedef struct DynSpan
{
	uint32		start;			/* from the request's first byte */
	uint32		len;
} DynSpan;

typedef enum DynParse
{
	DYN_PARSE_MORE,				/* all bytes consumed, the request goes on */
	DYN_PARSE_REQUEST,			/* a request is complete */
	DYN_PARSE_REFUSED			/* the connection cannot be used further: see status */
} DynParse;

typedef struct DynParser
{
	llhttp_t	llhttp;
	const char *base;			/* during a call: the request's first byte, */
	const char *end;			/* and the end of what was received */
	int			status;			/* HTTP status of a refusal */
	bool		started;		/* a byte of the request has arrived */
	bool		headers_done;
	bool		complete;
	bool		keep_alive;		/* of a complete request: may another one follow? */
	bool		expects_continue;	/* the client waits for "100 Continue" before it sends the body */
	uint32		length;			/* of the body, as Content-Length has it; 0: not known */
	uint32		consumed;		/* bytes of the request that were parsed */
	DynSpan		target;
	DynSpan		body;
	int			nheaders;
	DynSpan		names[DYN_MAX_HTTP_HEADERS];
	DynSpan		values[DYN_MAX_HTTP_HEADERS];
} DynParser;

extern void dyn_parser_init(DynParser *parser);

/*
 * Continues parsing: data[0 .. *len) is the buffer from the request's first byte on; earlier calls have parsed parser->consumed
 * bytes of it.  With DYN_PARSE_MORE, *len may become smaller: the bytes after it are no longer needed.
 * With DYN_PARSE_REQUEST, parser->consumed is the request's length; call dyn_parser_next before the next one.
 */
extern DynParse dyn_parser_feed(DynParser *parser, char *data, uint32 *len);

/* The bytes that the request's body still lacks; 0 when that is not known. */
extern uint32 dyn_parser_missing(const DynParser *parser);

/* The complete request, whose slices point into data; headers has room for DYN_MAX_HTTP_HEADERS. */
extern void dyn_parser_request(const DynParser *parser, const char *data, DynHttpHeader *headers, DynHttpRequest *request);

/* Prepares for the request that follows a complete one. */
extern void dyn_parser_next(DynParser *parser);

#endif							/* DYNAPG_HTTP_PARSER_H */
