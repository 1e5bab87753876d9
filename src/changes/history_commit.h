/*
 * history_commit.h - when transactions with rows of history commit
 */
#ifndef DYNAPG_CHANGES_HISTORY_COMMIT_H
#define DYNAPG_CHANGES_HISTORY_COMMIT_H

#include "datatype/timestamp.h"

/* The transaction adds a row of history now. */
extern void dyn_history_commit_first_row(TimestampTz now);

/* Makes the present transaction record its commit time exactly. */
extern void dyn_history_commit_note(void);

/* Adds a transaction's row to dynapg.history_commits; prepared: at is when it was prepared. */
extern void dyn_history_commit_add(int64 xid, TimestampTz at, bool prepared);

#endif							/* DYNAPG_CHANGES_HISTORY_COMMIT_H */
