/*
 * tick.h - ticks: which transactions were visible at one moment (see log.h)
 *
 * Tick 0 is before everything: it sees no transaction, and has no row.
 */
#ifndef DYNAPG_CHANGES_TICK_H
#define DYNAPG_CHANGES_TICK_H

#include "postgres.h"

#include "utils/timestamp.h"

typedef struct DynTick
{
	int64		tick;			/* 1, 2, 3 ... */
	int64		oldest_xid;		/* every transaction below was over */
	int64		next_xid;		/* no transaction from this one on was over */
	int			nopen;			/* the unfinished ones between these, sorted */
	int64	   *open;
	bool		complete;		/* does the list have all unfinished transactions that had taken a number? */
	int64		number_before;	/* transactions from next_xid on take numbers above this one */
	int64		number_after;	/* records of visible transactions have numbers up to this one */
	TimestampTz created_at;		/* never before that of an earlier tick */
} DynTick;

/* Was the transaction over, and its work visible, at the tick? */
extern bool dyn_tick_sees(const DynTick *tick, int64 xid);

/*
 * The newest tick, made now if anything has happened since the last one; in a read-only transaction and on a standby the last
 * existing one, which may be tick 0.  The tick is durable.
 */
extern DynTick *dyn_tick_now(void);

/* How long, in microseconds, changes have waited for a tick that sees them: 0 where none do.  A standby knows the age of its last tick. */
extern int64 dyn_tick_lag(void);

/* The newest existing tick. */
extern DynTick *dyn_tick_last(void);

/* The existing ticks among from..to; returns their number. */
extern int	dyn_tick_range(int64 from, int64 to, DynTick **ticks);

/* That tick, or NULL where it was trimmed or has not come yet. */
extern DynTick *dyn_tick_read(int64 tick);

/* Like dyn_tick_now, but makes one even where nothing has happened; where none can be made, the last existing one. */
extern DynTick *dyn_tick_force(void);

/*
 * Removes the ticks before that one.  Where moments are kept, a tick of every ten seconds stays as a row of dynapg.moments, for
 * dyn_tick_before and dyn_tick_after.
 */
extern void dyn_tick_trim(int64 kept, bool keep_moments);

/* Removes the moments before that one. */
extern void dyn_tick_trim_moments(TimestampTz before);

/* The last known tick up to that moment, or tick 0; the first one after it, or NULL. */
extern DynTick *dyn_tick_before(TimestampTz moment);
extern DynTick *dyn_tick_after(TimestampTz moment);

/* A number that is below those of all records of transactions that the tick does not see. */
extern int64 dyn_tick_number_bound(const DynTick *tick);

/* The transaction id with its epoch; it is one of the last two thousand million. */
extern int64 dyn_tick_widen(TransactionId xid);

/* Records of the ticks above this one can be read. */
extern int64 dyn_tick_horizon(void);

/* The first tick up to `last` that sees the transaction, or that is not older than the moment; last + 1 where there is none. */
extern int64 dyn_tick_first_seeing(int64 xid, int64 last);
extern int64 dyn_tick_first_since(TimestampTz moment, int64 last);

/* A number that is below those of all records of ticks above `previous` and up to `tick`. */
extern int64 dyn_tick_low_number(const DynTick *previous, const DynTick *tick);

#endif							/* DYNAPG_CHANGES_TICK_H */
