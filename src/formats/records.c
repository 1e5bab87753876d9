/*
 * records.c - the records of an object in S3: lines of DynamoDB JSON, and the choice among the formats
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "formats/csv.h"
#include "formats/ion_records.h"
#include "formats/records.h"

#define SHOWN		200			/* bytes of a record that cannot be read */

DynRecords *
dyn_records_open(const DynFormatOptions *options, DynSource source)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "dynapg records", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	DynRecords *records = palloc0_object(DynRecords);

	records->context = context;
	records->scratch = AllocSetContextCreate(context, "dynapg record", ALLOCSET_DEFAULT_SIZES);
	records->options = options;
	records->input = dyn_input_open(options->packing, source);
	initStringInfo(&records->text);
	initStringInfo(&records->raw);
	MemoryContextSwitchTo(caller);
	return records;
}

const char *
dyn_records_flaw(const DynRecords *records)
{
	return records->flaw != NULL ? records->flaw : records->input->flaw;
}

uint64
dyn_records_bytes(const DynRecords *records)
{
	return records->input->packed_bytes;
}

static bool
is_blank(const StringInfoData *line)
{
	for (int i = 0; i < line->len; i++)
	{
		if (strchr(" \t\r", line->data[i]) == NULL || line->data[i] == '\0')
			return false;
	}
	return true;
}

static DynReadResult
read_json(DynRecords *records, const char **flaw)
{
	bool		too_long;

	dyn_reader_skip_mark(records);
	do
	{
		CHECK_FOR_INTERRUPTS();
		if (!dyn_reader_line(records, &records->text, &too_long))
			return DYN_READ_END;
	} while (is_blank(&records->text) && !too_long);
	if (!too_long)
		return DYN_READ_RECORD;
	*flaw = dyn_reader_too_long;
	return DYN_READ_BAD;
}

static DynReadResult
read_record(DynRecords *records, const char **flaw)
{
	switch (records->options->format)
	{
		case DYN_FORMAT_ION:
			return dyn_ion_records_read(records, flaw);
		case DYN_FORMAT_CSV:
			return dyn_csv_read(records, flaw);
		case DYN_FORMAT_JSON:
			break;
	}
	return read_json(records, flaw);
}

bool
dyn_records_next(DynRecords *records, DynFormatRecord *record)
{
	DynReadResult result;
	StringInfo	text = &records->text;
	MemoryContext caller;

	*record = (DynFormatRecord) {0};
	if (dyn_records_flaw(records) != NULL)
		return false;
	MemoryContextReset(records->scratch);
	caller = MemoryContextSwitchTo(records->scratch);
	result = read_record(records, &record->flaw);
	MemoryContextSwitchTo(caller);
	if (result == DYN_READ_END)
		return false;
	record->number = ++records->number;
	if (result == DYN_READ_BAD && records->raw.len > 0)
		text = &records->raw;
	record->text = (DynSlice) {text->data, result == DYN_READ_BAD ? Min(text->len, SHOWN) : text->len};
	return true;
}
