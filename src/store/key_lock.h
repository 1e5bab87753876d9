/*
 * key_lock.h - a missing item stays missing until the transaction ends
 *
 * Model.  A transaction whose outcome depends on a missing item (a ConditionCheck, a Delete of nothing) has to keep others from
 * creating it before the commit. PostgreSQL cannot lock a row that does not exist, but an INSERT of a key waits for a
 * transaction that inserted the same key before, even if that one has deleted it again. So a key is locked by a row with only
 * the key, inserted and deleted: every INSERT waits for it, including those of plain SQL, and nobody ever sees it.
 *
 * The caller does not write: the action's own statement has checked what the caller may do. As with PostgreSQL's own checks of
 * foreign keys, the statements run as the table's owner, without row security, and without triggers other than those that are
 * enabled for replicas: if one of these skips the row, that is an error. The user's CHECK and NOT NULL constraints and unique
 * indexes apply to the row.
 *
 * On a distributed table they run as the caller, who needs the rights to insert and delete: a transaction on the nodes is of one user.
 *
 * So the functions in those run as the owner, while caller and owner may not trust each other. As when PostgreSQL maintains an
 * index, they run with a search_path of only system schemas and as a security-restricted operation, unless the caller is the
 * owner: the caller cannot inject functions, and the owner cannot leave anything behind that runs as the caller.
 */
#ifndef DYNAPG_STORE_KEY_LOCK_H
#define DYNAPG_STORE_KEY_LOCK_H

#include "tables/table.h"

/*
 * Locks the key, after a statement has found no row with it; key_item is the item with only the key's attributes. Waits for
 * others that are creating or deleting the item.
 *
 * Returns false when there is a row.  It is then locked until the end of the transaction, so the result of the next statement
 * is final.
 */
extern bool dyn_key_lock_missing(DynTable *table, const DynKey *key, const struct varlena *key_item);

#endif							/* DYNAPG_STORE_KEY_LOCK_H */
