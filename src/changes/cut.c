/*
 * cut.c - a table as it was at a moment, and what changed between two moments
 *
 * Reading.  A snapshot shows the table and its history as of the same transactions. Among the transactions that had not
 * committed at the cut, the first one that wrote a row found it as it was then: the old item, or nothing if it has inserted the
 * row. dynapg.recovery_rows finds these, with the rights of the history's owner, and the queries made here put them in the
 * place of the present rows.
 */
#include "postgres.h"

#include "access/transam.h"
#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/tuplestore.h"

#include "base/compat.h"
#include "base/returned_rows.h"
#include "changes/cut.h"
#include "changes/log.h"
#include "database/installation.h"
#include "tables/ddl.h"

#define RESULT_COLUMNS	4		/* of dynapg.recovery_rows */
#define FETCH			1000

PGDLLEXPORT Datum dynapg_recovery_rows(PG_FUNCTION_ARGS);

/* ---- cuts ---- */

static int
compare_xids(const void *a, const void *b)
{
	int64		left = *(const int64 *) a;
	int64		right = *(const int64 *) b;

	return (left > right) - (left < right);
}

/* Had the transaction committed at the cut's moment? */
static bool
has_committed(const DynCut *cut, int64 xid)
{
	return dyn_tick_sees(cut->before, xid) ||
		(cut->ncommitted > 0 && bsearch(&xid, cut->committed, cut->ncommitted, sizeof(int64), compare_xids) != NULL);
}

/* Appends the condition that the tick does not see the transaction of the row h. */
static void
append_unseen(StringInfo sql, DynSqlArgs *args, const DynTick *tick)
{
	dyn_sql_int64(args, tick->next_xid);
	dyn_sql_int64_array(args, tick->open, tick->nopen);
	/* IS TRUE: PostgreSQL 14 would push a plain negation into the array and compare its elements one by one */
	appendStringInfo(sql, "(h.xid OPERATOR(pg_catalog.>=) $%d OR h.xid OPERATOR(pg_catalog.=) ANY ($%d) IS TRUE)", args->count - 1,
					 args->count);
}

/* The transactions between the two ticks that committed up to the moment. */
static void
find_committed(DynCut *cut)
{
	MemoryContext caller = CurrentMemoryContext;
	DynSqlArgs	args = {0};
	StringInfoData sql;
	uint64		count;

	SPI_connect();
	initStringInfo(&sql);
	dyn_sql_int64(&args, cut->number_bound);
	dyn_sql_int64(&args, cut->after->number_after);
	dyn_sql_timestamptz(&args, cut->at);
	appendStringInfoString(&sql, "SELECT x.xid FROM (SELECT h.xid, pg_catalog.max(h.created_at) AS at FROM dynapg.history h "
						   "WHERE h.recovery_id OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT r.recovery_id FROM dynapg.recoveries r)) "
						   "AND h.number OPERATOR(pg_catalog.>) $1 AND h.number OPERATOR(pg_catalog.<=) $2 AND ");
	append_unseen(&sql, &args, cut->before);
	appendStringInfoString(&sql, " AND NOT ");
	append_unseen(&sql, &args, cut->after);
	appendStringInfoString(&sql, " GROUP BY h.xid UNION ALL SELECT h.xid, h.committed_at FROM dynapg.history_commits h WHERE ");
	append_unseen(&sql, &args, cut->before);
	appendStringInfoString(&sql, " AND NOT ");
	append_unseen(&sql, &args, cut->after);
	/* the row of the commit, if there is one, is more exact than the earlier rows of the history */
	appendStringInfoString(&sql, ") x GROUP BY x.xid HAVING pg_catalog.max(x.at) OPERATOR(pg_catalog.<=) $3 ORDER BY x.xid");
	count = dyn_log_query(sql.data, &args, 0);
	cut->committed = MemoryContextAllocHuge(caller, Max(count, 1) * sizeof(int64));
	for (uint64 i = 0; i < count; i++)
		cut->committed[i] = dyn_sql_get_int64(i, 1);
	cut->ncommitted = (int) count;
	SPI_finish();
}

static DynCut *
make_cut(TimestampTz at, DynTick *before, DynTick *after)
{
	DynCut	   *cut = palloc0(sizeof(DynCut));

	cut->at = at;
	cut->before = before;
	cut->after = after;
	cut->number_bound = dyn_tick_number_bound(before);
	if (after)
		find_committed(cut);
	return cut;
}

DynCut *
dyn_cut_now(const DynRecovery *recovery)
{
	DynCut	   *cut = make_cut(GetCurrentTimestamp(), dyn_tick_now(), NULL);

	return has_committed(cut, recovery->since_xid) ? cut : NULL;
}

DynCut *
dyn_cut_at(const DynRecovery *recovery, TimestampTz moment)
{
	DynTick    *after;
	DynCut	   *cut;

	moment = Min(moment, GetCurrentTimestamp());
	if (moment < recovery->since && moment != dyn_recovery_second(recovery->since))
		return NULL;
	moment = Max(moment, recovery->since);
	/* a tick after the moment makes this final */
	after = dyn_tick_after(moment);
	if (after == NULL && dyn_tick_force()->created_at > moment)
		after = dyn_tick_after(moment);
	cut = make_cut(moment, dyn_tick_before(moment), after);
	return has_committed(cut, recovery->since_xid) ? cut : NULL;
}

/* ---- cuts as bytes, as the queries have them ---- */

static void
send_xids(StringInfo out, const int64 *xids, int count)
{
	pq_sendint32(out, count);
	for (int i = 0; i < count; i++)
		pq_sendint64(out, xids[i]);
}

static void
send_tick(StringInfo out, const DynTick *tick)
{
	pq_sendint64(out, tick->oldest_xid);
	pq_sendint64(out, tick->next_xid);
	send_xids(out, tick->open, tick->nopen);
}

/* The bytes as a literal of SQL. */
static char *
literal(const DynCut *cut)
{
	StringInfoData out;
	char	   *hex;

	initStringInfo(&out);
	pq_sendint64(&out, cut->number_bound);
	send_tick(&out, cut->before);
	send_xids(&out, cut->committed, cut->ncommitted);
	hex = palloc(2 * out.len + 1);
	(void) hex_encode(out.data, out.len, hex);
	hex[2 * out.len] = '\0';
	return psprintf("pg_catalog.decode('%s', 'hex')", hex);
}

static int64 *
receive_xids(StringInfo in, int *count)
{
	int64	   *xids;

	*count = pq_getmsgint(in, 4);
	if (*count < 0 || *count > (in->len - in->cursor) / (int) sizeof(int64))
		ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION), errmsg("these bytes are no cut")));
	xids = palloc(Max(*count, 1) * sizeof(int64));
	for (int i = 0; i < *count; i++)
		xids[i] = pq_getmsgint64(in);
	return xids;
}

static DynCut *
receive_cut(bytea *bytes)
{
	DynCut	   *cut = palloc0(sizeof(DynCut));
	StringInfoData in;

	initStringInfo(&in);
	appendBinaryStringInfo(&in, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
	cut->number_bound = pq_getmsgint64(&in);
	cut->before = palloc0(sizeof(DynTick));
	cut->before->oldest_xid = pq_getmsgint64(&in);
	cut->before->next_xid = pq_getmsgint64(&in);
	cut->before->open = receive_xids(&in, &cut->before->nopen);
	cut->committed = receive_xids(&in, &cut->ncommitted);
	pq_getmsgend(&in);
	return cut;
}

/*
 * Raises an error unless the snapshot sees everything that had committed at the cut. On a standby, snapshots do not distinguish
 * subtransactions; there, cuts are only of the distant past.
 */
static void
check_snapshot(const DynCut *cut, Snapshot snapshot)
{
	int64		end = dyn_tick_widen(snapshot->xmax);
	int64		last = Max(cut->before->next_xid - 1, cut->ncommitted > 0 ? cut->committed[cut->ncommitted - 1] : 0);
	bool		fits = true;

	if (RecoveryInProgress())
		return;
	for (uint32 i = 0; fits && i < snapshot->xcnt; i++)
		fits = !has_committed(cut, dyn_tick_widen(snapshot->xip[i]));
	for (int64 xid = end; fits && xid <= last; xid++)
	{
		CHECK_FOR_INTERRUPTS();
		fits = !has_committed(cut, xid);
	}
	if (!fits)
		ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
						errmsg("the transaction's snapshot is older than the moment that is to be read")));
}

/* ---- dynapg.recovery_rows ---- */

/*
 * Appends the condition that the row h is of a transaction that had not committed at the cut.  A list of many transactions is
 * hashed; with an array, the planner would make an estimate for each of its members.
 */
static void
append_uncommitted(StringInfo sql, DynSqlArgs *args, const DynCut *cut)
{
	append_unseen(sql, args, cut->before);
	if (cut->ncommitted == 0)
		return;
	dyn_sql_int64_array(args, cut->committed, cut->ncommitted);
	appendStringInfo(sql, " AND NOT (h.xid OPERATOR(pg_catalog.=) ANY (SELECT pg_catalog.unnest($%d)))", args->count);
}

/*
 * For each key, the row that the first transaction after the cut has found.  Transactions come in the order of their first
 * numbers; within one, the version that it has found comes before those that it has made.
 */
static char *
first_rows_query(const DynRecovery *recovery, const DynCut *cut, const DynCut *until, DynSqlArgs *args)
{
	StringInfoData sql;

	initStringInfo(&sql);
	dyn_sql_int(args, recovery->id);
	dyn_sql_int64(args, cut->number_bound);
	appendStringInfoString(&sql, "SELECT DISTINCT ON (r.pk, r.sk) r.pk, r.sk, CASE WHEN r.found THEN r.old_item END, r.changed_at, "
						   "r.number, r.event, r.old_item IS NULL "
						   "FROM (SELECT h.pk, h.sk, h.number, h.old_item, h.event::pg_catalog.text AS event, "
						   "h.event OPERATOR(pg_catalog.<>) 'I' AND NOT h.within AS found, pg_catalog.min(h.number) OVER one AS first, "
						   "pg_catalog.max(h.created_at) OVER (PARTITION BY h.pk, h.sk) AS changed_at "
						   "FROM (SELECT h.pk, h.sk, h.number, h.old_item, h.event, h.within, h.created_at, h.xid FROM dynapg.history h "
						   "WHERE h.recovery_id OPERATOR(pg_catalog.=) $1 AND h.number OPERATOR(pg_catalog.>) $2 OFFSET 0) h WHERE ");
	append_uncommitted(&sql, args, cut);
	if (until)
	{
		appendStringInfoString(&sql, " AND NOT (");
		append_uncommitted(&sql, args, until);
		appendStringInfoChar(&sql, ')');
	}
	appendStringInfoString(&sql, " WINDOW one AS (PARTITION BY h.pk, h.sk, h.xid)) r "
						   "ORDER BY r.pk, r.sk, r.first, r.found DESC, r.number");
	return sql.data;
}

/* Checks that an old item is there where one has to be. */
static void
check_row(HeapTuple tuple, TupleDesc columns)
{
	bool		null;
	const char *event = SPI_getvalue(tuple, columns, 6);
	bool		without = DatumGetBool(SPI_getbinval(tuple, columns, 7, &null));
	bool		insert = event && strcmp(event, "I") == 0;

	if (event == NULL || (!insert && strcmp(event, "M") != 0 && strcmp(event, "R") != 0) || insert != without)
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
						errmsg("row %s of dynapg.history is corrupt", SPI_getvalue(tuple, columns, 5))));
}

static void
store_rows(Portal portal, Tuplestorestate *rows, TupleDesc row)
{
	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		SPI_cursor_fetch(portal, true, FETCH);
		if (SPI_processed == 0)
			break;
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			HeapTuple	tuple = SPI_tuptable->vals[i];
			Datum		values[RESULT_COLUMNS];
			bool		nulls[RESULT_COLUMNS];

			check_row(tuple, SPI_tuptable->tupdesc);
			for (int j = 0; j < RESULT_COLUMNS; j++)
				values[j] = SPI_getbinval(tuple, SPI_tuptable->tupdesc, j + 1, &nulls[j]);
			tuplestore_putvalues(rows, row, values, nulls);
		}
		SPI_freetuptable(SPI_tuptable);
	}
}

/*
 * recovery_rows(relation regclass, cut bytea, until bytea) returns table (pk, sk, item, changed_at): for the rows of the table
 * that were written after the cut (and before `until`, if given), their state at the cut; item is NULL where there was none.
 */
PG_FUNCTION_INFO_V1(dynapg_recovery_rows);
Datum
dynapg_recovery_rows(PG_FUNCTION_ARGS)
{
	TupleDesc	row;
	Tuplestorestate *rows = dyn_returned_rows_begin(fcinfo, RESULT_COLUMNS, &row);
	DynSqlArgs	args = {0};
	DynRecovery *recovery;
	DynCut	   *cut;
	DynCut	   *until;
	Oid			relid;
	Oid			saved_user;
	int			saved_context;
	const char *sql;
	Portal		portal;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	relid = PG_GETARG_OID(0);
	cut = receive_cut(PG_GETARG_BYTEA_PP(1));
	until = PG_ARGISNULL(2) ? NULL : receive_cut(PG_GETARG_BYTEA_PP(2));
	if (!dyn_catalog_may_read_all(relid))
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, get_rel_name(relid));
	recovery = dyn_recovery_find(relid);
	if (recovery == NULL || !has_committed(cut, recovery->since_xid))
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("table \"%s\" has no history of that moment", get_rel_name(relid))));
	check_snapshot(cut, GetActiveSnapshot());
	if (until)
		check_snapshot(until, GetActiveSnapshot());

	SPI_connect();
	sql = first_rows_query(recovery, cut, until, &args);
	GetUserIdAndSecContext(&saved_user, &saved_context);
	SetUserIdAndSecContext(dyn_installation_require()->owner, saved_context | SECURITY_LOCAL_USERID_CHANGE);
	portal = SPI_cursor_open_with_args(NULL, sql, args.count, args.types, args.values, args.nulls, true, CURSOR_OPT_NO_SCROLL);
	SetUserIdAndSecContext(saved_user, saved_context);
	store_rows(portal, rows, row);
	SPI_cursor_close(portal);
	SPI_finish();
	return (Datum) 0;
}

/* ---- queries ---- */

/* The value of a key column from the text in the history. */
static const char *
key_value(uint8 tag, const char *column)
{
	return psprintf(tag == DYN_S ? "r.%s COLLATE pg_catalog.\"C\"" : tag == DYN_N ? "r.%s::pg_catalog.numeric" :
					"pg_catalog.decode(r.%s, 'hex')", column);
}

/* Appends a common table expression of that name: pk, sk, item, changed_at of dynapg.recovery_rows. */
static void
append_rows(StringInfo sql, const char *name, const DynTableDef *def, const char *cut, const char *until)
{
	appendStringInfo(sql, "%s AS MATERIALIZED (SELECT %s AS pk, ", name, key_value(def->pk.tag, "pk"));
	if (def->sk.tag)
		appendStringInfo(sql, "%s AS sk, ", key_value(def->sk.tag, "sk"));
	appendStringInfo(sql, "r.item, r.changed_at FROM dynapg.recovery_rows(%u::pg_catalog.oid::pg_catalog.regclass, %s, %s) r)",
					 def->relid, cut, until);
}

/* Appends the condition that rows of two relations have the same key. */
static void
append_same_key(StringInfo sql, const DynTableDef *def, const char *a, const char *b)
{
	appendStringInfo(sql, "%s.pk OPERATOR(pg_catalog.=) %s.pk", a, b);
	if (def->sk.tag)
		appendStringInfo(sql, " AND %s.sk OPERATOR(pg_catalog.=) %s.sk", a, b);
}

char *
dyn_cut_items_query(const DynTableDef *def, const DynCut *cut)
{
	const char *sk = def->sk.tag ? "sk, " : "";
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "WITH ");
	append_rows(&sql, "past", def, literal(cut), "NULL");
	appendStringInfo(&sql, " SELECT t.pk, %s%st.item FROM %s t WHERE NOT EXISTS (SELECT FROM past u WHERE ", *sk ? "t." : "", sk,
					 dyn_ddl_qualified_name(def->relid));
	append_same_key(&sql, def, "u", "t");
	appendStringInfo(&sql, ") UNION ALL SELECT u.pk, %s%su.item FROM past u WHERE u.item IS NOT NULL", *sk ? "u." : "", sk);
	return sql.data;
}

char *
dyn_cut_changes_query(const DynTableDef *def, const DynCut *from, const DynCut *to)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "WITH ");
	append_rows(&sql, "written", def, literal(from), literal(to));
	appendStringInfoString(&sql, ", ");
	append_rows(&sql, "later", def, literal(to), "NULL");
	appendStringInfo(&sql, " SELECT c.pk, %sc.old_item, c.new_item, c.changed_at FROM (SELECT w.pk, %sw.item AS old_item, "
					 "CASE WHEN l.pk IS NULL THEN t.item ELSE l.item END AS new_item, w.changed_at FROM written w LEFT JOIN later l ON ",
					 def->sk.tag ? "c.sk, " : "", def->sk.tag ? "w.sk, " : "");
	append_same_key(&sql, def, "l", "w");
	appendStringInfo(&sql, " LEFT JOIN %s t ON ", dyn_ddl_qualified_name(def->relid));
	append_same_key(&sql, def, "t", "w");
	appendStringInfoString(&sql, ") c WHERE c.old_item IS NOT NULL OR c.new_item IS NOT NULL");
	return sql.data;
}
