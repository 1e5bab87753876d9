/*
 * catalog.h - dynapg.tables and dynapg.indexes: what a table was created with and DescribeTable reports
 *
 * One row of dynapg.tables per DynamoDB table; what the API only stores and reports is JSON with the API's own member names
 * (definition), what the store needs has columns.  Rows refer to the data table by regclass,
 * so that pg_dump carries them; a row whose data table is gone does not count.
 *
 * Rights: anybody may read the catalogs.  Creating needs CREATE on schema dynamodb, changing and deleting needs
 * ownership of the data table; the catalog rows themselves are written as the catalog's owner after that
 * check.
 */
#ifndef DYNAPG_TABLES_CATALOG_H
#define DYNAPG_TABLES_CATALOG_H

#include "database/sql.h"
#include "tables/definition.h"

/* Names are full names of tables; see base/namespace_text.h. */

/* Reads what dynapg.indexes.vector has of a vector index with that number of keys; false where it makes no sense. */
extern bool dyn_catalog_read_vector(const char *text, int nkeys, DynVector *vector);

/* The stored definition in the current memory context, indexes in the order in which requests have listed them; or NULL. */
extern DynTableDef *dyn_catalog_read(const char *name);

/* The same by the data table. */
extern DynTableDef *dyn_catalog_read_relid(Oid relid);

/* The same for a relation that a user names; raises where it is no table. */
extern DynTableDef *dyn_catalog_require_relid(Oid relid);

/* The data table of that name, or InvalidOid. */
extern Oid	dyn_catalog_relid(const char *name);

/*
 * The same with the catalog row locked, for a change or drop that follows.  The current user must own the
 * data table (42501).
 */
extern DynTableDef *dyn_catalog_read_for_update(const char *name);

/*
 * Stores deletion_protection, attribute_definitions and settings of a table read for update, and the settings
 * of each of its indexes.
 */
extern void dyn_catalog_update(const DynTableDef *def);

/* Raises 42501 unless the current user owns the relation. */
extern void dyn_catalog_require_owner(Oid relid);

/* The owner of a relation; InvalidOid where there is no such relation. */
extern Oid	dyn_catalog_owner(Oid relid);

/* May the current user see all rows of the relation, with all columns? */
extern bool dyn_catalog_may_read_all(Oid relid);

/*
 * Up to limit full names of tables of the current namespace, in byte order, that follow the table of the name start_after (NULL: from the
 * first), of tables whose data table exists.  Returns the number put into names (palloc'd).
 */
extern int	dyn_catalog_list(const char *start_after, int limit, char **names);

/*
 * Runs a statement on the catalogs, and on nothing else, as their owner: dyn_sql_run with the owner's rights. The caller has
 * checked before what the current user may do.  An error ends the (sub)transaction, which restores the user.
 */
extern uint64 dyn_catalog_run(const char *sql, DynSqlArgs *args);

#endif							/* DYNAPG_TABLES_CATALOG_H */
