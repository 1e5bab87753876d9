/*
 * get_all.h - reads of several items at one moment
 */
#ifndef DYNAPG_COMMAND_GET_ALL_H
#define DYNAPG_COMMAND_GET_ALL_H

#include "command/get.h"
#include "throughput/consumed.h"

/*
 * Reads the items of the commands under one snapshot.  The result has an element per command: NULL where there is no item, or the
 * filter leaves it out.  What was used is added to consumed, which has begun as TRANSACT_READ.  Raises
 * TransactionCanceledException with a reason for each command.
 */
extern struct varlena **dyn_get_all(DynGet *gets, int count, DynConsumed *consumed);

#endif							/* DYNAPG_COMMAND_GET_ALL_H */
