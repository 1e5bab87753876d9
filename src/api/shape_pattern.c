/*
 * shape_pattern.c - patterns and lengths of strings in requests
 */
#include "postgres.h"

#include "api/shape_pattern.h"
#include "tables/name.h"

int64
dyn_shape_pattern_length(DynSlice text)
{
	int64		units = 0;

	for (uint32 i = 0; i < text.len; i++)
	{
		uint8		byte = (uint8) text.data[i];

		units += (byte & 0xC0) != 0x80;
		units += byte >= 0xF0;
	}
	return units;
}

static const char *const pattern_texts[] = {
	[DYN_PATTERN_NONE] = "",
	[DYN_PATTERN_NAME] = "[a-zA-Z0-9_.-]+",
	[DYN_PATTERN_S3_BUCKET] = "^[a-z0-9A-Z]+[\\.\\-\\w]*[a-z0-9A-Z]+$",
	[DYN_PATTERN_S3_OWNER] = "[0-9]{12}",
	[DYN_PATTERN_CLIENT_TOKEN] = "^[^\\$]+$",
	[DYN_PATTERN_CSV_DELIMITER] = "[,;:|\\t ]",
	[DYN_PATTERN_CSV_HEADER] = "[\\x20-\\x21\\x23-\\x2B\\x2D-\\x7E]*",
	[DYN_PATTERN_HEX_TOKEN] = "([0-9a-f]{16})+",
};

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static bool
is_made_of(DynSlice text, const char *characters)
{
	for (uint32 i = 0; i < text.len; i++)
	{
		if (text.data[i] == '\0' || strchr(characters, text.data[i]) == NULL)
			return false;
	}
	return true;
}

/* Printable ASCII without quotes and commas. */
static bool
is_csv_header(DynSlice text)
{
	for (uint32 i = 0; i < text.len; i++)
	{
		if (text.data[i] < 0x20 || text.data[i] > 0x7E || text.data[i] == '"' || text.data[i] == ',')
			return false;
	}
	return true;
}

bool
dyn_shape_pattern_matches(DynShapePattern pattern, DynSlice text)
{
	switch (pattern)
	{
		case DYN_PATTERN_NONE:
			return true;
		case DYN_PATTERN_NAME:
			return dyn_name_is_legal(text.data, text.len);
		case DYN_PATTERN_S3_BUCKET:
			return text.len >= 2 && is_made_of(text, LETTERS DIGITS "_.-") && is_made_of((DynSlice) {text.data, 1}, LETTERS DIGITS) &&
				is_made_of((DynSlice) {text.data + text.len - 1, 1}, LETTERS DIGITS);
		case DYN_PATTERN_S3_OWNER:
			return text.len == 12 && is_made_of(text, DIGITS);
		case DYN_PATTERN_CLIENT_TOKEN:
			return text.len > 0 && memchr(text.data, '$', text.len) == NULL;
		case DYN_PATTERN_CSV_DELIMITER:
			return text.len == 1 && is_made_of(text, ",;:|\t ");
		case DYN_PATTERN_CSV_HEADER:
			return is_csv_header(text);
		case DYN_PATTERN_HEX_TOKEN:
			return text.len > 0 && text.len % 16 == 0 && is_made_of(text, DIGITS "abcdef");
	}
	pg_unreachable();
}

const char *
dyn_shape_pattern_text(DynShapePattern pattern)
{
	return pattern_texts[pattern];
}
