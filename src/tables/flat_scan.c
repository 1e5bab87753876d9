/*
 * flat_scan.c - the index access method dynapg_flat: searching, costs, and the handler
 *
 * A search looks at all entries and keeps the nearest ones that there is room for. When the executor has received all of these,
 * it scans again with more room, for those that come after the last one.
 *
 * No page stays pinned while rows are fetched. If a row has been vacuumed meanwhile, its place may have another row, which the
 * statement's snapshot does not see.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/relscan.h"
#include "catalog/pg_type_d.h"
#include "commands/vacuum.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/pathnodes.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "pgstat.h"
#include "utils/float.h"
#include "utils/selfuncs.h"
#include "utils/spccache.h"

#include "base/compat.h"
#include "base/limits.h"
#include "tables/flat.h"
#include "value/reals_array.h"

#define FIRST_ROOM	256			/* entries that the first scan keeps */
#define MOST_ROOM	65536

typedef struct Candidate
{
	double		distance;
	ItemPointerData tid;
} Candidate;

/* Entries must have this tag. */
typedef struct Test
{
	uint32		number;			/* of the tag */
	uint32		tag;
} Test;

typedef struct FlatScan
{
	DynFlatShape shape;
	DynMetric	metric;
	float4	   *wanted;			/* NULL: no distance was requested, every entry has the same */
	DynProbe	probe;			/* of wanted */
	bool		none;			/* a test that nothing passes */
	uint32		ntests;
	Test		tests[DYN_FLAT_MAX_TAGS];
	float4	   *unpacked;		/* the numbers of an entry of several pages */
	bool		looked;
	bool		has_more;		/* there may be some beyond the last candidate */
	Candidate	last;			/* the last one of the scan before */
	bool		has_last;
	uint32		room;
	uint32		count;
	uint32		next;
	Candidate  *candidates;		/* during the scan a heap with the farthest on top, then in order */
} FlatScan;

/* ---- candidates ---- */

/* NaN distances come last, as PostgreSQL orders them: without an order a search would not end. */
static inline int
compare(const Candidate *a, const Candidate *b)
{
	if (float8_ne(a->distance, b->distance))
		return float8_lt(a->distance, b->distance) ? -1 : 1;
	return ItemPointerCompare(unconstify(ItemPointerData *, &a->tid), unconstify(ItemPointerData *, &b->tid));
}

static int
compare_candidates(const void *a, const void *b)
{
	return compare(a, b);
}

static void
swap(Candidate *a, Candidate *b)
{
	Candidate	c = *a;

	*a = *b;
	*b = c;
}

static void
sift_up(Candidate *heap, uint32 i)
{
	for (; i > 0 && compare(&heap[i], &heap[(i - 1) / 2]) > 0; i = (i - 1) / 2)
		swap(&heap[i], &heap[(i - 1) / 2]);
}

static void
sift_down(Candidate *heap, uint32 count)
{
	uint32		i = 0;

	for (;;)
	{
		uint32		child = 2 * i + 1;

		if (child >= count)
			return;
		if (child + 1 < count && compare(&heap[child + 1], &heap[child]) > 0)
			child++;
		if (compare(&heap[child], &heap[i]) <= 0)
			return;
		swap(&heap[i], &heap[child]);
		i = child;
	}
}

static inline void
offer(FlatScan *scan, double distance, ItemPointer tid)
{
	Candidate	candidate = {distance, *tid};

	if (scan->count == scan->room && distance > scan->candidates[0].distance)
	{
		scan->has_more = true;
		return;
	}
	if (scan->has_last && compare(&candidate, &scan->last) <= 0)
		return;
	if (scan->count < scan->room)
	{
		scan->candidates[scan->count] = candidate;
		sift_up(scan->candidates, scan->count++);
		return;
	}
	scan->has_more = true;
	if (compare(&candidate, &scan->candidates[0]) >= 0)
		return;
	scan->candidates[0] = candidate;
	sift_down(scan->candidates, scan->count);
}

/* ---- looking ---- */

static inline bool
passes(const FlatScan *scan, const char *slot)
{
	const uint32 *tags = (const uint32 *) (slot + sizeof(DynFlatSlot));

	for (uint32 i = 0; i < scan->ntests; i++)
		if (tags[scan->tests[i].number] != scan->tests[i].tag)
			return false;
	return true;
}

static inline double
distance_to(const FlatScan *scan, const float4 *reals)
{
	return scan->wanted ? dyn_reals_distance(&scan->probe, reals) : 0;
}

static const float4 *
numbers_of(const FlatScan *scan, const char *slot)
{
	return (const float4 *) (slot + sizeof(DynFlatSlot) + sizeof(uint32) * scan->shape.ntags);
}

static void
look_at_page(FlatScan *scan, Page page)
{
	uint32		used = dyn_flat_used(page, &scan->shape);

	for (uint32 i = 0; i < used; i++)
	{
		DynFlatSlot *slot = dyn_flat_slot(page, &scan->shape, i);

		if (slot->live && passes(scan, (char *) slot))
			offer(scan, distance_to(scan, numbers_of(scan, (char *) slot)), &slot->tid);
	}
}

/* An entry of several pages: its writer holds the lock of the first page, which is held here to the end. */
static void
look_at_group(FlatScan *scan, Relation index, BlockNumber block, Buffer first)
{
	const DynFlatShape *shape = &scan->shape;
	DynFlatSlot *slot = dyn_flat_slot(BufferGetPage(first), shape, 0);
	char	   *image = (char *) scan->unpacked;

	if (dyn_flat_used(BufferGetPage(first), shape) == 0 || !slot->live || !passes(scan, (char *) slot))
		return;
	memcpy(image, slot, DYN_FLAT_ROOM);
	for (uint32 i = 1; i < shape->pages; i++)
	{
		Buffer		buffer = ReadBuffer(index, block + i);

		LockBuffer(buffer, BUFFER_LOCK_SHARE);
		memcpy(image + (Size) i * DYN_FLAT_ROOM, dyn_flat_room(BufferGetPage(buffer)),
			   Min(shape->slot_size - i * DYN_FLAT_ROOM, DYN_FLAT_ROOM));
		UnlockReleaseBuffer(buffer);
	}
	offer(scan, distance_to(scan, numbers_of(scan, image)), &((DynFlatSlot *) image)->tid);
}

static void
scan_index(IndexScanDesc desc)
{
	Relation	index = desc->indexRelation;
	FlatScan   *scan = desc->opaque;
	const DynFlatShape *shape = &scan->shape;
	BlockNumber blocks = RelationGetNumberOfBlocks(index);
	BufferAccessStrategy strategy = blocks > NBuffers / 4 ? GetAccessStrategy(BAS_BULKREAD) : NULL;

	scan->has_more = false;
	scan->count = 0;
	scan->next = 0;
	for (BlockNumber block = 1; block + shape->pages <= blocks; block += shape->pages)
	{
		Buffer		buffer;

		CHECK_FOR_INTERRUPTS();
		buffer = ReadBufferExtended(index, MAIN_FORKNUM, block, RBM_NORMAL, strategy);
		LockBuffer(buffer, BUFFER_LOCK_SHARE);
		if (shape->pages == 1)
			look_at_page(scan, BufferGetPage(buffer));
		else
			look_at_group(scan, index, block, buffer);
		UnlockReleaseBuffer(buffer);
	}
	if (strategy)
		FreeAccessStrategy(strategy);
	qsort(scan->candidates, scan->count, sizeof(Candidate), compare_candidates);
}

/* Finds the next candidates; false where there are none. */
static bool
look_for_more(IndexScanDesc desc)
{
	FlatScan   *scan = desc->opaque;

	if (scan->none || scan->shape.dimensions == 0 || (scan->looked && !scan->has_more))
		return false;
	if (scan->looked)
	{
		scan->last = scan->candidates[scan->count - 1];
		scan->has_last = true;
		scan->room = Min(scan->room * 4, MOST_ROOM);
		scan->candidates = repalloc(scan->candidates, scan->room * sizeof(Candidate));
	}
	scan->looked = true;
	scan_index(desc);
	return scan->count > 0;
}

/* ---- the interface ---- */

static IndexScanDesc
begin_scan(Relation index, int nkeys, int norderbys)
{
	IndexScanDesc desc = RelationGetIndexScan(index, nkeys, norderbys);
	FlatScan   *scan = palloc0_object(FlatScan);

	scan->metric = dyn_flat_metric(index);
	scan->candidates = palloc_array(Candidate, FIRST_ROOM);
	scan->unpacked = palloc(DYN_FLAT_MAX_PAGES * DYN_FLAT_ROOM);
	desc->opaque = scan;
	return desc;
}

/* The vector that rows should be near. */
static void
set_wanted(FlatScan *scan, const ScanKeyData *order)
{
	const float4 *reals;
	uint32		count;

	if (order->sk_flags & SK_ISNULL)
		return;
	reals = dyn_reals_array_of_datum(order->sk_argument, &count);
	if (scan->shape.dimensions == 0)
		return;
	if (count != scan->shape.dimensions)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("vectors of different dimensions: %u and %u", scan->shape.dimensions, count)));
	scan->wanted = palloc_array(float4, count);
	memcpy(scan->wanted, reals, count * sizeof(float4));
	scan->probe = dyn_reals_probe(scan->metric, scan->wanted, count);
}

static void
rescan(IndexScanDesc desc, ScanKey keys, int nkeys, ScanKey orders, int norders)
{
	FlatScan   *scan = desc->opaque;
	Candidate  *candidates = scan->candidates;

	if (keys && desc->numberOfKeys > 0)
		memmove(desc->keyData, keys, desc->numberOfKeys * sizeof(ScanKeyData));
	if (orders && desc->numberOfOrderBys > 0)
		memmove(desc->orderByData, orders, desc->numberOfOrderBys * sizeof(ScanKeyData));

	if (scan->wanted)
		pfree(scan->wanted);
	*scan = (FlatScan) {.metric = scan->metric,.unpacked = scan->unpacked,.room = FIRST_ROOM};
	scan->candidates = repalloc(candidates, FIRST_ROOM * sizeof(Candidate));
	dyn_flat_shape(desc->indexRelation, &scan->shape);
	if (desc->numberOfOrderBys > 0)
		set_wanted(scan, &desc->orderByData[0]);
	for (int i = 0; i < desc->numberOfKeys; i++)
	{
		const ScanKeyData *key = &desc->keyData[i];

		if (key->sk_flags & SK_ISNULL || scan->ntests == DYN_FLAT_MAX_TAGS)
			scan->none = true;
		else
			scan->tests[scan->ntests++] = (Test) {key->sk_attno - 2, (uint32) DatumGetInt32(key->sk_argument)};
	}
}

static bool
get_tuple(IndexScanDesc desc, ScanDirection direction)
{
	FlatScan   *scan = desc->opaque;

	if (!scan->looked)
		pgstat_count_index_scan(desc->indexRelation);
	if (scan->next == scan->count && !look_for_more(desc))
		return false;
	desc->xs_heaptid = scan->candidates[scan->next++].tid;
	desc->xs_recheck = scan->ntests > 0;	/* a tag of 0 is also that of a NULL */
	desc->xs_recheckorderby = false;
	return true;
}

static void
end_scan(IndexScanDesc desc)
{
	FlatScan   *scan = desc->opaque;

	pfree(scan->candidates);
	pfree(scan->unpacked);
	if (scan->wanted)
		pfree(scan->wanted);
	pfree(scan);
}

/* Everything is read, and compared, before the first row; a distance costs what a few dozen operators do. */
static void
estimate_cost(PlannerInfo *root, IndexPath *path, double loop_count, Cost *startup, Cost *total, Selectivity *selectivity,
			  double *correlation, double *pages)
{
	IndexOptInfo *index = path->indexinfo;
	List	   *quals = get_quals_from_indexclauses(path->indexclauses);
	double		page_cost;

	get_tablespace_page_costs(index->reltablespace, NULL, &page_cost);
	*selectivity = clauselist_selectivity(root, quals, index->rel->relid, JOIN_INNER, NULL);
	*correlation = 0;
	*pages = index->pages;
	*startup = *pages * page_cost + index->tuples * cpu_operator_cost * (*selectivity * 4 + list_length(quals) + 1);
	*total = *startup + index->tuples * *selectivity * cpu_index_tuple_cost;
	if (path->indexorderbys == NIL)
		*startup = *total = get_float8_infinity();	/* rows without a vector are missing */
}

static bytea *
options(Datum reloptions, bool validate)
{
	if (validate && DatumGetPointer(reloptions) != NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("an index of " DYN_FLAT_AM " has no parameters")));
	return NULL;
}

static bool
validate(Oid opclass)
{
	return true;
}

PGDLLEXPORT Datum dynapg_flat_handler(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(dynapg_flat_handler);
Datum
dynapg_flat_handler(PG_FUNCTION_ARGS)
{
	IndexAmRoutine *routine = makeNode(IndexAmRoutine);

	routine->amstrategies = 1;
	routine->amsupport = 1;
	routine->amcanorderbyop = true;
	routine->amcanmulticol = true;
	routine->amoptionalkey = true;
	routine->amparallelvacuumoptions = VACUUM_OPTION_PARALLEL_BULKDEL;
	routine->amkeytype = InvalidOid;
	routine->ambuild = dyn_flat_build;
	routine->ambuildempty = dyn_flat_build_empty;
	routine->aminsert = dyn_flat_insert;
	routine->ambulkdelete = dyn_flat_bulk_delete;
	routine->amvacuumcleanup = dyn_flat_vacuum_cleanup;
	routine->amcostestimate = estimate_cost;
	routine->amoptions = options;
	routine->amvalidate = validate;
	routine->ambeginscan = begin_scan;
	routine->amrescan = rescan;
	routine->amgettuple = get_tuple;
	routine->amendscan = end_scan;
	PG_RETURN_POINTER(routine);
}
