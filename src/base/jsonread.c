/*
 * jsonread.c - reading JSON text front to back: what is not done in a few instructions
 */
#include "postgres.h"

#include "base/jsonread.h"
#include "base/utf8.h"

/* The value of four hexadecimal digits, or -1. */
static int
read_hex4(const char *p, const char *end)
{
	int			value = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++)
	{
		char		c = p[i];
		int			digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 :
			c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;

		if (digit < 0)
			return -1;
		value = value << 4 | digit;
	}
	return value;
}

/* Writes a character, at most four bytes; returns the length. */
static int
write_utf8(uint32 code, char *out)
{
	if (code < 0x80)
	{
		out[0] = (char) code;
		return 1;
	}
	if (code < 0x800)
	{
		out[0] = (char) (0xC0 | code >> 6);
		out[1] = (char) (0x80 | (code & 0x3F));
		return 2;
	}
	if (code < 0x10000)
	{
		out[0] = (char) (0xE0 | code >> 12);
		out[1] = (char) (0x80 | (code >> 6 & 0x3F));
		out[2] = (char) (0x80 | (code & 0x3F));
		return 3;
	}
	out[0] = (char) (0xF0 | code >> 18);
	out[1] = (char) (0x80 | (code >> 12 & 0x3F));
	out[2] = (char) (0x80 | (code >> 6 & 0x3F));
	out[3] = (char) (0x80 | (code & 0x3F));
	return 4;
}

/* Reads what follows \u, at *p, which moves behind it, and writes the character at out.  Returns its length, 0 where there is none. */
static int
read_unicode(const char **p, const char *end, char *out)
{
	int			code = read_hex4(*p, end);
	int			low;

	if (code < 0)
		return 0;
	*p += 4;
	if (code >= 0xD800 && code <= 0xDFFF)
	{
		if (code >= 0xDC00 || end - *p < 6 || (*p)[0] != '\\' || (*p)[1] != 'u')
			return 0;
		low = read_hex4(*p + 2, end);
		if (low < 0xDC00 || low > 0xDFFF)
			return 0;
		*p += 6;
		code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
	}
	return write_utf8((uint32) code, out);
}

/* The string between two quotes without its escapes, in memory of its own. */
static bool
unescape(const char *p, const char *end, DynSlice *result)
{
	char	   *start = palloc((end - p) + DYN_READER_SLACK);
	char	   *out = start;

	while (p < end)
	{
		int			len;

		if (*p != '\\')
		{
			const char *run = p;

			p = dyn_scan_plain(p, end, false);
			memcpy(out, run, p - run);
			out += p - run;
			continue;
		}
		p++;
		if (p >= end)
			return false;
		switch (*p++)
		{
			case '"':
			case '\\':
			case '/':
				*out++ = p[-1];
				break;
			case 'b':
				*out++ = '\b';
				break;
			case 'f':
				*out++ = '\f';
				break;
			case 'n':
				*out++ = '\n';
				break;
			case 'r':
				*out++ = '\r';
				break;
			case 't':
				*out++ = '\t';
				break;
			case 'u':
				len = read_unicode(&p, end, out);
				if (len == 0)
					return false;
				out += len;
				break;
			default:
				return false;
		}
	}
	*result = (DynSlice) {start, (uint32) (out - start)};
	return true;
}

/* A string that has escapes or characters outside ASCII, the first of them at p; r stands on its opening quote. */
bool
dyn_jsonread_long_string(DynReader *r, const char *p, DynSlice *out)
{
	const char *start = r->p + 1;
	bool		escaped = false;
	bool		foreign = false;

	for (;;)
	{
		p = dyn_scan_plain(p, r->end, !foreign);
		if (p >= r->end)
			return false;
		if (*p == '"')
			break;
		if ((uint8) *p >= 0x80)
			foreign = true;
		else if (*p != '\\' || r->end - p < 2)
			return false;
		else
		{
			escaped = true;
			p += 2;
		}
	}
	if (foreign && !dyn_utf8_valid(start, p - start))
		return false;
	r->p = p + 1;
	if (escaped)
		return unescape(start, p, out);
	*out = (DynSlice) {start, (uint32) (p - start)};
	return true;
}

bool
dyn_jsonread_number(DynReader *r, DynSlice *out)
{
	char		first = dyn_reader_peek(r);
	const char *start = r->p;
	const char *after;

	if (first != '-' && (first < '0' || first > '9'))
		return false;
	after = dyn_json_number_end(start, r->end);
	if (after == NULL)
		return false;
	*out = (DynSlice) {start, (uint32) (after - start)};
	r->p = after;
	return true;
}
