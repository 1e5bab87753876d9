/*
 * jobs.h - periodic work: new shards follow old ones, and what is too old is removed
 *
 * A server that preloads dynapg has a background worker that does it (housekeeper.c); elsewhere dynapg.run_jobs() does.
 */
#ifndef DYNAPG_CHANGES_JOBS_H
#define DYNAPG_CHANGES_JOBS_H

/* Does the work that is due for streams, in the current transaction. */
extern void dyn_jobs_run(void);

#endif							/* DYNAPG_CHANGES_JOBS_H */
