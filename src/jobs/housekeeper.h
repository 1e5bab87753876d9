/*
 * housekeeper.h - the background worker that does what is due in the database: expired items, shards and retention of streams,
 * long work that has no worker
 *
 * There is one in a server that preloads dynapg, for the database dynapg.http_database, and it looks every dynapg.jobs_interval.  Whoever
 * has other databases, or does not preload dynapg, calls dynapg.run_jobs() there.
 *
 * What it does to a table it does as the table's owner, in short transactions, and its session is settled after each as after a
 * request over HTTP (session.h).  A job that fails is logged, noted in dynapg.jobs and tried again after a pause that grows; the other
 * jobs go on.
 */
#ifndef DYNAPG_JOBS_HOUSEKEEPER_H
#define DYNAPG_JOBS_HOUSEKEEPER_H

/* Has the worker started with the server, and its place in shared memory reserved; once, from _PG_init. */
extern void dyn_housekeeper_register(void);

#endif							/* DYNAPG_JOBS_HOUSEKEEPER_H */
