/*
 * write_all.h - a set of writes and condition checks, all or none
 */
#ifndef DYNAPG_COMMAND_WRITE_ALL_H
#define DYNAPG_COMMAND_WRITE_ALL_H

#include "command/idempotency.h"
#include "command/write.h"
#include "throughput/consumed.h"

/*
 * Carries out the commands, which have their table's name, map, program and kind; a PUT has its item.  A request whose token
 * has been seen changes nothing and costs as much as reading the items.  What was used is added to consumed, which has begun as
 * TRANSACT_WRITE.  Raises TransactionCanceledException with a reason for each command; of the keys that do not fit their tables it
 * reports all, or only the first.
 */
extern void dyn_write_all(DynWriteCommand *commands, int count, bool reports_all, DynIdempotency *idempotency, DynConsumed *consumed);

#endif							/* DYNAPG_COMMAND_WRITE_ALL_H */
