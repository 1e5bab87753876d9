/*
 * scan.h - finding the bytes of a JSON string that need care, many at a time
 *
 * A byte needs care when it cannot stand for itself in a JSON string: a quote, a backslash or a control character.  Readers
 * also stop at bytes outside ASCII, which have to be valid UTF-8.
 *
 * A step looks at DYN_SCAN_STEP bytes: 16 with SSE2 or NEON, which every x86-64 and AArch64 has, so that no check at run time
 * is needed; else 8 in a machine word.
 */
#ifndef DYNAPG_BASE_SCAN_H
#define DYNAPG_BASE_SCAN_H

#include "postgres.h"

#include "port/pg_bitutils.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__) && defined(__ARM_NEON) && !defined(WORDS_BIGENDIAN)
#include <arm_neon.h>
#define DYN_SCAN_NEON
#endif

static inline bool
dyn_scan_stops(char c, bool ascii)
{
	return (uint8) c < 0x20 || c == '"' || c == '\\' || (ascii && (uint8) c >= 0x80);
}

/*
 * Marks of the bytes of eight that need care; with ascii also those outside ASCII.  A byte more significant than a marked one may be
 * marked wrongly.
 */
static inline uint64
dyn_scan_eight(uint64 w, bool ascii)
{
	const uint64 ones = UINT64CONST(0x0101010101010101);
	uint64		quote;
	uint64		backslash;
	uint64		marks;

	/* x - n * ones sets the top bit of every byte of x below n (if that byte's own is clear). */
	quote = w ^ ones * '"';
	backslash = w ^ ones * '\\';
	marks = ((w - ones * 0x20) & ~w) | ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash);
	return (ascii ? marks | w : marks) & ones * 0x80;
}

static inline uint64
dyn_scan_word(const char *p, bool ascii)
{
	uint64		w;

	memcpy(&w, p, sizeof(w));
	return dyn_scan_eight(w, ascii);
}

#if defined(__SSE2__)

#define DYN_SCAN_STEP	16

/* Marks of the next DYN_SCAN_STEP bytes: 0 where none needs care. */
static inline uint64
dyn_scan_step(const char *p, bool ascii)
{
	__m128i		v = _mm_loadu_si128((const __m128i *) p);
	__m128i		control = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1F)), v);
	__m128i		quote = _mm_cmpeq_epi8(v, _mm_set1_epi8('"'));
	__m128i		backslash = _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'));
	__m128i		marks = _mm_or_si128(_mm_or_si128(control, quote), backslash);

	return (uint32) _mm_movemask_epi8(ascii ? _mm_or_si128(marks, v) : marks);
}

/* The number of the first byte from p on that is marked; there is one. */
static inline int
dyn_scan_first(uint64 marks, const char *p, bool ascii)
{
	return pg_rightmost_one_pos32((uint32) marks);
}

#elif defined(DYN_SCAN_NEON)

#define DYN_SCAN_STEP	16

static inline uint64
dyn_scan_step(const char *p, bool ascii)
{
	uint8x16_t	v = vld1q_u8((const uint8 *) p);
	uint8x16_t	marks = vorrq_u8(vcltq_u8(v, vdupq_n_u8(0x20)),
								 vorrq_u8(vceqq_u8(v, vdupq_n_u8('"')), vceqq_u8(v, vdupq_n_u8('\\'))));

	if (ascii)
		marks = vorrq_u8(marks, vcgeq_u8(v, vdupq_n_u8(0x80)));
	/* four bits for each byte */
	return vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(marks), 4)), 0);
}

static inline int
dyn_scan_first(uint64 marks, const char *p, bool ascii)
{
	return pg_rightmost_one_pos64(marks) / 4;
}

#else

#define DYN_SCAN_STEP	8

static inline uint64
dyn_scan_step(const char *p, bool ascii)
{
	return dyn_scan_word(p, ascii);
}

/* Where a byte is marked wrongly, there is a correct mark before or after it. */
static inline int
dyn_scan_first(uint64 marks, const char *p, bool ascii)
{
	int			i = 0;

	while (!dyn_scan_stops(p[i], ascii))
		i++;
	return i;
}

#endif

/* The first byte from p on that needs care, or end. */
static inline const char *
dyn_scan_plain(const char *p, const char *end, bool ascii)
{
	for (; end - p >= DYN_SCAN_STEP; p += DYN_SCAN_STEP)
	{
		uint64		marks = dyn_scan_step(p, ascii);

		if (marks != 0)
			return p + dyn_scan_first(marks, p, ascii);
	}
	while (p < end && !dyn_scan_stops(*p, ascii))
		p++;
	return p;
}

#endif							/* DYNAPG_BASE_SCAN_H */
