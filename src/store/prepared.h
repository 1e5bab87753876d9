/*
 * prepared.h - waiting for the second phase of a transaction that has written a row
 *
 * A transaction on several nodes of Citus is committed on one after the other. Who has seen it on one of them would miss it on another that
 * has only prepared it, as a prepared transaction looks like one that still runs.  So a read of an item waits for it.
 */
#ifndef DYNAPG_STORE_PREPARED_H
#define DYNAPG_STORE_PREPARED_H

#include "utils/relcache.h"

#include "tables/table.h"

/*
 * Waits until no prepared transaction has written the row of the key in the relation, which the caller has locked, or for a second: a
 * transaction may stay prepared as long as the node that decides of it is down.  The caller takes its snapshot after that.
 */
extern void dyn_prepared_wait(Relation rel, const DynTable *table, const DynKey *key);

#endif							/* DYNAPG_STORE_PREPARED_H */
