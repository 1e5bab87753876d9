/*
 * reader.h - what the readers of the formats share: options, the current record, lines
 */
#ifndef DYNAPG_FORMATS_READER_H
#define DYNAPG_FORMATS_READER_H

#include "lib/stringinfo.h"

#include "base/json.h"
#include "formats/input.h"

#define DYN_MAX_RECORD_BYTES (16 * 1024 * 1024)

typedef enum DynFormat
{
	DYN_FORMAT_JSON,
	DYN_FORMAT_ION,
	DYN_FORMAT_CSV
} DynFormat;

/* A CSV column that is not a string, since it is a key of the table or of an index. */
typedef struct DynTypedAttr
{
	const char *name;
	char		type;			/* 'S', 'N' or 'B' */
	bool		optional;		/* only a key of an index: an empty cell means no attribute */
} DynTypedAttr;

typedef struct DynFormatOptions
{
	DynFormat	format;
	DynPacking	packing;
	char		delimiter;		/* CSV's; 0: a comma */
	int			nheaders;		/* CSV's; 0: the first line has them */
	char	  **headers;
	int			nkeys;			/* CSV's */
	const DynTypedAttr *keys;
} DynFormatOptions;

typedef struct DynFormatRecord
{
	int64		number;			/* within the object, from 1 on */
	const char *flaw;			/* why it cannot be read, or NULL; valid until the next record, like the text */
	DynSlice	text;			/* its JSON; with a flaw: its beginning, as it is in the object */
} DynFormatRecord;

typedef struct DynRecords
{
	MemoryContext context;
	MemoryContext scratch;		/* of a record */
	const DynFormatOptions *options;
	DynInput   *input;
	StringInfoData text;		/* of the record */
	StringInfoData raw;			/* the record as it is in the object, if that differs */
	int64		number;
	const char *flaw;			/* of the object; the input may have another one */
	struct DynCsv *csv;			/* NULL: made at the first record */
	struct DynIon *ion;
} DynRecords;

/* The result of reading a record. */
typedef enum DynReadResult
{
	DYN_READ_RECORD,			/* its JSON is in records->text */
	DYN_READ_BAD,				/* its flaw is in *flaw, and its beginning in records->raw or text */
	DYN_READ_END				/* or a flaw of the object, which is in records->flaw */
} DynReadResult;

/*
 * Reads a line into text, without its end; false at the end of the object.  For a line with more than DYN_MAX_RECORD_BYTES it
 * keeps the beginning and sets *too_long.
 */
extern bool dyn_reader_line(DynRecords *records, StringInfo text, bool *too_long);

/* Skips a byte order mark at the beginning of the object. */
extern void dyn_reader_skip_mark(DynRecords *records);

extern const char *const dyn_reader_too_long;

#endif							/* DYNAPG_FORMATS_READER_H */
