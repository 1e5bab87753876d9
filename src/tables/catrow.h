/*
 * catrow.h - rows of our own catalogs, read without SQL
 *
 * A scan finds its relation by the OID that the installation has of it, so no name can lead elsewhere.  Columns are found by
 * their names, since a database that was updated may have them in another order.  Planning a statement for such a
 * read took most of its time.
 */
#ifndef DYNAPG_TABLES_CATROW_H
#define DYNAPG_TABLES_CATROW_H

#include "postgres.h"

#include "access/htup.h"
#include "access/tupdesc.h"

typedef struct DynCatRow
{
	HeapTuple	tuple;
	TupleDesc	columns;
} DynCatRow;

/* Gets each row; false to stop.  The row is good until it returns. */
typedef bool (*DynCatRowReader) (void *arg, const DynCatRow *row);

/*
 * The rows of the relation in which the column is equal to the value, a text by its bytes or an oid, by the index that
 * begins with the column.  Sees what a statement would see now.  The current user must be allowed to read the relation.
 */
extern void dyn_catrow_scan_text(Oid relid, const char *column, const char *value, DynCatRowReader reader, void *arg);
extern void dyn_catrow_scan_oid(Oid relid, const char *column, Oid value, DynCatRowReader reader, void *arg);

/* A column, in the current memory context; NULL for SQL's NULL.  Those of other types must not be null. */
extern char *dyn_catrow_text(const DynCatRow *row, const char *column);	/* text, json, name or uuid */
extern char **dyn_catrow_text_array(const DynCatRow *row, const char *column, int *count);
extern Oid	dyn_catrow_oid(const DynCatRow *row, const char *column);
extern int	dyn_catrow_int(const DynCatRow *row, const char *column);
extern int64 dyn_catrow_int64(const DynCatRow *row, const char *column);	/* or timestamptz */
extern bool dyn_catrow_bool(const DynCatRow *row, const char *column);

#endif							/* DYNAPG_TABLES_CATROW_H */
