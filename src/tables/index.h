/*
 * index.h - rows of dynapg.indexes: what secondary indexes there are, and their states
 *
 * Model.  A row of dynapg.indexes is in one of three states:
 *
 *		ACTIVE		its relation is there and valid: reads and writes use it
 *		CREATING	its relation is being built: writes are checked against it, reads are refused
 *		DELETING	its relation is being dropped: for reads and writes it is no longer there
 *
 * store/index_build.h adds and drops them. At most one index of a table is not ACTIVE. After a failure the next attempt waits
 * 10 seconds, twice as long after each further one, an hour at most; the row's columns failures, failed_at and failure record
 * it.
 *
 * Every change of a state sends a relcache invalidation of the data table, so that other backends read their DynTable again.
 */
#ifndef DYNAPG_TABLES_INDEX_H
#define DYNAPG_TABLES_INDEX_H

#include "tables/definition.h"

/* Builds an index of a new table, within the transaction, and stores its row as ACTIVE.  SPI is connected. */
extern void dyn_index_create(const DynTableDef *def, const DynIndex *index);

/* Stores the row of an index of a new table that a job fills, as CREATING: it is built after that.  SPI is connected. */
extern void dyn_index_announce(const DynTableDef *def, const DynIndex *index);

/* Builds an announced index of a table that is filled, within the transaction. */
extern void dyn_index_make(const DynTableDef *def, const DynIndex *index);

/*
 * Stores the rows of the indexes of a table that was there before it was in the catalogs: of relations that are built as they are
 * defined, or else are made.  SPI is connected.
 */
extern void dyn_index_attach(const DynTableDef *def);

/* The index of the table that is not ACTIVE, or NULL. */
extern const DynIndex *dyn_index_unfinished(const DynTableDef *def);

/* Has the building of an index, CREATING, not begun yet? */
extern bool dyn_index_is_allocating(const DynTableDef *def, const DynIndex *index);

/*
 * For the event trigger sql_drop, with SPI connected: forgets the ACTIVE indexes whose relations the command dropped, or stores
 * the name of the relation that has taken its place.  Those in other states are the builder's.
 */
extern void dyn_index_forget_dropped(void);

/*
 * For the event trigger ddl_command_end, with SPI connected: stores the names that the command has given to relations of
 * indexes.
 */
extern void dyn_index_follow_renames(void);

/* ---- the states of an index that is added or dropped; see store/index_build.h ---- */

/* Stores the row of an index, with that status.  SPI is connected. */
extern void dyn_index_insert(const DynTableDef *def, const DynIndex *index, const char *relation_name, const char *status);

/* Is the next attempt to build or drop the index due? */
extern bool dyn_index_is_due(const DynTableDef *def, const DynIndex *index);

extern void dyn_index_set_relation_name(Oid relid, const char *name, const char *relation_name);
extern void dyn_index_activate(Oid relid, const char *name);
extern void dyn_index_set_creating(Oid relid, const char *name);
extern void dyn_index_set_deleting(Oid relid, const char *name);

/* Deletes the row, and the definitions of attributes that no key uses any more. */
extern void dyn_index_forget(Oid relid, const char *name);
extern void dyn_index_note_failure(Oid relid, const char *name, const char *failure);

#endif							/* DYNAPG_TABLES_INDEX_H */
