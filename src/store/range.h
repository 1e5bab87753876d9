/*
 * range.h - reading a range of a table or an index in key order
 *
 * Model.  A range is leading key attributes that are equal to given values, then at most one bound on the next
 * one, in one direction, after an exclusive start.  It runs as one kept plan, an index scan always, whose
 * rows go to the caller as they come; the caller stops it.  Nothing is materialised: memory is one row, whatever
 * the table's size, and a page costs what it reads.
 *
 * The order is that of the btree: the key attributes of the index, then the table's key as a tie-breaker,
 * so every row has one place and a start key resumes exactly behind it.
 */
#ifndef DYNAPG_STORE_RANGE_H
#define DYNAPG_STORE_RANGE_H

#include "lib/stringinfo.h"

#include "tables/order.h"
#include "tables/table.h"

typedef struct DynRange
{
	DynTable   *table;
	const DynIndex *index;		/* NULL: the table itself */
	int			nequal;			/* leading key attributes bound by equality; 0 for a Scan */
	DynValue	equal[DYN_MAX_INDEX_KEY_ATTRS];
	DynRangeOp	op;				/* on the sort attribute after those; an equality belongs into equal */
	DynValue	low;			/* operand, or the lower bound of BETWEEN */
	DynValue	high;
	bool		backward;
	const DynOrderPosition *start;	/* exclusive start, or NULL; lies inside the range */
	int			segment;		/* parallel scan: 0-based */
	int			total_segments; /* 0: not parallel */
	int64		wanted;			/* how many rows the consumer takes at the most; 0: it is not known */
} DynRange;

/*
 * Reads the range.  Runs with the caller's rights and row security and with a snapshot of its own; the consumer may raise
 * errors.  With segments, a start outside of the segment is a ValidationException.
 */
extern void dyn_range_read(const DynRange *range, DynRowConsumer consumer, void *arg);

/* Appends PostgreSQL's plan of that read, in lines.  Raises an error without the rights to read. */
extern void dyn_range_explain(const DynRange *range, StringInfo out);

#endif							/* DYNAPG_STORE_RANGE_H */
