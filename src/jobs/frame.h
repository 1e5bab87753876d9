/*
 * frame.h - the frame of jobs: attempts, pauses, and how a job ends
 */
#ifndef DYNAPG_JOBS_FRAME_H
#define DYNAPG_JOBS_FRAME_H

#include "postgres.h"

/* Carries a job out, see job.h. */
extern void dyn_job_work(const char *id, MemoryContext context);

#endif							/* DYNAPG_JOBS_FRAME_H */
