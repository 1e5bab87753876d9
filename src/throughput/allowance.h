/*
 * allowance.h - provisioned throughput: what tables and global secondary indexes have left of it, shared by all backends
 *
 * Model.  A table, and each global secondary index, has a bucket of read units and one of write units.  Units flow in at
 * the rate that the definition gives them per second; what is not used is kept, but no more of it than flows
 * in within 300 seconds (DynamoDB's burst capacity).  While anything is left, a request may take what it costs,
 * although that may be more than is left: the bucket is then in debt, and the next requests wait until that is paid.  So in
 * any time no more is taken than the burst, what flows in, and the last request of each bucket.
 *
 * A bucket comes into being when it is first asked for, and is full then: AWS does not say what a new table begins with, but
 * users see it take the whole burst at once.  What was taken is not given back when a transaction is rolled back.
 *
 * Buckets are in shared memory and not in the database: a restart forgets them, and a standby has its own.  There is
 * room for DYN_MAX_THROTTLED relations; beyond, full buckets go, which loses nothing, or else the fullest one.
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

/* Takes that many units if anything is left, and tells whether it was so. */
extern bool dyn_allowance_take(const DynAllowance *throttled, DynAllowanceKind kind, double units);

/* Takes them whatever is left. */
extern void dyn_allowance_charge(const DynAllowance *throttled, DynAllowanceKind kind, double units);

/* Has both buckets hold what flows in within that many seconds, which may be negative: a debt. */
extern void dyn_allowance_set(const DynAllowance *throttled, int seconds);

/* The buckets of this database in the current memory context, without those of no limit. */
extern DynAllowanceState *dyn_allowance_list(int *count);

#endif							/* DYNAPG_THROUGHPUT_ALLOWANCE_H */
