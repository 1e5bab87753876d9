/*
 * transact_get.h - the reply to reads of several items at one moment
 */
#ifndef DYNAPG_API_TRANSACT_GET_H
#define DYNAPG_API_TRANSACT_GET_H

#include "lib/stringinfo.h"

#include "command/get_all.h"

/* Reads the items and appends the whole reply. */
extern void dyn_transact_get(DynGet *gets, int count, DynConsumed *consumed, StringInfo reply);

#endif							/* DYNAPG_API_TRANSACT_GET_H */
