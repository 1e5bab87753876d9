/*
 * export_output.h - the files of an export, as DynamoDB lays them out
 *
 *		PREFIX/AWSDynamoDB/ID/_started					empty: the bucket can be written
 *		PREFIX/AWSDynamoDB/ID/data/NAME.json.gz			lines; PREFIX/AWSDynamoDB/data/NAME.json.gz of an incremental export
 *		PREFIX/AWSDynamoDB/ID/manifest-files.json		a line for each of them; manifest-files.md5
 *		PREFIX/AWSDynamoDB/ID/manifest-summary.json		comes last: without it the export is incomplete; manifest-summary.md5
 *
 * Names of data files depend only on the export's id, so that a second attempt replaces the files of the first one; leftover
 * files become empty, which data files may be.
 */
#ifndef DYNAPG_JOBS_EXPORT_OUTPUT_H
#define DYNAPG_JOBS_EXPORT_OUTPUT_H

#include "lib/stringinfo.h"

#include "bucket/bucket.h"

typedef struct DynExportOutput DynExportOutput;

typedef struct DynExportPlace
{
	DynS3Bucket *bucket;
	const char *prefix;			/* or NULL */
	const char *id;
	bool		ion;
	bool		incremental;
} DynExportPlace;

/* The key of a file of the export itself, such as "manifest-summary.json". */
extern char *dyn_export_output_key(const DynExportPlace *place, const char *name);

/* Begins the data files, in the current memory context, after writing _started. */
extern DynExportOutput *dyn_export_output_begin(const DynExportPlace *place);

/* Writes lines of one item. */
extern void dyn_export_output_write(DynExportOutput *output, const char *lines, size_t len);

/* Ends the data files and writes manifest-files.json with its checksum. */
extern void dyn_export_output_end(DynExportOutput *output);

/* Writes manifest-summary.json with its checksum. */
extern void dyn_export_output_summarise(const DynExportPlace *place, const char *summary);

#endif							/* DYNAPG_JOBS_EXPORT_OUTPUT_H */
