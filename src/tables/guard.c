/*
 * guard.c - who may change the rows of dynapg.tables, dynapg.indexes, dynapg.streams and dynapg.backups with SQL
 *
 * The operations write the catalogs as their owner, after a check of what the current user may do to the table. SQL needs a
 * grant, which roles such as pg_write_all_data have for all tables. The catalogs decide what is read, built and dropped as the
 * owner of a table, so a trigger lets only that owner, a superuser and the owner of the catalog change the rows of the table.
 * So the owner of the tables can restore a dump.
 *
 * What such a row says is read by everybody's sessions and by the background worker.  So the settings in it are kept only as far as this
 * module would have written them.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/compat.h"
#include "base/limits.h"
#include "base/namespace_text.h"
#include "base/request.h"
#include "database/installation.h"
#include "tables/catalog.h"
#include "tables/columns.h"
#include "tables/ddl.h"
#include "tables/guard.h"
#include "tables/name.h"
#include "tables/settings.h"
#include "tables/table.h"

PGDLLEXPORT Datum dynapg_on_catalog_change(PG_FUNCTION_ARGS);

bool		dyn_guard_checks_all = false;

/* A row of the catalog, old or new. */
typedef struct Row
{
	Relation	catalog;
	HeapTuple	tuple;
} Row;

/* A column of the row; false where it is NULL. */
static bool
get_column(const Row *row, const char *column, Datum *value)
{
	int			number = SPI_fnumber(RelationGetDescr(row->catalog), column);
	bool		isnull = true;

	if (number > 0)
		*value = SPI_getbinval(row->tuple, RelationGetDescr(row->catalog), number, &isnull);
	return !isnull;
}

static char *
get_text(const Row *row, const char *column)
{
	Datum		value;

	return get_column(row, column, &value) ? TextDatumGetCString(value) : NULL;
}

static Oid
get_relation(const Row *row, const char *column)
{
	Datum		value;

	return get_column(row, column, &value) ? DatumGetObjectId(value) : InvalidOid;
}

static uint8
get_tag(const Row *row, const char *column)
{
	const char *name = get_text(row, column);

	return name ? dyn_tag_from_name(name, strlen(name)) : 0;
}

pg_attribute_noreturn() static void
refuse(const Row *row, const char *detail)
{
	ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					errmsg("permission denied for a row of %s.%s", get_namespace_name(RelationGetNamespace(row->catalog)),
						   RelationGetRelationName(row->catalog)), errdetail("%s", detail)));
}

static void
check_owner(const Row *row, Oid relid)
{
	char		kind = OidIsValid(relid) ? get_rel_relkind(relid) : 0;

	if (kind == 0 || !dyn_compat_owns_relation(relid, GetUserId()))
		refuse(row, "Only superusers and the owner of its data table may write it.");
	if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE)
		refuse(row, "Its relation is not a table.");
	CacheInvalidateRelcacheByRelid(relid);
}

/* A full name; see base/namespace_text.h. */
static void
check_name(const Row *row, const char *name)
{
	const char *last = name ? dyn_namespace_text_name(name) : "";

	if (!dyn_name_fits_table((DynSlice) {last, (uint32) strlen(last)}) ||
		(last != name && (last == name + 1 || !dyn_namespace_text_is_legal(dyn_namespace_text_of(name)))))
		refuse(row, "Its name is not valid for a table.");
}

static bool
is_key_tag(uint8 tag)
{
	return tag == DYN_S || tag == DYN_N || tag == DYN_B;
}

/* Statements read the JSON as jsonb, this module as DynJson: it has to be good for both. */
static const DynJson *
get_json(const Row *row, const char *column)
{
	char	   *text = get_text(row, column);

	if (text == NULL)
		return NULL;
	(void) DirectFunctionCall1(jsonb_in, CStringGetDatum(text));
	return dyn_json_parse(text, strlen(text));
}

/* A list of attributes with types of keys. */
static void
check_definitions(const Row *row, const DynJson *list)
{
	if (list == NULL || dyn_json_kind(list) != DYN_JSON_ARRAY)
		refuse(row, "Its attribute definitions are not a list.");
	for (const DynJson *element = dyn_json_first(list); element; element = dyn_json_next(element))
	{
		DynSlice	type = dyn_request_string(element, "AttributeType");

		if (dyn_request_string(element, "AttributeName").len == 0 || !is_key_tag(dyn_tag_from_name(type.data, type.len)))
			refuse(row, "Its attribute definitions are not valid.");
	}
}

/* A new row of dynapg.tables must be for a table that its owner could have made with CreateTable. */
static void
check_table(const Row *row, Oid relid)
{
	check_name(row, get_text(row, "name"));
	if (get_rel_namespace(relid) != get_namespace_oid(DYN_TABLE_SCHEMA, true))
		refuse(row, "Its data table is not in schema " DYN_TABLE_SCHEMA ".");
	if (!is_key_tag(get_tag(row, "pk_type")) || (get_text(row, "sk_type") && !is_key_tag(get_tag(row, "sk_type"))))
		refuse(row, "Its keys do not have types of keys.");
	dyn_columns_check(relid, get_tag(row, "pk_type"), get_tag(row, "sk_type"));
	check_definitions(row, get_json(row, "attribute_definitions"));
}

/* Does the row have an array of at most `most` texts there (0: any number), and with types, are all of them types of keys? */
static bool
has_texts(const Row *row, const char *column, int most, bool types)
{
	Datum		value;
	Datum	   *texts;
	int			count;

	if (!get_column(row, column, &value) || ARR_NDIM(DatumGetArrayTypeP(value)) > 1 || array_contains_nulls(DatumGetArrayTypeP(value)))
		return false;
	deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false, TYPALIGN_INT, &texts, NULL, &count);
	for (int i = 0; types && i < count; i++)
	{
		const char *name = TextDatumGetCString(texts[i]);

		if (strchr("SNB", name[0]) == NULL || strlen(name) != 1)
			return false;
	}
	return most == 0 || count <= most;
}

static int
count_texts(const Row *row, const char *column)
{
	Datum		value;

	return get_column(row, column, &value) ? ArrayGetNItems(ARR_NDIM(DatumGetArrayTypeP(value)), ARR_DIMS(DatumGetArrayTypeP(value))) : 0;
}

/* A new row of dynapg.indexes must have what the code that reads it relies on. */
static void
check_index(const Row *row)
{
	DynVector	vector;

	if (!has_texts(row, "key_names", DYN_MAX_INDEX_KEY_ATTRS, false) || !has_texts(row, "key_types", DYN_MAX_INDEX_KEY_ATTRS, true) ||
		!has_texts(row, "include", 0, false))
		refuse(row, "Its keys are not valid for an index.");
	if (get_json(row, "vector") && !dyn_catalog_read_vector(get_text(row, "vector"), count_texts(row, "key_names"), &vector))
		refuse(row, "Its vectors are not valid for an index.");
}

/*
 * A new row of dynapg.streams must be for the user's own table. Its number is unique by the primary key and cannot change, so
 * that rights on the table are rights on the records; its keys must have types of keys.
 */
static void
check_stream(const Row *row, const Row *old)
{
	Datum		number;
	Datum		old_number;
	Oid			named;

	check_name(row, get_text(row, "table_name"));
	named = dyn_catalog_relid(get_text(row, "table_name"));
	if (OidIsValid(named) && named != get_relation(row, "relid"))
		refuse(row, "Its name is that of another table.");
	if (!is_key_tag(get_tag(row, "pk_type")) || (get_text(row, "sk_type") && !is_key_tag(get_tag(row, "sk_type"))))
		refuse(row, "Its keys do not have types of keys.");
	if (!get_column(row, "stream_id", &number) || !get_column(old, "stream_id", &old_number) ||
		DatumGetInt32(number) != DatumGetInt32(old_number))
		refuse(row, "Its number cannot be changed.");
}

/* Of a new row of dynapg.backups only the owner of the copy reads what follows. */
static void
check_backup(const Row *row)
{
	check_name(row, get_text(row, "table_name"));
	(void) get_json(row, "definition");
}

/* The settings of a table, or of an index, as they are written after they have been read. */
static char *
known_settings(const Row *row, bool of_index)
{
	char	   *text = get_text(row, "definition");
	DynTableSettings settings;
	DynIndexSettings index_settings;

	if (get_json(row, "definition") == NULL)
		return NULL;
	if (of_index)
	{
		dyn_settings_read_index(text, &index_settings);
		return dyn_settings_write_index(&index_settings);
	}
	dyn_settings_read(text, &settings);
	return dyn_settings_write(&settings);
}

/* The row with its settings as far as they are known. */
static HeapTuple
with_known_settings(const Row *row, bool of_index)
{
	TupleDesc	columns = RelationGetDescr(row->catalog);
	int			column = SPI_fnumber(columns, "definition");
	char	   *settings = known_settings(row, of_index);
	Datum		value;
	bool		isnull = false;

	if (settings == NULL)
		return row->tuple;
	value = CStringGetTextDatum(settings);
	return heap_modify_tuple_by_cols(row->tuple, columns, 1, &column, &value, &isnull);
}

/*
 * Trigger of the catalogs, before each row that is inserted, updated or deleted.  Its argument names the column with the data
 * table.
 */
PG_FUNCTION_INFO_V1(dynapg_on_catalog_change);
Datum
dynapg_on_catalog_change(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;
	const char *column;
	HeapTuple	result;
	Row			row;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(data->tg_event) || !TRIGGER_FIRED_FOR_ROW(data->tg_event) ||
		data->tg_trigger->tgnargs != 1)
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
						errmsg("dynapg.on_catalog_change can only be called by the triggers of the catalogs")));
	result = TRIGGER_FIRED_BY_UPDATE(data->tg_event) ? data->tg_newtuple : data->tg_trigtuple;
	if (!dyn_guard_checks_all && dyn_compat_owns_relation(RelationGetRelid(data->tg_relation), GetUserId()))
		return PointerGetDatum(result);

	column = data->tg_trigger->tgargs[0];
	row = (Row) {data->tg_relation, data->tg_trigtuple};
	check_owner(&row, get_relation(&row, column));
	row.tuple = result;
	check_owner(&row, get_relation(&row, column));
	if (TRIGGER_FIRED_BY_DELETE(data->tg_event))
		return PointerGetDatum(result);
	if (strcmp(RelationGetRelationName(data->tg_relation), "streams") == 0)
		check_stream(&row, &(Row) {data->tg_relation, data->tg_trigtuple});
	else if (strcmp(column, "relid") == 0)
	{
		check_table(&row, get_relation(&row, column));
		result = with_known_settings(&row, false);
	}
	else if (strcmp(column, "table_relid") == 0)
	{
		check_index(&row);
		result = with_known_settings(&row, true);
	}
	else
		check_backup(&row);
	return PointerGetDatum(result);
}
