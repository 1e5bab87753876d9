/*
 * commits.h - when transactions commit that have added rows to the history
 */
#ifndef DYNAPG_CHANGES_COMMITS_H
#define DYNAPG_CHANGES_COMMITS_H

#include "postgres.h"

#include "utils/timestamp.h"

/* The present transaction has added a row to the history at that moment. */
extern void dyn_commits_row_added(TimestampTz at);

/* Has the moment of the present transaction's commit noted exactly. */
extern void dyn_commits_note(void);

/* Adds a transaction's row to dynapg.history_commits; prepared: at is when it was prepared. */
extern void dyn_commits_add(int64 xid, TimestampTz at, bool prepared);

#endif							/* DYNAPG_CHANGES_COMMITS_H */
