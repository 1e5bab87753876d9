/*
 * csv.c - lines of CSV as records
 *
 * The rules are those of RFC 4180: a cell that begins with a quote ends with one, and holds delimiters, ends of lines and doubled
 * quotes between them.  The first line names the columns unless the import does.  Each line is an item; its cells are strings,
 * except for the keys of the table and of its indexes, which have their types (B is base64). An empty cell of a column that is
 * only a key of an index means a missing attribute, so the item is not in that index; any other empty cell is an empty string.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "base/jsonout.h"
#include "formats/csv.h"

#define MAX_COLUMNS 65536		/* that a header names */

typedef struct Column
{
	DynSlice	name;
	const DynTypedAttr *key;	/* NULL: it is none */
} Column;

typedef struct DynCsv
{
	int			ncolumns;
	Column	   *columns;
	StringInfoData cell;
} DynCsv;

/* What ends a cell. */
typedef enum CellEnd
{
	CELL_NEXT,					/* a delimiter */
	CELL_LINE,					/* the end of the line */
	CELL_OBJECT,				/* the end of the object */
	CELL_UNCLOSED				/* the end of the object, in quotes */
} CellEnd;

/* Appends the text in quotes, after the opening one. */
static bool
read_quoted(DynRecords *records, StringInfo cell)
{
	for (int c; (c = dyn_input_get(records->input)) >= 0;)
	{
		if (cell->len > DYN_MAX_RECORD_BYTES)
			return false;
		if (c == '"' && dyn_input_peek(records->input) != '"')
			return true;
		if (c == '"')
			(void) dyn_input_get(records->input);
		appendStringInfoCharMacro(cell, c);
	}
	return false;
}

static CellEnd
read_cell(DynRecords *records, char delimiter)
{
	StringInfo	cell = &records->csv->cell;

	resetStringInfo(cell);
	if (dyn_input_peek(records->input) == '"')
	{
		(void) dyn_input_get(records->input);
		if (!read_quoted(records, cell))
			return CELL_UNCLOSED;
	}
	for (int c; (c = dyn_input_get(records->input)) >= 0;)
	{
		if (c == delimiter)
			return CELL_NEXT;
		if (c == '\n')
			return CELL_LINE;
		if (c == '\r' && (dyn_input_peek(records->input) == '\n' || dyn_input_peek(records->input) < 0))
			continue;
		if (cell->len <= DYN_MAX_RECORD_BYTES)
			appendStringInfoCharMacro(cell, c);
	}
	return CELL_OBJECT;
}

static const DynTypedAttr *
find_key(const DynFormatOptions *options, DynSlice name)
{
	for (int i = 0; i < options->nkeys; i++)
	{
		if (dyn_slice_is(name, options->keys[i].name))
			return &options->keys[i];
	}
	return NULL;
}

/* The columns of these names; false where two are the same or one is empty. */
static bool
set_columns(DynRecords *records, List *names)
{
	DynCsv	   *csv = records->csv;
	ListCell   *cell;

	csv->columns = palloc0_array(Column, Max(list_length(names), 1));
	foreach(cell, names)
	{
		const StringInfoData *text = lfirst(cell);
		DynSlice	name = {text->data, text->len};

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < csv->ncolumns; i++)
		{
			if (dyn_slice_equal(csv->columns[i].name, name))
				return false;
		}
		if (name.len == 0)
			return false;
		csv->columns[csv->ncolumns++] = (Column) {name, find_key(records->options, name)};
	}
	return csv->ncolumns > 0;
}

static List *
add_name(List *names, const char *data, int len)
{
	StringInfo	name = makeStringInfo();

	appendBinaryStringInfo(name, data, len);
	return lappend(names, name);
}

static List *
read_header(DynRecords *records, char delimiter)
{
	StringInfo	cell = &records->csv->cell;
	List	   *names = NIL;
	int64		bytes = 0;
	CellEnd		end;

	do
	{
		CHECK_FOR_INTERRUPTS();
		end = read_cell(records, delimiter);
		names = add_name(names, cell->data, cell->len);
		bytes += cell->len;
	} while (end == CELL_NEXT && list_length(names) < MAX_COLUMNS && bytes <= DYN_MAX_RECORD_BYTES);
	if (end == CELL_NEXT)
		records->flaw = "the header is too long";
	return names;
}

static void
begin_object(DynRecords *records, char delimiter)
{
	MemoryContext caller = MemoryContextSwitchTo(records->context);
	List	   *names = NIL;

	records->csv = palloc0_object(DynCsv);
	initStringInfo(&records->csv->cell);
	dyn_reader_skip_mark(records);
	if (dyn_input_peek(records->input) < 0)
	{
		MemoryContextSwitchTo(caller);
		return;
	}
	for (int i = 0; i < records->options->nheaders; i++)
		names = add_name(names, records->options->headers[i], strlen(records->options->headers[i]));
	if (names == NIL)
		names = read_header(records, delimiter);
	if (records->flaw == NULL && !set_columns(records, names) && records->input->flaw == NULL)
		records->flaw = "the header has an empty name, or one name twice";
	MemoryContextSwitchTo(caller);
}

static void
append_attribute(StringInfo text, const Column *column, const StringInfoData *cell)
{
	if (text->data[text->len - 1] != '{')
		appendStringInfoChar(text, ',');
	dyn_jsonout_string(text, column->name.data, column->name.len);
	appendStringInfo(text, ":{\"%c\":", column->key != NULL ? column->key->type : 'S');
	dyn_jsonout_string(text, cell->data, cell->len);
	appendStringInfoChar(text, '}');
}

static void
take_cell(DynRecords *records, int number)
{
	DynCsv	   *csv = records->csv;
	const Column *column = &csv->columns[number];

	if (records->raw.len < 1024)
	{
		if (number > 0)
			appendStringInfoChar(&records->raw, ',');
		appendBinaryStringInfo(&records->raw, csv->cell.data, Min(csv->cell.len, 1024));
	}
	if (csv->cell.len == 0 && column->key != NULL && column->key->optional)
		return;
	if (records->text.len <= DYN_MAX_RECORD_BYTES)
		append_attribute(&records->text, column, &csv->cell);
}

/* A line; *count becomes the number of its cells. */
static CellEnd
read_line(DynRecords *records, char delimiter, int *count)
{
	CellEnd		end;

	*count = 0;
	resetStringInfo(&records->text);
	resetStringInfo(&records->raw);
	appendStringInfoString(&records->text, "{\"Item\":{");
	do
	{
		end = read_cell(records, delimiter);
		if (*count < records->csv->ncolumns)
			take_cell(records, *count);
		++*count;
	} while (end == CELL_NEXT);
	appendStringInfoString(&records->text, "}}");
	return end;
}

DynReadResult
dyn_csv_read(DynRecords *records, const char **flaw)
{
	char		delimiter = records->options->delimiter ? records->options->delimiter : ',';
	CellEnd		end;
	int			count;

	if (records->csv == NULL)
		begin_object(records, delimiter);
	do
	{
		CHECK_FOR_INTERRUPTS();
		if (dyn_input_peek(records->input) < 0 || records->flaw != NULL)
			return DYN_READ_END;
		end = read_line(records, delimiter, &count);
		if (records->input->flaw != NULL)
			return DYN_READ_END;
	} while (count == 1 && records->csv->cell.len == 0 && end != CELL_UNCLOSED);
	if (end == CELL_UNCLOSED)
	{
		records->flaw = "a cell in quotes does not end";
		return DYN_READ_END;
	}
	if (records->text.len > DYN_MAX_RECORD_BYTES)
		*flaw = dyn_reader_too_long;
	else if (count != records->csv->ncolumns)
		*flaw = psprintf("the line has %d cells, and there are %d columns", count, records->csv->ncolumns);
	return *flaw == NULL ? DYN_READ_RECORD : DYN_READ_BAD;
}
