/*
 * consumed.h - ConsumedCapacity and ItemCollectionMetrics of a request on several tables
 *
 * One entry per table, in the order in which the request names the tables. Units are added as reads and writes are carried out,
 * so that no images need be kept for the reply.
 */
#ifndef DYNAPG_THROUGHPUT_CONSUMED_H
#define DYNAPG_THROUGHPUT_CONSUMED_H

#include "lib/stringinfo.h"

#include "tables/table.h"
#include "throughput/capacity.h"

typedef struct DynConsumedTable
{
	const DynTable *table;
	DynCapacity capacity;		/* with the table's name as the request gave it */
	int			nwritten;
	DynValue   *written;		/* partition keys of items written, if the reply reports item collections */
} DynConsumedTable;

typedef struct DynConsumed
{
	DynCapacityReport report;
	DynCapacityKind kind;
	bool		metrics;		/* the request asks for item collections */
	bool		shows_none;		/* the reply has the member even where there are none */
	int			nitems;
	int			ntables;
	DynConsumedTable *tables;
} DynConsumed;

/* The request names at most nitems items and tables each.  metrics: it asks for item collections. */
extern void dyn_consumed_begin(DynConsumed *account, DynCapacityKind kind, DynCapacityReport report, bool metrics, int nitems);

/* A new entry for a table; the name as the request gave it. */
extern DynConsumedTable *dyn_consumed_add(DynConsumed *account, DynSlice name, const DynTable *table);

/* The table's existing entry, or else a new one. */
extern DynConsumedTable *dyn_consumed_table(DynConsumed *account, DynSlice name, const DynTable *table);

/* Notes that an item of that partition key was written. */
extern void dyn_consumed_written(const DynConsumed *account, DynConsumedTable *table, DynValue pk);

/* Appends the members ConsumedCapacity and ItemCollectionMetrics that the request asks for. */
extern void dyn_consumed_reply(StringInfo reply, const DynConsumed *account);

#endif							/* DYNAPG_THROUGHPUT_CONSUMED_H */
