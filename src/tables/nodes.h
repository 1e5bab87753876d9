/*
 * nodes.h - the nodes of Citus know the distributed tables, so that the front of each can serve their items
 *
 * Model.  Each node has catalogs of its own, with the OIDs of its own relations. The coordinator informs the other nodes of each change of
 * a distributed table's catalog rows, in the transaction of the change and as its user, who has to own the table there, too
 * (dynapg.accept_table, distribute.c). Rows of tables that are dropped go by the event trigger of each node.
 */
#ifndef DYNAPG_TABLES_NODES_H
#define DYNAPG_TABLES_NODES_H

#include "postgres.h"

/*
 * Informs the other nodes of the rows of the table, if it is a distributed one and this is the coordinator; were they informed?
 * Inside SPI_connect. Not in an event trigger, whose user is not the one who has locked the table on the nodes.
 */
extern bool dyn_nodes_inform(Oid relid);

#endif							/* DYNAPG_TABLES_NODES_H */
