/*
 * flat.c - the index access method dynapg_flat: its pages, and writing them
 *
 * A writer of an entry holds the exclusive locks of all pages of its group, the first page first; nobody holds the locks of two
 * groups.
 * WAL has changes as differences of pages (generic_xlog.h), and those of a build as whole pages at its end.
 */
#include "postgres.h"

#include "access/generic_xlog.h"
#include "access/tableam.h"
#include "access/xloginsert.h"
#include "catalog/index.h"
#include "catalog/pg_type_d.h"
#include "commands/vacuum.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/indexfsm.h"
#include "storage/lmgr.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "base/limits.h"
#include "tables/flat.h"
#include "value/reals_array.h"

#define META_BLOCK 0
#define META_MAGIC 0x44594E46
#define META_VERSION 1

typedef struct Meta
{
	uint32		magic;
	uint32		version;
	uint32		dimensions;
	uint32		ntags;
} Meta;

/* An entry to be written. */
typedef struct Entry
{
	ItemPointer tid;
	uint32		dimensions;
	const float4 *reals;
	uint32		tags[DYN_FLAT_MAX_TAGS];
} Entry;

/* A change of up to one group: logged, or within a build. */
typedef struct Change
{
	GenericXLogState *log;		/* NULL: a build */
} Change;

static Change
begin_change(Relation index, bool building)
{
	return (Change) {building ? NULL : GenericXLogStart(index)};
}

static Page
change_page(const Change *change, Buffer buffer)
{
	if (change->log)
		return GenericXLogRegisterBuffer(change->log, buffer, 0);
	MarkBufferDirty(buffer);
	return BufferGetPage(buffer);
}

static void
end_change(const Change *change)
{
	if (change->log)
		GenericXLogFinish(change->log);
}

/* ---- the meta page ---- */

static void
fill_meta(Page page, uint32 ntags)
{
	Meta	   *meta = (Meta *) dyn_flat_room(page);

	PageInit(page, BLCKSZ, 0);
	*meta = (Meta) {.magic = META_MAGIC, .version = META_VERSION, .ntags = ntags};
	((PageHeader) page)->pd_lower += sizeof(Meta);
}

static void
set_shape(DynFlatShape *shape, const Meta *meta)
{
	*shape = (DynFlatShape) {.dimensions = meta->dimensions, .ntags = meta->ntags};
	if (meta->dimensions == 0)
		return;
	shape->slot_size = sizeof(DynFlatSlot) + sizeof(uint32) * meta->ntags + sizeof(float4) * meta->dimensions;
	shape->slots = Max(DYN_FLAT_ROOM / shape->slot_size, 1);
	shape->pages = (shape->slot_size + DYN_FLAT_ROOM - 1) / DYN_FLAT_ROOM;
	if (shape->slots > 1)
		shape->pages = 1;
}

static void
check_meta(Relation index, const Meta *meta)
{
	if (meta->magic != META_MAGIC || meta->version != META_VERSION || meta->dimensions > DYN_MAX_DIMENSIONS ||
		meta->ntags > DYN_FLAT_MAX_TAGS)
		ereport(ERROR, (errcode(ERRCODE_INDEX_CORRUPTED),
						errmsg("index \"%s\" has no meta page of this version", RelationGetRelationName(index)),
						errhint("REINDEX it.")));
}

void
dyn_flat_shape(Relation index, DynFlatShape *shape)
{
	Buffer		buffer;
	const Meta *meta;

	if (index->rd_amcache)
	{
		*shape = *(DynFlatShape *) index->rd_amcache;
		return;
	}
	buffer = ReadBuffer(index, META_BLOCK);
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	meta = (const Meta *) dyn_flat_room(BufferGetPage(buffer));
	check_meta(index, meta);
	set_shape(shape, meta);
	UnlockReleaseBuffer(buffer);
	if (shape->dimensions > 0)	/* which is for good */
	{
		index->rd_amcache = MemoryContextAlloc(index->rd_indexcxt, sizeof(DynFlatShape));
		*(DynFlatShape *) index->rd_amcache = *shape;
	}
}

/* The shape of an entry with that number of dimensions, which the first entry decides. */
static void
shape_for(Relation index, uint32 dimensions, bool building, DynFlatShape *shape)
{
	Buffer		buffer;
	Meta	   *meta;

	dyn_flat_shape(index, shape);
	if (shape->dimensions == 0)
	{
		buffer = ReadBuffer(index, META_BLOCK);
		LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
		meta = (Meta *) dyn_flat_room(BufferGetPage(buffer));
		if (meta->dimensions == 0)
		{
			Change		change = begin_change(index, building);

			meta = (Meta *) dyn_flat_room(change_page(&change, buffer));
			meta->dimensions = dimensions;
			end_change(&change);
			meta = (Meta *) dyn_flat_room(BufferGetPage(buffer));
		}
		set_shape(shape, meta);
		UnlockReleaseBuffer(buffer);
	}
	if (shape->dimensions != dimensions)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
						errmsg("index \"%s\" has vectors of %u dimensions, not %u", RelationGetRelationName(index),
							   shape->dimensions, dimensions)));
}

DynMetric
dyn_flat_metric(Relation index)
{
	FmgrInfo   *distance = index_getprocinfo(index, 1, 1);
	const float4 axis[2] = {2, 0};
	const float4 other[2] = {0, 1};
	float4	   *a;
	float4	   *b;
	Datum		x = PointerGetDatum(dyn_reals_array_new(2, &a));
	Datum		y = PointerGetDatum(dyn_reals_array_new(2, &b));

	/* the distance of two test vectors shows which function it is: that of one of our operator classes, or something else */
	memcpy(a, axis, sizeof(axis));
	memcpy(b, other, sizeof(other));
	for (int metric = 0; metric < DYN_METRICS; metric++)
	{
		DynProbe	probe = dyn_reals_probe((DynMetric) metric, axis, 2);

		if (DatumGetFloat8(FunctionCall2(distance, x, y)) == dyn_reals_distance(&probe, other))
			return (DynMetric) metric;
	}
	ereport(ERROR, (errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
					errmsg("index \"%s\" has an operator class that " DYN_FLAT_AM " does not know", RelationGetRelationName(index))));
}

/* ---- placing an entry ---- */

static void
write_slot(char *slot, const DynFlatShape *shape, const Entry *entry)
{
	DynFlatSlot *head = (DynFlatSlot *) slot;

	head->tid = *entry->tid;
	head->live = 1;
	memcpy(slot + sizeof(DynFlatSlot), entry->tags, sizeof(uint32) * shape->ntags);
	memcpy(slot + sizeof(DynFlatSlot) + sizeof(uint32) * shape->ntags, entry->reals, sizeof(float4) * shape->dimensions);
}

/* A free slot of a group of one page, or -1; *more: there is another one. */
static int
free_slot(Page page, const DynFlatShape *shape, bool *more)
{
	uint32		used = dyn_flat_used(page, shape);
	int			found = -1;

	*more = false;
	for (uint32 i = 0; i < used; i++)
	{
		if (dyn_flat_slot(page, shape, i)->live)
			continue;
		*more = found >= 0;
		if (*more)
			return found;
		found = i;
	}
	if (used == shape->slots)
		return found;
	*more = found >= 0 || used + 1 < shape->slots;
	return found >= 0 ? found : (int) used;
}

static void
init_page(Page page)
{
	if (PageIsNew(page))
		PageInit(page, BLCKSZ, 0);
}

static void
write_page(Relation index, const DynFlatShape *shape, Buffer buffer, int slot, const Entry *entry, bool building)
{
	Change		change = begin_change(index, building);
	Page		page = change_page(&change, buffer);
	uint32		end = SizeOfPageHeaderData + (slot + 1) * shape->slot_size;

	init_page(page);
	write_slot((char *) dyn_flat_slot(page, shape, slot), shape, entry);
	((PageHeader) page)->pd_lower = Max(((PageHeader) page)->pd_lower, end);
	end_change(&change);
}

/* An entry that takes the whole group. */
static void
write_group(Relation index, const DynFlatShape *shape, const Buffer *buffers, const Entry *entry, bool building)
{
	Change		change = begin_change(index, building);
	char	   *image = palloc(shape->slot_size);

	write_slot(image, shape, entry);
	for (uint32 i = 0; i < shape->pages; i++)
	{
		Page		page = change_page(&change, buffers[i]);
		uint32		bytes = Min(shape->slot_size - i * DYN_FLAT_ROOM, DYN_FLAT_ROOM);

		init_page(page);
		((PageHeader) page)->pd_lower = SizeOfPageHeaderData + bytes;
		memcpy(dyn_flat_room(page), image + (Size) i * DYN_FLAT_ROOM, bytes);
	}
	end_change(&change);
	pfree(image);
}

/* Writes the entry into the group that begins with the block; false where it is full. */
static bool
try_group(Relation index, const DynFlatShape *shape, BlockNumber block, const Entry *entry, bool building, bool *more)
{
	Buffer		buffers[DYN_FLAT_MAX_PAGES];
	int			slot;

	for (uint32 i = 0; i < shape->pages; i++)
	{
		buffers[i] = ReadBuffer(index, block + i);
		LockBuffer(buffers[i], BUFFER_LOCK_EXCLUSIVE);
	}
	slot = free_slot(BufferGetPage(buffers[0]), shape, more);
	if (slot >= 0 && shape->pages == 1)
		write_page(index, shape, buffers[0], slot, entry, building);
	else if (slot >= 0)
		write_group(index, shape, buffers, entry, building);
	for (uint32 i = 0; i < shape->pages; i++)
		UnlockReleaseBuffer(buffers[i]);
	return slot >= 0;
}

/* Where the last complete group begins; META_BLOCK if there is none. */
static BlockNumber
last_group(const DynFlatShape *shape, BlockNumber blocks)
{
	BlockNumber groups = (blocks - 1) / shape->pages;

	return groups == 0 ? META_BLOCK : 1 + (groups - 1) * shape->pages;
}

/* Adds a group, unless somebody has added one since the index had `blocks` blocks. */
static void
add_group(Relation index, const DynFlatShape *shape, BlockNumber blocks)
{
	BlockNumber wanted = 1 + ((blocks - 1) / shape->pages + 1) * shape->pages;
	bool		locked = !RELATION_IS_LOCAL(index);

	if (locked)
		LockRelationForExtension(index, ExclusiveLock);
	if (RelationGetNumberOfBlocks(index) == blocks)
	{
		for (; blocks < wanted; blocks++)
			ReleaseBuffer(ReadBuffer(index, P_NEW));
	}
	if (locked)
		UnlockRelationForExtension(index, ExclusiveLock);
}

static bool
place_among_free(Relation index, const DynFlatShape *shape, BlockNumber blocks, const Entry *entry)
{
	BlockNumber block;
	bool		more;

	while ((block = GetFreeIndexPage(index)) != InvalidBlockNumber)
	{
		CHECK_FOR_INTERRUPTS();
		if (block == META_BLOCK || block + shape->pages > blocks || (block - 1) % shape->pages != 0)
			continue;
		if (!try_group(index, shape, block, entry, false, &more))
			continue;
		if (more)
			RecordFreeIndexPage(index, block);
		return true;
	}
	return false;
}

static void
place(Relation index, const Entry *entry, bool building)
{
	DynFlatShape shape;
	bool		more;

	shape_for(index, entry->dimensions, building, &shape);
	for (;;)
	{
		BlockNumber blocks = RelationGetNumberOfBlocks(index);
		BlockNumber last = last_group(&shape, blocks);

		CHECK_FOR_INTERRUPTS();
		if (last != META_BLOCK && try_group(index, &shape, last, entry, building, &more))
			return;
		if (!building && place_among_free(index, &shape, blocks, entry))
			return;
		add_group(index, &shape, blocks);
	}
}

/* Makes an entry of the columns' values; false for a row that has no vector. */
static bool
make_entry(Relation index, const Datum *values, const bool *isnull, ItemPointer tid, Entry *entry)
{
	int			ntags = IndexRelationGetNumberOfKeyAttributes(index) - 1;

	if (isnull[0])
		return false;
	entry->tid = tid;
	entry->reals = dyn_reals_array_of_datum(values[0], &entry->dimensions);
	if (entry->dimensions == 0 || entry->dimensions > DYN_MAX_DIMENSIONS)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("index \"%s\" takes vectors of 1 to %d dimensions, not %u", RelationGetRelationName(index),
							   DYN_MAX_DIMENSIONS, entry->dimensions)));
	for (int i = 0; i < ntags; i++)
		entry->tags[i] = isnull[i + 1] ? 0 : (uint32) DatumGetInt32(values[i + 1]);
	return true;
}

bool
dyn_flat_insert(Relation index, Datum *values, bool *isnull, ItemPointer tid, Relation heap, IndexUniqueCheck check_unique,
				bool unchanged, struct IndexInfo *info)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "dynapg flat insert", ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	Entry		entry;

	if (make_entry(index, values, isnull, tid, &entry))
		place(index, &entry, false);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	return false;
}

/* ---- building ---- */

typedef struct Build
{
	double		entries;
	MemoryContext context;		/* of one row */
} Build;

static void
build_row(Relation index, ItemPointer tid, Datum *values, bool *isnull, bool is_alive, void *arg)
{
	Build	   *build = arg;
	MemoryContext old = MemoryContextSwitchTo(build->context);
	Entry		entry;

	if (make_entry(index, values, isnull, tid, &entry))
	{
		place(index, &entry, true);
		build->entries++;
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(build->context);
}

/* The meta page, as the fork's first one. */
static Buffer
new_meta(Relation index, ForkNumber fork)
{
	int			columns = IndexRelationGetNumberOfKeyAttributes(index);
	Buffer		buffer = ReadBufferExtended(index, fork, P_NEW, RBM_NORMAL, NULL);

	if (columns - 1 > DYN_FLAT_MAX_TAGS)
		ereport(ERROR, (errcode(ERRCODE_TOO_MANY_COLUMNS),
						errmsg("an index of access method " DYN_FLAT_AM " has %d columns at most", DYN_FLAT_MAX_TAGS + 1)));
	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	fill_meta(BufferGetPage(buffer), columns - 1);
	MarkBufferDirty(buffer);
	return buffer;
}

/* The first column is the vector, all others are tags. */
static void
check_columns(Relation index)
{
	int			columns = IndexRelationGetNumberOfKeyAttributes(index);

	for (int i = 0; i < columns; i++)
		if (index->rd_opcintype[i] != (i == 0 ? FLOAT4ARRAYOID : INT4OID))
			ereport(ERROR, (errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
							errmsg("an index of access method " DYN_FLAT_AM " has a column of type real[], then columns of type integer")));
}

IndexBuildResult *
dyn_flat_build(Relation heap, Relation index, struct IndexInfo *info)
{
	IndexBuildResult *result = palloc0_object(IndexBuildResult);
	Build		build = {0};

	if (RelationGetNumberOfBlocks(index) != 0)
		elog(ERROR, "index \"%s\" already contains data", RelationGetRelationName(index));
	check_columns(index);
	(void) dyn_flat_metric(index);
	UnlockReleaseBuffer(new_meta(index, MAIN_FORKNUM));
	build.context = AllocSetContextCreate(CurrentMemoryContext, "dynapg flat build", ALLOCSET_DEFAULT_SIZES);
	result->heap_tuples = table_index_build_scan(heap, index, info, true, true, build_row, &build, NULL);
	result->index_tuples = build.entries;
	MemoryContextDelete(build.context);
	if (RelationNeedsWAL(index))
		log_newpage_range(index, MAIN_FORKNUM, 0, RelationGetNumberOfBlocks(index), true);
	return result;
}

void
dyn_flat_build_empty(Relation index)
{
	Buffer		buffer = new_meta(index, INIT_FORKNUM);

	START_CRIT_SECTION();
	log_newpage_buffer(buffer, true);
	END_CRIT_SECTION();
	UnlockReleaseBuffer(buffer);
}

/* ---- vacuum ---- */

/* Frees the slots of a group whose rows are dead; returns whether a slot is free. */
static bool
vacuum_group(IndexVacuumInfo *info, const DynFlatShape *shape, BlockNumber block, IndexBulkDeleteResult *stats,
			 IndexBulkDeleteCallback callback, void *state)
{
	Buffer		buffer = ReadBufferExtended(info->index, MAIN_FORKNUM, block, RBM_NORMAL, info->strategy);
	Change		change = {0};
	Page		page;
	uint32		used;
	uint32		live = 0;

	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	page = BufferGetPage(buffer);
	used = dyn_flat_used(page, shape);
	for (uint32 i = 0; i < used; i++)
	{
		DynFlatSlot *slot = dyn_flat_slot(page, shape, i);

		if (!slot->live)
			continue;
		if (!callback(&slot->tid, state))
		{
			live++;
			continue;
		}
		if (!change.log)
		{
			change = begin_change(info->index, false);
			page = change_page(&change, buffer);
			slot = dyn_flat_slot(page, shape, i);
		}
		slot->live = 0;
		stats->tuples_removed++;
	}
	end_change(&change);
	UnlockReleaseBuffer(buffer);
	stats->num_index_tuples += live;
	return live < used || used == 0;
}

IndexBulkDeleteResult *
dyn_flat_bulk_delete(IndexVacuumInfo *info, IndexBulkDeleteResult *stats, IndexBulkDeleteCallback callback, void *state)
{
	DynFlatShape shape;
	BlockNumber blocks = RelationGetNumberOfBlocks(info->index);

	if (stats == NULL)
		stats = palloc0_object(IndexBulkDeleteResult);
	stats->num_index_tuples = 0;
	dyn_flat_shape(info->index, &shape);
	for (BlockNumber block = 1; shape.dimensions > 0 && block + shape.pages <= blocks; block += shape.pages)
	{
		CHECK_FOR_INTERRUPTS();
		dyn_compat_vacuum_delay();
		if (vacuum_group(info, &shape, block, stats, callback, state))
			RecordFreeIndexPage(info->index, block);
	}
	return stats;
}

IndexBulkDeleteResult *
dyn_flat_vacuum_cleanup(IndexVacuumInfo *info, IndexBulkDeleteResult *stats)
{
	if (info->analyze_only)
		return stats;
	if (stats == NULL)
	{
		stats = palloc0_object(IndexBulkDeleteResult);
		stats->num_index_tuples = info->num_heap_tuples;
		stats->estimated_count = true;
	}
	IndexFreeSpaceMapVacuum(info->index);
	stats->num_pages = RelationGetNumberOfBlocks(info->index);
	return stats;
}
