/*
 * known_tables.h - what the trigger of the change log knows of a table, until the table's relcache entry is invalidated
 *
 * Entries are the caller's structs, which begin with a DynKnownTable.  An entry lives as long as the session.
 */
#ifndef DYNAPG_CHANGES_KNOWN_TABLES_H
#define DYNAPG_CHANGES_KNOWN_TABLES_H

#include "postgres.h"

#include "utils/hsearch.h"

typedef struct DynKnownTable
{
	Oid			relid;			/* hash key */
	bool		valid;			/* false: it is to be read, and then marked by dyn_known_tables_mark */
} DynKnownTable;

typedef struct DynKnownTables
{
	const char *name;			/* for memory statistics */
	Size		entry_size;
	HTAB	   *entries;		/* NULL before the first use */
	uint64		invalidations;
} DynKnownTables;

/* The table's entry; zeroed but for relid where it is new. */
extern void *dyn_known_tables_get(DynKnownTables *tables, Oid relid);

/* Marks what was read since invalidations had that number; what is read during a change is valid for this use only. */
extern void dyn_known_tables_mark(const DynKnownTables *tables, void *entry, uint64 before);

#endif							/* DYNAPG_CHANGES_KNOWN_TABLES_H */
