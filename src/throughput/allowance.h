/*
 * allowance.h - provisioned throughput: the units that tables and global secondary indexes have left, shared by all backends
 *
 * Model.  A table, and each global secondary index, has a bucket of read units and one of write units.  Units flow in at the
 * rate per second in the definition; unused ones are kept, but at most what flows in within 300 seconds (DynamoDB's burst
 * capacity). While anything is left, a request may take its full cost, even if that is more: the bucket is then in debt, and
 * later requests are refused until that is paid. So over any period, requests take at most the burst, what flows in, and the
 * last request of each bucket.
 *
 * A bucket is created full, at its first use: AWS does not say what a new table begins with, but users can take the whole burst
 * at once.  What was taken is not given back when a transaction is rolled back.
 *
 * Buckets are in shared memory and not in the database: a restart forgets them, and a standby has its own.  There is
 * room for DYN_MAX_THROTTLED relations; beyond that, full buckets are dropped, which loses nothing, or else the fullest one.
 *
 * A change of the rate takes effect with the next request: what has flowed in until then did so at the old one.
 */
#ifndef DYNAPG_THROUGHPUT_ALLOWANCE_H
#define DYNAPG_THROUGHPUT_ALLOWANCE_H

#include "postgres.h"

#define DYN_ALLOWANCE_BURST	300 /* seconds whose unused units are kept; developer guide, "Burst and adaptive capacity" */

typedef enum DynAllowanceKind
{
	DYN_ALLOWANCE_READ,
	DYN_ALLOWANCE_WRITE
} DynAllowanceKind;

#define DYN_ALLOWANCE_KINDS	2

/* A relation whose use is limited: a data table, or a btree that is a global secondary index. */
typedef struct DynAllowance
{
	Oid			relid;
	int64		rates[DYN_ALLOWANCE_KINDS];	/* units per second; 0: no limit */
} DynAllowance;

/* What is left in a bucket. */
typedef struct DynAllowanceState
{
	Oid			relid;
	DynAllowanceKind kind;
	int64		rate;
	double		units;
} DynAllowanceState;

/* Asks for shared memory; from _PG_init. */
extern void dyn_allowance_register(void);

/* Is anything left? */
extern bool dyn_allowance_has_left(const DynAllowance *throttled, DynAllowanceKind kind);

/* Takes the units if anything is left, and returns whether it was. */
extern bool dyn_allowance_take(const DynAllowance *throttled, DynAllowanceKind kind, double units);

/* Takes the units in any case. */
extern void dyn_allowance_charge(const DynAllowance *throttled, DynAllowanceKind kind, double units);

/* Sets both buckets to what flows in within that number of seconds, which may be negative: a debt. */
extern void dyn_allowance_set(const DynAllowance *throttled, int seconds);

/* The buckets of this database in the current memory context, without those of no limit. */
extern DynAllowanceState *dyn_allowance_list(int *count);

#endif							/* DYNAPG_THROUGHPUT_ALLOWANCE_H */
