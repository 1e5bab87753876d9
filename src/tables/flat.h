/*
 * flat.h - the index access method dynapg_flat: vectors one after the other, for exact search
 *
 * Model.  A search without an approximate index has to look at every vector. That would be slow in the items: an item has to be
 * fetched and decompressed, and its decimals converted to binary. This index has only the 32-bit numbers and the place of the
 * row, page after page, so that a search reads it at the speed of memory and fetches only the rows that it returns. Being an
 * index, it takes part in every writer's transaction, is built without blocking writers, vacuumed, replicated and dumped, and a
 * statement sees what its snapshot sees.
 *
 * The first column is a vector, real[]; the operator class says which distance orders it. Further columns are of type integer,
 * for equality: numbers that stand for values.  A search returns rows in the order of (distance, place).  It keeps the
 * nearest few hundred, and reads the index again for more: memory does not grow with the table.
 *
 * Layout.  Block 0 is the meta page.  Then come groups of pages: of one page with as many entries as fit, or, where a vector is
 * larger than a page, of as many pages as an entry needs.  An entry is a FlatSlot, its tags and its numbers.  A slot whose row is
 * dead is free for another entry; VACUUM notes its group in the free space map.
 *
 * A row without a vector has no entry.  All vectors of an index have the same number of dimensions.
 */
#ifndef DYNAPG_TABLES_FLAT_H
#define DYNAPG_TABLES_FLAT_H

#include "access/amapi.h"
#include "storage/bufmgr.h"
#include "storage/bufpage.h"
#include "storage/itemptr.h"
#include "utils/rel.h"

#include "value/reals.h"

#define DYN_FLAT_AM "dynapg_flat"

#define DYN_FLAT_MAX_PAGES 3	/* of a group; one change of a GenericXLog takes 4 */
#define DYN_FLAT_MAX_TAGS	20

/* One place for an entry; its tags and numbers follow. */
typedef struct DynFlatSlot
{
	ItemPointerData tid;
	uint16		live;
} DynFlatSlot;

/* How entries lie in an index. */
typedef struct DynFlatShape
{
	uint32		dimensions;		/* 0: there was no entry yet */
	uint32		ntags;
	uint32		slot_size;
	uint32		slots;			/* of a group */
	uint32		pages;			/* of a group */
} DynFlatShape;

/* The part of a page that entries can use. */
#define DYN_FLAT_ROOM ((uint32) (BLCKSZ - SizeOfPageHeaderData))

extern void dyn_flat_shape(Relation index, DynFlatShape *shape);

/* The distance that orders the index. */
extern DynMetric dyn_flat_metric(Relation index);

static inline char *
dyn_flat_room(Page page)
{
	return (char *) page + SizeOfPageHeaderData;
}

/* Slots of a group's first page that have ever been used. */
static inline uint32
dyn_flat_used(Page page, const DynFlatShape *shape)
{
	uint32		bytes;

	if (PageIsNew(page))
		return 0;
	bytes = ((PageHeader) page)->pd_lower - SizeOfPageHeaderData;
	return shape->pages > 1 ? bytes > 0 : Min(bytes / shape->slot_size, shape->slots);
}

static inline DynFlatSlot *
dyn_flat_slot(Page page, const DynFlatShape *shape, uint32 i)
{
	return (DynFlatSlot *) (dyn_flat_room(page) + (Size) i * shape->slot_size);
}

/* Functions of the access method. */
extern IndexBuildResult *dyn_flat_build(Relation heap, Relation index, struct IndexInfo *info);
extern void dyn_flat_build_empty(Relation index);
extern bool dyn_flat_insert(Relation index, Datum *values, bool *isnull, ItemPointer tid, Relation heap,
							IndexUniqueCheck check_unique, bool unchanged, struct IndexInfo *info);
extern IndexBulkDeleteResult *dyn_flat_bulk_delete(IndexVacuumInfo *info, IndexBulkDeleteResult *stats,
												   IndexBulkDeleteCallback callback, void *state);
extern IndexBulkDeleteResult *dyn_flat_vacuum_cleanup(IndexVacuumInfo *info, IndexBulkDeleteResult *stats);

#endif							/* DYNAPG_TABLES_FLAT_H */
