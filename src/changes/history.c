/*
 * history.c - the trigger that keeps the old rows of tables with point-in-time recovery
 *
 * A row of dynapg.history has the key of a row of the table and, where it was changed or deleted, its old item; new items are the
 * old ones of later rows, or the present ones.  A change of the key, which only SQL can make, counts as deleting one row and
 * creating another. Keys are the columns pk and sk, as text: a row is identified by the table's primary key, whatever its item
 * says. An item's rows are in the order of their numbers, as in the stream's log (log.h), with one exception: users' triggers
 * may write a row again before this trigger has seen its first write. So `within` distinguishes the versions that the same
 * transaction had made from the one that it found.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"
#include "utils/rel.h"

#include "base/compat.h"
#include "changes/history_commit.h"
#include "changes/log.h"
#include "changes/recovery.h"
#include "tables/columns.h"

PGDLLEXPORT Datum dynapg_record_history(PG_FUNCTION_ARGS);

/* The columns of dynapg.history and its children. */
enum Column
{
	COLUMN_RECOVERY = 1,
	COLUMN_NUMBER,
	COLUMN_XID,
	COLUMN_CREATED_AT,
	COLUMN_EVENT,
	COLUMN_WITHIN,
	COLUMN_PK,
	COLUMN_SK,
	COLUMN_OLD_ITEM,
	COLUMNS = COLUMN_OLD_ITEM
};

/* ---- rows of the table ---- */

/* A version of a row, as far as it matters. */
typedef struct Row
{
	HeapTuple	tuple;
	Datum		pk;
	Datum		sk;
	bool		has_sk;
	Datum		item;
	bool		has_item;
} Row;

/* The columns of the table. */
typedef struct Columns
{
	TupleDesc	tuple;
	int			pk;
	int			sk;				/* 0: none */
	int			item;
} Columns;

static int
column_of(TupleDesc columns, const char *name)
{
	for (int i = 0; i < columns->natts; i++)
	{
		if (!TupleDescAttr(columns, i)->attisdropped && strcmp(NameStr(TupleDescAttr(columns, i)->attname), name) == 0)
			return i + 1;
	}
	return 0;
}

static Oid
type_of(TupleDesc columns, int column)
{
	return TupleDescAttr(columns, column - 1)->atttypid;
}

static bool
is_key_type(Oid type)
{
	return type == TEXTOID || type == NUMERICOID || type == BYTEAOID;
}

/* The owner of the table may alter its columns; a value of another type must not be used as a pointer. */
static void
check_type(TupleDesc columns, int column, bool fits)
{
	if (!fits)
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
						errmsg("column \"%s\" of a table with point-in-time recovery cannot be of type %s",
							   NameStr(TupleDescAttr(columns, column - 1)->attname), format_type_be(type_of(columns, column)))));
}

static Columns
columns_of(Relation rel)
{
	TupleDesc	tuple = RelationGetDescr(rel);
	Columns		columns = {tuple, column_of(tuple, "pk"), column_of(tuple, "sk"), column_of(tuple, "item")};

	if (columns.pk == 0 || columns.item == 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN), errmsg("table \"%s\" has no column \"pk\" or no column \"item\"",
																   RelationGetRelationName(rel))));
	check_type(tuple, columns.pk, is_key_type(type_of(tuple, columns.pk)));
	if (columns.sk != 0)
		check_type(tuple, columns.sk, is_key_type(type_of(tuple, columns.sk)));
	check_type(tuple, columns.item, type_of(tuple, columns.item) == dyn_columns_item_type());
	return columns;
}

static Row
row_of(const Columns *columns, HeapTuple tuple)
{
	bool		null;
	Row			row = {.tuple = tuple};

	row.pk = heap_getattr(tuple, columns->pk, columns->tuple, &null);
	if (null)
		ereport(ERROR, (errcode(ERRCODE_NOT_NULL_VIOLATION), errmsg("a row of a table with point-in-time recovery has no key")));
	if (columns->sk != 0)
	{
		row.sk = heap_getattr(tuple, columns->sk, columns->tuple, &null);
		row.has_sk = !null;
	}
	row.item = heap_getattr(tuple, columns->item, columns->tuple, &null);
	row.has_item = !null;
	return row;
}

/* A key column as text, from which dyn_cut_items_query restores the column. */
static Datum
key_text(const Columns *columns, int column, Datum value)
{
	Oid			type = type_of(columns->tuple, column);

	if (type == TEXTOID)
		return value;
	if (type == NUMERICOID)
		return CStringGetTextDatum(numeric_normalize(DatumGetNumeric(value)));
	return DirectFunctionCall2(binary_encode, value, CStringGetTextDatum("hex"));
}

static bool
same_key(const Columns *columns, int column, Datum a, Datum b)
{
	if (datumIsEqual(a, b, false, -1))
		return true;
	return DatumGetBool(DirectFunctionCall2Coll(texteq, C_COLLATION_OID, key_text(columns, column, a), key_text(columns, column, b)));
}

/* Is it the same item, by value? Items stored out of line are the same if they are in the same place. */
static bool
same_item(const Row *a, const Row *b)
{
	struct varlena *left;
	struct varlena *right;

	if (!a->has_item || !b->has_item)
		return a->has_item == b->has_item;
	if (datumIsEqual(a->item, b->item, false, -1))
		return true;
	left = PG_DETOAST_DATUM_PACKED(a->item);
	right = PG_DETOAST_DATUM_PACKED(b->item);
	return VARSIZE_ANY_EXHDR(left) == VARSIZE_ANY_EXHDR(right) &&
		memcmp(VARDATA_ANY(left), VARDATA_ANY(right), VARSIZE_ANY_EXHDR(left)) == 0;
}

/* ---- adding ---- */

/* The table whose turn it is, open for writing. */
static Relation
open_current(TimestampTz now)
{
	char		name[NAMEDATALEN];
	Relation	rel;

	snprintf(name, sizeof(name), "history_%d", (int) (now / USECS_PER_DAY % DYN_HISTORY_TABLES));
	rel = table_open(dyn_log_relation(name), RowExclusiveLock);
	if (RelationGetDescr(rel)->natts != COLUMNS)
		elog(ERROR, "table dynapg.%s has been altered", name);
	return rel;
}

static void
add_version(int recovery, DynEvent event, const Columns *columns, const Row *row)
{
	bool		is_old = event != DYN_EVENT_INSERT;
	int64		xid = (int64) U64FromFullTransactionId(GetTopFullTransactionId());	/* before the number: tick.c relies on that */
	int64		number = nextval_internal(dyn_log_relation("change_number"), false);
	TimestampTz now = GetCurrentTimestamp();
	Datum		values[COLUMNS];
	bool		nulls[COLUMNS] = {false};
	Relation	rel;

	values[COLUMN_RECOVERY - 1] = Int32GetDatum(recovery);
	values[COLUMN_NUMBER - 1] = Int64GetDatum(number);
	values[COLUMN_XID - 1] = Int64GetDatum(xid);
	values[COLUMN_CREATED_AT - 1] = TimestampTzGetDatum(now);
	values[COLUMN_EVENT - 1] = CharGetDatum((char) event);
	values[COLUMN_WITHIN - 1] = BoolGetDatum(is_old && TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetXmin(row->tuple->t_data)));
	values[COLUMN_PK - 1] = key_text(columns, columns->pk, row->pk);
	nulls[COLUMN_SK - 1] = !row->has_sk;
	values[COLUMN_SK - 1] = row->has_sk ? key_text(columns, columns->sk, row->sk) : (Datum) 0;
	nulls[COLUMN_OLD_ITEM - 1] = !is_old || !row->has_item;
	values[COLUMN_OLD_ITEM - 1] = row->item;

	rel = open_current(now);
	dyn_log_insert(rel, values, nulls, 0);
	table_close(rel, NoLock);
	dyn_history_commit_first_row(now);
}

static void
add_update(int recovery, const Columns *columns, const Row *old_row, const Row *new_row)
{
	if (same_key(columns, columns->pk, old_row->pk, new_row->pk) && old_row->has_sk == new_row->has_sk &&
		(!old_row->has_sk || same_key(columns, columns->sk, old_row->sk, new_row->sk)))
	{
		if (!same_item(old_row, new_row))
			add_version(recovery, DYN_EVENT_MODIFY, columns, old_row);
		return;
	}
	add_version(recovery, DYN_EVENT_REMOVE, columns, old_row);
	add_version(recovery, DYN_EVENT_INSERT, columns, new_row);
}

PG_FUNCTION_INFO_V1(dynapg_record_history);
Datum
dynapg_record_history(PG_FUNCTION_ARGS)
{
	const TriggerData *trigger = (const TriggerData *) fcinfo->context;
	int			recovery;
	Columns		columns;
	Row			row;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
						errmsg("dynapg.record_history can only be called by a trigger")));
	/* by the table, never by arguments: nobody can write into the history of another table */
	recovery = dyn_recovery_of_table(RelationGetRelid(trigger->tg_relation));
	if (recovery == 0)
		return PointerGetDatum(NULL);
	if (TRIGGER_FIRED_BY_TRUNCATE(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("table \"%s\" has point-in-time recovery, which would miss what TRUNCATE removes",
						RelationGetRelationName(trigger->tg_relation)),
				 errhint("Use DELETE, or disable point-in-time recovery first.")));
	if (!TRIGGER_FIRED_FOR_ROW(trigger->tg_event) || !TRIGGER_FIRED_AFTER(trigger->tg_event))
		return PointerGetDatum(NULL);

	columns = columns_of(trigger->tg_relation);
	row = row_of(&columns, trigger->tg_trigtuple);
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
	{
		Row			new_row = row_of(&columns, trigger->tg_newtuple);

		add_update(recovery, &columns, &row, &new_row);
	}
	else
		add_version(recovery, TRIGGER_FIRED_BY_INSERT(trigger->tg_event) ? DYN_EVENT_INSERT : DYN_EVENT_REMOVE, &columns, &row);
	return PointerGetDatum(NULL);
}
