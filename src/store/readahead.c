/*
 * readahead.c - requests the blocks of a range before its rows are read
 *
 * The rows of a range come in the order of an index. Where keys are random each row is in another block of the table, and while the table
 * is larger than memory a scan waits for one block after the other. So once a statement has been seen to wait, a second scan of
 * the same index with the same keys runs ahead of it, reads only entries, and requests the blocks that they point to from the
 * operating system, sorted, one window at a time. The statement finds them in memory. Its result is the same without: the walk
 * only gives advice.
 *
 * What is in the operating system's memory comes faster without a request: a read of 8 kB takes a few microseconds then, and
 * tens of microseconds or more from a device. So the time of reads decides, and is measured again from time to time, by reading
 * some rows without requests.
 *
 * dynapg.read_ahead = on does without the clock.
 *
 * Nothing is requested while blocks are in shared buffers, or when effective_io_concurrency is 0, or in a serializable
 * transaction, where the walk would leave predicate locks on rows that are not read.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/relscan.h"
#include "access/xact.h"
#include "executor/executor.h"
#include "executor/instrument.h"
#include "nodes/plannodes.h"
#include "storage/bufmgr.h"
#include "utils/rel.h"

#include "base/compat.h"
#include "base/guc.h"
#include "store/executor.h"
#include "store/readahead.h"

#define INTERVAL		32		/* rows from one check of the blocks read to the next */
#define WORTH			8		/* blocks that this number of rows has to read */
#define SLOW			30.0	/* microseconds for each of them */
#define TRUSTED			8192	/* rows from one measurement to the next */
#define FIRST_WINDOW	64
#define MAX_WINDOW	512

static DynReadahead *watching = NULL;

/* Rows that are read with the walk before the session measures again. */
static int	trusted = 0;

static ExecutorStart_hook_type next_start = NULL;

static void
start(QueryDesc *query, int flags)
{
	if (next_start)
		next_start(query, flags);
	else
		standard_ExecutorStart(query, flags);
	if (watching && query->dest == watching->dest && query->planstate && IsA(query->planstate, IndexScanState) &&
		dyn_guc_read_ahead != DYN_READ_AHEAD_OFF && effective_io_concurrency > 0 && !IsolationIsSerializable())
		watching->state = (IndexScanState *) query->planstate;
}

static void
install_hook(void)
{
	static bool installed = false;

	if (installed)
		return;
	next_start = dyn_executor_hook_start(start);
	installed = true;
}

DynReadahead *
dyn_readahead_begin(DynReadahead *readahead, DestReceiver *dest)
{
	DynReadahead *outer = watching;

	install_hook();
	*readahead = (DynReadahead) {
		.dest = dest,
		.context = CurrentMemoryContext,
		.blocks_read = pgBufferUsage.shared_blks_read,
		.window = FIRST_WINDOW
	};
	INSTR_TIME_SET_CURRENT(readahead->looked_at);
	watching = readahead;
	return outer;
}

void
dyn_readahead_watch(DynReadahead *readahead)
{
	watching = readahead;
}

static int
compare_blocks(const void *a, const void *b)
{
	BlockNumber x = *(const BlockNumber *) a;
	BlockNumber y = *(const BlockNumber *) b;

	return x < y ? -1 : x > y;
}

static void
begin_walk(DynReadahead *readahead)
{
	IndexScanState *state = readahead->state;
	MemoryContext old = MemoryContextSwitchTo(readahead->context);

	readahead->walk = dyn_compat_beginscan(state->iss_RelationDesc, state->ss.ps.state->es_snapshot, state->iss_NumScanKeys);
	index_rescan(readahead->walk, state->iss_ScanKeys, state->iss_NumScanKeys, NULL, 0);
	MemoryContextSwitchTo(old);
}

/* The block of the next entry, or InvalidBlockNumber after the last one. */
static BlockNumber
next_block(DynReadahead *readahead)
{
	const IndexScan *plan = (const IndexScan *) readahead->state->ss.ps.plan;
	MemoryContext old = MemoryContextSwitchTo(readahead->context);
	ItemPointer tid = index_getnext_tid(readahead->walk, plan->indexorderdir);

	MemoryContextSwitchTo(old);

	if (tid == NULL)
	{
		readahead->finished = true;
		return InvalidBlockNumber;
	}
	readahead->entries++;
	return ItemPointerGetBlockNumber(tid);
}

/* Moves the walk to the end of the window. */
static void
ask(DynReadahead *readahead)
{
	Relation	rel = readahead->state->ss.ss_currentRelation;
	BlockNumber blocks[MAX_WINDOW];
	int			count = 0;

	if (readahead->walk == NULL)
		begin_walk(readahead);
	while (readahead->entries < readahead->rows && !readahead->finished)
		(void) next_block(readahead);
	while (readahead->entries < readahead->rows + readahead->window && !readahead->finished)
	{
		BlockNumber block = next_block(readahead);

		if (block != InvalidBlockNumber)
			blocks[count++] = block;
	}
	qsort(blocks, count, sizeof(BlockNumber), compare_blocks);
	for (int i = 0; i < count; i++)
	{
		if (i == 0 || blocks[i] != blocks[i - 1])
			(void) PrefetchBuffer(rel, MAIN_FORKNUM, blocks[i]);
	}
	readahead->window = Min(readahead->window * 2, MAX_WINDOW);
}

/* Has the statement read blocks since the last check and waited for them, or are such waits known? */
static bool
waits(DynReadahead *readahead)
{
	int64		blocks = pgBufferUsage.shared_blks_read - readahead->blocks_read;
	instr_time	now;
	instr_time	elapsed;

	INSTR_TIME_SET_CURRENT(now);
	elapsed = now;
	INSTR_TIME_SUBTRACT(elapsed, readahead->looked_at);
	readahead->looked_at = now;
	readahead->blocks_read += blocks;
	if (blocks < WORTH)
		return false;
	if (dyn_guc_read_ahead == DYN_READ_AHEAD_ON)
		return true;
	if (trusted > 0)
		trusted -= INTERVAL;
	else if (INSTR_TIME_GET_MICROSEC(elapsed) > SLOW * blocks)
		trusted = TRUSTED;
	return trusted > 0;
}

void
dyn_readahead_row(DynReadahead *readahead)
{
	if (++readahead->rows % INTERVAL != 0 || readahead->state == NULL || readahead->finished)
		return;
	if (waits(readahead) && readahead->entries < readahead->rows + readahead->window / 2)
		ask(readahead);
}

void
dyn_readahead_end(DynReadahead *readahead)
{
	if (readahead->walk)
		index_endscan(readahead->walk);
}
