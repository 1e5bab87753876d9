/*
 * stats.h - statistics of the HTTP front: calls, errors, items, time and bytes per operation and table
 *
 * Counted in the worker and added to shared memory once a second; since the server's start or the last reset. Tables appear
 * with the names in requests, but only those that the server found: a request that names no table, or a missing one, is counted
 * without a table.  There is room for DYN_MAX_HTTP_COUNTERS pairs of operation and table; beyond that, an operation is counted
 * without a table, too.
 */
#ifndef DYNAPG_HTTP_STATS_H
#define DYNAPG_HTTP_STATS_H

#include "postgres.h"

#include "lib/stringinfo.h"

#include "api/operation.h"
#include "base/errors.h"
#include "base/json.h"

#define DYN_STATS_INTERVAL 1000	/* milliseconds between two additions to shared memory */

/* Asks for shared memory; from _PG_init. */
extern void dyn_stats_register(void);

/* One request that was answered. */
typedef struct DynStatsCall
{
	const DynOperation *operation;
	DynSlice	table;
	const DynErrInfo *error;	/* the exception that it ended with, or NULL */
	int64		microseconds;
	int64		items;			/* returned or written */
	int64		bytes_in;		/* of the bodies */
	int64		bytes_out;
} DynStatsCall;

extern void dyn_stats_count(const DynStatsCall *call);

/* Adds the counts to shared memory: now, or only if a second has passed. True: there is more to add. */
extern bool dyn_stats_report(bool now);

/*
 * The counts in the text format of Prometheus: the times of each operation as a histogram, and the rest by operation and table
 * for the DYN_MAX_HTTP_METRICS pairs with the most calls.
 */
extern void dyn_stats_print_metrics(StringInfo out);

#endif							/* DYNAPG_HTTP_STATS_H */
