/*
 * sample.c - an estimate of a table's rows and their size from some of its blocks
 *
 * Counts what a snapshot sees in MAX_BLOCKS blocks, however large the table is.  How much the blocks differ shows how far to
 * trust the result: where all have the same number of items, it is almost exact.
 *
 * The size of an item that is out of line costs a read from the TOAST table. This is done for a few of each block; the sizes of
 * the others are estimated from the lengths of their values, which are in the row.
 */
#include "postgres.h"

#include <math.h>

#include "access/detoast.h"
#include "access/relscan.h"
#include "access/tableam.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "database/touched.h"
#include "tables/sample.h"
#include "value/value.h"

#define MAX_BLOCKS 64
#define MAX_FETCHED 8			/* items out of line of a block */
#define CERTAINTY 3				/* standard errors that make the margin */
#define MIN_ERROR 0.01			/* the last block is rarely full, for instance */

/* Items out of line: their length is that of the value, their size DynamoDB's. */
typedef struct OutOfLine
{
	double		length;
	double		fetched_length; /* of those that were looked at */
	double		fetched_size;
} OutOfLine;

typedef struct Sample
{
	AttrNumber	column;			/* of the item; 0: there is none of that type */
	int			max_fetched;	/* items out of line of a block */
	TableScanDesc scan;
	TupleTableSlot *slot;
	MemoryContext context;		/* of one block */
	OutOfLine	out_of_line;
	double		blocks;
	double		rows;
	double		squares;		/* of the rows of each block, summed up */
	double		bytes;			/* of the items that are in line */
} Sample;

/* The column with the items, if the table's owner left it as it was. */
static AttrNumber
item_column(Relation rel)
{
	Oid			type = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum("item"),
									   ObjectIdGetDatum(get_namespace_oid("dynapg", true)));

	for (int i = 0; i < RelationGetNumberOfAttributes(rel); i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(rel), i);

		if (!attribute->attisdropped && strcmp(NameStr(attribute->attname), "item") == 0)
			return attribute->atttypid == type ? attribute->attnum : 0;
	}
	return 0;
}

static double
size_of(Datum item)
{
	struct varlena *header = PG_DETOAST_DATUM_SLICE(item, 0, DYN_ITEM_HEADER);

	return VARSIZE_ANY_EXHDR(header) >= DYN_ITEM_HEADER ? dyn_item_size(header) : 0;
}

/* Adds the size of the item of the row in the slot; *fetched are those out of line that were looked at in the block. */
static void
measure(Sample *sample, int *fetched)
{
	OutOfLine  *out = &sample->out_of_line;
	bool		null;
	Datum		item = slot_getattr(sample->slot, sample->column, &null);
	double		length;

	if (null)
		return;
	if (!VARATT_IS_EXTERNAL(DatumGetPointer(item)))
	{
		sample->bytes += size_of(item);
		return;
	}
	length = toast_raw_datum_size(item);
	out->length += length;
	if (*fetched == sample->max_fetched)
		return;
	out->fetched_length += length;
	out->fetched_size += size_of(item);
	(*fetched)++;
}

static void
read_block(Sample *sample, BlockNumber block)
{
	MemoryContext caller = MemoryContextSwitchTo(sample->context);
	ItemPointerData first;
	ItemPointerData last;
	double		rows = 0;
	int			fetched = 0;

	ItemPointerSet(&first, block, FirstOffsetNumber);
	ItemPointerSet(&last, block, MaxOffsetNumber);
	table_rescan_tidrange(sample->scan, &first, &last);
	while (table_scan_getnextslot_tidrange(sample->scan, ForwardScanDirection, sample->slot))
	{
		rows++;
		if (sample->column != 0)
			measure(sample, &fetched);
	}
	ExecClearTuple(sample->slot);
	sample->blocks++;
	sample->rows += rows;
	sample->squares += rows * rows;
	MemoryContextSwitchTo(caller);
	MemoryContextReset(sample->context);
}

/* Extrapolates from the blocks that were read to the whole table. */
static DynSample
extrapolate(const Sample *sample, double blocks)
{
	const OutOfLine *out = &sample->out_of_line;
	double		factor = blocks / sample->blocks;
	double		bytes = sample->bytes;
	double		mean = sample->rows / sample->blocks;
	double		deviation = sqrt(Max(sample->squares / sample->blocks - mean * mean, 0));

	if (out->fetched_length > 0)
		bytes += out->length * out->fetched_size / out->fetched_length;
	return (DynSample) {
		.items = sample->rows * factor,
		.bytes = bytes * factor,
		.margin = blocks * (CERTAINTY * deviation / sqrt(sample->blocks) + mean * MIN_ERROR)
	};
}

bool
dyn_sample_count(Relation rel, bool all, DynSample *result)
{
	BlockNumber blocks = RelationGetNumberOfBlocks(rel);
	BlockNumber taken = all ? blocks : Min(blocks, MAX_BLOCKS);
	Sample		sample = {0};
	Snapshot	snapshot;
	ItemPointerData none;

	memset(result, 0, sizeof(*result));
	if (rel->rd_tableam == NULL || rel->rd_tableam->scan_set_tidrange == NULL)
		return false;
	if (blocks == 0)
		return true;

	dyn_touched_add(RelationGetRelid(rel), false);
	ItemPointerSet(&none, 0, FirstOffsetNumber);
	snapshot = RegisterSnapshot(GetTransactionSnapshot());
	sample.column = item_column(rel);
	sample.max_fetched = all ? PG_INT32_MAX : MAX_FETCHED;
	sample.slot = table_slot_create(rel, NULL);
	sample.context = AllocSetContextCreate(CurrentMemoryContext, "dynapg sample", ALLOCSET_DEFAULT_SIZES);
	sample.scan = table_beginscan_tidrange(rel, snapshot, &none, &none);
	for (BlockNumber i = 0; i < taken; i++)
	{
		CHECK_FOR_INTERRUPTS();
		read_block(&sample, (BlockNumber) ((2 * (uint64) i + 1) * blocks / (2 * (uint64) taken)));
	}
	table_endscan(sample.scan);
	ExecDropSingleTupleTableSlot(sample.slot);
	MemoryContextDelete(sample.context);
	UnregisterSnapshot(snapshot);
	*result = extrapolate(&sample, blocks);
	return true;
}
