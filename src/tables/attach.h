/*
 * attach.h - data tables that the catalogs do not know, such as those of a dump of one table
 *
 * Such a data table lacks its rows in dynapg.tables and dynapg.indexes to be a DynamoDB table. The definition that CreateTable
 * had is given again, or derived from the table:
 *
 *		key attributes		from the items: the attribute whose value each row has in its key column
 *		indexes				from PostgreSQL's indexes that are built as secondary indexes are; their names from those of the
 *							relations.  An index with the table's partition key and one sort key is a local one
 *		anything else		defaults: on demand, indexes project all
 */
#ifndef DYNAPG_TABLES_ATTACH_H
#define DYNAPG_TABLES_ATTACH_H

#include "tables/definition.h"

/*
 * Locks the relation against writers to the end of the transaction.  Raises an error unless it is a table of schema dynamodb that the
 * user owns and may turn into a DynamoDB table, and that is not one yet.
 */
extern void dyn_attach_lock(Oid relid);

/* A CreateTable request for a locked relation, derived from it. Raises an error where the relation does not show enough. */
extern char *dyn_attach_request(Oid relid);

/*
 * Makes the locked relation def->relid the DynamoDB table that def describes.  Raises an error unless it has the columns, the
 * primary key and the rows of a DynamoDB table; false when the name is taken.
 */
extern bool dyn_attach(DynTableDef *def);

#endif							/* DYNAPG_TABLES_ATTACH_H */
