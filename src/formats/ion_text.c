/*
 * ion_text.c - the text form of Amazon Ion
 *
 * Each function that reads a part of the text returns false where the text is not Ion.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "formats/ion_text.h"

#define MAX_NUMBER_TEXT 1000

static bool read_value(DynRecords *records, DynIonPlace place, DynIonMarks *marks, bool *found);

static bool
malformed(DynRecords *records)
{
	return dyn_ion_break(records, dyn_ion_malformed);
}

static int
get_char(DynRecords *records)
{
	return dyn_input_get(records->input);
}

static int
peek_char(DynRecords *records)
{
	return dyn_input_peek(records->input);
}

/* Reads the character if it is the next one. */
static bool
take_char(DynRecords *records, int c)
{
	if (peek_char(records) != c)
		return false;
	(void) get_char(records);
	return true;
}

static bool
expect(DynRecords *records, int c)
{
	return take_char(records, c) || malformed(records);
}

/* ---- white space and comments ---- */

static bool
skip_comment(DynRecords *records)
{
	int			c;

	if (take_char(records, '/'))
	{
		while ((c = get_char(records)) >= 0 && c != '\n')
			;
		return true;
	}
	if (!expect(records, '*'))
		return false;
	while ((c = get_char(records)) >= 0)
	{
		if (c == '*' && take_char(records, '/'))
			return true;
	}
	return malformed(records);
}

static bool
is_space(int c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

static void
skip_space(DynRecords *records)
{
	while (is_space(peek_char(records)))
		(void) get_char(records);
}

static bool
skip_gap(DynRecords *records)
{
	for (;;)
	{
		skip_space(records);
		if (!take_char(records, '/'))
			return true;
		if (!skip_comment(records))
			return false;
	}
}

/* ---- strings and symbols: into ion->token ---- */

static bool
add_byte(DynRecords *records, int c)
{
	StringInfo	token = &records->ion->token;

	if (token->len > DYN_MAX_RECORD_BYTES)
		return dyn_ion_break(records, dyn_reader_too_long);
	appendStringInfoCharMacro(token, c);
	return true;
}

static bool
add_character(DynRecords *records, pg_wchar c)
{
	unsigned char bytes[8] = {0};
	int			len;

	unicode_to_utf8(c, bytes);
	len = pg_utf_mblen(bytes);
	for (int i = 0; i < len; i++)
	{
		if (!add_byte(records, bytes[i]))
			return false;
	}
	return true;
}

static bool
read_hex(DynRecords *records, int digits, uint32 *value)
{
	*value = 0;
	for (int i = 0; i < digits; i++)
	{
		int			c = get_char(records);

		if (c < 0 || !isxdigit(c))
			return malformed(records);
		*value = *value * 16 + (isdigit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return true;
}

static bool
read_code_point(DynRecords *records, int digits, bool raw)
{
	uint32		value;
	uint32		low;

	if (!read_hex(records, digits, &value))
		return false;
	if (raw)
		return value < 256 ? add_byte(records, value) : malformed(records);
	if (value >= 0xD800 && value < 0xDC00)
	{
		if (!expect(records, '\\') || !expect(records, 'u') || !read_hex(records, 4, &low))
			return false;
		if (low < 0xDC00 || low > 0xDFFF)
			return malformed(records);
		value = 0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00);
	}
	if (value > 0x10FFFF || (value >= 0xDC00 && value < 0xE000))
		return malformed(records);
	return add_character(records, value);
}

/* What follows a backslash; raw: in a clob, whose escapes are bytes. */
static bool
read_escape(DynRecords *records, bool raw)
{
	static const char letters[] = "abtnfrv0";
	static const char meanings[] = "\a\b\t\n\f\r\v\0";
	int			c = get_char(records);
	const char *letter;

	if (c <= 0)
		return malformed(records);
	if (c == '\r' && take_char(records, '\n'))
		return true;
	if (c == '\n' || c == '\r')
		return true;
	if (c == 'x')
		return read_code_point(records, 2, raw);
	if (c == 'u' || c == 'U')
		return read_code_point(records, c == 'u' ? 4 : 8, raw);
	if (strchr("\"'?\\/", c) != NULL)
		return add_byte(records, c);
	letter = strchr(letters, c);
	return letter != NULL ? add_byte(records, meanings[letter - letters]) : malformed(records);
}

/* Reads up to and including the quote. */
static bool
read_short(DynRecords *records, int quote, bool raw)
{
	for (int c; (c = get_char(records)) >= 0;)
	{
		if (c == quote)
			return true;
		if (c == '\n' || c == '\r')
			break;
		if (!(c == '\\' ? read_escape(records, raw) : add_byte(records, c)))
			return false;
	}
	return malformed(records);
}

/* Up to three quotes. */
static bool
read_long(DynRecords *records, bool raw)
{
	int			quotes = 0;

	for (int c; (c = get_char(records)) >= 0;)
	{
		quotes = c == '\'' ? quotes + 1 : 0;
		if (quotes == 3)
		{
			records->ion->token.len -= 2;
			records->ion->token.data[records->ion->token.len] = '\0';
			return true;
		}
		if (!(c == '\\' ? read_escape(records, raw) : add_byte(records, c)))
			return false;
	}
	return malformed(records);
}

/* A string after its three opening quotes, with the segments that follow it. */
static bool
read_long_parts(DynRecords *records, bool raw)
{
	if (!read_long(records, raw))
		return false;
	for (;;)
	{
		if (!(raw ? (skip_space(records), true) : skip_gap(records)))
			return false;
		if (!take_char(records, '\''))
			return true;
		if (!expect(records, '\'') || !expect(records, '\'') || !read_long(records, raw))
			return false;
	}
}

/* After a quote: a symbol, or a long string. */
static bool
read_single_quoted(DynRecords *records, bool *is_string)
{
	*is_string = false;
	if (!take_char(records, '\''))
		return read_short(records, '\'', false);
	if (!take_char(records, '\''))
		return true;			/* the empty symbol */
	*is_string = true;
	return read_long_parts(records, false);
}

static bool
is_identifier(int c)
{
	return c >= 0 && (isalnum(c) || c == '_' || c == '$');
}

/* An identifier; $12 is the symbol of that number. */
static bool
read_identifier(DynRecords *records)
{
	StringInfo	token = &records->ion->token;
	DynSlice	text;

	while (is_identifier(peek_char(records)))
	{
		if (!add_byte(records, get_char(records)))
			return false;
	}
	if (token->len < 2 || token->data[0] != '$' || strspn(token->data + 1, "0123456789") != token->len - 1)
		return true;
	if (token->len > 10 || !dyn_ion_symbol(records, strtoull(token->data + 1, NULL, 10), &text))
		return malformed(records);
	resetStringInfo(token);
	appendBinaryStringInfo(token, text.data, text.len);
	return true;
}

static DynSlice
token_slice(DynRecords *records)
{
	return (DynSlice) {records->ion->token.data, records->ion->token.len};
}

/* ---- scalars ---- */

static bool
put_token(DynRecords *records, DynIonPlace place, char type)
{
	dyn_ion_put_string(records, place, type, records->ion->token.data, records->ion->token.len);
	return true;
}

/* Converts digits of base 2 or 16 to decimal; false if there are none or too many. */
static bool
convert_base(const char *digits, int base, StringInfo decimal)
{
	char		places[64] = {0};	/* decimal, the least first */
	int			count = 1;

	if (*digits == '\0')
		return false;
	for (; *digits != '\0'; digits++)
	{
		int			carry = isdigit((uint8) *digits) ? *digits - '0' : isxdigit((uint8) *digits) ? (*digits | 0x20) - 'a' + 10 : base;

		if (carry >= base)
			return false;
		for (int i = 0; i < count || carry > 0; i++)
		{
			if (i == lengthof(places))
				return false;
			carry += places[i] * base;
			places[i] = carry % 10;
			carry /= 10;
			count = Max(count, i + 1);
		}
	}
	while (count > 0)
		appendStringInfoChar(decimal, '0' + places[--count]);
	return true;
}

static bool
is_timestamp(const char *text)
{
	return strspn(text, "0123456789") == 4 && (text[4] == '-' || text[4] == 'T');
}

/* A decimal, integer or float in Ion's notation as a number in DynamoDB's. */
static void
append_number(StringInfo out, const char *text)
{
	for (const char *c = text; *c != '\0'; c++)
	{
		if (*c == '.' && !isdigit((uint8) c[1]))
			continue;
		appendStringInfoChar(out, *c == 'd' || *c == 'D' ? 'e' : *c);
	}
}

static bool
put_number(DynRecords *records, DynIonPlace place)
{
	const char *text = records->ion->token.data;
	const char *digits = text + (text[0] == '-' ? 1 : 0);
	StringInfoData number;
	bool		right = true;

	initStringInfo(&number);
	if (is_timestamp(text))
		dyn_ion_refuse(records, "an attribute is an Ion timestamp, which DynamoDB does not have");
	else if (strcmp(text, "+inf") == 0 || strcmp(text, "-inf") == 0)
		dyn_ion_refuse(records, "an attribute is an Ion float that is not a number");
	else if (digits[0] == '0' && digits[1] != '\0' && strchr("xXbB", digits[1]) != NULL)
	{
		appendStringInfoString(&number, digits > text ? "-" : "");
		right = convert_base(digits + 2, (digits[1] | 0x20) == 'x' ? 16 : 2, &number);
	}
	else
		append_number(&number, text);
	if (!right)
		dyn_ion_refuse(records, "an attribute is an Ion integer that is too large");
	dyn_ion_put_string(records, place, 'N', number.data, number.len);
	pfree(number.data);
	return true;
}

static bool
read_number(DynRecords *records, DynIonPlace place)
{
	for (int c; (c = peek_char(records)) >= 0 && (isalnum(c) || strchr("+-._:", c) != NULL) && c != 0;)
	{
		(void) get_char(records);
		if (records->ion->token.len > MAX_NUMBER_TEXT)
			return malformed(records);
		if (c != '_' && !add_byte(records, c))
			return false;
	}
	return put_number(records, place);
}

/* After two braces: a blob in base64, or a clob. */
static bool
read_lob(DynRecords *records, DynIonPlace place)
{
	StringInfo	token = &records->ion->token;
	bool		clob = true;

	skip_space(records);
	if (take_char(records, '"'))
	{
		if (!read_short(records, '"', true))
			return false;
	}
	else if (take_char(records, '\''))
	{
		if (!expect(records, '\'') || !expect(records, '\'') || !read_long_parts(records, true))
			return false;
	}
	else
		clob = false;
	while (peek_char(records) >= 0 && peek_char(records) != '}')
	{
		int			c = get_char(records);

		if (!is_space(c) && (clob || !add_byte(records, c)))
			return malformed(records);
	}
	if (!expect(records, '}') || !expect(records, '}'))
		return false;
	if (clob)
		dyn_ion_put_bytes(records, place, (uint8 *) token->data, token->len);
	else
		(void) put_token(records, place, 'B');
	return true;
}

/* ---- containers ---- */

static bool
read_list(DynRecords *records, DynIonPlace place, DynIonMarks marks)
{
	DynIonPlace inside = dyn_ion_begin_list(records, place, marks);
	bool		first = true;
	bool		found;

	for (;;)
	{
		DynIonMarks inner = {0};

		if (!skip_gap(records))
			return false;
		if (take_char(records, ']'))
			break;
		if (!first && (!expect(records, ',') || !skip_gap(records)))
			return false;
		if (take_char(records, ']'))
			break;				/* a comma may end the list */
		first = false;
		dyn_ion_next_element(records);
		if (!read_value(records, inside, &inner, &found))
			return false;
		if (!found)
			return malformed(records);
	}
	dyn_ion_end_list(records, place);
	return true;
}

static bool
read_name(DynRecords *records)
{
	bool		is_string;

	resetStringInfo(&records->ion->token);
	if (take_char(records, '"'))
		return read_short(records, '"', false);
	if (take_char(records, '\''))
		return read_single_quoted(records, &is_string);
	if (!is_identifier(peek_char(records)) || isdigit(peek_char(records)))
		return malformed(records);
	return read_identifier(records);
}

static bool
read_struct(DynRecords *records, DynIonPlace place)
{
	bool		first = true;
	bool		found;

	dyn_ion_begin_struct(records, place);
	for (;;)
	{
		DynIonMarks inner = {0};
		DynIonPlace inside;

		if (!skip_gap(records))
			return false;
		if (take_char(records, '}'))
			break;
		if (!first && (!expect(records, ',') || !skip_gap(records)))
			return false;
		if (take_char(records, '}'))
			break;
		first = false;
		if (!read_name(records) || !skip_gap(records) || !expect(records, ':'))
			return false;
		inside = dyn_ion_member(records, place, token_slice(records));
		if (!skip_gap(records) || !read_value(records, inside, &inner, &found))
			return false;
		if (!found)
			return malformed(records);
	}
	dyn_ion_end_struct(records, place);
	return true;
}

/* ---- values ---- */

/* An identifier that is a value: a word, or a symbol. */
static bool
put_word(DynRecords *records, DynIonPlace place)
{
	DynSlice	word = token_slice(records);

	if (dyn_slice_is(word, "true") || dyn_slice_is(word, "false"))
		dyn_ion_put_bool(records, place, word.data[0] == 't');
	else if (dyn_slice_is(word, "nan"))
	{
		dyn_ion_refuse(records, "an attribute is an Ion float that is not a number");
		dyn_ion_put_null(records, place);
	}
	else if (dyn_slice_is(word, "null"))
	{
		while (take_char(records, '.') || is_identifier(peek_char(records)))
		{
			if (is_identifier(peek_char(records)))
				(void) get_char(records);
		}
		dyn_ion_put_null(records, place);
	}
	else
		return put_token(records, place, 'S');
	return true;
}

static bool
is_version(DynSlice word)
{
	return word.len > 5 && memcmp(word.data, "$ion_", 5) == 0 && isdigit((uint8) word.data[5]);
}

/* A symbol, which is an annotation if two colons follow; then the value comes next. */
static bool
read_symbol(DynRecords *records, DynIonPlace place, DynIonMarks *marks, bool *found)
{
	bool		quoted = take_char(records, '\'');
	bool		is_string = false;

	if (!(quoted ? read_single_quoted(records, &is_string) : read_identifier(records)))
		return false;
	if (is_string)
		return put_token(records, place, 'S');
	if (!quoted && dyn_slice_is(token_slice(records), "null"))
		return put_word(records, place);
	if (!skip_gap(records))
		return false;
	if (take_char(records, ':'))
	{
		if (!expect(records, ':') || !skip_gap(records))
			return false;
		dyn_ion_mark(marks, token_slice(records));
		return read_value(records, marks->symbol_table && place == DYN_ION_RECORD ? DYN_ION_PLAIN : place, marks, found);
	}
	if (quoted)
		return put_token(records, place, 'S');
	if (place != DYN_ION_RECORD || !is_version(token_slice(records)))
		return put_word(records, place);
	*found = false;
	dyn_ion_reset_symbols(records);
	return dyn_slice_is(token_slice(records), "$ion_1_0") || dyn_ion_break(records, "the data are of another version of Amazon Ion");
}

/* Dispatches by the first character, after white space. */
static bool
read_some_value(DynRecords *records, DynIonPlace place, DynIonMarks *marks, bool *found)
{
	int			c = peek_char(records);

	*found = true;
	resetStringInfo(&records->ion->token);
	if (c == '\'' || (is_identifier(c) && !isdigit(c)))
		return read_symbol(records, place, marks, found);
	if (c >= 0 && (isdigit(c) || c == '-' || c == '+'))
		return read_number(records, place);
	if (take_char(records, '"'))
		return read_short(records, '"', false) && put_token(records, place, 'S');
	if (take_char(records, '['))
		return read_list(records, place, *marks);
	if (take_char(records, '{'))
		return take_char(records, '{') ? read_lob(records, place) : read_struct(records, place);
	return c == '(' ? dyn_ion_break(records, "the data have an S-expression, which is no type of DynamoDB") : malformed(records);
}

static bool
read_value(DynRecords *records, DynIonPlace place, DynIonMarks *marks, bool *found)
{
	bool		read = dyn_ion_enter(records) && read_some_value(records, place, marks, found);

	dyn_ion_leave(records);
	return read;
}

bool
dyn_ion_text_read(DynRecords *records, DynIonMarks *marks, bool *found)
{
	dyn_reader_skip_mark(records);
	if (!skip_gap(records) || peek_char(records) < 0)
		return false;
	return read_value(records, DYN_ION_RECORD, marks, found);
}
