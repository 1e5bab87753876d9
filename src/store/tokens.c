/*
 * tokens.c - ClientRequestToken: a request that is repeated within ten minutes is not carried out again
 *
 * SDKs give every TransactWriteItems a token of its own, so this runs for each one and has to be cheap. The table is read and
 * written directly, as PostgreSQL does with its own catalogs: without statements, and without anybody having rights to it.
 *
 * Reading.  Rows are found by a hash of role and token, which is also the lock's; role and token are compared then.
 * SnapshotSelf shows what is committed at this moment and what this transaction did.  It takes no part in serializable
 * isolation, where other requests' tokens on the same page of the index would count as a conflict. Only the holder of the lock
 * can add the token, and the holder before it has committed, since locks are released after the commit.
 *
 * Writing.  A row is never changed.  A token that is used again after its time gets another row: so the index need not compare
 * it with one that somebody is just deleting, which would mean waiting. This is why the primary key ends with the time of
 * expiry.
 *
 * Backends that add rows also remove expired ones: after each SWEEP_EVERY rows a backend looks at the next page of the table
 * and deletes what has expired there, except rows that it would have to wait for.
 * A page holds several times SWEEP_EVERY rows, so with any number of backends the expired rows that are still there
 * remain a part of those that have not expired, and the work of a call is bounded.  There is no index by time,
 * since its dead entries would be at the very end where everybody begins.  VACUUM makes the space usable again.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "common/hashfn.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/limits.h"
#include "database/touched.h"
#include "store/tokens.h"

#define LOCK_CLASS 0x445A		/* 1 and 2 are those of pg_advisory_lock, 0x4459 is that of launch.c */
#define SWEEP_EVERY 16			/* rows added between two sweeps for expired ones */

/* The columns of dynapg.tokens. */
enum Column
{
	COLUMN_HASH = 1,
	COLUMN_EXPIRES_AT,
	COLUMN_ROLE,
	COLUMN_TOKEN,
	COLUMN_DIGEST,
	COLUMN_NOTE,
	COLUMNS = COLUMN_NOTE
};

/* A row. */
typedef struct Values
{
	Datum		values[COLUMNS];
	bool		nulls[COLUMNS];
} Values;

static Datum
column(const Values *row, enum Column number)
{
	return row->values[number - 1];
}

static void
set_column(Values *row, enum Column number, Datum value)
{
	row->values[number - 1] = value;
}

static Relation
open_tokens(LOCKMODE mode)
{
	Oid			schema = get_namespace_oid("dynapg", true);
	Oid			relid = OidIsValid(schema) ? get_relname_relid("tokens", schema) : InvalidOid;
	Relation	rel = OidIsValid(relid) ? try_table_open(relid, mode) : NULL;

	if (rel == NULL)
		elog(ERROR, "catalog dynapg.tokens does not exist");
	if (RelationGetDescr(rel)->natts != COLUMNS)
		elog(ERROR, "catalog dynapg.tokens has been altered");
	dyn_touched_add(relid, mode >= RowExclusiveLock);
	return rel;
}

static uint64
hash_of(const DynToken *token)
{
	return hash_bytes_extended((const unsigned char *) token->text.data, token->text.len, token->role);
}

static LockAcquireResult
try_lock(uint64 hash)
{
	LOCKTAG		tag;

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, (uint32) (hash >> 32), (uint32) hash, LOCK_CLASS);
	return LockAcquire(&tag, ExclusiveLock, false, true);
}

/* ---- reading ---- */

static bool
holds(const Values *row, enum Column number, const void *bytes, size_t len)
{
	bytea	   *stored = DatumGetByteaPP(column(row, number));

	return VARSIZE_ANY_EXHDR(stored) == len && memcmp(VARDATA_ANY(stored), bytes, len) == 0;
}

/* Is the row about this token, and still valid? */
static bool
is_known(const Values *row, const DynToken *token, TimestampTz now)
{
	return DatumGetObjectId(column(row, COLUMN_ROLE)) == token->role &&
		holds(row, COLUMN_TOKEN, token->text.data, token->text.len) &&
		DatumGetTimestampTz(column(row, COLUMN_EXPIRES_AT)) > now;
}

/* What a valid row says. */
static DynTokenUse
compare_token(const Values *row, const DynToken *token, struct varlena **note)
{
	if (!holds(row, COLUMN_DIGEST, token->digest, DYN_TOKEN_DIGEST_LEN))
		return DYN_TOKEN_MISMATCH;
	if (!row->nulls[COLUMN_NOTE - 1])
		*note = DatumGetByteaPCopy(column(row, COLUMN_NOTE));
	return DYN_TOKEN_REPEATED;
}

static DynTokenUse
look_up(const DynToken *token, struct varlena **note)
{
	Relation	rel = open_tokens(AccessShareLock);
	TimestampTz now = GetCurrentTimestamp();
	DynTokenUse use = DYN_TOKEN_NEW;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	Values		row;

	list_free(RelationGetIndexList(rel));	/* finds the primary key */
	ScanKeyInit(&key, COLUMN_HASH, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum((int64) token->hash));
	scan = systable_beginscan(rel, rel->rd_pkindex, OidIsValid(rel->rd_pkindex), SnapshotSelf, 1, &key);
	while (use == DYN_TOKEN_NEW && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		heap_deform_tuple(tuple, RelationGetDescr(rel), row.values, row.nulls);
		if (is_known(&row, token, now))
			use = compare_token(&row, token, note);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return use;
}

/*
 * This transaction has the lock already, but there is no row: the running request has caused this one, by a trigger of the
 * user.
 */
DynTokenUse
dyn_token_find(DynToken *token, struct varlena **note)
{
	LockAcquireResult lock;
	DynTokenUse use;

	*note = NULL;
	PreventCommandIfReadOnly("TransactWriteItems");
	token->role = GetUserId();
	token->hash = hash_of(token);
	lock = try_lock(token->hash);
	if (lock == LOCKACQUIRE_NOT_AVAIL)
		return DYN_TOKEN_BUSY;
	use = look_up(token, note);
	return use == DYN_TOKEN_NEW && lock != LOCKACQUIRE_OK ? DYN_TOKEN_BUSY : use;
}

/* ---- removing ---- */

static bool
has_expired(TupleTableSlot *slot, TimestampTz now)
{
	bool		null;
	Datum		expires_at = slot_getattr(slot, COLUMN_EXPIRES_AT, &null);

	return !null && DatumGetTimestampTz(expires_at) <= now;
}

/* Deletes what has expired on a page of the table, skipping rows that others have locked. */
static void
sweep_page(Relation rel, BlockNumber page)
{
	TimestampTz now = GetCurrentTimestamp();
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan;
	ItemPointerData first;
	ItemPointerData last;
	CommandId	command;

	CommandCounterIncrement();	/* so that rows of this transaction can be deleted, too */
	command = GetCurrentCommandId(true);
	ItemPointerSet(&first, page, FirstOffsetNumber);
	ItemPointerSet(&last, page, MaxOffsetNumber);
	scan = table_beginscan_tidrange(rel, SnapshotSelf, &first, &last);
	while (table_scan_getnextslot_tidrange(scan, ForwardScanDirection, slot))
	{
		TM_FailureData failure;

		if (has_expired(slot, now))
			(void) table_tuple_delete(rel, &slot->tts_tid, command, SnapshotSelf, InvalidSnapshot, false, &failure, false);
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
}

/* To be called for each row that was added. Every backend begins at a random page, including those that add few rows. */
static void
sweep(Relation rel)
{
	static bool started = false;
	static uint32 added;
	static BlockNumber next_page;
	BlockNumber pages;

	if (!started)
	{
		uint32		seed[2];

		if (!pg_strong_random(seed, sizeof(seed)))
			return;
		added = seed[0];
		next_page = seed[1];
		started = true;
	}
	if (++added % SWEEP_EVERY != 0)
		return;
	pages = RelationGetNumberOfBlocks(rel);
	next_page = (next_page + 1) % Max(pages, 1);
	sweep_page(rel, next_page);
}

/* ---- writing ---- */

static Datum
make_bytea(const void *bytes, size_t len)
{
	bytea	   *value = palloc(VARHDRSZ + len);

	SET_VARSIZE(value, VARHDRSZ + len);
	memcpy(VARDATA(value), bytes, len);
	return PointerGetDatum(value);
}

void
dyn_token_keep(const DynToken *token, struct varlena *note)
{
	Relation	rel = open_tokens(RowExclusiveLock);
	TimestampTz expires_at = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), DYN_MAX_TOKEN_SECONDS * INT64CONST(1000));
	Values		row = {0};
	HeapTuple	tuple;

	set_column(&row, COLUMN_HASH, Int64GetDatum((int64) token->hash));
	set_column(&row, COLUMN_EXPIRES_AT, TimestampTzGetDatum(expires_at));
	set_column(&row, COLUMN_ROLE, ObjectIdGetDatum(token->role));
	set_column(&row, COLUMN_TOKEN, make_bytea(token->text.data, token->text.len));
	set_column(&row, COLUMN_DIGEST, make_bytea(token->digest, DYN_TOKEN_DIGEST_LEN));
	set_column(&row, COLUMN_NOTE, PointerGetDatum(note));
	row.nulls[COLUMN_NOTE - 1] = note == NULL;

	tuple = heap_form_tuple(RelationGetDescr(rel), row.values, row.nulls);
	CatalogTupleInsert(rel, tuple);
	heap_freetuple(tuple);
	sweep(rel);
	table_close(rel, NoLock);
}

struct varlena *
dyn_token_prefix(const char *namespace)
{
	return cstring_to_text(namespace[0] != '\0' ? psprintf("%s" DYN_TOKEN_SEPARATOR, namespace) : "");
}
