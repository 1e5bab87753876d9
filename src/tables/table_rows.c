/*
 * table_rows.c - SQL functions about the rows of a data table: making them from items, those that do not fit, the constraints on them
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "commands/extension.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

#include "base/compat.h"
#include "base/limits.h"
#include "base/returned_rows.h"
#include "database/installation.h"
#include "database/sql.h"
#include "tables/catalog.h"
#include "tables/checks.h"
#include "tables/columns.h"
#include "tables/ddl.h"
#include "value/key.h"

#define FETCH 100

PGDLLEXPORT Datum dynapg_add_checks(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum dynapg_unfit_rows(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum dynapg_table_row(PG_FUNCTION_ARGS);

/* ---- constraints ---- */

/* add_checks(relation regclass, validate boolean) returns boolean: are all of them valid? */
PG_FUNCTION_INFO_V1(dynapg_add_checks);
Datum
dynapg_add_checks(PG_FUNCTION_ARGS)
{
	DynTableDef *def;
	int			invalid;

	/* within an update through several versions: the last one's script calls it again */
	if (creating_extension && dyn_installation_find() == NULL)
		PG_RETURN_BOOL(false);
	def = dyn_catalog_require_relid(PG_GETARG_OID(0));
	dyn_catalog_require_owner(def->relid);
	dyn_columns_check(def->relid, def->pk.tag, def->sk.tag);
	SPI_connect();
	invalid = dyn_checks_add_all(def, PG_GETARG_BOOL(1));
	SPI_finish();
	if (invalid > 0 && PG_GETARG_BOOL(1))
		ereport(WARNING,
				(errmsg_plural("%d CHECK constraint of table \"%s\" is not valid", "%d CHECK constraints of table \"%s\" are not valid",
							   invalid, invalid, def->name),
				 errdetail("It has rows that do not fit. New rows, and rows that are updated by SQL, have to fit."),
				 errhint("SELECT * FROM dynapg.unfit_rows(%s) finds them.",
						 quote_literal_cstr(dyn_ddl_qualified_name(def->relid)))));
	PG_RETURN_BOOL(invalid == 0);
}

/* unfit_rows(relation regclass) returns setof (pk text, sk text, problem text); the rows are those that the caller may see */
PG_FUNCTION_INFO_V1(dynapg_unfit_rows);
Datum
dynapg_unfit_rows(PG_FUNCTION_ARGS)
{
	DynTableDef *def = dyn_catalog_require_relid(PG_GETARG_OID(0));
	Tuplestorestate *rows;
	TupleDesc	row;
	StringInfoData sql;
	Portal		portal;

	dyn_columns_check(def->relid, def->pk.tag, def->sk.tag);
	rows = dyn_returned_rows_begin(fcinfo, 3, &row);
	initStringInfo(&sql);
	appendStringInfo(&sql, "SELECT t.pk::pg_catalog.text, %s, f.problem FROM %s t, LATERAL (SELECT ",
					 def->sk.tag ? "t.sk::pg_catalog.text" : "NULL::pg_catalog.text", dyn_ddl_qualified_name(def->relid));
	dyn_checks_append_problem(&sql, def);
	appendStringInfoString(&sql, ") AS f (problem) WHERE f.problem IS NOT NULL");
	SPI_connect();
	portal = SPI_cursor_open_with_args(NULL, sql.data, 0, NULL, NULL, NULL, true, 0);
	for (;;)
	{
		SPI_cursor_fetch(portal, true, FETCH);
		if (SPI_processed == 0)
			break;
		for (uint64 i = 0; i < SPI_processed; i++)
			tuplestore_puttuple(rows, SPI_tuptable->vals[i]);
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_cursor_close(portal);
	SPI_finish();
	return (Datum) 0;
}

/* ---- rows from items ---- */

/* What a call needs of its table, kept for the next one. */
typedef struct RowMaker
{
	Oid			type;
	TupleDesc	columns;
	DynKeyAttr	pk;
	DynKeyAttr	sk;
	int			pk_column;
	int			sk_column;
	int			item_column;
	MemoryContext context;		/* of this */
} RowMaker;

static int
column_number(TupleDesc columns, const char *name)
{
	for (int i = 0; i < columns->natts; i++)
		if (!TupleDescAttr(columns, i)->attisdropped && strcmp(NameStr(TupleDescAttr(columns, i)->attname), name) == 0)
			return i;
	return -1;
}

static RowMaker *
make_row_maker(Oid type, MemoryContext parent)
{
	MemoryContext context = AllocSetContextCreate(parent, "dynapg row maker", ALLOCSET_SMALL_SIZES);
	Oid			relid = get_typ_typrelid(type);
	RowMaker   *maker;
	MemoryContext old;
	DynTableDef *def;

	if (!OidIsValid(relid))
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("%s is not the row type of a table", format_type_be(type)),
						errhint("The first argument is NULL::dynamodb.\"Name\".")));
	old = MemoryContextSwitchTo(context);
	def = dyn_catalog_require_relid(relid);
	dyn_columns_check(relid, def->pk.tag, def->sk.tag);
	maker = palloc0_object(RowMaker);
	maker->type = type;
	maker->pk = def->pk;
	maker->sk = def->sk;
	maker->columns = lookup_rowtype_tupdesc_copy(type, -1);
	maker->pk_column = column_number(maker->columns, "pk");
	maker->sk_column = def->sk.tag ? column_number(maker->columns, "sk") : -1;
	maker->item_column = column_number(maker->columns, "item");
	maker->context = context;
	MemoryContextSwitchTo(old);
	return maker;
}

static Datum
key_datum(const DynKeyAttr *attr, DynValue root, uint32 max_size, DynKeyForm form)
{
	DynValue	v = dyn_map_get(root, attr->name, attr->len);

	if (v.tag == 0)
		ereport(ERROR, (errcode(ERRCODE_CHECK_VIOLATION), errmsg("the item lacks its key attribute \"%s\"", attr->name)));
	if (v.tag != attr->tag)
		ereport(ERROR, (errcode(ERRCODE_CHECK_VIOLATION),
						errmsg("key attribute \"%s\" of the item is of type %s, not %s", attr->name, dyn_tag_name(v.tag),
							   dyn_tag_name(attr->tag))));
	if (v.len == 0 || v.len > max_size)
		ereport(ERROR, (errcode(ERRCODE_CHECK_VIOLATION),
						errmsg("key attribute \"%s\" of the item has %u bytes; it must have between 1 and %u", attr->name, v.len,
							   max_size)));
	return dyn_key_datum(v, form);
}

/*
 * table_row(NULL::dynamodb."Name", item) returns a row of that table: its key columns are those of the item.  Other columns are NULL, or
 * those of the first argument.
 */
PG_FUNCTION_INFO_V1(dynapg_table_row);
Datum
dynapg_table_row(PG_FUNCTION_ARGS)
{
	Oid			type = get_fn_expr_argtype(fcinfo->flinfo, 0);
	RowMaker   *maker = fcinfo->flinfo->fn_extra;
	DynValue	root;
	Datum	   *values;
	bool	   *nulls;

	if (PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (maker == NULL || maker->type != type)
		maker = fcinfo->flinfo->fn_extra = make_row_maker(type, fcinfo->flinfo->fn_mcxt);
	values = palloc0_array(Datum, maker->columns->natts);
	nulls = palloc_array(bool, maker->columns->natts);
	memset(nulls, true, maker->columns->natts * sizeof(bool));
	if (!PG_ARGISNULL(0))
	{
		HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(0);
		HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(row), .t_data = row};

		heap_deform_tuple(&tuple, maker->columns, values, nulls);
	}
	root = dyn_item_root(PG_GETARG_VARLENA_PP(1));
	values[maker->pk_column] = key_datum(&maker->pk, root, DYN_MAX_PK_SIZE, DYN_KEY_PART);
	nulls[maker->pk_column] = false;
	if (maker->sk_column >= 0)
	{
		values[maker->sk_column] = key_datum(&maker->sk, root, DYN_MAX_SK_SIZE, DYN_KEY_WHOLE);
		nulls[maker->sk_column] = false;
	}
	values[maker->item_column] = PG_GETARG_DATUM(1);
	nulls[maker->item_column] = false;
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(maker->columns, values, nulls)));
}
