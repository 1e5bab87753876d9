/*
 * item_view.c - views that show attributes of a table's items as columns
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"

#include "base/compat.h"
#include "database/sql.h"
#include "tables/item_view.h"

PGDLLEXPORT Datum dynapg_view_may_read(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(dynapg_view_may_read);

/* ---- the view ---- */

/* The attribute as a literal. */
static const char *
literal(const char *text)
{
	return quote_literal_cstr(text);
}

static void
append_name(StringInfo sql, const char *attribute)
{
	if (strlen(attribute) >= NAMEDATALEN)
		ereport(ERROR,
				(errcode(ERRCODE_NAME_TOO_LONG),
				 errmsg("attribute \"%s\" cannot be a column: its name is longer than %d bytes", attribute, NAMEDATALEN - 1)));
	appendStringInfo(sql, " AS %s", quote_identifier(attribute));
}

static void
append_key(StringInfo sql, const char *column, const DynKeyAttr *key)
{
	appendStringInfo(sql, "t.%s", column);
	append_name(sql, key->name);
}

/* Types of which there is a function that is faster than the one for all types. */
static const char *
accessor_of(Oid type)
{
	switch (type)
	{
		case NUMERICOID:
			return "item_get_numeric";
		case BOOLOID:
			return "item_get_boolean";
		case BYTEAOID:
			return "item_get_bytea";
		default:
			return NULL;
	}
}

static void
append_column(StringInfo sql, const DynViewColumn *column)
{
	const char *type = format_type_extended(column->type, column->typmod, FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY);
	const char *accessor = accessor_of(column->type);

	if (accessor != NULL)
		appendStringInfo(sql, ", dynapg.%s(t.item, %s)", accessor, literal(column->attribute));
	else
		appendStringInfo(sql, ", dynapg.item_get(t.item, %s, NULL::%s)", literal(column->attribute), type);
	if (column->typmod >= 0)
		appendStringInfo(sql, "::%s", type);
	append_name(sql, column->attribute);
}

static void
run(const char *sql)
{
	(void) dyn_sql_run(sql, NULL, 0);
}

static void
create_trigger(const DynTable *table, const char *view, const DynViewColumn *columns, int ncolumns)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE TRIGGER \"!dynapg_write\" INSTEAD OF INSERT OR UPDATE OR DELETE ON %s "
					 "FOR EACH ROW EXECUTE FUNCTION dynapg.write_view(%s, %s", view, literal(table->name), literal(table->pk.name));
	if (table->sk.tag != 0)
		appendStringInfo(&sql, ", %s", literal(table->sk.name));
	for (int i = 0; i < ncolumns; i++)
		appendStringInfo(&sql, ", %s", literal(columns[i].attribute));
	appendStringInfoChar(&sql, ')');
	run(sql.data);
}

Oid
dyn_item_view_create(const DynTable *table, List *name, const DynViewColumn *columns, int ncolumns)
{
	RangeVar   *range = makeRangeVarFromNameList(name);
	Oid			schema = RangeVarGetCreationNamespace(range);
	const char *view = quote_qualified_identifier(get_namespace_name(schema), range->relname);
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE VIEW %s %s AS SELECT ", view, DYN_COMPAT_INVOKER_VIEW);
	append_key(&sql, "pk", &table->pk);
	if (table->sk.tag != 0)
	{
		appendStringInfoString(&sql, ", ");
		append_key(&sql, "sk", &table->sk);
	}
	for (int i = 0; i < ncolumns; i++)
		append_column(&sql, &columns[i]);
	appendStringInfo(&sql, " FROM %s AS t", table->qualified);
	if (DYN_COMPAT_INVOKER_VIEW[0] == '\0')
		appendStringInfo(&sql, " WHERE dynapg.view_may_read(%s::pg_catalog.regclass)", literal(table->qualified));

	SPI_connect();
	run(sql.data);
	create_trigger(table, view, columns, ncolumns);
	SPI_finish();
	return RangeVarGetRelid(makeRangeVar(get_namespace_name(schema), range->relname, -1), NoLock, false);
}

/* view_may_read(regclass): true, or an error where the current user may not read all of the table by itself */
Datum
dynapg_view_may_read(PG_FUNCTION_ARGS)
{
	Oid			relid = PG_GETARG_OID(0);
	const char *name = get_rel_name(relid);

	if (name == NULL || pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied for table %s", name ? name : "")));
	if (check_enable_rls(relid, GetUserId(), true) == RLS_ENABLED)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("row security of table %s keeps you from reading it through a view", name),
				 errhint("From PostgreSQL 15 on views apply the reader's row security.")));
	PG_RETURN_BOOL(true);
}

/* ---- its trigger ---- */

static void
deform(HeapTuple tuple, TupleDesc columns, Datum **values, bool **nulls)
{
	*values = palloc_array(Datum, Max(columns->natts, 1));
	*nulls = palloc_array(bool, Max(columns->natts, 1));
	heap_deform_tuple(tuple, columns, *values, *nulls);
}

void
dyn_item_view_change(FunctionCallInfo fcinfo, DynViewChange *change)
{
	TriggerData *data = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_INSTEAD(data->tg_event) || !TRIGGER_FIRED_FOR_ROW(data->tg_event))
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
						errmsg("dynapg.write_view is the function of triggers that dynapg.create_view makes")));
	memset(change, 0, sizeof(*change));
	change->columns = RelationGetDescr(data->tg_relation);
	change->ncolumns = data->tg_trigger->tgnargs - 1;
	if (change->ncolumns < 1 || change->ncolumns != change->columns->natts)
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
						errmsg("view \"%s\" has other columns than dynapg.create_view has given it",
							   RelationGetRelationName(data->tg_relation)),
						errhint("Drop the view and create it again.")));
	change->table = data->tg_trigger->tgargs[0];
	change->attributes = data->tg_trigger->tgargs + 1;
	change->result = PointerGetDatum(data->tg_trigtuple);
	if (TRIGGER_FIRED_BY_INSERT(data->tg_event))
	{
		deform(data->tg_trigtuple, change->columns, &change->new_values, &change->new_nulls);
		return;
	}
	deform(data->tg_trigtuple, change->columns, &change->old_values, &change->old_nulls);
	if (!TRIGGER_FIRED_BY_UPDATE(data->tg_event))
		return;
	deform(data->tg_newtuple, change->columns, &change->new_values, &change->new_nulls);
	change->result = PointerGetDatum(data->tg_newtuple);
}
