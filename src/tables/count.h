/*
 * count.h - how many items a table or an index holds, and their size
 */
#ifndef DYNAPG_TABLES_COUNT_H
#define DYNAPG_TABLES_COUNT_H

#include "tables/definition.h"
#include "tables/table.h"

/*
 * Items and their bytes.  Exact for a table of few pages, else an estimate from a fixed number of pages and PostgreSQL's
 * own figures: the cost does not grow with the table.
 */
extern void dyn_count_table(Oid relid, int64 *items, int64 *bytes);

/* The same for the items that an index holds; bytes are those of the attributes that it projects. */
extern void dyn_count_index(const DynTableDef *def, const DynIndex *index, int64 *items, int64 *bytes);

/*
 * Bytes of the items with a partition key, including their copies in local indexes that hold whole items: zero where the whole
 * table has less than `enough`, else an estimate from PostgreSQL's statistics. This reads nothing.
 */
extern double dyn_count_collection_bytes(const DynTable *table, DynValue pk, double enough);

#endif							/* DYNAPG_TABLES_COUNT_H */
