/*
 * distribute.h - giving a table to Citus, which keeps its rows on several nodes
 *
 * A table is distributed by the hash of its partition key, so that every request with a key asks one node.  What Citus cannot do with
 * such tables is refused: streams and point-in-time recovery (triggers), searches of vector indexes.
 */
#ifndef DYNAPG_TABLES_DISTRIBUTE_H
#define DYNAPG_TABLES_DISTRIBUTE_H

#include "nodes/pg_list.h"

#include "tables/definition.h"

/*
 * Distributes a new table, with its rows, if dynapg.distribute_tables asks for it and there can be a distributed one of that kind.  One
 * that a job fills is to be distributed when that is done.
 */
extern void dyn_distribute_new(const DynTableDef *def);

/* Informs the other nodes of the table, if it is a distributed one and this is the coordinator; were they informed? */
extern bool dyn_distribute_inform(Oid relid);

/*
 * On the coordinator, as a superuser: all tables, if the nodes are others than at the last call of this backend, else NIL. The second
 * function makes the next call return them in any case.
 */
extern List *dyn_distribute_unknown_tables(void);
extern void dyn_distribute_forget_nodes(void);

#endif							/* DYNAPG_TABLES_DISTRIBUTE_H */
