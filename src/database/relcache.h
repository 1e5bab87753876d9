/*
 * relcache.h - being called when a relation changes
 *
 * PostgreSQL has ten places in a process for functions that it calls when it forgets a relation, itself takes some, and another
 * extension may need several. So all files of dynapg share one.
 */
#ifndef DYNAPG_DATABASE_RELCACHE_H
#define DYNAPG_DATABASE_RELCACHE_H

#include "postgres.h"

/* relid is InvalidOid where all relations may have changed. It must not raise errors or look anything up. */
typedef void (*DynRelcacheChange) (Datum arg, Oid relid);

/* From now on the function is called for each change, until the process ends. */
extern void dyn_relcache_watch(DynRelcacheChange changed, Datum arg);

#endif							/* DYNAPG_DATABASE_RELCACHE_H */
