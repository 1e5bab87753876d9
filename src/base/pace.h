/*
 * pace.h - background jobs do not run ahead with the write-ahead log
 *
 * Whoever commits waits until the log is on disk up to the end of the commit, with all that others have written before.  A job that writes
 * rows as fast as it can fills the log faster than the disk takes it, and the next commit waits for all of that.  So a job has its own part
 * written to disk after each piece, while others commit: it is slower then, and they wait for a piece at the most.
 */
#ifndef DYNAPG_BASE_PACE_H
#define DYNAPG_BASE_PACE_H

/* From now on this process does work that no request waits for. */
extern void dyn_pace_begin(void);

/* Waits where the process has written another piece of the log, and others have waited for theirs meanwhile.  Cheap. */
extern void dyn_pace_log(void);

#endif							/* DYNAPG_BASE_PACE_H */
