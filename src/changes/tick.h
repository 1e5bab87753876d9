/*
 * tick.h - ticks: which transactions were visible at one moment (see log.h)
 */
#ifndef DYNAPG_CHANGES_TICK_H
#define DYNAPG_CHANGES_TICK_H

#include "postgres.h"

#include "utils/timestamp.h"

typedef struct DynTick
{
	int64		tick;			/* 1, 2, 3 ... */
	int64		oldest_xid;		/* every transaction below was over */
	int64		next_xid;		/* no transaction from here on was over */
	int			nopen;			/* of those between, the ones that were not over, sorted */
	int64	   *open;
	int64		number_before;	/* transactions from next_xid on take numbers above this one */
	int64		number_after;	/* records of visible transactions have numbers up to this one */
	TimestampTz created_at;
} DynTick;

/* Was the transaction over, and its work visible, at the tick? */
extern bool dyn_tick_sees(const DynTick *tick, int64 xid);

/*
 * The newest tick, made now if anything has happened since the last one; on a standby the last one that has come.  The tick
 * is durable.  SPI is connected; the result is in the current memory context.
 */
extern DynTick *dyn_tick_now(void);

/* The newest tick that is there; NULL where there is none. */
extern DynTick *dyn_tick_last(void);

/* That tick, or NULL where it was trimmed or has not come yet. */
extern DynTick *dyn_tick_read(int64 tick);

/* The oldest tick that is there, 0 where there is none. */
extern int64 dyn_tick_oldest(void);

/* The first tick at or after that moment, or 0. */
extern int64 dyn_tick_at(TimestampTz moment);

/* The first tick above `after` that can have records with that number or a greater one, or 0. */
extern int64 dyn_tick_with_number(int64 after, int64 number);

/* A number that is below those of all records that `tick`, whose predecessor is `previous`, can have. */
extern int64 dyn_tick_low_number(const DynTick *previous, const DynTick *tick);

#endif							/* DYNAPG_CHANGES_TICK_H */
