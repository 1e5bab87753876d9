/*
 * copy.h - copies of the rows of tables, which nobody but their owner can read: for backups and snapshots
 *
 * A copy is a table in the schema of the data tables, under a name that no DynamoDB table can have.  The owner of the data table
 * makes it, so it belongs to that role, whatever default privileges say.
 */
#ifndef DYNAPG_STORE_COPY_H
#define DYNAPG_STORE_COPY_H

#include "tables/definition.h"

/* Raises 42501 unless the current user, the owner, may make a copy of all rows of the table. */
extern void dyn_copy_require_rights(Oid source);

/*
 * Copies the rows of a table, as one snapshot sees them, into a new relation, whose name begins with the table's and goes on with the
 * suffix.  Returns the number of rows.  SPI is connected.
 */
extern uint64 dyn_copy_make(const DynTableDef *def, const char *suffix, Oid *copy);

#endif							/* DYNAPG_STORE_COPY_H */
