/*
 * input.c - bytes of an object, unpacked as they come
 *
 * zlib and libzstd allocate with malloc, so that PostgreSQL never raises an error through their frames; a callback of the
 * memory context frees their states.
 */
#include "postgres.h"

#include <zlib.h>
#ifdef DYN_ZSTD
#include <zstd.h>
#endif

#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "formats/input.h"

#define BUFFER_SIZE 65536
#define GZIP_WINDOW (15 + 16)	/* the largest window; gzip's header */

typedef struct DynUnpacker
{
	DynPacking	packing;
	DynSource	source;
	bool		source_ended;
	bool		between;		/* no member or frame is begun */
	size_t		packed;			/* bytes in packed_buffer from `taken` on */
	size_t		taken;
	z_stream	gzip;
	bool		has_gzip;
#ifdef DYN_ZSTD
	ZSTD_DStream *zstd;
#endif
	MemoryContextCallback callback;
	char		packed_buffer[BUFFER_SIZE];
	uint8		buffer[BUFFER_SIZE];
} DynUnpacker;

bool
dyn_input_knows(DynPacking packing)
{
#ifdef DYN_ZSTD
	return true;
#else
	return packing != DYN_PACKING_ZSTD;
#endif
}

static void
free_states(void *arg)
{
	DynUnpacker *unpacker = arg;

	if (unpacker->has_gzip)
		inflateEnd(&unpacker->gzip);
#ifdef DYN_ZSTD
	if (unpacker->zstd != NULL)
		ZSTD_freeDStream(unpacker->zstd);
#endif
}

static void
make_states(DynUnpacker *unpacker)
{
	bool		made = true;

	if (unpacker->packing == DYN_PACKING_GZIP)
		made = unpacker->has_gzip = inflateInit2(&unpacker->gzip, GZIP_WINDOW) == Z_OK;
#ifdef DYN_ZSTD
	if (unpacker->packing == DYN_PACKING_ZSTD)
		made = (unpacker->zstd = ZSTD_createDStream()) != NULL;
#endif
	if (!made)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
}

DynInput *
dyn_input_open(DynPacking packing, DynSource source)
{
	DynInput   *input = palloc0_object(DynInput);
	DynUnpacker *unpacker = palloc0_object(DynUnpacker);

	unpacker->packing = packing;
	unpacker->source = source;
	unpacker->between = true;
	unpacker->callback = (MemoryContextCallback) {.func = free_states, .arg = unpacker};
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &unpacker->callback);
	make_states(unpacker);
	input->unpacker = unpacker;
	return input;
}

/* Reads packed bytes where none are left; false at the end of the source. */
static bool
read_packed(DynInput *input)
{
	DynUnpacker *unpacker = input->unpacker;

	if (unpacker->packed > 0)
		return true;
	if (unpacker->source_ended)
		return false;
	CHECK_FOR_INTERRUPTS();
	unpacker->taken = 0;
	unpacker->packed = unpacker->source.read(unpacker->source.arg, unpacker->packed_buffer, BUFFER_SIZE);
	input->packed_bytes += unpacker->packed;
	unpacker->source_ended = unpacker->packed == 0;
	return !unpacker->source_ended;
}

static void
take_packed(DynUnpacker *unpacker, size_t count)
{
	unpacker->taken += count;
	unpacker->packed -= count;
}

/*
 * Each of these unpacks some bytes into the buffer and returns their number; 0 at the end or after an error, which is in flaw.
 *
 */

static size_t
unpack_gzip(DynInput *input)
{
	DynUnpacker *unpacker = input->unpacker;
	z_stream   *gzip = &unpacker->gzip;
	int			result;

	if (unpacker->between)
		inflateReset(gzip);
	unpacker->between = false;
	gzip->next_in = (Bytef *) unpacker->packed_buffer + unpacker->taken;
	gzip->avail_in = unpacker->packed;
	gzip->next_out = unpacker->buffer;
	gzip->avail_out = BUFFER_SIZE;
	result = inflate(gzip, Z_NO_FLUSH);
	take_packed(unpacker, unpacker->packed - gzip->avail_in);
	if (result == Z_STREAM_END)
		unpacker->between = true;
	else if (result == Z_MEM_ERROR)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	else if (result != Z_OK && result != Z_BUF_ERROR)
		input->flaw = "the data are no gzip, or damaged";
	return BUFFER_SIZE - gzip->avail_out;
}

#ifdef DYN_ZSTD
static size_t
unpack_zstd(DynInput *input)
{
	DynUnpacker *unpacker = input->unpacker;
	ZSTD_inBuffer in = {unpacker->packed_buffer + unpacker->taken, unpacker->packed, 0};
	ZSTD_outBuffer out = {unpacker->buffer, BUFFER_SIZE, 0};
	size_t		result = ZSTD_decompressStream(unpacker->zstd, &out, &in);

	take_packed(unpacker, in.pos);
	if (ZSTD_isError(result))
		input->flaw = "the data are no zstd, or damaged";
	else
		unpacker->between = result == 0;
	return out.pos;
}
#endif

static size_t
unpack_none(DynInput *input)
{
	DynUnpacker *unpacker = input->unpacker;
	size_t		count = unpacker->packed;

	memcpy(unpacker->buffer, unpacker->packed_buffer + unpacker->taken, count);
	take_packed(unpacker, count);
	return count;
}

static size_t
unpack(DynInput *input)
{
	switch (input->unpacker->packing)
	{
		case DYN_PACKING_GZIP:
			return unpack_gzip(input);
		case DYN_PACKING_ZSTD:
#ifdef DYN_ZSTD
			return unpack_zstd(input);
#else
			input->flaw = "this server was built without zstd";
			return 0;
#endif
		case DYN_PACKING_NONE:
			break;
	}
	return unpack_none(input);
}

bool
dyn_input_fill(DynInput *input)
{
	DynUnpacker *unpacker = input->unpacker;
	size_t		count = 0;

	while (count == 0)
	{
		if (input->flaw != NULL)
			return false;
		if (!read_packed(input))
		{
			if (!unpacker->between)
				input->flaw = "the data end in the middle";
			return false;
		}
		count = unpack(input);
	}
	input->pos = unpacker->buffer;
	input->end = unpacker->buffer + count;
	return true;
}
