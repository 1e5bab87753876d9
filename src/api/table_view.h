/*
 * table_view.h - which state of a table and its indexes a description shows
 */
#ifndef DYNAPG_API_TABLE_VIEW_H
#define DYNAPG_API_TABLE_VIEW_H

#include "tables/definition.h"

/*
 * The state of the table in a reply. A table is usable when its creation commits, but clients expect the states that it goes
 * through on AWS.
 */
typedef enum DynTableState
{
	DYN_TABLE_CREATING,
	DYN_TABLE_ACTIVE,
	DYN_TABLE_UPDATING,
	DYN_TABLE_DELETING
} DynTableState;

/* The settings of a global index that change. */
typedef struct DynIndexChange
{
	bool		units;			/* throughput or on-demand limits */
	bool		warm;
} DynIndexChange;

/* The state of a table and of the index that is being created or dropped, if any. */
typedef struct DynTableView
{
	DynTableState state;
	bool		warm_updating;	/* the table's WarmThroughput rises */
	bool		sse_updating;	/* its encryption changes */
	bool		sse_starting;	/* and it had none: its key is not known yet */
	const char *creating;		/* name of an index, or NULL */
	const char *deleting;
	DynIndexChange *changes;	/* parallel to the definition's indexes, except the new one; or NULL */
} DynTableView;

#endif							/* DYNAPG_API_TABLE_VIEW_H */
