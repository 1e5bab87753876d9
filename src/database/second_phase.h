/*
 * second_phase.h - a client hears of a transaction on several nodes of Citus when all of them have committed it
 *
 * Citus commits in two phases.  A node that is lost in the second one commits when Citus's maintenance comes by, within a minute; until
 * then reads there miss the transaction, which Citus reports as committed, with a warning.
 */
#ifndef DYNAPG_DATABASE_SECOND_PHASE_H
#define DYNAPG_DATABASE_SECOND_PHASE_H

#include "postgres.h"

/*
 * These come directly before and after CommitTransactionCommand.  After a warning within the commit the second one has Citus finish what
 * nodes have prepared. 08007 where that is not done then: the transaction is committed, but a node still lacks it.
 */
extern void dyn_second_phase_watch(void);
extern void dyn_second_phase_finish(void);

#endif							/* DYNAPG_DATABASE_SECOND_PHASE_H */
