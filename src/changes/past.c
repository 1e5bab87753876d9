/*
 * past.c - dynapg.items_at and dynapg.changes_between: a table's items as they were, and what changed, as rows
 */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"
#include "utils/tuplestore.h"

#include "base/compat.h"
#include "base/errors.h"
#include "base/namespace.h"
#include "base/returned_rows.h"
#include "changes/cut.h"
#include "tables/relation.h"

#define FETCH 1000

PGDLLEXPORT Datum dynapg_items_at(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum dynapg_changes_between(PG_FUNCTION_ARGS);

static DynTableDef *
table_of(FunctionCallInfo fcinfo, DynRecovery **recovery)
{
	const char *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	DynTableDef *def = dyn_catalog_read(dyn_namespace_full_name(name));

	if (def == NULL)
		dyn_error(DYN_E_TABLE_NOT_FOUND, DYN_TABLE_UNKNOWN, name);
	if (!dyn_relation_has_rows(def->relid))
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("the relation of table \"%s\" has become a view", name)));
	/* else the query below would fail, whose text is not the user's business */
	if ((pg_class_aclcheck(def->relid, GetUserId(), ACL_SELECT) != ACLCHECK_OK &&
		 pg_attribute_aclcheck_all(def->relid, GetUserId(), ACL_SELECT, ACLMASK_ANY) != ACLCHECK_OK) ||
		check_enable_rls(def->relid, InvalidOid, true) == RLS_ENABLED)
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, get_rel_name(def->relid));
	*recovery = dyn_recovery_find(def->relid);
	if (*recovery == NULL)
		dyn_error(DYN_E_POINT_IN_TIME_RECOVERY_UNAVAILABLE, DYN_RECOVERY_IS_OFF, name);
	return def;
}

static DynCut *
cut_of(const DynRecovery *recovery, TimestampTz moment)
{
	DynCut	   *cut = moment < dyn_recovery_second(dyn_recovery_earliest(recovery)) ? NULL : dyn_cut_at(recovery, moment);

	if (cut == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the history of the table does not go back to that moment")));
	return cut;
}

/*
 * Raises an error unless the query's columns, from that one on, have the result's types: the table's owner may have altered it.
 *
 */
static void
check_columns(TupleDesc columns, int first, TupleDesc row)
{
	for (int i = 0; i < row->natts; i++)
		if (SPI_gettypeid(columns, first + i) != TupleDescAttr(row, i)->atttypid)
			ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("column \"item\" of the table is not of type dynapg.item")));
}

/* Runs the query with a snapshot of its own and adds the columns of its rows from that one on. */
static void
run_query(const char *query, int first, Tuplestorestate *rows, TupleDesc row)
{
	Portal		portal;
	Datum	   *values = palloc(row->natts * sizeof(Datum));
	bool	   *nulls = palloc(row->natts * sizeof(bool));

	SPI_connect();
	portal = SPI_cursor_open_with_args(NULL, query, 0, NULL, NULL, NULL, false, CURSOR_OPT_NO_SCROLL);
	check_columns(portal->tupDesc, first, row);
	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		SPI_cursor_fetch(portal, true, FETCH);
		if (SPI_processed == 0)
			break;
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			for (int j = 0; j < row->natts; j++)
				values[j] = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, first + j, &nulls[j]);
			tuplestore_putvalues(rows, row, values, nulls);
		}
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_cursor_close(portal);
	SPI_finish();
}

/* items_at(table_name text, moment timestamptz) returns setof item */
PG_FUNCTION_INFO_V1(dynapg_items_at);
Datum
dynapg_items_at(PG_FUNCTION_ARGS)
{
	TupleDesc	row;
	Tuplestorestate *rows = dyn_returned_rows_begin(fcinfo, 0, &row);
	DynRecovery *recovery;
	DynTableDef *def;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	def = table_of(fcinfo, &recovery);
	run_query(dyn_cut_items_query(def, cut_of(recovery, PG_GETARG_TIMESTAMPTZ(1))), def->sk.tag ? 3 : 2, rows, row);
	return (Datum) 0;
}

/* changes_between(table_name text, from_moment timestamptz, to_moment timestamptz) returns table (old_item, new_item, changed_at) */
PG_FUNCTION_INFO_V1(dynapg_changes_between);
Datum
dynapg_changes_between(PG_FUNCTION_ARGS)
{
	TupleDesc	row;
	Tuplestorestate *rows = dyn_returned_rows_begin(fcinfo, 0, &row);
	DynRecovery *recovery;
	DynTableDef *def;
	DynCut	   *from;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return (Datum) 0;
	def = table_of(fcinfo, &recovery);
	from = cut_of(recovery, PG_GETARG_TIMESTAMPTZ(1));
	run_query(dyn_cut_changes_query(def, from, cut_of(recovery, PG_GETARG_TIMESTAMPTZ(2))), def->sk.tag ? 3 : 2, rows, row);
	return (Datum) 0;
}
