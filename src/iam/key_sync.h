/*
 * key_sync.h - the access keys of the coordinator of Citus are valid on its other nodes, too
 */
#ifndef DYNAPG_IAM_KEY_SYNC_H
#define DYNAPG_IAM_KEY_SYNC_H

#include "postgres.h"

/* Takes over what has changed since the last call; for one process, in a transaction.  Nothing where this is no such node. */
extern void dyn_key_sync_run(void);

#endif							/* DYNAPG_IAM_KEY_SYNC_H */
