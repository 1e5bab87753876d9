/*
 * compress.c - compressed bodies of requests and replies
 *
 * zlib's states are made at first use and kept, allocated by malloc: nothing leaks when PostgreSQL raises an error for lack of
 * memory, which never happens within zlib's frames.
 */
#include "postgres.h"

#include <zlib.h>

#include "base/limits.h"
#include "http/compress.h"
#include "lib/stringinfo.h"
#include "utils/memutils.h"

#define WINDOW			15		/* bits: the largest */
#define GZIP			16		/* added to the window: gzip's format */
#define LEVEL			1		/* speed above size */
#define FIRST_ROOM		65536

bool
dyn_compress_gzip(DynSlice plain, DynSlice *compressed)
{
	static z_stream stream;
	static bool made = false;
	char	   *room;

	if (!made && deflateInit2(&stream, LEVEL, Z_DEFLATED, WINDOW + GZIP, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	made = true;
	/* compression does not pay unless the result is smaller */
	room = palloc(plain.len);
	deflateReset(&stream);
	stream.next_in = (Bytef *) plain.data;
	stream.avail_in = plain.len;
	stream.next_out = (Bytef *) room;
	stream.avail_out = plain.len;
	if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
	{
		pfree(room);
		return false;
	}
	*compressed = (DynSlice) {room, plain.len - stream.avail_out};
	return true;
}

/* Is that the beginning of zlib's format?  "deflate" means it, but clients send bare deflate data, too. */
static bool
has_zlib_header(DynSlice data)
{
	const uint8 *byte = (const uint8 *) data.data;

	return data.len >= 2 && (byte[0] & 0x0f) == Z_DEFLATED && (byte[0] * 256 + byte[1]) % 31 == 0;
}

DynInflate
dyn_compress_inflate(DynSlice compressed, bool gzip, DynSlice *plain)
{
	static z_stream stream;
	static bool made = false;
	StringInfoData room;
	int			result;

	if (!made && inflateInit2(&stream, WINDOW) != Z_OK)
		ereport(ERROR, errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory"));
	made = true;
	inflateReset2(&stream, gzip ? WINDOW + GZIP : has_zlib_header(compressed) ? WINDOW : -WINDOW);

	initStringInfo(&room);
	stream.next_in = (Bytef *) compressed.data;
	stream.avail_in = compressed.len;
	do
	{
		enlargeStringInfo(&room, FIRST_ROOM);
		stream.next_out = (Bytef *) room.data + room.len;
		stream.avail_out = room.maxlen - room.len - 1;
		result = inflate(&stream, Z_NO_FLUSH);
		room.len = (char *) stream.next_out - room.data;
		if (room.len > DYN_MAX_REQUEST_BYTES)
			return DYN_INFLATE_TOO_LARGE;
		if (result == Z_STREAM_END && gzip && stream.avail_in > 0)
			result = inflateReset(&stream);
		else if (result == Z_OK && stream.avail_in == 0 && stream.avail_out > 0)
			return DYN_INFLATE_CORRUPT; /* cut off */
	} while (result == Z_OK);
	if (result != Z_STREAM_END || stream.avail_in > 0)
		return DYN_INFLATE_CORRUPT;
	*plain = (DynSlice) {room.data, room.len};
	return DYN_INFLATE_OK;
}
