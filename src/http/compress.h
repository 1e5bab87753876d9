/*
 * compress.h - compressed bodies of requests and replies
 */
#ifndef DYNAPG_HTTP_COMPRESS_H
#define DYNAPG_HTTP_COMPRESS_H

#include "postgres.h"

#include "base/json.h"

/* Compresses in gzip's format into the current memory context. False when it does not pay or fails. */
extern bool dyn_compress_gzip(DynSlice plain, DynSlice *compressed);

typedef enum DynInflate
{
	DYN_INFLATE_OK,
	DYN_INFLATE_CORRUPT,		/* not of that format, cut off, or followed by something else */
	DYN_INFLATE_TOO_LARGE		/* more than DYN_MAX_REQUEST_BYTES */
} DynInflate;

/*
 * Decompresses gzip (several members, too) and zlib or raw deflate into the current memory context.  Memory is at
 * most twice what the result needs, and the result is bounded.
 */
extern DynInflate dyn_compress_inflate(DynSlice compressed, bool gzip, DynSlice *plain);

#endif							/* DYNAPG_HTTP_COMPRESS_H */
