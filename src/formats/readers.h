/*
 * readers.h - between records.c and the readers of the formats
 */
#ifndef DYNAPG_FORMATS_READERS_H
#define DYNAPG_FORMATS_READERS_H

#include "formats/records.h"

struct DynRecords
{
	MemoryContext context;
	const DynFormatOptions *options;
	DynInput   *input;
	StringInfoData text;		/* of the record */
	StringInfoData raw;			/* the record as it is in the object, where that is something else */
	int64		number;
	const char *flaw;			/* of the object; the input may have another one */
	struct DynCsv *csv;			/* NULL: made at the first record */
	struct DynIon *ion;
};

/* Where reading a record leads to. */
typedef enum DynReadResult
{
	DYN_READ_RECORD,			/* its JSON is in records->text */
	DYN_READ_BAD,				/* its flaw is in *flaw, and its beginning in records->raw or text */
	DYN_READ_END				/* or a flaw of the object, which is in records->flaw */
} DynReadResult;

extern DynReadResult dyn_csv_read(DynRecords *records, const char **flaw);
extern DynReadResult dyn_ion_read(DynRecords *records, const char **flaw);

/*
 * Reads a line into text, without its end; false at the end of the object.  Of a line with more than DYN_MAX_RECORD_BYTES the
 * beginning is kept, and *too_long set.
 */
extern bool dyn_records_line(DynRecords *records, StringInfo text, bool *too_long);

/* Skips a byte order mark at the beginning of the object. */
extern void dyn_records_skip_mark(DynRecords *records);

extern const char *const dyn_record_too_long;

#endif							/* DYNAPG_FORMATS_READERS_H */
