/*
 * utf8.c - is a text valid UTF-8?
 *
 * A step checks 16 bytes at once, by the compiler's vectors. For each byte it looks at the three bytes before it: they say whether
 * this one has to continue a character, and the nearest one excludes some second bytes. Zeros stand for what is before the text and
 * behind it. A zero is a complete character, so a character that is cut off at the text's end is found at the first zero.
 */
#include "postgres.h"

#include "base/utf8.h"

#define STEP	16
#define BEFORE	3				/* bytes before a step that it looks at */

/* A comparison of vectors has all bits of a byte set where it holds, and none elsewhere. */
typedef uint8 Bytes __attribute__((vector_size(STEP)));

static inline Bytes
load(const uint8 *p)
{
	Bytes		bytes;

	memcpy(&bytes, p, sizeof(bytes));
	return bytes;
}

/* Has one of the bytes one of the mask's bits? The mask stands for eight bytes. */
static inline bool
any_bit(Bytes bytes, uint64 mask)
{
	uint64		words[2];

	memcpy(words, &bytes, sizeof(words));
	return ((words[0] | words[1]) & mask) != 0;
}

/* Set where a byte follows `first` and is one of those that must not. */
static inline Bytes
excluded(Bytes previous, uint8 first, Bytes wrong_second)
{
	return (Bytes) (previous == first) & wrong_second;
}

/* Not 0 where a byte of the step from p on is wrong behind those before it. */
static inline Bytes
flaws(const uint8 *p)
{
	Bytes		at = load(p);
	Bytes		previous = load(p - 1);
	Bytes		due = (Bytes) (previous >= 0xC0) | (Bytes) (load(p - 2) >= 0xE0) |
		(Bytes) (load(p - BEFORE) >= 0xF0);
	Bytes		continues = (Bytes) ((at & 0xC0) == 0x80);
	Bytes		result = due ^ continues;

	result |= (Bytes) ((at & 0xFE) == 0xC0) | (Bytes) (at > 0xF4);
	result |= excluded(previous, 0xE0, (Bytes) (at < 0xA0));
	result |= excluded(previous, 0xED, (Bytes) (at > 0x9F));
	result |= excluded(previous, 0xF0, (Bytes) (at < 0x90));
	result |= excluded(previous, 0xF4, (Bytes) (at > 0x8F));
	return result;
}

/* Is the step from p on right? ASCII behind ASCII always is. */
static inline bool
is_right(const uint8 *p)
{
	if (!any_bit(load(p) | load(p - BEFORE), UINT64CONST(0x8080808080808080)))
		return true;
	return !any_bit(flaws(p), PG_UINT64_MAX);
}

/* The same at the beginning or the end of the text, where the step has only len bytes, and only `before` bytes are before it. */
static bool
is_right_at_edge(const uint8 *p, size_t before, size_t len)
{
	uint8		copy[BEFORE + STEP] = {0};

	memcpy(copy + BEFORE - before, p - before, before + len);
	return is_right(copy + BEFORE);
}

bool
dyn_utf8_valid(const void *text, size_t len)
{
	const uint8 *start = text;
	size_t		done = 0;

	if (len >= STEP)
	{
		if (!is_right_at_edge(start, 0, STEP))
			return false;
		for (done = STEP; len - done >= STEP; done += STEP)
		{
			if (!is_right(start + done))
				return false;
		}
	}
	return is_right_at_edge(start + done, Min(done, BEFORE), len - done);
}
