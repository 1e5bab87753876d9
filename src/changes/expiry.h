/*
 * expiry.h - Time to Live: which tables have it, and the deletion of their expired items
 *
 * An item has expired when its attribute is a number of seconds since 1970 that has passed, but not by more than five years.
 * It is there as any other until it is deleted.
 *
 * Layer 2 (changes).
 */
#ifndef DYNAPG_CHANGES_EXPIRY_H
#define DYNAPG_CHANGES_EXPIRY_H

#include "postgres.h"

/* The attribute of a table with Time to Live, or NULL. */
extern char *dyn_expiry_attribute(Oid relid);

/* Sets the attribute of a table, which the current user owns; NULL: it has none. */
extern void dyn_expiry_set(Oid relid, const char *attribute);

/*
 * A run over the tables begins; then, each within a transaction of its own, steps until one returns false.  After a step that has
 * failed its table is left alone until the next run: dyn_expiry_aborted says so.
 */
extern void dyn_expiry_begin(void);
extern bool dyn_expiry_step(void);
extern void dyn_expiry_aborted(void);

/* Deletes what has expired in all tables, in the current transaction. */
extern void dyn_expiry_run(void);

#endif							/* DYNAPG_CHANGES_EXPIRY_H */
