/*
 * segments.h - parallel scans: the part of a table's or index's order that is one segment
 *
 * Model.  Segments are consecutive ranges of the order (tables/order.h), bounded by places that are sampled from the
 * data when a table or index is first scanned with that number of segments, and stored in dynapg.scan_bounds.
 * From then on they are the same for every page of every segment, whatever is written meanwhile: together the
 * segments hold each item exactly once.  Any places would do for that; the sample makes the segments about equal.
 *
 * New bounds are made when a scan begins, nobody has used the old ones for a day and the table has doubled or halved since, and
 * when the index of that name is a different one.  There are never more than DYN_MAX_SCAN_BOUNDS of them, and than items
 * sampled: of more segments the surplus is empty.
 *
 * Where nothing can be written (read-only transactions, hot standbys), where there is nothing to sample (a table that
 * is not stored here), and for numbers of segments beyond DYN_MAX_SCAN_LISTS of a table or index within a day, the
 * bounds are places that depend only on the number of segments and the type of the first key attribute. The same holds for
 * users who do not see all rows: a sampled bound is a key that row security may hide from them, and they could find it by
 * trying start keys, or keys of their own items.
 */
#ifndef DYNAPG_STORE_SEGMENTS_H
#define DYNAPG_STORE_SEGMENTS_H

#include "tables/order.h"
#include "tables/table.h"

#define DYN_MAX_SCAN_BOUNDS 4095
#define DYN_MAX_SCAN_LISTS	100

/* The places from low, inclusive, to high, exclusive. */
typedef struct DynSegment
{
	int			number;			/* 0-based */
	int			total;
	bool		empty;			/* no place at all */
	bool		has_low;		/* otherwise from the first place */
	bool		has_high;		/* otherwise to the last place */
	DynValue	low[DYN_ORDER_MAX_COLUMNS]; /* contents of the order's columns */
	DynValue	high[DYN_ORDER_MAX_COLUMNS];
} DynSegment;

/*
 * The segment of a table (index NULL) or index with that order, in the current memory context, which must be SPI's. The first
 * use of a number of segments samples the data with the rights of the caller, who sees all rows, and stores the bounds. A start
 * (or NULL) outside of the segment is a ValidationException.
 */
extern DynSegment dyn_segment_find(const DynTable *table, const DynIndex *index, const DynOrder *order, int number, int total,
								   const DynOrderPosition *start);

#endif							/* DYNAPG_STORE_SEGMENTS_H */
