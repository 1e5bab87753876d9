/*
 * index_check.h - adding the CHECK constraint of a secondary index to a table in use, and dropping it
 */
#ifndef DYNAPG_JOBS_INDEX_CHECK_H
#define DYNAPG_JOBS_INDEX_CHECK_H

#include "postgres.h"

/*
 * For the builder, outside of a transaction; what must outlive one is in context.  Nobody waits for longer than a moment meanwhile.
 * Where the table is never free for that moment, the server's log says so, and the constraint stays as it was: dynapg.add_checks
 * is to be called another time.
 */
extern void dyn_index_check_add(Oid relid, const char *index_name, MemoryContext context);
extern void dyn_index_check_drop(Oid relid, const char *index_name, MemoryContext context);

#endif							/* DYNAPG_JOBS_INDEX_CHECK_H */
