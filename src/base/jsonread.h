/*
 * jsonread.h - reading JSON text front to back, without a tree
 *
 * A reader reads what it was asked for or returns false, which means only that the text is not what the caller hoped for: the
 * caller gives up and leaves the text to json.h, which finds out what is wrong and reports it. So json.h must accept everything
 * that a reader accepts, with the same meaning.
 *
 * Strings without escapes are slices of the text; others are unescaped into the current memory context.  DYN_READER_SLACK
 * bytes behind those may be read.
 */
#ifndef DYNAPG_BASE_JSONREAD_H
#define DYNAPG_BASE_JSONREAD_H

#include "base/json.h"
#include "base/scan.h"

#define DYN_READER_SLACK	16

typedef struct DynReader
{
	const char *p;				/* what is read next */
	const char *end;
} DynReader;

static inline void
dyn_reader_skip_space(DynReader *r)
{
	while (r->p < r->end && (*r->p == ' ' || *r->p == '\n' || *r->p == '\r' || *r->p == '\t'))
		r->p++;
}

/* The next character that is not a space, without reading it; NUL at the end. */
static inline char
dyn_reader_peek(DynReader *r)
{
	if (unlikely(r->p >= r->end))
		return '\0';
	if (unlikely((uint8) *r->p <= ' '))
	{
		dyn_reader_skip_space(r);
		if (r->p >= r->end)
			return '\0';
	}
	return *r->p;
}

/* Reads that character and the space before it. */
static inline bool
dyn_reader_take(DynReader *r, char c)
{
	if (dyn_reader_peek(r) != c)
		return false;
	r->p++;
	return true;
}

/*
 * In a list or object, behind its opening bracket or a child: does a child follow? Reads the comma before it, or the closing
 * bracket; *flawed is set when neither is there.
 */
static inline bool
dyn_reader_more(DynReader *r, char close, bool first, bool *flawed)
{
	if (dyn_reader_take(r, close))
		return false;
	if (!first && !dyn_reader_take(r, ','))
	{
		*flawed = true;
		return false;
	}
	return true;
}

extern bool dyn_jsonread_long_string(DynReader *r, const char *p, DynSlice *out);

/* Reads a string. */
static inline bool
dyn_reader_string(DynReader *r, DynSlice *out)
{
	const char *start;
	const char *p;

	if (dyn_reader_peek(r) != '"')
		return false;
	start = r->p + 1;
	p = dyn_scan_plain(start, r->end, true);
	if (unlikely(p >= r->end || *p != '"'))
		return dyn_jsonread_long_string(r, p, out);
	*out = (DynSlice) {start, (uint32) (p - start)};
	r->p = p + 1;
	return true;
}

/* Reads true, false or null. */
static inline bool
dyn_reader_word(DynReader *r, const char *word, size_t len)
{
	if (dyn_reader_peek(r) != word[0] || (size_t) (r->end - r->p) < len || memcmp(r->p, word, len) != 0)
		return false;
	r->p += len;
	return true;
}

/* Reads a number: its text. */
extern bool dyn_jsonread_number(DynReader *r, DynSlice *out);

#endif							/* DYNAPG_BASE_JSONREAD_H */
