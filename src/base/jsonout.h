/*
 * jsonout.h - writing JSON text into a StringInfo
 *
 * Compact output, no spaces, UTF-8 as it is; only what JSON demands is escaped.
 */
#ifndef DYNAPG_BASE_JSONOUT_H
#define DYNAPG_BASE_JSONOUT_H

#include "lib/stringinfo.h"

#include "base/json.h"

/* Makes room for this number of bytes (below 1 GB) and one more, and returns where they go. */
static inline char *
dyn_jsonout_room(StringInfo out, Size bytes)
{
	if (unlikely((Size) (out->maxlen - out->len) <= bytes))
		enlargeStringInfo(out, (int) bytes);
	return out->data + out->len;
}

/* Appends bytes without a NUL after them; the last writer appends one. */
static inline void
dyn_jsonout_raw(StringInfo out, const char *text, Size len)
{
	memcpy(dyn_jsonout_room(out, len), text, len);
	out->len += len;
}

static inline void
dyn_jsonout_byte(StringInfo out, char c)
{
	*dyn_jsonout_room(out, 1) = c;
	out->len++;
}

/* Appends the bytes as a quoted JSON string; they must be UTF-8, NULs allowed. */
extern void dyn_jsonout_string(StringInfo out, const char *data, uint32 len);

/* Appends `"name":`, preceded by a comma unless the last byte in out opens an object. */
extern void dyn_jsonout_member(StringInfo out, const char *name);
extern void dyn_jsonout_named(StringInfo out, DynSlice name);

/* Appends bytes as a quoted base64 string. */
extern void dyn_jsonout_base64(StringInfo out, const uint8 *data, uint32 len);

/* Appends a parsed JSON value again as text. */
extern void dyn_jsonout_tree(StringInfo out, const DynJson *node);

#endif							/* DYNAPG_BASE_JSONOUT_H */
