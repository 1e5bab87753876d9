/*
 * index.h - adding and dropping secondary indexes, and their states
 *
 * Model.  A row of dynapg.indexes is in one of three states:
 *
 *		ACTIVE		its relation is there and valid: reads and writes use it
 *		CREATING	its relation is being built: writes are checked against it, reads are refused
 *		DELETING	its relation is being dropped: for reads and writes it is no longer there
 *
 * dynapg.index_build decides how an index is added to or dropped from a table: "immediate" does it within the
 * caller's transaction, which then holds the table's lock; "background" only writes the state, and at commit starts a
 * builder (builder.h), which does it without blocking writers.  A table has one index at most that is not ACTIVE.
 *
 * A state never depends on the builder's life: DescribeTable, and a read that an unfinished index refuses, call
 * dyn_index_resume, which starts a builder where there is work and none at it, be it after a crash, a restore of a dump
 * or a failure.  After a failure the
 * next attempt waits 10 seconds, twice as long after each further one, an hour at the most; failures, failed_at and
 * failure of the row tell of it.
 *
 * Every change of a state sends a relcache invalidation of the data table, which is what other backends' DynTables
 * listen to.
 *
 * Layer 2 (store).
 */
#ifndef DYNAPG_STORE_INDEX_H
#define DYNAPG_STORE_INDEX_H

#include "store/catalog.h"

/* Builds an index of a new table, within the transaction, and stores its row as ACTIVE.  SPI is connected. */
extern void dyn_index_create(const DynTableDef *def, const DynIndexDef *index);

/* Stores the row of an index of a new table that a job fills, as CREATING: it is built after that.  SPI is connected. */
extern void dyn_index_announce(const DynTableDef *def, const DynIndexDef *index);

/* Builds an announced index of a table that is filled, within the transaction. */
extern void dyn_index_build(const DynTableDef *def, const DynIndexDef *index);

/*
 * Stores the rows of the indexes of a table that was there before it was in the catalogs: of relations that are built as they are
 * defined, or else are made.  SPI is connected.
 */
extern void dyn_index_attach(const DynTableDef *def);

/* Adds an index to a table read for update: built at once, or CREATING with a builder to start at commit. */
extern void dyn_index_add(const DynTableDef *def, const DynIndexDef *index);

/*
 * Drops an index of a table read for update: at once with its row, or DELETING with a builder to start at commit.  A
 * builder that is at work on the index is stopped first.  Definitions of attributes that no key uses any more go
 * with the row.
 */
extern void dyn_index_drop(const DynTableDef *def, const DynIndexDef *index);

/* The index of the table that is not ACTIVE, or NULL. */
extern const DynIndexDef *dyn_index_unfinished(const DynTableDef *def);

/* Starts a builder for the table (NULL: nothing) if it has an unfinished index, none is at work and the next attempt is due. */
extern void dyn_index_resume(const DynTableDef *def);

/*
 * For the event trigger sql_drop, with SPI connected: forgets the ACTIVE indexes whose relations the command dropped, or
 * notes the name of the relation that has taken its place.  Those in other states are the builder's.
 */
extern void dyn_index_forget_dropped(void);

/* For the event trigger ddl_command_end, with SPI connected: notes the names that the command has given to relations of indexes. */
extern void dyn_index_follow_renames(void);

/*
 * For the builder, each within a transaction of its own.  dyn_index_job reads the table and sets *index to its
 * unfinished index; NULL when the table or the work is gone.
 */
extern DynTableDef *dyn_index_job(Oid relid, const DynIndexDef **index);
extern void dyn_index_set_relation_name(Oid relid, const char *name, const char *relation_name);
extern void dyn_index_activate(Oid relid, const char *name);
extern void dyn_index_forget(Oid relid, const char *name);
extern void dyn_index_note_failure(Oid relid, const char *name, const char *failure);

#endif							/* DYNAPG_STORE_INDEX_H */
