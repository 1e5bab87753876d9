/*
 * decode.h - attribute values straight from JSON text to stored bytes
 *
 * The text of an item is read once: strings are found, base64 and numbers are decoded, containers are packed as they close.
 * This reader accepts only what passes every check of tree.h. It rejects everything else (false), and the caller then reads the
 * text with tree.h, which finds out what is wrong and words the error.
 *
 * A value may point into the text, so the text must outlive it.
 */
#ifndef DYNAPG_VALUE_DECODE_H
#define DYNAPG_VALUE_DECODE_H

#include "base/jsonread.h"
#include "value/value.h"

typedef struct DynDecoderEntry DynDecoderEntry;

typedef struct DynDecoder
{
	DynReader	in;
	DynDecoderEntry *entries;	/* children of the containers that are open */
	uint32		count;
	uint32		room;
	size_t		text_len;
	uint8	   *buffers[2];		/* bodies of values at odd and at even levels; made when needed */
	size_t		used[2];
	size_t		limits[2];
} DynDecoder;

/* The result of decoding an attribute value or a map of attribute values. */
typedef struct DynDecoded
{
	DynValue	value;			/* of a map its root */
	struct varlena *item;		/* of a map: the item with these attributes */
} DynDecoded;

extern void dyn_decode_begin(DynDecoder *d, const char *text, size_t len);

/*
 * Reads the attribute value, {"S":"x"}, or the map of attribute values at d->in; returns a decoded node, or NULL where it was
 * rejected.
 */
extern DynJson *dyn_decode_value(DynDecoder *d);
extern DynJson *dyn_decode_map(DynDecoder *d);

/* The item that the whole text stands for, or NULL where it was rejected. */
extern struct varlena *dyn_decode_item(const char *text, size_t len);

#endif							/* DYNAPG_VALUE_DECODE_H */
