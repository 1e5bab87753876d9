/*
 * housekeeper.h - the background worker for periodic work in the database: expired items, shards and retention of streams, long
 * work without a worker
 *
 * There is one in a server that preloads dynapg, for the database dynapg.http_database, and it runs every dynapg.jobs_interval.
 * For other databases, or without preloading dynapg, users call dynapg.run_jobs().
 *
 * It works on a table as the table's owner, in short transactions, and resets its session after each as after a request over
 * HTTP (session.h). A failing job is logged, recorded in dynapg.jobs and retried after a growing pause; the other jobs go on.
 */
#ifndef DYNAPG_JOBS_HOUSEKEEPER_H
#define DYNAPG_JOBS_HOUSEKEEPER_H

/* Registers the worker to start with the server, and reserves its shared memory; once, from _PG_init. */
extern void dyn_housekeeper_register(void);

#endif							/* DYNAPG_JOBS_HOUSEKEEPER_H */
