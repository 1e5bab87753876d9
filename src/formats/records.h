/*
 * records.h - the records of an object in S3: DynamoDB JSON, Amazon Ion, CSV
 *
 * Whatever the format, a record comes out as the text of a JSON object, {"Item":{"id":{"S":"x"}}}, like a line of DynamoDB
 * JSON: so what an item may hold is checked in one place, by the reader of JSON. An Ion struct {Item:{id:"x"}} and a line of
 * CSV come out in that form, too.
 *
 * A record with a flaw is skipped, and the next ones are read.  An object with a flaw ends there.
 */
#ifndef DYNAPG_FORMATS_RECORDS_H
#define DYNAPG_FORMATS_RECORDS_H

#include "formats/reader.h"

/* Reads an object.  All its memory is in a child of the current memory context. */
extern DynRecords *dyn_records_open(const DynFormatOptions *options, DynSource source);

/* The next record, good until the next call; false at the end. */
extern bool dyn_records_next(DynRecords *records, DynFormatRecord *record);

/* Why the object ended too early; NULL if it did not. */
extern const char *dyn_records_flaw(const DynRecords *records);

/* Bytes read from the source so far. */
extern uint64 dyn_records_bytes(const DynRecords *records);

#endif							/* DYNAPG_FORMATS_RECORDS_H */
