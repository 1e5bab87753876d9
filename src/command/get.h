/*
 * get.h - the read of one item by its key: a command, and the item that it found
 *
 * GetItem, an action of TransactGetItems and a SELECT of one item each fill in a command.  It is carried out alone here, or with
 * others: each on its own (get_each.h), or all at one moment (get_all.h).
 */
#ifndef DYNAPG_COMMAND_GET_H
#define DYNAPG_COMMAND_GET_H

#include "expr/program.h"
#include "tables/table.h"
#include "throughput/capacity.h"
#include "value/tree.h"

/* The part of an item that a projection shows, as an open map. */
typedef DynNode (*DynProject) (const DynProgram *projection, DynValue item);

typedef struct DynGet
{
	DynSlice	table_name;		/* as the request gave it */
	DynNode		map;			/* Key, open */
	DynProgram *projection;		/* NULL: the whole item */
	DynProject	project;		/* how the projection is applied; NULL: dyn_project_item */
	DynProgram *filter;			/* NULL: none; an item that does not pass it counts as missing */
	bool		consistent;

	DynTable   *table;			/* these come with dyn_get_find */
	DynKey		key;
} DynGet;

/* Looks the table up, unless the command has it; raises ResourceNotFoundException. */
extern void dyn_get_find_table(DynGet *get);

/* The key, and whether the paths fit it, once the table is known.  Raises ValidationException. */
extern void dyn_get_find_key(DynGet *get);

/*
 * Reads the item, and charges for it.  Units are only counted where the capacity's report wants them or the table's throughput is
 * limited.  Returns NULL where there is no item, or the filter leaves it out.
 */
extern struct varlena *dyn_get_run(const DynGet *get, DynCapacity *capacity);

/* Does the filter let the item through?  Counts it then. */
extern bool dyn_get_shows(const DynGet *get, const struct varlena *item);

/* Appends what the command shows of the item. */
extern void dyn_get_print(StringInfo reply, const DynGet *get, const struct varlena *item);

#endif							/* DYNAPG_COMMAND_GET_H */
