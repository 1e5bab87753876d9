/*
 * throttle.h - may a request use the throughput of its table, and how much did it use
 *
 * Only with dynapg.throttling; otherwise each of these is one branch in its caller.  The buckets are those of
 * throughput/allowance.h.  A table of billing mode PROVISIONED, and each of its global secondary indexes, is limited to its
 * ProvisionedThroughput; a table of PAY_PER_REQUEST to its OnDemandThroughput, if it has one. Local secondary indexes use the
 * table's.
 *
 * A request is checked twice: before its statement, so that a refused one costs nothing, and after it, when its use is known:
 * that is then taken, or, if the bucket was emptied meanwhile, nothing is taken and the request is refused. A write takes from
 * the table and from each global index that it changes; it is also refused when one of these has nothing left. The error undoes
 * what it wrote.  A write whose condition fails has used the table's units, too.
 *
 * Query and Scan read their page or are refused; batches do what they can and hand back the rest.
 */
#ifndef DYNAPG_THROUGHPUT_THROTTLE_H
#define DYNAPG_THROUGHPUT_THROTTLE_H

#include "postgres.h"

#include "nodes/pg_list.h"

#include "base/guc.h"
#include "store/cancellation.h"
#include "store/rows.h"
#include "throughput/allowance.h"
#include "throughput/capacity.h"
#include "throughput/contributors.h"

/* Is the use of the table, or of one of its global indexes, limited at present? */
extern bool dyn_throttle_limits(DynTable *table, DynAllowanceKind kind);

static inline bool
dyn_throttle_applies(DynTable *table, DynAllowanceKind kind)
{
	return unlikely(dyn_guc_throttling) && dyn_throttle_limits(table, kind);
}

/*
 * The buckets with nothing left, as a list for dyn_throttle_refuse; NIL is "admitted". index is the index of the read, or NULL;
 * a local one counts as the table.
 */
extern List *dyn_throttle_check(DynTable *table, const DynIndex *index, DynAllowanceKind kind);

/* Takes what was used, unless one of the buckets has nothing left; returns the list of these. */
extern List *dyn_throttle_take(DynTable *table, DynAllowanceKind kind, const DynCapacity *used);

/* Takes it whatever is left. */
extern void dyn_throttle_charge(DynTable *table, DynAllowanceKind kind, const DynCapacity *used);

/* Raises the exception for these refusals, if there are any. */
extern void dyn_throttle_refuse(List *refusals);

/* Adds refusals to those of other parts of a batch, once each. */
extern List *dyn_throttle_join(List *refusals, List *more);

/* Does one of the table's global indexes have no write units left? */
extern bool dyn_throttle_index_exhausted(DynTable *table);

/* What a write used, even if it did not change anything. */
extern DynCapacity dyn_throttle_of_write(const DynWrite *write, const DynChange *result);

/*
 * Counts the refusals for contributor insights: of the table by the key, of an index by the item, where it is known; returns the
 * refusals.
 */
extern List *dyn_throttle_count(List *refusals, const DynKey *key, const struct varlena *item);

/* For an operation on one item. */
static inline void
dyn_throttle_require(DynTable *table, const DynKey *key, DynAllowanceKind kind)
{
	if (unlikely(dyn_guc_throttling))
		dyn_throttle_refuse(dyn_throttle_count(dyn_throttle_check(table, NULL, kind), key, NULL));
}

static inline void
dyn_throttle_read(DynTable *table, const DynKey *key, const DynCapacity *used)
{
	if (unlikely(dyn_guc_throttling))
		dyn_throttle_refuse(dyn_throttle_count(dyn_throttle_take(table, DYN_ALLOWANCE_READ, used), key, NULL));
	dyn_contributors_read(table, key);
}

/* For a page. */
extern void dyn_throttle_require_page(const DynRange *range);
extern void dyn_throttle_read_page(const DynRange *range, const DynCapacity *used);

/* The images have been kept where dyn_throttle_applies said so. */
extern void dyn_throttle_written(const DynWrite *write, const DynChange *result);

/* ---- transactions, which are admitted as a whole ---- */

/* An action's table and what it used. */
typedef struct DynThrottleAction
{
	DynTable   *table;
	const DynKey *key;
	const struct varlena *item; /* for indexes that refuse; NULL: unknown */
	DynCapacity used;
} DynThrottleAction;

/* What an action of a transaction used, added to its entry. */
extern void dyn_throttle_add_transact_write(DynThrottleAction *action, const DynWrite *write, const DynChange *result);

/* Sets the reason of actions whose tables have nothing left. */
extern void dyn_throttle_check_actions(const DynThrottleAction *actions, DynReason *reasons, int count, DynAllowanceKind kind);

/*
 * Takes what all actions used. If a bucket has nothing left, its actions get that as their reason unless they have another one,
 * and nothing is taken; but a transaction that is cancelled for other reasons pays for what it used.
 */
extern void dyn_throttle_take_actions(const DynThrottleAction *actions, DynReason *reasons, int count, DynAllowanceKind kind);

#endif							/* DYNAPG_THROUGHPUT_THROTTLE_H */
