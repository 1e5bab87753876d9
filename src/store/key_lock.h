/*
 * key_lock.h - a missing item stays missing until the transaction ends
 *
 * Model.  A transaction whose outcome rests on an item that is not there (a ConditionCheck, a Delete of nothing) has to
 * keep others from making it before the commit.  PostgreSQL locks no row that does not exist, but whoever inserts a key
 * waits for the transaction that inserted the same key before, also when that one has deleted it again.  So a claim is a
 * row with the key alone, made and deleted: every INSERT waits for it, those of plain SQL too, and nobody ever sees it.
 *
 * It is not the caller who writes: whether he may do what the action does has been decided by the action's own statement.
 * As for PostgreSQL's own checks of foreign keys, the statements run as the table's owner, without row security; nor do
 * triggers see them, but those that are enabled for replicas: where one of these passes over the row, that is an error.
 * CHECK and NOT NULL constraints of the user's and his unique indexes hold for the row.
 *
 * So the functions in those run as the owner, while caller and owner may not trust each other.  As where PostgreSQL
 * maintains an index, they find a search_path of system schemas alone and a security-restricted operation, unless the caller is
 * the owner: the caller cannot slip functions of its own in, the owner cannot leave anything behind that runs as the caller.
 */
#ifndef DYNAPG_STORE_KEY_LOCK_H
#define DYNAPG_STORE_KEY_LOCK_H

#include "tables/table.h"

/*
 * Claims the key, after a statement has found no row with it; key_item is the item with the key's attributes alone.  Waits
 * for others that are about to make the item, or to delete it.
 *
 * Returns false when there is a row.  It is then locked until the end of the transaction, so what the next statement
 * says of it is the last word.
 */
extern bool dyn_key_lock_missing(DynTable *table, const DynKey *key, const struct varlena *key_item);

#endif							/* DYNAPG_STORE_KEY_LOCK_H */
