/*
 * code.h - whose code a statement on a table runs
 *
 * A statement on a table runs code that others have attached to it: triggers, CHECK constraints, defaults, expressions of
 * indexes, and the actions of foreign keys on other tables; the same for each partition and child.
 */
#ifndef DYNAPG_DATABASE_CODE_H
#define DYNAPG_DATABASE_CODE_H

#include "postgres.h"

/*
 * A request over HTTP that runs as a superuser runs only code of superusers: unless the table's owner and the owners of all
 * functions that a statement on it calls are superusers, this raises 42501, whose detail names the owner. Other requests and
 * SQL are not affected. Call it with the table locked.
 *
 * *checked_in is kept for the table, initially 0: a result is valid until a relation, function, type or role changes.
 */
extern void dyn_code_check_superuser(Oid relid, uint64 *checked_in);

/* The same right before a statement that writes: takes its lock first, so that nobody adds a trigger in between. */
extern void dyn_code_check_superuser_writes(Oid relid, uint64 *checked_in);

/* Applies the same rule to this backend, the worker of a job: it works for whoever asked, as requests do. */
extern void dyn_code_guard_superuser(void);

/*
 * Would an INSERT of a row and its DELETE, with the triggers for replicas alone, call functions in SQL or a procedural language,
 * which look up names when they run?
 */
extern bool dyn_code_looks_up_names(Oid relid);

#endif							/* DYNAPG_DATABASE_CODE_H */
