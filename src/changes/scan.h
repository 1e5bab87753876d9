/*
 * scan.h - reading the log's tables by their indexes, all of them together, in the order of numbers
 *
 * Like ticks (tick.c), records are read without a statement: planning one and copying its result took longer than the reading
 * itself.  The reader needs no rights on the log.
 */
#ifndef DYNAPG_CHANGES_SCAN_H
#define DYNAPG_CHANGES_SCAN_H

#include "postgres.h"

#include "access/htup.h"
#include "changes/log.h"

typedef struct DynLogScan DynLogScan;

/* A row of the log; tuple is valid until the next one of the scan is requested. */
typedef struct DynLogRow
{
	int64		number;
	int64		xid;
	TimestampTz created_at;
	int32		hash;
	HeapTuple	tuple;
} DynLogRow;

/* The records of a stream that are visible now, with numbers above the first and up to the last. */
extern DynLogScan *dyn_log_scan_begin(int stream, int64 above, int64 upto);

/* The next one; false at the end. */
extern bool dyn_log_scan_next(DynLogScan *scan, DynLogRow *row);

/*
 * The record of a row, or of a copy of its tuple, in the current memory context, while the scan goes on.  Raises XX001, with the place of
 * the row, for one that is damaged.
 */
extern void dyn_log_scan_read(DynLogScan *scan, HeapTuple tuple, DynRecord *record);

extern void dyn_log_scan_end(DynLogScan *scan);

#endif							/* DYNAPG_CHANGES_SCAN_H */
