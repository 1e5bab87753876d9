/*
 * index_build.h - adding secondary indexes to tables and dropping them
 *
 * dynapg.index_build decides how: "immediate" does it within the caller's transaction, which then holds the table's lock;
 * "background" only writes the state (tables/index.h), and at commit starts a builder (builder.h), which does it without blocking
 * writers.
 *
 * A state never depends on a builder being alive: DescribeTable, and a read that an unfinished index refuses, call
 * dyn_index_build_resume. It starts a builder where there is work that nobody does, whether after a crash, a restore of a dump
 * or a failure.
 */
#ifndef DYNAPG_STORE_INDEX_BUILD_H
#define DYNAPG_STORE_INDEX_BUILD_H

#include "tables/definition.h"

/* Adds an index to a table read for update: built at once, or CREATING with a builder to start at commit. */
extern void dyn_index_build_add(const DynTableDef *def, const DynIndex *index);

/*
 * Drops an index of a table read for update: at once with its row, or DELETING with a builder to start at commit.  A
 * builder that is at work on the index is stopped first.  Definitions of attributes that no key uses any more go
 * with the row.
 */
extern void dyn_index_build_drop(const DynTableDef *def, const DynIndex *index);

/* Starts a builder for the table (NULL: nothing) if it has an unfinished index, none is at work and the next attempt is due. */
extern void dyn_index_build_resume(const DynTableDef *def);

/*
 * For the builder, within a transaction of its own: reads the table and sets *index to its unfinished index; NULL when the table or the
 * work is gone.
 */
extern DynTableDef *dyn_index_build_job(Oid relid, const DynIndex **index);

#endif							/* DYNAPG_STORE_INDEX_BUILD_H */
