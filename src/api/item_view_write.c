/*
 * item_view_write.c - dynapg.create_view, and writes through the views that it makes
 *
 * A write becomes PutItem, UpdateItem or DeleteItem of the row's key, so all checks, rights and errors are the API's.  An UPDATE sets the
 * attributes of the columns that it changes and removes those that become NULL.  The statement has worked out their new values from the
 * row that it saw; another transaction can have changed the item since.  So the update's condition is that those attributes are as they
 * were, and a serialization failure says that they are not.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "parser/parse_coerce.h"
#include "parser/parse_type.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/guc.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/varlena.h"

#include "api/operation.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/namespace.h"
#include "store/rows.h"
#include "tables/item_view.h"
#include "tables/name.h"
#include "value/datum.h"

PGDLLEXPORT Datum dynapg_create_view(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(dynapg_create_view);
PGDLLEXPORT Datum dynapg_write_view(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(dynapg_write_view);

/* ---- dynapg.create_view ---- */

static bool
is_key(const DynTable *table, const char *attribute)
{
	return strcmp(table->pk.name, attribute) == 0 || (table->sk.tag != 0 && strcmp(table->sk.name, attribute) == 0);
}

static uint8
key_tag(const DynTable *table, const char *attribute)
{
	return strcmp(table->pk.name, attribute) == 0 ? table->pk.tag : table->sk.tag;
}

/* A cast to such a type cuts a value, and an UPDATE could not see that it has changed; numbers and times are rounded, which it can. */
static bool
has_length(const DynViewColumn *column)
{
	TYPCATEGORY category = TypeCategory(column->type);

	return column->typmod >= 0 && (category == TYPCATEGORY_STRING || category == TYPCATEGORY_BITSTRING);
}

/* Reads one member of the columns' object; false for a key attribute, which is a column anyway. */
static bool
read_column(const DynTable *table, const DynJson *member, DynViewColumn *column)
{
	DynSlice	name = dyn_json_name(member);

	if (dyn_json_kind(member) != DYN_JSON_STRING)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the type of column \"%.*s\" is no string", (int) name.len, name.data),
				 errhint("Write columns as {\"price\": \"numeric\", \"status\": \"text\"}.")));
	column->attribute = pnstrdup(name.data, name.len);
	parseTypeString(pstrdup(dyn_json_string(member).data), &column->type, &column->typmod, false);
	if (get_typtype(column->type) == TYPTYPE_PSEUDO)
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
						errmsg("column \"%s\" cannot be of the pseudo-type %s", column->attribute, format_type_be(column->type))));
	if (has_length(column))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("column \"%s\" cannot have a type with a length: it would show longer values cut", column->attribute),
				 errhint("Use %s without a length.", format_type_be(column->type))));
	if (!is_key(table, column->attribute))
		return true;
	if (column->type != dyn_key_column_type(key_tag(table, column->attribute)))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("the key attribute \"%s\" is a column of type %s", column->attribute,
						format_type_be(dyn_key_column_type(key_tag(table, column->attribute))))));
	return false;
}

/* create_view(table_name text, columns jsonb, view_name text) returns regclass */
Datum
dynapg_create_view(PG_FUNCTION_ARGS)
{
	text	   *table_name = PG_GETARG_TEXT_PP(0);
	Jsonb	   *jsonb = PG_GETARG_JSONB_P(1);
	DynTable   *table = dyn_name_find_table((DynSlice) {VARDATA_ANY(table_name), VARSIZE_ANY_EXHDR(table_name)}, DYN_NAME_DATA);
	char	   *shown = JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb));
	const DynJson *object = dyn_json_parse(shown, strlen(shown));
	DynViewColumn *columns;
	List	   *name;
	int			count = 0;

	if (dyn_json_kind(object) != DYN_JSON_OBJECT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("columns must be a JSON object"),
				 errhint("Write columns as {\"price\": \"numeric\", \"status\": \"text\"}.")));
	columns = palloc_array(DynViewColumn, Max(dyn_json_count(object), 1));
	for (const DynJson *member = dyn_json_first(object); member != NULL; member = dyn_json_next(member))
		count += read_column(table, member, &columns[count]);
	if (!PG_ARGISNULL(2))
		name = textToQualifiedNameList(PG_GETARG_TEXT_PP(2));
	else if (strlen(dyn_namespace_text_name(table->name)) < NAMEDATALEN)
		name = list_make1(makeString(pstrdup(dyn_namespace_text_name(table->name))));
	else
		ereport(ERROR,
				(errcode(ERRCODE_NAME_TOO_LONG),
				 errmsg("the name of the table is too long for a view"),
				 errhint("Name the view with view_name.")));
	PG_RETURN_OID(dyn_item_view_create(table, name, columns, count));
}

/* ---- requests ---- */

/* The attribute value of a column's value. */
static DynValue
value_of(const DynViewChange *change, int i, const Datum *values)
{
	DynNode		node = dyn_datum_node(values[i], TupleDescAttr(change->columns, i)->atttypid, false);

	return dyn_node_pack(&node);
}

static void
begin_request(StringInfo out, const DynViewChange *change)
{
	initStringInfo(out);
	appendStringInfoChar(out, '{');
	dyn_jsonout_member(out, "TableName");
	dyn_jsonout_string(out, dyn_namespace_text_name(change->table), strlen(dyn_namespace_text_name(change->table)));
}

static void
append_attribute(StringInfo out, const char *name, DynValue value)
{
	if (out->data[out->len - 1] != '{')
		appendStringInfoChar(out, ',');
	dyn_jsonout_string(out, name, strlen(name));
	appendStringInfoChar(out, ':');
	dyn_value_print(out, value);
}

/* The operation; an error of its condition becomes one with that SQLSTATE and text. */
static void
call(const char *name, StringInfo request, int sqlstate, const char *message)
{
	MemoryContext caller = CurrentMemoryContext;
	StringInfoData reply;

	appendStringInfoChar(request, '}');
	initStringInfo(&reply);
	PG_TRY();
	{
		(void) dyn_api_call(dyn_operation_find(name, strlen(name)), request->data, request->len, &reply);
	}
	PG_CATCH();
	{
		if (geterrcode() != dyn_error_info(DYN_E_CONDITIONAL_CHECK_FAILED)->sqlstate)
			PG_RE_THROW();
		MemoryContextSwitchTo(caller);
		FlushErrorState();
		ereport(ERROR, (errcode(sqlstate), errmsg("%s", message)));
	}
	PG_END_TRY();
}

/* ---- the key of the row that is there ---- */

static int
key_columns(const DynTable *table)
{
	return table->sk.tag != 0 ? 2 : 1;
}

/* The value of a key attribute; a long partition key is not in its column. */
static DynValue
old_key(const DynViewChange *change, const DynTable *table, int i)
{
	DynValue	content;

	if (change->old_nulls[i])
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("a row without a key cannot be written")));
	if (i == 0 && table->pk.tag != DYN_N)
	{
		content = dyn_key_datum_content(change->old_values[0], table->pk.tag);
		if (content.len > DYN_KEY_PART_LIMIT ||
			(table->pk.tag == DYN_S && memmem(content.data, content.len, "\001\003", 2) != NULL))
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("an item whose partition key is longer than %d bytes cannot be written through a view", DYN_KEY_PART_LIMIT),
					 errhint("Use dynapg.update or dynapg.delete.")));
	}
	return dyn_key_value(change->old_values[i], i == 0 ? table->pk.tag : table->sk.tag);
}

static DynKey
append_key(StringInfo out, const DynViewChange *change, const DynTable *table)
{
	DynKey		key = {0};

	dyn_jsonout_member(out, "Key");
	appendStringInfoChar(out, '{');
	key.pk = old_key(change, table, 0);
	append_attribute(out, table->pk.name, key.pk);
	if (table->sk.tag != 0)
	{
		key.sk = old_key(change, table, 1);
		append_attribute(out, table->sk.name, key.sk);
	}
	appendStringInfoChar(out, '}');
	return key;
}

/* ---- INSERT and DELETE ---- */

static void
insert_row(const DynViewChange *change, const DynTable *table)
{
	StringInfoData request;

	begin_request(&request, change);
	dyn_jsonout_member(&request, "Item");
	appendStringInfoChar(&request, '{');
	for (int i = 0; i < change->ncolumns; i++)
	{
		if (!change->new_nulls[i])
			append_attribute(&request, change->attributes[i], value_of(change, i, change->new_values));
		else if (i < key_columns(table))
			ereport(ERROR,
					(errcode(ERRCODE_NOT_NULL_VIOLATION),
					 errmsg("null value in column \"%s\", which is part of the key", NameStr(TupleDescAttr(change->columns, i)->attname))));
	}
	appendStringInfoString(&request, "},\"ConditionExpression\":\"attribute_not_exists(#k)\",\"ExpressionAttributeNames\":{\"#k\":");
	dyn_jsonout_string(&request, table->pk.name, table->pk.len);
	appendStringInfoChar(&request, '}');
	call("PutItem", &request, ERRCODE_UNIQUE_VIOLATION, psprintf("table \"%s\" has an item with that key", table->name));
}

static void
delete_row(const DynViewChange *change, const DynTable *table)
{
	StringInfoData request;

	begin_request(&request, change);
	(void) append_key(&request, change, table);
	call("DeleteItem", &request, ERRCODE_T_R_SERIALIZATION_FAILURE, "");
}

/* ---- UPDATE ---- */

/* Parts of the request, which grow column by column. */
typedef struct Update
{
	const DynViewChange *change;
	DynValue	item;			/* as it is now */
	StringInfoData sets;
	StringInfoData removes;
	StringInfoData condition;
	StringInfoData names;
	StringInfoData values;
	int			count;			/* of columns that change */
} Update;

static void refuse_concurrent(void) pg_attribute_noreturn();

static void
refuse_concurrent(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("could not serialize access due to concurrent update"),
			 errhint("Another transaction has changed the item since the statement began. The statement might succeed if retried.")));
}

static bool
differ(Datum a, bool a_null, Datum b, bool b_null, Form_pg_attribute column)
{
	if (a_null || b_null)
		return a_null != b_null;
	return !datum_image_eq(a, b, column->attbyval, column->attlen);
}

/* What the view shows of the attribute now, as it showed it to the statement? */
static bool
is_as_seen(const DynViewChange *change, int i, DynValue now)
{
	Form_pg_attribute column = TupleDescAttr(change->columns, i);
	bool		null = true;
	Datum		shown = (Datum) 0;

	if (now.tag != 0 && dyn_datum_of_fits(now.tag, column->atttypid))
		shown = dyn_datum_of(now, column->atttypid, column->atttypmod, &null);
	return !differ(shown, null, change->old_values[i], change->old_nulls[i], column);
}

/* An array takes the place of a set as a set, if it can be one. */
static DynValue
as_set(DynValue list, uint8 set_tag)
{
	uint32		count = dyn_value_count(list);
	DynValue   *elements = palloc_array(DynValue, Max(count, 1));

	for (uint32 i = 0; i < count; i++)
	{
		elements[i] = dyn_list_element(list, i);
		if (elements[i].tag != dyn_set_element_tag(set_tag))
			return list;
	}
	return count > 0 ? dyn_tree_set_pack(set_tag, elements, count, true) : list;
}

static void
add_value(Update *update, char kind, DynValue value)
{
	append_attribute(&update->values, psprintf(":%c%d", kind, update->count), value);
}

static void
add_column(Update *update, int i)
{
	const DynViewChange *change = update->change;
	const char *attribute = change->attributes[i];
	DynValue	now = dyn_map_get(update->item, attribute, strlen(attribute));
	DynValue	value;
	int			n = update->count;

	if (!is_as_seen(change, i, now))
		refuse_concurrent();
	appendStringInfo(&update->names, ",\"#n%d\":", n);
	dyn_jsonout_string(&update->names, attribute, strlen(attribute));
	if (now.tag == 0)
		appendStringInfo(&update->condition, " AND attribute_not_exists(#n%d)", n);
	else
	{
		appendStringInfo(&update->condition, " AND #n%d = :o%d", n, n);
		add_value(update, 'o', now);
	}
	if (change->new_nulls[i])
		appendStringInfo(&update->removes, "%s#n%d", update->removes.len > 0 ? ", " : " REMOVE ", n);
	else
	{
		value = value_of(change, i, change->new_values);
		if (value.tag == DYN_L && now.tag >= DYN_SS && now.tag <= DYN_BS)
			value = as_set(value, now.tag);
		appendStringInfo(&update->sets, "%s#n%d = :n%d", update->sets.len > 0 ? ", " : "SET ", n, n);
		add_value(update, 'n', value);
	}
	update->count++;
}

/* Adds the columns that change; raises for one of the key. */
static void
add_columns(Update *update, const DynTable *table)
{
	const DynViewChange *change = update->change;

	for (int i = 0; i < change->ncolumns; i++)
	{
		if (!differ(change->old_values[i], change->old_nulls[i], change->new_values[i], change->new_nulls[i],
					TupleDescAttr(change->columns, i)))
			continue;
		if (i < key_columns(table))
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("column \"%s\" is part of the key and cannot be updated", NameStr(TupleDescAttr(change->columns, i)->attname)),
					 errhint("Delete the row and insert another one.")));
		add_column(update, i);
	}
}

static void
update_row(const DynViewChange *change, DynTable *table)
{
	Update		update = {.change = change};
	StringInfoData request;
	DynKey		key;
	struct varlena *item;

	begin_request(&request, change);
	key = append_key(&request, change, table);
	item = dyn_row_get(table, &key);
	if (item == NULL)
		refuse_concurrent();
	update.item = dyn_item_root(item);
	initStringInfo(&update.sets);
	initStringInfo(&update.removes);
	initStringInfo(&update.condition);
	initStringInfo(&update.names);
	initStringInfo(&update.values);
	appendStringInfoChar(&update.values, '{');
	add_columns(&update, table);
	if (update.count == 0)
		return;
	dyn_jsonout_member(&request, "UpdateExpression");
	appendStringInfo(&request, "\"%s%s\",\"ConditionExpression\":\"attribute_exists(#k)%s\",\"ExpressionAttributeNames\":{\"#k\":",
					 update.sets.data, update.removes.data, update.condition.data);
	dyn_jsonout_string(&request, table->pk.name, table->pk.len);
	appendStringInfo(&request, "%s}", update.names.data);
	if (update.values.len > 1)
		appendStringInfo(&request, ",\"ExpressionAttributeValues\":%s}", update.values.data);
	call("UpdateItem", &request, ERRCODE_T_R_SERIALIZATION_FAILURE, "could not serialize access due to concurrent update");
}

/* Is the view's column of that number the key attribute?  Anybody can put the trigger on a view of his own, with a column of any type. */
static bool
is_key_column(const DynViewChange *change, int i, const DynKeyAttr *key)
{
	return i < change->ncolumns && strcmp(change->attributes[i], key->name) == 0 &&
		TupleDescAttr(change->columns, i)->atttypid == dyn_key_column_type(key->tag);
}

static void
write_row(const DynViewChange *change)
{
	DynTable   *table = dyn_table_lookup(change->table, strlen(change->table));

	if (table == NULL)
		dyn_name_not_found((DynSlice) {change->table, (uint32) strlen(change->table)}, DYN_NAME_DATA);
	if (!is_key_column(change, 0, &table->pk) || (table->sk.tag != 0 && !is_key_column(change, 1, &table->sk)))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("table \"%s\" has another key than when the view was created", table->name),
				 errhint("Drop the view and create it again.")));
	if (change->new_values == NULL)
		delete_row(change, table);
	else if (change->old_values == NULL)
		insert_row(change, table);
	else
		update_row(change, table);
}

/* The trigger.  The view is of a table, whatever namespace is set where it is written. */
Datum
dynapg_write_view(PG_FUNCTION_ARGS)
{
	DynViewChange change;
	int			settings;		/* nest level */

	dyn_item_view_change(fcinfo, &change);
	if (dyn_namespace_has(change.table))
	{
		write_row(&change);
		return change.result;
	}
	settings = NewGUCNestLevel();
	dyn_namespace_enter(dyn_namespace_text_of(change.table));
	write_row(&change);
	AtEOXact_GUC(true, settings);
	return change.result;
}
