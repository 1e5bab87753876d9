/*
 * readahead.h - requests the blocks of a range before its rows are read
 */
#ifndef DYNAPG_STORE_READAHEAD_H
#define DYNAPG_STORE_READAHEAD_H

#include "access/genam.h"
#include "nodes/execnodes.h"
#include "portability/instr_time.h"
#include "tcop/dest.h"

typedef struct DynReadahead
{
	DestReceiver *dest;			/* of the statement that reads the range */
	IndexScanState *state;		/* its index scan; NULL: another kind of plan */
	MemoryContext context;		/* of the walk, which outlives the statement */
	IndexScanDesc walk;			/* reads the same entries ahead of it; NULL: has not been worth it so far */
	uint64		rows;			/* that the statement has returned */
	uint64		entries;		/* that the walk has passed */
	int64		blocks_read;	/* by the session, at the last check */
	instr_time	looked_at;
	uint64		window;			/* the walk is at most this number of entries ahead */
	bool		finished;		/* the walk has passed the last entry */
} DynReadahead;

/*
 * Watches the next statement that is run with this receiver. Returns what was watched before, which the caller watches again by
 * dyn_readahead_watch, also after an error.
 */
extern DynReadahead *dyn_readahead_begin(DynReadahead *readahead, DestReceiver *dest);
extern void dyn_readahead_watch(DynReadahead *readahead);

/* The statement has returned a row. */
extern void dyn_readahead_row(DynReadahead *readahead);

/* The statement is over. After an error there is no need to call it. */
extern void dyn_readahead_end(DynReadahead *readahead);

#endif							/* DYNAPG_STORE_READAHEAD_H */
