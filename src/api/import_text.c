/*
 * import_text.c - the texts of an import, as lines and as documents of several lines
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "api/import.h"
#include "api/import_line.h"
#include "api/import_text.h"

void
dyn_import_text_json(DynImport *import, const DynJson *document)
{
	dyn_import_next_line(import);
	dyn_import_line_read(import, document);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
trim(const char **text, size_t *len)
{
	for (; *len > 0 && is_blank(**text); (*text)++)
		(*len)--;
	while (*len > 0 && is_blank((*text)[*len - 1]))
		(*len)--;
}

/* A line, or a document of several lines, which may be invalid JSON. */
static void
take_document(DynImport *import, const char *text, size_t len, const DynJson *document)
{
	if (document != NULL)
	{
		dyn_import_text_json(import, document);
		return;
	}
	dyn_import_next_line(import);
	dyn_import_refuse_line(import, text, len);
}

static void
take_lines(DynImport *import, const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end)
	{
		const char *stop = memchr(text, '\n', end - text);
		const char *line = text;
		size_t		line_len = (stop != NULL ? stop : end) - text;

		text = stop != NULL ? stop + 1 : end;
		trim(&line, &line_len);
		if (line_len == 0)
			dyn_import_next_line(import);
		else
			take_document(import, line, line_len, dyn_json_try(line, line_len));
		MemoryContextReset(dyn_import_scratch(import));
	}
}

/* Is it a complete line of JSON, or the rest of one? */
static bool
is_line(const char *text, size_t len)
{
	trim(&text, &len);
	return dyn_json_try(text, len) != NULL || (len > 1 && text[0] == '{' && text[len - 1] == '}');
}

void
dyn_import_text(DynImport *import, const char *text, size_t len)
{
	MemoryContext caller = MemoryContextSwitchTo(dyn_import_scratch(import));
	const char *stop;

	dyn_json_skip_mark(&text, &len);
	trim(&text, &len);
	stop = memchr(text, '\n', len);
	if (len == 0)
		dyn_import_next_line(import);
	else if (stop != NULL && is_line(text, stop - text))
		take_lines(import, text, len);
	else
		take_document(import, text, len, dyn_json_try(text, len));
	MemoryContextSwitchTo(caller);
	MemoryContextReset(dyn_import_scratch(import));
}
