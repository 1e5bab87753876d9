/*
 * base64.c - strict RFC 4648 base64 with DynamoDB's error texts
 *
 * Both directions use tables, for a group of four characters or three bytes at a time.  Strict means: length a
 * multiple of four, padding only at the end, nothing but the alphabet, and no set bits after the last byte, so
 * that every byte string has exactly one text.
 */
#include "postgres.h"

#include "base/base64.h"

#define BAD 0x80				/* marks a byte outside the alphabet; alphabet values are below 64 */

static const char alphabet[65] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Value + 1 of a character, 0 for what is not in the alphabet. */
static const uint8 value_plus_1[256] = {
	['A'] = 1, ['B'] = 2, ['C'] = 3, ['D'] = 4, ['E'] = 5, ['F'] = 6, ['G'] = 7, ['H'] = 8,
	['I'] = 9, ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
	['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
	['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
	['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
	['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
	['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
	['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64,
};

/* The character's value, or something with the bit BAD set. */
static inline uint8
value_of(char c)
{
	return value_plus_1[(uint8) c] - 1;
}

/* The error text for the first character that is not in the alphabet (there is one). */
static const char *
bad_character(const char *text, uint32 len)
{
	uint32		i = 0;
	uint32		end;

	while (i + 1 < len && !(value_of(text[i]) & BAD))
		i++;
	end = i + 1;
	while (end < len && ((uint8) text[end] & 0xC0) == 0x80)
		end++;					/* the rest of a UTF-8 character */
	return psprintf("Invalid Base64 character: '%.*s'", (int) (end - i), text + i);
}

int
dyn_base64_decode(const char *text, uint32 len, uint8 *dst, const char **error)
{
	uint8	   *out = dst;
	uint32		payload = len;	/* characters before the padding */
	uint32		tail;			/* characters of an incomplete last group: 0, 2 or 3 */
	uint32		i;

	if (len % 4 != 0)
	{
		*error = psprintf("Base64 encoded length is expected a multiple of 4 bytes but found: %u", len);
		return -1;
	}
	if (len == 0)
		return 0;
	if (text[len - 1] == '=')
		payload -= text[len - 2] == '=' ? 2 : 1;

	tail = payload % 4;
	if (tail != 0)
	{
		uint8		last = value_of(text[payload - 1]);

		if (!(last & BAD) && (last & (tail == 2 ? 0x0F : 0x03)) != 0)
		{
			*error = "Invalid last non-pad Base64 character dectected";
			return -1;
		}
	}

	for (i = 0; i + 4 <= payload; i += 4)
	{
		uint8		a = value_of(text[i]);
		uint8		b = value_of(text[i + 1]);
		uint8		c = value_of(text[i + 2]);
		uint8		d = value_of(text[i + 3]);

		if ((a | b | c | d) & BAD)
		{
			*error = bad_character(text + i, payload - i);
			return -1;
		}
		*out++ = (uint8) (a << 2 | b >> 4);
		*out++ = (uint8) (b << 4 | c >> 2);
		*out++ = (uint8) (c << 6 | d);
	}

	if (tail != 0)
	{
		uint8		a = value_of(text[i]);
		uint8		b = value_of(text[i + 1]);
		uint8		c = tail == 3 ? value_of(text[i + 2]) : 0;

		if ((a | b | c) & BAD)
		{
			*error = bad_character(text + i, tail);
			return -1;
		}
		*out++ = (uint8) (a << 2 | b >> 4);
		if (tail == 3)
			*out++ = (uint8) (b << 4 | c >> 2);
	}
	return out - dst;
}

uint32
dyn_base64_encode(const uint8 *data, uint32 len, char *dst)
{
	char	   *out = dst;
	uint32		i;

	for (i = 0; i + 3 <= len; i += 3)
	{
		uint32		v = (uint32) data[i] << 16 | (uint32) data[i + 1] << 8 | data[i + 2];

		*out++ = alphabet[v >> 18];
		*out++ = alphabet[v >> 12 & 63];
		*out++ = alphabet[v >> 6 & 63];
		*out++ = alphabet[v & 63];
	}
	if (i < len)
	{
		uint32		v = (uint32) data[i] << 16 | (i + 1 < len ? (uint32) data[i + 1] << 8 : 0);

		*out++ = alphabet[v >> 18];
		*out++ = alphabet[v >> 12 & 63];
		*out++ = i + 1 < len ? alphabet[v >> 6 & 63] : '=';
		*out++ = '=';
	}
	return out - dst;
}
