/*
 * sample.h - an estimate of a table's rows and their size from some of its blocks
 */
#ifndef DYNAPG_TABLES_SAMPLE_H
#define DYNAPG_TABLES_SAMPLE_H

#include "postgres.h"

#include "utils/rel.h"

typedef struct DynSample
{
	double		items;			/* of the whole table */
	double		bytes;			/* of all of these */
	double		margin;			/* the true number of items is hardly further from the estimate than this */
} DynSample;

/*
 * Estimates the table's items from a fixed number of blocks.  The blocks are spread evenly over the table, so that the same
 * table gives the same answer.  With `all`, every block is read and the result is exact. It runs no statement, which
 * pg_stat_statements would keep for each table.  The caller holds a lock on it, and may read all of it.
 * False where the table's storage has no blocks that could be read on their own.
 */
extern bool dyn_sample_count(Relation rel, bool all, DynSample *result);

#endif							/* DYNAPG_TABLES_SAMPLE_H */
