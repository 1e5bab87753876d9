/*
 * history_commit.c - when transactions with rows of history commit
 *
 * A transaction's commit time is known within two milliseconds from its rows, or from a row of dynapg.history_commits, which
 * longer transactions add. There is no callback for the commit of a prepared transaction: its time is when it was prepared, or
 * the last tick that does not see it, which is before anybody can have read or changed what it has written.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "utils/rel.h"

#include "changes/history_commit.h"
#include "changes/log.h"

#define SHORT	2000			/* microseconds: transactions that end sooner add no row of their own */

static TimestampTz first_row = 0;	/* of this transaction; 0: it has added none */
static bool note_exactly = false;

void
dyn_history_commit_add(int64 xid, TimestampTz at, bool prepared)
{
	Relation	rel = table_open(dyn_log_relation("history_commits"), RowExclusiveLock);
	Datum		values[] = {Int64GetDatum(xid), TimestampTzGetDatum(at), BoolGetDatum(prepared)};
	bool		nulls[] = {false, false, false};

	if (RelationGetDescr(rel)->natts != lengthof(values))
		elog(ERROR, "table dynapg.history_commits has been altered");
	dyn_log_insert(rel, values, nulls, 0);
	table_close(rel, NoLock);
}

static void
on_transaction(XactEvent event, void *arg)
{
	bool		prepares = event == XACT_EVENT_PRE_PREPARE;

	if ((event == XACT_EVENT_PRE_COMMIT || prepares) && (first_row != 0 || note_exactly))
	{
		TimestampTz now = GetCurrentTimestamp();

		if (note_exactly || prepares || now - first_row > SHORT)
			dyn_history_commit_add((int64) U64FromFullTransactionId(GetTopFullTransactionId()), now, prepares);
	}
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
	{
		first_row = 0;
		note_exactly = false;
	}
}

static void
watch_transaction(void)
{
	static bool registered = false;

	if (!registered)
		RegisterXactCallback(on_transaction, NULL);
	registered = true;
}

void
dyn_history_commit_note(void)
{
	watch_transaction();
	note_exactly = true;
}

void
dyn_history_commit_first_row(TimestampTz now)
{
	watch_transaction();
	if (first_row == 0)
		first_row = now;
}
