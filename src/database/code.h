/*
 * code.h - whose code a statement on a table runs
 *
 * A statement on a table runs what others have attached to it: triggers, CHECK constraints, defaults, expressions of indexes, what
 * foreign keys do to other tables, all of that for each partition and child, too.
 */
#ifndef DYNAPG_DATABASE_CODE_H
#define DYNAPG_DATABASE_CODE_H

#include "postgres.h"

/*
 * A request over HTTP that runs as a superuser runs nobody's code but superusers': unless the table's owner is one, and the owners of
 * all functions that a statement on it calls, this raises 42501, whose detail names whom.  No other request, and no SQL, is
 * concerned.  With the table locked.
 *
 * *checked_in is kept for the table, at first 0: what was found out is good until a relation, function, type or role changes.
 */
extern void dyn_code_check_superuser(Oid relid, uint64 *checked_in);

/* The same right before a statement that writes: takes its lock first, so that nobody adds a trigger in between. */
extern void dyn_code_check_superuser_writes(Oid relid, uint64 *checked_in);

/* Has this backend, the worker of a job, keep to the same: it works for whoever asked, as requests do. */
extern void dyn_code_guard_superuser(void);

/*
 * Would an INSERT of a row and its DELETE, with the triggers for replicas alone, call functions in SQL or a procedural language, which
 * look names up when they run?
 */
extern bool dyn_code_looks_up_names(Oid relid);

#endif							/* DYNAPG_DATABASE_CODE_H */
