/*
 * write_each.h - a set of puts and deletes without conditions, each on its own
 */
#ifndef DYNAPG_COMMAND_WRITE_EACH_H
#define DYNAPG_COMMAND_WRITE_EACH_H

#include "command/write.h"
#include "throughput/consumed.h"

/* A command of the set. */
typedef struct DynWriteOfSet
{
	DynWriteCommand command;	/* kind, map, table; a PUT has its item */
	DynConsumedTable *consumed; /* of its table */
	bool		left;			/* out: it was not carried out, since throughput did not admit it */
} DynWriteOfSet;

/*
 * Finds the keys and sorts the writes into the order in which they run, which is that of table and key.  Raises
 * ValidationException for a key that does not fit, and for two writes of one item.
 */
extern void dyn_write_each_order(DynWriteOfSet **writes, int count);

/*
 * Carries the writes out in that order, and adds what they used.  Raises the throttling exception if none of them was admitted.
 * Returns the number of those that were left.
 */
extern int	dyn_write_each(DynWriteOfSet *const *writes, int count, const DynConsumed *consumed);

#endif							/* DYNAPG_COMMAND_WRITE_EACH_H */
