/*
 * decode.h - attribute values straight from JSON text to stored bytes
 *
 * The text of an item is read once: strings are found, base64 and numbers are decoded, containers are packed as they close.
 * What is taken this way is right in every respect that tree.h checks; anything else is not taken (false), and the caller
 * reads the text by tree.h, which finds out what is wrong and words it.
 *
 * A value may be a view of the text, so the text must outlive it.
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

/* What an attribute value, or a map of them, became. */
typedef struct DynDecoded
{
	DynValue	value;			/* of a map its root */
	struct varlena *item;		/* of a map: the item that it is */
} DynDecoded;

extern void dyn_decode_begin(DynDecoder *d, const char *text, size_t len);

/* Takes the attribute value, {"S":"x"}, or the map of attribute values at d->in: a node that was decoded.  NULL: not taken. */
extern DynJson *dyn_decode_value(DynDecoder *d);
extern DynJson *dyn_decode_map(DynDecoder *d);

/* The item that a whole text is, or NULL: not taken. */
extern struct varlena *dyn_decode_item(const char *text, size_t len);

#endif							/* DYNAPG_VALUE_DECODE_H */
