/*
 * jobs.h - what is done from time to time: shards are followed by others, what is too old is forgotten
 *
 * A server that preloads dynapg has a background worker that does it (housekeeper.c); elsewhere dynapg.run_jobs() does.
 */
#ifndef DYNAPG_CHANGES_JOBS_H
#define DYNAPG_CHANGES_JOBS_H

/* Does what is due of streams, in the current transaction. */
extern void dyn_jobs_run(void);

#endif							/* DYNAPG_CHANGES_JOBS_H */
