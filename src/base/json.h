/*
 * json.h - JSON texts as trees, over cJSON
 *
 * json.c is the only file that includes cJSON.h; it closes cJSON's gaps: U+0000 in a string is kept
 * (a string's length counts, never strlen), member names are matched exactly, of a duplicate member
 * the last one wins, trailing garbage and invalid UTF-8 are refused, nesting is bounded, memory is
 * the current memory context's and an allocation failure never jumps through cJSON's frames.
 *
 * A tree lives in the memory context that was current when it was parsed and is never freed by itself.
 */
#ifndef DYNAPG_BASE_JSON_H
#define DYNAPG_BASE_JSON_H

#include "postgres.h"

typedef struct DynJson DynJson; /* a node; opaque */

typedef enum DynJsonKind
{
	DYN_JSON_NULL,
	DYN_JSON_FALSE,
	DYN_JSON_TRUE,
	DYN_JSON_NUMBER,
	DYN_JSON_STRING,
	DYN_JSON_ARRAY,
	DYN_JSON_OBJECT
} DynJsonKind;

/* A byte range that this module does not own; data is NULL for "absent". Not NUL-terminated. */
typedef struct DynSlice
{
	const char *data;
	uint32		len;
} DynSlice;

#define DYN_SLICE(literal) ((DynSlice) {(literal), sizeof(literal) - 1})

/* The same bytes?  An absent slice equals nothing. */
static inline bool
dyn_slice_equal(DynSlice a, DynSlice b)
{
	return a.data && b.data && a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

/* Is it that NUL-terminated text? */
static inline bool
dyn_slice_is(DynSlice slice, const char *text)
{
	return dyn_slice_equal(slice, (DynSlice) {text, (uint32) strlen(text)});
}

/* Skips a byte order mark at the beginning of the text, which some editors and shells write. */
static inline void
dyn_json_skip_mark(const char **text, size_t *len)
{
	if (*len < 3 || memcmp(*text, "\xEF\xBB\xBF", 3) != 0)
		return;
	*text += 3;
	*len -= 3;
}

/*
 * Parses text of len bytes as exactly one JSON value.  Malformed text, a text over nesting depth
 * 1000, and invalid UTF-8 raise SerializationException with DynamoDB's text.
 */
extern DynJson *dyn_json_parse(const char *text, size_t len);

/* The same, but NULL for a text that is not a JSON value. */
extern DynJson *dyn_json_try(const char *text, size_t len);

/* The end of the number that begins at p, before end; NULL when it is not a JSON number. */
extern const char *dyn_json_number_end(const char *p, const char *end);

/*
 * Making a tree that was not parsed here. Strings and numbers are copied; a member's name is NUL-terminated and not copied.
 */
extern DynJson *dyn_json_make(DynJsonKind kind);
extern DynJson *dyn_json_make_text(DynJsonKind kind, DynSlice text);
extern void dyn_json_append(DynJson *parent, DynJson *child, DynSlice name);

/*
 * An object that was read already and whose text is known to be valid. decoded is the result; the text is parsed only if
 * somebody looks at the members. count is the number of members.
 */
extern DynJson *dyn_json_make_decoded(DynSlice text, int count, const void *decoded);

/* The decoded form of the object, or NULL. */
extern const void *dyn_json_decoded(const DynJson *node);

extern DynJsonKind dyn_json_kind(const DynJson *node);
extern bool dyn_json_is_integer(const DynJson *node);	/* a number without fraction and exponent that fits int64 */
extern int64 dyn_json_integer(const DynJson *node);
extern double dyn_json_double(const DynJson *node);
extern DynSlice dyn_json_number(const DynJson *node);	/* a number's text as it was written */
extern DynSlice dyn_json_string(const DynJson *node);	/* UTF-8, also NUL-terminated; may contain NULs */

/* Children of an array or object in text order; NULL ends.  Later duplicates hide earlier ones: a hidden member is not visited. */
extern const DynJson *dyn_json_first(const DynJson *node);
extern const DynJson *dyn_json_next(const DynJson *node);
extern DynSlice dyn_json_name(const DynJson *member);	/* name of an object's member */
extern int	dyn_json_count(const DynJson *node);	/* children */

/* The member of that exact name, or NULL when absent.  A JSON null member is returned as a node. */
extern const DynJson *dyn_json_member(const DynJson *object, const char *name);

#endif							/* DYNAPG_BASE_JSON_H */
