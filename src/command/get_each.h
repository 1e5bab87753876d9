/*
 * get_each.h - a set of reads by key, each on its own: those of a table are one statement
 */
#ifndef DYNAPG_COMMAND_GET_EACH_H
#define DYNAPG_COMMAND_GET_EACH_H

#include "expr/program.h"
#include "tables/table.h"
#include "throughput/consumed.h"
#include "value/tree.h"

/* The reads of one table, and the progress of them. */
typedef struct DynGetsOfTable
{
	/* for the decoder to fill in */
	DynSlice	table_name;		/* as the request gave it */
	int			count;
	DynNode    *maps;			/* of the keys, open */
	DynProgram *projection;		/* NULL: the whole items */
	bool		consistent;

	/* these come with the steps below */
	DynTable   *table;
	DynKey	   *keys;
	bool	   *answered;		/* of each key: is its item in the reply, or known to be missing? */
	int			left;			/* keys that are not answered */
	int			next;			/* the key after that of the last item, most often the next one's */
	bool		limited;		/* by its throughput */
	DynConsumedTable *consumed;
} DynGetsOfTable;

/* Raises ValidationException when two keys of the table have the same values; this does not need the table. */
extern void dyn_get_each_check_duplicates(const DynGetsOfTable *gets);

/* Looks up the tables and finds the keys.  Raises for a key that does not fit, or that is named twice. */
extern void dyn_get_each_find(DynGetsOfTable *tables, int ntables);

/*
 * Reads the tables, and appends a member with the items of each.  A reply holds 16 MB of items; keys that have no answer by then are
 * left, as are those that the table's throughput does not admit.  Raises the exception of throttling where none was admitted.  What
 * was used is added to consumed, which has begun as PLAIN.
 */
extern void dyn_get_each(DynGetsOfTable *tables, int ntables, DynConsumed *consumed, StringInfo reply);

#endif							/* DYNAPG_COMMAND_GET_EACH_H */
