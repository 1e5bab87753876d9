/*
 * sql.c - SQL statements of the store: arguments, execution, results
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type_d.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "database/sql.h"

static void
add_arg(DynSqlArgs *args, Oid type, Datum value, bool null)
{
	if (args->count == DYN_SQL_MAX_ARGS)
		elog(ERROR, "too many arguments of a statement");
	args->types[args->count] = type;
	args->values[args->count] = value;
	args->nulls[args->count] = null ? 'n' : ' ';
	args->count++;
}

void
dyn_sql_text(DynSqlArgs *args, const char *value)
{
	add_arg(args, TEXTOID, value ? CStringGetTextDatum(value) : (Datum) 0, value == NULL);
}

void
dyn_sql_text_array(DynSqlArgs *args, char **values, int count)
{
	Datum	   *elements = palloc(Max(count, 1) * sizeof(Datum));

	for (int i = 0; i < count; i++)
		elements[i] = CStringGetTextDatum(values[i]);
	add_arg(args, TEXTARRAYOID, PointerGetDatum(construct_array(elements, count, TEXTOID, -1, false, TYPALIGN_INT)), false);
}

void
dyn_sql_int64_array(DynSqlArgs *args, const int64 *values, int count)
{
	Datum	   *elements = palloc(Max(count, 1) * sizeof(Datum));

	for (int i = 0; i < count; i++)
		elements[i] = Int64GetDatum(values[i]);
	add_arg(args, INT8ARRAYOID, PointerGetDatum(construct_array(elements, count, INT8OID, sizeof(int64), FLOAT8PASSBYVAL,
															TYPALIGN_DOUBLE)), false);
}

void
dyn_sql_bytea_array(DynSqlArgs *args, struct varlena **values, int count)
{
	Datum	   *elements = palloc(Max(count, 1) * sizeof(Datum));

	for (int i = 0; i < count; i++)
		elements[i] = PointerGetDatum(values[i]);
	add_arg(args, BYTEAARRAYOID, PointerGetDatum(construct_array(elements, count, BYTEAOID, -1, false, TYPALIGN_INT)), false);
}

void
dyn_sql_bytea(DynSqlArgs *args, struct varlena *value)
{
	add_arg(args, BYTEAOID, PointerGetDatum(value), value == NULL);
}

void
dyn_sql_oid(DynSqlArgs *args, Oid value)
{
	add_arg(args, OIDOID, ObjectIdGetDatum(value), false);
}

void
dyn_sql_int(DynSqlArgs *args, int value)
{
	add_arg(args, INT4OID, Int32GetDatum(value), false);
}

void
dyn_sql_int64(DynSqlArgs *args, int64 value)
{
	add_arg(args, INT8OID, Int64GetDatum(value), false);
}

void
dyn_sql_float4(DynSqlArgs *args, float4 value)
{
	add_arg(args, FLOAT4OID, Float4GetDatum(value), false);
}

void
dyn_sql_timestamptz(DynSqlArgs *args, int64 value)
{
	add_arg(args, TIMESTAMPTZOID, Int64GetDatum(value), false);
}

void
dyn_sql_bool(DynSqlArgs *args, bool value)
{
	add_arg(args, BOOLOID, BoolGetDatum(value), false);
}

uint64
dyn_sql_run(const char *sql, DynSqlArgs *args, long limit)
{
	int			rc;

	if (args)
		rc = SPI_execute_with_args(sql, args->count, args->types, args->values, args->nulls, false, limit);
	else
		rc = SPI_execute(sql, false, limit);
	if (rc < 0)
		elog(ERROR, "%s: %s", SPI_result_code_string(rc), sql);
	return SPI_processed;
}

/* Whoever catches the error ends the subtransaction that it knows of, which has to be the innermost one. */
ErrorData *
dyn_sql_catch(void (*work) (void *arg), void *arg)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData  *volatile error = NULL;

	CHECK_FOR_INTERRUPTS();
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		work(arg);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return error;
}

bool
dyn_sql_attempt(void (*work) (void *arg), void *arg, int sqlstate)
{
	ErrorData  *error = dyn_sql_catch(work, arg);

	if (error == NULL)
		return true;
	if (error->sqlerrcode != sqlstate)
		ReThrowError(error);
	FreeErrorData(error);
	return false;
}

static Datum
get_datum(uint64 i, int column, bool *null)
{
	return SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, column, null);
}

Datum
dyn_sql_get_datum(uint64 i, int column)
{
	bool		null;
	Datum		value = get_datum(i, column, &null);

	if (null)
		elog(ERROR, "unexpected null in column %d of a catalog row", column);
	return value;
}

char *
dyn_sql_get_text(uint64 i, int column)
{
	bool		null;
	Datum		value = get_datum(i, column, &null);

	return null ? NULL : TextDatumGetCString(value);
}

struct varlena *
dyn_sql_get_bytea(uint64 i, int column, MemoryContext context)
{
	bool		null;
	Datum		value = get_datum(i, column, &null);
	MemoryContext old = MemoryContextSwitchTo(context);
	struct varlena *bytes = null ? NULL : PG_DETOAST_DATUM_COPY(value);

	MemoryContextSwitchTo(old);
	return bytes;
}

Oid
dyn_sql_get_oid(uint64 i, int column)
{
	return DatumGetObjectId(dyn_sql_get_datum(i, column));
}

int
dyn_sql_get_int(uint64 i, int column)
{
	return DatumGetInt32(dyn_sql_get_datum(i, column));
}

bool
dyn_sql_get_bool(uint64 i, int column)
{
	return DatumGetBool(dyn_sql_get_datum(i, column));
}

int64
dyn_sql_get_int64(uint64 i, int column)
{
	return DatumGetInt64(dyn_sql_get_datum(i, column));
}
