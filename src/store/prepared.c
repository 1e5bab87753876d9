/*
 * prepared.c - waiting for the second phase of a transaction that has written a row
 *
 * The row's versions are looked at as a unique index looks at them: with those of transactions that still run.  Of a transaction that is
 * prepared, and of no other that runs, no process has the number.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/subtrans.h"
#include "access/tableam.h"
#include "access/transam.h"
#include "access/twophase.h"
#include "catalog/pg_am_d.h"
#include "catalog/pg_type_d.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "storage/latch.h"
#include "storage/procarray.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "store/prepared.h"

#define MAX_KEYS 2				/* pk, sk */
#define LONGEST_MS 1000
#define PAUSE_MS 1

static bool
is_prepared(TransactionId xid)
{
	if (!TransactionIdIsValid(xid) || !TransactionIdIsInProgress(xid))
		return false;
	return BackendXidGetPid(SubTransGetTopmostTransaction(xid)) == 0;
}

static RegProcedure
equality(Oid type)
{
	switch (type)
	{
		case NUMERICOID:
			return F_NUMERIC_EQ;
		case BYTEAOID:
			return F_BYTEAEQ;
		default:
			return F_TEXTEQ;
	}
}

/* Fills in the comparison of the index's column; false where that is another one. */
static bool
set_key(ScanKey key, Relation rel, Relation index, int number, const char *column, Oid type, Datum value)
{
	AttrNumber	attribute = index->rd_index->indkey.values[number];

	if (attribute <= 0 || attribute != get_attnum(RelationGetRelid(rel), column) ||
		TupleDescAttr(RelationGetDescr(rel), attribute - 1)->atttypid != type)
		return false;
	ScanKeyEntryInitialize(key, 0, number + 1, BTEqualStrategyNumber, type, index->rd_indcollation[number], equality(type), value);
	return true;
}

/* The number of comparisons for the key; 0 where the index is not the one that tables of ours have. */
static int
set_keys(ScanKey keys, Relation rel, Relation index, const DynTable *table, const DynKey *key)
{
	int			count = table->sk.tag != 0 ? 2 : 1;

	if (index->rd_rel->relam != BTREE_AM_OID || index->rd_index->indnkeyatts != count)
		return 0;
	if (!set_key(&keys[0], rel, index, 0, "pk", dyn_key_column_type(table->pk.tag), dyn_key_datum(key->pk, DYN_KEY_PART)))
		return 0;
	if (count > 1 && !set_key(&keys[1], rel, index, 1, "sk", dyn_key_column_type(table->sk.tag), dyn_key_datum(key->sk, DYN_KEY_WHOLE)))
		return 0;
	return count;
}

static bool
is_written(Relation rel, Relation index, ScanKey keys, int count)
{
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	SnapshotData dirty;
	IndexScanDesc scan;
	bool		found = false;

	InitDirtySnapshot(dirty);
	scan = dyn_compat_begin_index_scan(rel, index, &dirty, count);
	index_rescan(scan, keys, count, NULL, 0);
	while (!found && index_getnext_slot(scan, ForwardScanDirection, slot))
		found = is_prepared(dirty.xmin) || is_prepared(dirty.xmax);
	index_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	return found;
}

static void
pause_a_moment(void)
{
	(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, PAUSE_MS, PG_WAIT_EXTENSION);
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
}

void
dyn_prepared_wait(Relation rel, const DynTable *table, const DynKey *key)
{
	TimestampTz since = 0;
	Oid			primary_key;
	Relation	index;
	ScanKeyData keys[MAX_KEYS];
	int			count;

	if (max_prepared_xacts == 0)
		return;
	list_free(RelationGetIndexList(rel));	/* finds the primary key */
	primary_key = rel->rd_pkindex;
	if (!OidIsValid(primary_key))
		return;
	index = index_open(primary_key, AccessShareLock);
	count = set_keys(keys, rel, index, table, key);
	while (count > 0 && is_written(rel, index, keys, count))
	{
		TimestampTz now = GetCurrentTimestamp();

		if (since == 0)
			since = now;
		else if (TimestampDifferenceExceeds(since, now, LONGEST_MS))
			break;
		pause_a_moment();
	}
	index_close(index, AccessShareLock);
}
