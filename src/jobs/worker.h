/*
 * worker.h - the background worker of long work: transactions, utility statements, and its task
 *
 * The worker is attached to the database as the bootstrap superuser, since the role that it works for may have no right to log in,
 * and then takes that role's identity for everything. Its statements are generated and qualify every name; the catalogs are
 * written as their owner (dyn_catalog_run).
 */
#ifndef DYNAPG_JOBS_WORKER_H
#define DYNAPG_JOBS_WORKER_H

#include "postgres.h"

/* A transaction with a snapshot, and its end.  dyn_worker_begin switches to the transaction's memory context. */
extern void dyn_worker_begin(void);
extern void dyn_worker_commit(void);

/*
 * Runs a utility statement that commits transactions of its own, outside of a transaction.  What must outlive them, including the text,
 * is in the current memory context.
 */
extern void dyn_worker_run_utility(const char *sql);

/* Calls the function and catches its error, which is logged and ends the transaction; returns a copy in context, or NULL. */
extern ErrorData *dyn_worker_try(void (*function) (void *arg), void *arg, MemoryContext context);

#endif							/* DYNAPG_JOBS_WORKER_H */
