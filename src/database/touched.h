/*
 * touched.h - which relations the current request has read and written
 *
 * The executor names them as it starts a statement, those of triggers, policies, views and foreign keys included; code that goes
 * past the executor names them itself.  Rows of a partitioned table may end in relations that the statement does not name: such a
 * write counts as one of anything.
 */
#ifndef DYNAPG_DATABASE_TOUCHED_H
#define DYNAPG_DATABASE_TOUCHED_H

#include "postgres.h"

#define DYN_MAX_TOUCHED 32

typedef struct DynTouched
{
	bool		on;				/* they are noted; else the rest means nothing */
	bool		any_read;		/* there are more than these */
	bool		any_written;
	int			count;
	Oid			relids[DYN_MAX_TOUCHED];	/* read or written */
	bool		written[DYN_MAX_TOUCHED];
} DynTouched;

/* Has the executor's statements noted in this process; once. */
extern void dyn_touched_watch(void);

/* Starts with none; on: from now on they are noted. */
extern void dyn_touched_begin(bool on);

extern void dyn_touched_add(Oid relid, bool written);

/* Those since dyn_touched_begin. */
extern const DynTouched *dyn_touched_now(void);

#endif							/* DYNAPG_DATABASE_TOUCHED_H */
