/*
 * ion_binary.c - the binary form of Amazon Ion
 *
 * A top-level value is read into a buffer as a whole; the values in it are slices of that.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "base/jsonout.h"
#include "formats/ion_binary.h"

#define MAX_COEFFICIENT 64		/* bytes; DynamoDB's numbers take 16 */

/* A part of the buffer. */
typedef struct Part
{
	const uint8 *pos;
	const uint8 *end;
} Part;

/* The head of a value: its type, and its length where it is not null. */
typedef struct Head
{
	int			type;
	int			low;			/* nibble */
	bool		null;
	Part		body;
} Head;

enum
{
	ION_NULL, ION_BOOL, ION_POSITIVE, ION_NEGATIVE, ION_FLOAT, ION_DECIMAL, ION_TIMESTAMP, ION_SYMBOL, ION_STRING, ION_CLOB,
	ION_BLOB, ION_LIST, ION_SEXP, ION_STRUCT, ION_ANNOTATION
};

static bool read_value(DynRecords *records, DynIonPlace place, Part *part, DynIonMarks *marks, bool *found);

static bool
malformed(DynRecords *records)
{
	return dyn_ion_break(records, dyn_ion_malformed);
}

static bool
read_var_uint(DynRecords *records, Part *part, uint64 *value)
{
	*value = 0;
	while (part->pos < part->end)
	{
		uint8		byte = *part->pos++;

		if (*value > (PG_UINT64_MAX >> 7))
			break;
		*value = (*value << 7) | (byte & 0x7F);
		if (byte & 0x80)
			return true;
	}
	return malformed(records);
}

static bool
read_var_int(DynRecords *records, Part *part, int64 *value)
{
	bool		negative = part->pos < part->end && (*part->pos & 0x40) != 0;
	bool		first = true;

	*value = 0;
	while (part->pos < part->end)
	{
		uint8		byte = *part->pos++;

		if (*value > (PG_INT64_MAX >> 8))
			break;
		*value = (*value << 7) | (byte & (first ? 0x3F : 0x7F));
		first = false;
		if (byte & 0x80)
		{
			*value = negative ? -*value : *value;
			return true;
		}
	}
	return malformed(records);
}

/* Reads the head of the next value, and its body, from the part. */
static bool
read_head(DynRecords *records, Part *part, Head *head)
{
	uint64		len;
	uint8		byte;

	if (part->pos == part->end)
		return malformed(records);
	byte = *part->pos++;
	*head = (Head) {.type = byte >> 4, .low = byte & 15};
	head->null = head->low == 15;
	len = head->low;
	if (head->null || head->type == ION_BOOL)
		len = 0;
	else if (head->low == 14 || (head->type == ION_STRUCT && head->low == 1))
	{
		if (!read_var_uint(records, part, &len))
			return false;
	}
	if (len > part->end - part->pos)
		return malformed(records);
	head->body = (Part) {part->pos, part->pos + len};
	part->pos += len;
	return true;
}

/* ---- scalars ---- */

/* Appends the bytes, an integer with the most significant one first, in decimal. */
static bool
append_magnitude(StringInfo out, Part part)
{
	char		places[160] = {0};
	int			count = 1;

	while (part.pos < part.end && *part.pos == 0)
		part.pos++;
	if (part.end - part.pos > MAX_COEFFICIENT)
		return false;
	for (; part.pos < part.end; part.pos++)
	{
		int			carry = *part.pos;

		for (int i = 0; i < count || carry > 0; i++)
		{
			carry += places[i] * 256;
			places[i] = carry % 10;
			carry /= 10;
			count = Max(count, i + 1);
		}
	}
	while (count > 0)
		appendStringInfoChar(out, '0' + places[--count]);
	return true;
}

static bool
put_number(DynRecords *records, DynIonPlace place, StringInfo number, bool right)
{
	if (!right)
		dyn_ion_refuse(records, "an attribute is an Ion number with too many digits");
	dyn_ion_put_string(records, place, 'N', number->data, number->len);
	return true;
}

static bool
put_integer(DynRecords *records, DynIonPlace place, const Head *head)
{
	StringInfo	number = &records->ion->token;

	resetStringInfo(number);
	appendStringInfoString(number, head->type == ION_NEGATIVE ? "-" : "");
	return put_number(records, place, number, append_magnitude(number, head->body));
}

static bool
put_decimal(DynRecords *records, DynIonPlace place, Part body)
{
	StringInfo	number = &records->ion->token;
	int64		exponent = 0;
	uint8		first = 0;
	uint8		copy[MAX_COEFFICIENT];
	size_t		len;

	resetStringInfo(number);
	if (body.pos < body.end && !read_var_int(records, &body, &exponent))
		return false;
	len = body.end - body.pos;
	if (len > MAX_COEFFICIENT)
		return put_number(records, place, number, false);
	if (len > 0)
	{
		memcpy(copy, body.pos, len);
		first = copy[0];
		copy[0] &= 0x7F;		/* the highest bit is the sign */
	}
	appendStringInfoString(number, first & 0x80 ? "-" : "");
	append_magnitude(number, (Part) {copy, copy + len});
	appendStringInfo(number, "e" INT64_FORMAT, exponent);
	return put_number(records, place, number, true);
}

static bool
put_float(DynRecords *records, DynIonPlace place, Part body)
{
	uint64		bits = 0;
	size_t		len = body.end - body.pos;
	double		value = 0;
	float		single;

	for (size_t i = 0; i < Min(len, 8); i++)
		bits = (bits << 8) | body.pos[i];
	if (len == 4)
	{
		uint32		low = bits;

		memcpy(&single, &low, sizeof(single));
		value = single;
	}
	else if (len == 8)
		memcpy(&value, &bits, sizeof(value));
	else if (len != 0)
		return malformed(records);
	resetStringInfo(&records->ion->token);
	if (isnan(value) || isinf(value))
		dyn_ion_refuse(records, "an attribute is an Ion float that is not a number");
	else
		appendStringInfo(&records->ion->token, "%.17g", value);
	return put_number(records, place, &records->ion->token, true);
}

static bool
put_symbol(DynRecords *records, DynIonPlace place, Part body)
{
	uint64		number = 0;
	DynSlice	text;

	if (body.end - body.pos > 8)
		return malformed(records);
	while (body.pos < body.end)
		number = (number << 8) | *body.pos++;
	if (!dyn_ion_symbol(records, number, &text))
		return false;
	dyn_ion_put_string(records, place, 'S', text.data, text.len);
	return true;
}

/* ---- containers ---- */

static bool
read_list(DynRecords *records, DynIonPlace place, Part body, DynIonMarks marks)
{
	DynIonPlace inside = dyn_ion_begin_list(records, place, marks);

	while (body.pos < body.end)
	{
		DynIonMarks inner = {0};
		int			before = records->text.len;
		bool		found;

		dyn_ion_next_element(records);
		if (!read_value(records, inside, &body, &inner, &found))
			return false;
		if (!found)
			records->text.len = before;
	}
	dyn_ion_end_list(records, place);
	return true;
}

static bool
read_struct(DynRecords *records, DynIonPlace place, Part body)
{
	dyn_ion_begin_struct(records, place);
	while (body.pos < body.end)
	{
		DynIonMarks inner = {0};
		int			before = records->text.len;
		uint64		number;
		DynSlice	name = {"", 0};
		DynIonPlace inside;
		bool		found;

		if (!read_var_uint(records, &body, &number))
			return false;
		/* padding also has a name, which may be unknown */
		if (body.pos < body.end && (*body.pos >> 4 != ION_NULL || *body.pos == 0x0F) && !dyn_ion_symbol(records, number, &name))
			return false;
		inside = dyn_ion_member(records, place, name);
		if (!read_value(records, inside, &body, &inner, &found))
			return false;
		if (!found)
			records->text.len = before;
	}
	dyn_ion_end_struct(records, place);
	return true;
}

/* Annotations, and the value that they annotate. */
static bool
read_annotated(DynRecords *records, DynIonPlace place, Part body, DynIonMarks *marks, bool *found)
{
	uint64		len;
	Part		numbers;

	if (!read_var_uint(records, &body, &len))
		return false;
	if (len > body.end - body.pos)
		return malformed(records);
	numbers = (Part) {body.pos, body.pos + len};
	body.pos += len;
	while (numbers.pos < numbers.end)
	{
		uint64		number;
		DynSlice	text;

		if (!read_var_uint(records, &numbers, &number) || !dyn_ion_symbol(records, number, &text))
			return false;
		dyn_ion_mark(marks, text);
	}
	return read_value(records, marks->symbol_table && place == DYN_ION_RECORD ? DYN_ION_PLAIN : place, &body, marks, found);
}

/* ---- values ---- */

static bool
put_value(DynRecords *records, DynIonPlace place, const Head *head, DynIonMarks *marks, bool *found)
{
	const Part *body = &head->body;
	int			len = body->end - body->pos;

	if (head->null && head->type <= ION_STRUCT)
	{
		dyn_ion_put_null(records, place);
		return true;
	}
	switch (head->type)
	{
		case ION_NULL:
			*found = false;		/* padding */
			return true;
		case ION_BOOL:
			dyn_ion_put_bool(records, place, head->low == 1);
			return head->low <= 1 || malformed(records);
		case ION_POSITIVE:
		case ION_NEGATIVE:
			return put_integer(records, place, head);
		case ION_FLOAT:
			return put_float(records, place, *body);
		case ION_DECIMAL:
			return put_decimal(records, place, *body);
		case ION_TIMESTAMP:
			dyn_ion_refuse(records, "an attribute is an Ion timestamp, which DynamoDB does not have");
			dyn_ion_put_null(records, place);
			return true;
		case ION_SYMBOL:
			return put_symbol(records, place, *body);
		case ION_STRING:
			dyn_ion_put_string(records, place, 'S', (const char *) body->pos, len);
			return true;
		case ION_CLOB:
		case ION_BLOB:
			dyn_ion_put_bytes(records, place, body->pos, len);
			return true;
		case ION_LIST:
			return read_list(records, place, *body, *marks);
		case ION_SEXP:
			dyn_ion_refuse(records, "an attribute is an S-expression, which DynamoDB does not have");
			dyn_ion_put_null(records, place);
			return true;
		case ION_STRUCT:
			return read_struct(records, place, *body);
		case ION_ANNOTATION:
			return !head->null && read_annotated(records, place, *body, marks, found);
	}
	return malformed(records);
}

static bool
read_value(DynRecords *records, DynIonPlace place, Part *part, DynIonMarks *marks, bool *found)
{
	Head		head = {0};
	bool		read;

	*found = true;
	read = read_head(records, part, &head) && dyn_ion_enter(records) && put_value(records, place, &head, marks, found);
	dyn_ion_leave(records);
	return read || malformed(records);
}

/* ---- the top level ---- */

static bool
add_bytes(DynRecords *records, uint64 count)
{
	DynInput   *input = records->input;
	StringInfo	buffer = &records->ion->buffer;

	if (buffer->len + count > DYN_MAX_RECORD_BYTES)
		return dyn_ion_break(records, dyn_reader_too_long);
	while (count > 0)
	{
		size_t		some;

		if (input->pos == input->end && !dyn_input_fill(input))
			return malformed(records);
		some = Min(count, input->end - input->pos);
		appendBinaryStringInfo(buffer, (const char *) input->pos, some);
		input->pos += some;
		count -= some;
	}
	return true;
}

/* Reads the length that follows the first byte, byte by byte. */
static bool
add_length(DynRecords *records, uint64 *len)
{
	StringInfo	buffer = &records->ion->buffer;
	int			start = buffer->len;
	Part		part;

	do
	{
		if (buffer->len - start > 8 || !add_bytes(records, 1))
			return malformed(records);
	} while ((buffer->data[buffer->len - 1] & 0x80) == 0);
	part = (Part) {(const uint8 *) buffer->data + start, (const uint8 *) buffer->data + buffer->len};
	return read_var_uint(records, &part, len);
}

/* E0 01 00 EA: resets the symbol table. */
static bool
read_version(DynRecords *records)
{
	if (!add_bytes(records, 3))
		return false;
	if (memcmp(records->ion->buffer.data, "\xE0\x01\x00\xEA", 4) != 0)
		return malformed(records);
	dyn_ion_reset_symbols(records);
	return true;
}

bool
dyn_ion_binary_read(DynRecords *records, DynIonMarks *marks, bool *found)
{
	StringInfo	buffer = &records->ion->buffer;
	uint64		len;
	uint8		first;
	Part		part;

	*found = false;
	if (dyn_input_peek(records->input) < 0)
		return false;
	resetStringInfo(buffer);
	if (!add_bytes(records, 1))
		return false;
	first = buffer->data[0];
	if (first == 0xE0)
		return read_version(records);
	len = first & 15;
	if (len == 15 || first >> 4 == ION_BOOL)
		len = 0;
	else if ((len == 14 || (first >> 4 == ION_STRUCT && len == 1)) && !add_length(records, &len))
		return false;
	if (!add_bytes(records, len))
		return false;
	part = (Part) {(const uint8 *) buffer->data, (const uint8 *) buffer->data + buffer->len};
	return read_value(records, DYN_ION_RECORD, &part, marks, found);
}
