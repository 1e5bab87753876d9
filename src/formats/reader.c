/*
 * reader.c - what the readers of the formats share: lines
 */
#include "postgres.h"

#include "formats/reader.h"

#define KEPT_OF_LONG 1024		/* bytes of a line that is too long */

const char *const dyn_reader_too_long = "the record is longer than 16777216 bytes";

void
dyn_reader_skip_mark(DynRecords *records)
{
	DynInput   *input = records->input;

	if (records->number > 0 || dyn_input_peek(input) != 0xEF || input->end - input->pos < 3)
		return;
	if (memcmp(input->pos, "\xEF\xBB\xBF", 3) == 0)
		input->pos += 3;
}

bool
dyn_reader_line(DynRecords *records, StringInfo text, bool *too_long)
{
	DynInput   *input = records->input;
	bool		any = false;

	*too_long = false;
	resetStringInfo(text);
	while (input->pos < input->end || dyn_input_fill(input))
	{
		const uint8 *stop = memchr(input->pos, '\n', input->end - input->pos);
		size_t		count = (stop != NULL ? stop : input->end) - input->pos;

		any = true;
		if (text->len + count > DYN_MAX_RECORD_BYTES && !*too_long)
		{
			*too_long = true;
			text->len = Min(text->len, KEPT_OF_LONG);
		}
		if (!*too_long)
			appendBinaryStringInfo(text, (const char *) input->pos, count);
		input->pos += count + (stop != NULL ? 1 : 0);
		if (stop != NULL)
			return true;
	}
	return any && input->flaw == NULL;
}
