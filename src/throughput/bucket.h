/*
 * bucket.h - provisioned throughput: what tables and global secondary indexes have left of it, shared by all backends
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
#ifndef DYNAPG_THROUGHPUT_BUCKET_H
#define DYNAPG_THROUGHPUT_BUCKET_H

#include "postgres.h"

#define DYN_BUCKET_BURST	300 /* seconds whose unused units are kept; developer guide, "Burst and adaptive capacity" */

typedef enum DynBucketKind
{
	DYN_BUCKET_READ,
	DYN_BUCKET_WRITE
} DynBucketKind;

#define DYN_BUCKET_KINDS	2

/* A relation whose use is limited: a data table, or a btree that is a global secondary index. */
typedef struct DynBucketd
{
	Oid			relid;
	int64		rates[DYN_BUCKET_KINDS];	/* units per second; 0: no limit */
} DynBucketd;

/* What is left in a bucket. */
typedef struct DynBucketState
{
	Oid			relid;
	DynBucketKind kind;
	int64		rate;
	double		units;
} DynBucketState;

/* Asks for shared memory; from _PG_init. */
extern void dyn_bucket_register(void);

/* Is anything left? */
extern bool dyn_bucket_has_left(const DynBucketd *throttled, DynBucketKind kind);

/* Takes that many units if anything is left, and tells whether it was so. */
extern bool dyn_bucket_take(const DynBucketd *throttled, DynBucketKind kind, double units);

/* Takes them whatever is left. */
extern void dyn_bucket_charge(const DynBucketd *throttled, DynBucketKind kind, double units);

/* Has both buckets hold what flows in within that many seconds, which may be negative: a debt. */
extern void dyn_bucket_set(const DynBucketd *throttled, int seconds);

/* The buckets of this database in the current memory context, without those of no limit. */
extern DynBucketState *dyn_bucket_list(int *count);

#endif							/* DYNAPG_THROUGHPUT_BUCKET_H */
