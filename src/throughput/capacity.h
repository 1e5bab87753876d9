/*
 * capacity.h - ConsumedCapacity and ItemCollectionMetrics of a reply
 *
 * A read costs one unit per 4 KB, rounded up, and half of that when it is eventually consistent; a write costs one unit per KB,
 * rounded up, of the larger of the images before and after it.  A secondary index is charged for a write that changes
 * what it stores of the item (its keys and what it projects): an entry that appears, vanishes or changes in
 * place costs its size, one whose key moves costs the old and the new entry, an untouched one nothing.
 *
 * Within a transaction an item is read or written twice, so its units are doubled: those of the table and of local indexes,
 * which are written with it, but not those of global ones, which follow the transaction.
 *
 * The images are those that the statement replaced and made, even if others write the item at the same time. A request that
 * does not ask for its capacity keeps no images and computes nothing.
 */
#ifndef DYNAPG_THROUGHPUT_CAPACITY_H
#define DYNAPG_THROUGHPUT_CAPACITY_H

#include "lib/stringinfo.h"

#include "tables/table.h"

#define DYN_READ_UNIT_BYTES 4096
#define DYN_WRITE_UNIT_BYTES 1024

/* ReturnConsumedCapacity */
typedef enum DynCapacityReport
{
	DYN_CAPACITY_NONE,
	DYN_CAPACITY_TOTAL,
	DYN_CAPACITY_INDEXES
} DynCapacityReport;

/* In transactions each sum of units appears twice: as CapacityUnits, and as read or write units. */
typedef enum DynCapacityKind
{
	DYN_CAPACITY_PLAIN,
	DYN_CAPACITY_TRANSACT_READ, /* ReadCapacityUnits too */
	DYN_CAPACITY_TRANSACT_WRITE /* WriteCapacityUnits too */
} DynCapacityKind;

/* What requests used of one table.  Zeroed is "nothing". */
typedef struct DynCapacity
{
	DynCapacityReport report;
	DynCapacityKind kind;
	DynSlice	table_name;		/* as the request gave it, a name or an ARN */
	double		table_units;
	double	   *index_units;	/* one of each of the table's indexes; NULL while none was charged */
	double	   *vector_bytes;	/* written, one of each of the table's vector indexes; NULL while there were none */
} DynCapacity;

/* Units of a read of that number of bytes; a read that found nothing costs as much as the smallest one. */
extern double dyn_capacity_of_read(uint64 bytes, bool consistent);

/* Units of writing images of that size, at least one. */
extern double dyn_capacity_of_write(uint32 bytes);

/* Adds a write's units of the table and its indexes; either image may be NULL. */
extern void dyn_capacity_add_write(DynCapacity *capacity, const DynTable *table,
								   const struct varlena *old_item, const struct varlena *new_item);

/*
 * The same for an action of a transaction.  One that leaves the item as it is, such as a condition check, has it as
 * both images.
 */
extern void dyn_capacity_add_transact_write(DynCapacity *capacity, const DynTable *table,
											const struct varlena *old_item, const struct varlena *new_item);

/* Units of reading an item of that size in a transaction; 0: there is no item. */
extern double dyn_capacity_of_transact_read(uint32 bytes);

/* Appends the member ConsumedCapacity unless the report is NONE.  table is only needed where indexes were charged. */
extern void dyn_capacity_reply(StringInfo reply, const DynCapacity *capacity, const DynTable *table);

/* Appends only its value, for any report except NONE. */
extern void dyn_capacity_print(StringInfo reply, const DynCapacity *capacity, const DynTable *table);

/* Does the table have item collections: a local secondary index? */
extern bool dyn_capacity_has_metrics(const DynTable *table);

/*
 * Appends the member ItemCollectionMetrics when the table has a local secondary index: the collection's key, and the GB
 * between which its estimated size is.
 */
extern void dyn_capacity_reply_metrics(StringInfo reply, const DynTable *table, DynValue pk);

/* Appends its value alone, for a table that has item collections. */
extern void dyn_capacity_print_metrics(StringInfo reply, const DynTable *table, DynValue pk);

#endif							/* DYNAPG_THROUGHPUT_CAPACITY_H */
