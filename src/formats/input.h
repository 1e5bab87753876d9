/*
 * input.h - bytes of an object, unpacked as they come
 *
 * An input reads from a source, 64 KB at a time, and unpacks what it reads: gzip (several members in a row, as cat and parallel
 * tools make them), zstd (several frames), or nothing.  It keeps no more than its two buffers.
 *
 * Corrupt packed bytes raise no error: the input ends, and its flaw says why. The source itself raises errors of reading.
 */
#ifndef DYNAPG_FORMATS_INPUT_H
#define DYNAPG_FORMATS_INPUT_H

#include "postgres.h"

typedef enum DynPacking
{
	DYN_PACKING_NONE,
	DYN_PACKING_GZIP,
	DYN_PACKING_ZSTD
} DynPacking;

/* Where packed bytes come from: fills the buffer with at most `room` bytes and returns their number; 0 at the end. */
typedef struct DynSource
{
	size_t		(*read) (void *arg, char *buffer, size_t room);
	void	   *arg;
} DynSource;

typedef struct DynInput
{
	const uint8 *pos;			/* unpacked bytes, up to end */
	const uint8 *end;
	const char *flaw;			/* why the input ended too early; NULL: it did not */
	uint64		packed_bytes;	/* read from the source so far */
	struct DynUnpacker *unpacker;
} DynInput;

/* False for a packing that this build does not know. */
extern bool dyn_input_knows(DynPacking packing);

/* Opens an input in the current memory context, which frees it. */
extern DynInput *dyn_input_open(DynPacking packing, DynSource source);

/* Gets more bytes where there are none left; false at the end. */
extern bool dyn_input_fill(DynInput *input);

/* The next byte, or -1 at the end. */
static inline int
dyn_input_get(DynInput *input)
{
	if (input->pos == input->end && !dyn_input_fill(input))
		return -1;
	return *input->pos++;
}

/* The same without taking it. */
static inline int
dyn_input_peek(DynInput *input)
{
	if (input->pos == input->end && !dyn_input_fill(input))
		return -1;
	return *input->pos;
}

#endif							/* DYNAPG_FORMATS_INPUT_H */
