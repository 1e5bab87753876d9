/*
 * stream_names.h - the names that the API of streams has for streams and for positions in them
 */
#ifndef DYNAPG_API_STREAM_NAMES_H
#define DYNAPG_API_STREAM_NAMES_H

#include "postgres.h"

#include "base/json.h"
#include "changes/read.h"
#include "changes/stream.h"
#include "lib/stringinfo.h"

/*
 * A sequence number has the tick and, in 20 digits, the record's number.  These append that of a record, and numbers below and
 * above those of all records of a tick.
 */
extern char *dyn_stream_names_sequence_print(int64 tick, int64 number);
extern char *dyn_stream_names_sequence_first(int64 tick);
extern char *dyn_stream_names_sequence_last(int64 tick);

/* The tick and number in such a text, with DYN_POSITION_ALL for a number that is too large; false for an invalid text. */
extern bool dyn_stream_names_sequence_read(DynSlice text, DynPosition *position);

/* The table's full name and the label in the ARN of a stream; raises ValidationException for anything else. */
extern void dyn_stream_names_read(DynSlice arn, const char **table_name, char **label);

/* The stream of that ARN; raises ResourceNotFoundException. */
extern DynStream *dyn_stream_names_find(DynSlice arn);

extern char *dyn_stream_names_arn(const DynStream *stream);

/* The content of a shard iterator. One from the horizon has no position until it is used. */
typedef struct DynIterator
{
	DynSlice	arn;
	char	   *shard;
	bool		from_horizon;
	DynPosition after;
	int64		issued;			/* milliseconds since 1970 */
} DynIterator;

extern char *dyn_stream_names_iterator_print(const DynStream *stream, const char *shard, bool from_horizon, DynPosition after);

/* Raises ValidationException for an invalid iterator, ExpiredIteratorException for one that is too old. */
extern DynIterator dyn_stream_names_iterator_read(DynSlice text);

#endif							/* DYNAPG_API_STREAM_NAMES_H */
