/*
 * distribute.h - giving a table to Citus, which keeps its rows on several nodes
 *
 * A table is distributed by the hash of its partition key, so that every request with a key asks one node.  What Citus cannot do with
 * such tables is refused: streams and point-in-time recovery (triggers), searches of vector indexes.
 */
#ifndef DYNAPG_TABLES_DISTRIBUTE_H
#define DYNAPG_TABLES_DISTRIBUTE_H

#include "tables/definition.h"

/* Distributes a new table if dynapg.distribute_tables asks for it and there can be a distributed one of that kind. */
extern void dyn_distribute_new(const DynTableDef *def);

#endif							/* DYNAPG_TABLES_DISTRIBUTE_H */
