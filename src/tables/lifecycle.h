/*
 * lifecycle.h - how tables come into the catalogs and go
 *
 * Creating needs CREATE on schema dynamodb, dropping needs ownership of the data table; the catalog rows themselves are written as
 * the catalog's owner after that check.
 */
#ifndef DYNAPG_TABLES_LIFECYCLE_H
#define DYNAPG_TABLES_LIFECYCLE_H

#include "tables/definition.h"

/*
 * Creates the data table, its indexes and the catalog rows. Returns false when the name is taken, also by a concurrent creator
 * (after waiting for it).
 */
extern bool dyn_lifecycle_create(DynTableDef *def);

/*
 * Fills an empty table with the rows of a relation or (query), pk, sk and item, and returns their number.  They may be older than an index
 * and not fit it: CHECK constraints are made again afterwards.  SPI need not be connected.
 */
extern uint64 dyn_lifecycle_fill(const DynTableDef *def, const char *rows);

/* The table that a job has filled is from now on like any other; see filled_by. */
extern void dyn_lifecycle_set_filled(const DynTableDef *def);

/*
 * Makes an existing relation, def->relid, the data table, with its indexes and the catalog rows: indexes that are built as
 * defined are adopted, others are created.  False when the name is taken.
 */
extern bool dyn_lifecycle_attach(DynTableDef *def);

/* Drops the data table and the catalog rows of a table read for update. */
extern void dyn_lifecycle_drop(const DynTableDef *def);

#endif							/* DYNAPG_TABLES_LIFECYCLE_H */
