/*
 * touched.h - which relations the current request has read and written
 *
 * The executor reports them when it starts a statement, including those of triggers, policies, views and foreign keys; code
 * that bypasses the executor reports them itself. Rows of a partitioned table may end up in relations that the statement does
 * not name: such a write counts as a write of any relation.
 */
#ifndef DYNAPG_DATABASE_TOUCHED_H
#define DYNAPG_DATABASE_TOUCHED_H

#include "postgres.h"

#define DYN_MAX_TOUCHED 32

typedef struct DynTouched
{
	bool		on;				/* relations are recorded; else the other members are meaningless */
	bool		any_read;		/* there are more than these */
	bool		any_written;
	int			count;
	Oid			relids[DYN_MAX_TOUCHED];	/* read or written */
	bool		written[DYN_MAX_TOUCHED];
} DynTouched;

/* Records the executor's statements from now on in this process; once. */
extern void dyn_touched_watch(void);

/* Starts with an empty set; on: relations are recorded from now on. */
extern void dyn_touched_begin(bool on);

extern void dyn_touched_add(Oid relid, bool written);

/* Those since dyn_touched_begin. */
extern const DynTouched *dyn_touched_now(void);

#endif							/* DYNAPG_DATABASE_TOUCHED_H */
