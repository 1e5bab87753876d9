/*
 * console.c - the console in the browser: its files, and the paths of its requests
 *
 * The files are the same for everybody and part of the module, so a reply needs no authentication, no transaction and no file; its work
 * and its size are bounded. What the page then asks for are requests as any client sends them, signed or, with trust, not.
 *
 * The headers are the page's defence: scripts, styles and connections of this origin alone, nothing inline, no frames around it.
 */
#include "postgres.h"

#include "base/guc.h"
#include "http/compress.h"
#include "http/console.h"
#include "http/console_files.h"
#include "http/origin.h"

#define ROOT	"/console"
#define API		ROOT "/api/"

#define SAFETY \
	"Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " \
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'\r\n" \
	"X-Content-Type-Options: nosniff\r\n" \
	"X-Frame-Options: DENY\r\n" \
	"Referrer-Policy: no-referrer\r\n" \
	"Cross-Origin-Opener-Policy: same-origin\r\n" \
	"Cross-Origin-Resource-Policy: same-origin\r\n" \
	"Permissions-Policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()\r\n"

static bool
starts_with(DynSlice text, const char *prefix)
{
	size_t		len = strlen(prefix);

	return text.len >= len && memcmp(text.data, prefix, len) == 0;
}

/* The target without its query. */
static DynSlice
path_of(DynSlice target)
{
	const char *query = memchr(target.data, '?', target.len);

	return (DynSlice) {target.data, query ? (uint32) (query - target.data) : target.len};
}

DynSlice
dyn_console_request_name(DynSlice target)
{
	DynSlice	path = path_of(target);

	if (!dyn_guc_http_console || !starts_with(path, API))
		return (DynSlice) {NULL, 0};
	return (DynSlice) {path.data + strlen(API), path.len - strlen(API)};
}

static const DynConsoleFile *
find_file(DynSlice path)
{
	for (int i = 0; i < dyn_console_files_count; i++)
	{
		if (dyn_slice_is(path, dyn_console_files[i].path))
			return &dyn_console_files[i];
	}
	return NULL;
}

static void
answer_text(DynReply *reply, int status, const char *text)
{
	reply->status = status;
	reply->content_type = "text/plain; charset=utf-8";
	reply->extra_headers = SAFETY "Cache-Control: no-store\r\n";
	reply->body = (DynSlice) {text, strlen(text)};
}

/* The page's links are relative to /console/. */
static void
redirect(DynReply *reply)
{
	answer_text(reply, 308, "/console/\n");
	reply->extra_headers = SAFETY "Location: /console/\r\nCache-Control: no-store\r\n";
}

static bool
is_known(const DynHttpRequest *request, const DynConsoleFile *file)
{
	DynSlice	known = dyn_http_header(request, "if-none-match");

	return known.data && memmem(known.data, known.len, file->etag, strlen(file->etag)) != NULL;
}

/* The browser asks each time whether it still has the file: another version of the module has other files. */
static void
answer_file(const DynHttpRequest *request, const DynConsoleFile *file, DynReply *reply)
{
	DynSlice	gzip = {(const char *) file->gzip, file->len};

	reply->content_type = file->content_type;
	reply->extra_headers = psprintf(SAFETY "Cache-Control: no-cache\r\nVary: Accept-Encoding\r\nETag: W/%s\r\n", file->etag);
	if (is_known(request, file))
		reply->status = 304;
	else if (dyn_reply_accepts_gzip(request))
	{
		reply->body = gzip;
		reply->compressed = true;
	}
	else if (dyn_compress_inflate(gzip, true, &reply->body) != DYN_INFLATE_OK)
		elog(ERROR, "could not decompress file \"%s\" of the console", file->path);
}

bool
dyn_console_serve(const DynHttpRequest *request, DynReply *reply)
{
	DynSlice	path = path_of(request->target);
	const DynConsoleFile *file;
	const char *refusal;

	if (!dyn_guc_http_console || !(dyn_slice_is(path, ROOT) || starts_with(path, ROOT "/")))
		return false;
	refusal = dyn_origin_refuses(request);
	if (refusal)
	{
		answer_text(reply, 403, refusal);
		return true;
	}
	if (dyn_slice_is(path, ROOT))
	{
		redirect(reply);
		return true;
	}
	file = find_file((DynSlice) {path.data + strlen(ROOT "/"), path.len - strlen(ROOT "/")});
	if (file)
		answer_file(request, file, reply);
	else
		answer_text(reply, 404, "The console has no such file.\n");
	return true;
}
