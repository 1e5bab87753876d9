/*
 * read.h - reading the records of a stream in their order
 */
#ifndef DYNAPG_CHANGES_READ_H
#define DYNAPG_CHANGES_READ_H

#include "postgres.h"

#include "changes/log.h"
#include "changes/stream.h"

/* The place after that record; after the whole tick if number is DYN_POSITION_ALL. */
typedef struct DynPosition
{
	int64		tick;
	int64		number;
} DynPosition;

#define DYN_POSITION_ALL PG_INT64_MAX

typedef struct DynReading
{
	const DynStream *stream;
	int			slot;			/* of slots: the records of that part; slots 1: of all */
	int			slots;
	DynPosition after;			/* in and out: where to go on */
	int64		to_tick;		/* the last one to be read; it exists */
	int			limit;			/* records, */
	int64		max_bytes;		/* and bytes of their items, but one record at least */
	DynRecord  *records;		/* out, in the current memory context */
	int			count;
	bool		at_end;			/* out: nothing is left up to to_tick */
} DynReading;

/*
 * Continues from `after`. May return fewer records than there are, even none: see at_end.  False where the records after
 * the position have been trimmed.
 */
extern bool dyn_read_records(DynReading *reading);

/*
 * The position before the first record of the part that was written at or after the moment, among the ticks up to
 * reading->to_tick.  Uses stream, slot, slots and to_tick.
 */
extern DynPosition dyn_read_position_at(const DynReading *reading, TimestampTz moment);

#endif							/* DYNAPG_CHANGES_READ_H */
