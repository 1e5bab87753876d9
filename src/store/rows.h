/*
 * rows.h - items by their keys: read and written, one by one or as lists, by a SQL statement each
 *
 * Model.  Every write is one statement whose condition and update run in the executor on the row version
 * that is replaced (value/handover.h), correct under READ COMMITTED without retry:
 *
 *		condition holds for a missing item		INSERT ... ON CONFLICT (pk, sk) DO UPDATE ... WHERE dynapg.holds(...)
 *		it does not hold						UPDATE / DELETE ... WHERE pk = $1 AND sk = $2 AND dynapg.holds(...)
 *
 * The caller has evaluated the condition for a missing item before: store/ cannot see expressions.
 *
 * Under stricter isolation levels a conflict, and under any level a deadlock, is TransactionConflictException.
 *
 * All run with the caller's rights, through SPI: GRANT, row security, CHECK and triggers apply.
 */
#ifndef DYNAPG_STORE_ROWS_H
#define DYNAPG_STORE_ROWS_H

#include "lib/stringinfo.h"

#include "store/change.h"

/*
 * Reads the item into the current memory context, detoasted; NULL when there is none.
 */
extern struct varlena *dyn_row_get(DynTable *table, const DynKey *key);

/*
 * Reads the items of these keys; those without an item are skipped. The items come in the order of the keys if the index of the
 * primary key is used, which row security may prevent.
 */
extern void dyn_rows_get(DynTable *table, const DynKey *keys, int nkeys, DynRowConsumer consume, void *arg);

/*
 * Stores items, deletes items, unconditionally, in the order of the keys, which are all different.  Where old_items is not
 * NULL, those of its elements whose key had an item become that item, in the current memory context.
 */
extern void dyn_rows_put(DynTable *table, const DynKey *keys, struct varlena *const *items, int nkeys,
						 struct varlena **old_items);
extern void dyn_rows_delete(DynTable *table, const DynKey *keys, int nkeys, struct varlena **old_items);

/* Stores items whose keys are not there; a unique violation where one is, or it is replaced (in a
 * distributed table).  Faster than dyn_rows_put. */
extern void dyn_rows_insert(DynTable *table, const DynKey *keys, struct varlena *const *items, int nkeys);

/*
 * Runs the write.  Without keep_violation, errors of the update's evaluation come out of dynapg.apply as ValidationException; also
 * when a node of a distributed table evaluates it.
 */
extern DynChange dyn_row_write(const DynWrite *write);

/* Appends PostgreSQL's plan of reading an item, of a write, in lines.  Raises an error without the rights for the statement. */
extern void dyn_row_explain_get(DynTable *table, const DynKey *key, StringInfo out);
extern void dyn_row_explain_write(const DynWrite *write, StringInfo out);

/* Should the write, which had that result, be kept? */
typedef bool (*DynWriteJudge) (void *arg, const DynWrite *write, const DynChange *result);

/* Runs the write in a subtransaction, which is rolled back if the judge says no; returns the judge's answer. */
extern bool dyn_row_try_write(const DynWrite *write, DynChange *result, DynWriteJudge judge, void *arg);

/*
 * For a row that exists and is locked, but that no statement of the caller reaches: raises an error if row security hides it.
 *
 */
extern void dyn_row_refuse_hidden(const DynTable *table);

/* One read of several; item is the result, NULL when there is none. */
typedef struct DynRowRead
{
	DynTable   *table;
	DynKey		key;
	struct varlena *item;
} DynRowRead;

/*
 * Reads items as of one moment, into the current memory context. Returns false, with some of them, when they exceed the bytes
 * by DynamoDB's count. *at is the one being read, also when an error is raised.
 */
extern bool dyn_rows_read(DynRowRead *reads, int nreads, uint64 max_bytes, volatile int *at);

#endif							/* DYNAPG_STORE_ROWS_H */
