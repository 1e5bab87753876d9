/*
 * import_line.c - the content of a line of a file
 *
 * These forms are known:
 *
 *		{"Item": {...}}								a line of a full export; GetItem's reply
 *		{"Metadata": .., "Keys": .., "NewImage": ..}	a line of an incremental export; without NewImage a delete
 *		{"PutRequest": {"Item": {...}}}				an entry of BatchWriteItem; {"DeleteRequest": {"Key": {...}}}
 *		{"Items": [...]}							a reply of Scan or Query
 *		{"Orders": [{"PutRequest": ..}, ...]}		a file for batch-write-item; {"RequestItems": {...}} around it
 *		{"customer": {"S": ".."}, ...}				an item
 *		[...]										an array of these
 *
 * Items may have the names of types in lower case, {"customer": {"s": ".."}}, as exports of Data Pipeline and Hive do.
 *
 * An item may have attributes with the names of members.  A member that is an attribute value makes the surrounding object an
 * item:
 * {"Item": {"S": "x"}} is one, and {"Item": {"id": {"S": "x"}}} holds one.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "api/import.h"
#include "api/import_line.h"
#include "base/jsonout.h"
#include "value/value.h"

static bool is_value(const DynJson *json);
static void print_value(StringInfo out, const DynJson *value);

static bool
is_object(const DynJson *json)
{
	return json != NULL && dyn_json_kind(json) == DYN_JSON_OBJECT;
}

static bool
is_array(const DynJson *json)
{
	return json != NULL && dyn_json_kind(json) == DYN_JSON_ARRAY;
}

/* An object whose members all are attribute values, if there are any. */
static bool
is_map(const DynJson *json)
{
	if (!is_object(json))
		return false;
	for (const DynJson *member = dyn_json_first(json); member != NULL; member = dyn_json_next(member))
	{
		if (!is_value(member))
			return false;
	}
	return true;
}

/* Is it an attribute value, {"S": "x"}? The content of lists and sets does not matter. */
static bool
is_value(const DynJson *json)
{
	const DynJson *content;
	DynJsonKind kind;
	uint8		tag;

	check_stack_depth();
	if (!is_object(json) || dyn_json_count(json) != 1)
		return false;
	content = dyn_json_first(json);
	kind = dyn_json_kind(content) == DYN_JSON_FALSE ? DYN_JSON_TRUE : dyn_json_kind(content);
	tag = dyn_tag_from_name(dyn_json_name(content).data, dyn_json_name(content).len);
	return tag != 0 && kind == dyn_tag_json_kind(tag) && (kind != DYN_JSON_OBJECT || is_map(content));
}

/* ---- items whose types are in lower case ---- */

/* The type that the name stands for, in upper or lower case, or NULL. */
static const char *
loose_type(const DynJson *value)
{
	DynSlice	name;

	if (!is_object(value) || dyn_json_count(value) != 1)
		return NULL;
	name = dyn_json_name(dyn_json_first(value));
	for (uint8 tag = DYN_FIRST_TAG; tag <= DYN_LAST_TAG; tag++)
	{
		const char *type = dyn_tag_name(tag);

		if (name.len == strlen(type) && pg_strncasecmp(name.data, type, name.len) == 0)
			return type;
	}
	return dyn_slice_is(name, "nULLValue") ? "NULL" : NULL;
}

/* Does it have attributes, all with such types? */
static bool
is_loose_item(const DynJson *item)
{
	if (dyn_json_count(item) == 0)
		return false;
	for (const DynJson *member = dyn_json_first(item); member != NULL; member = dyn_json_next(member))
	{
		if (loose_type(member) == NULL)
			return false;
	}
	return true;
}

/* Appends a map or list with its values' types in capitals. */
static void
print_values(StringInfo out, const DynJson *values)
{
	bool		map = is_object(values);
	bool		first = true;

	appendStringInfoChar(out, map ? '{' : '[');
	for (const DynJson *value = dyn_json_first(values); value != NULL; value = dyn_json_next(value))
	{
		DynSlice	name = map ? dyn_json_name(value) : (DynSlice) {NULL, 0};

		if (!first)
			appendStringInfoChar(out, ',');
		first = false;
		if (map)
		{
			dyn_jsonout_string(out, name.data, name.len);
			appendStringInfoChar(out, ':');
		}
		print_value(out, value);
	}
	appendStringInfoChar(out, map ? '}' : ']');
}

static void
print_value(StringInfo out, const DynJson *value)
{
	const char *type = loose_type(value);
	const DynJson *content;

	check_stack_depth();
	if (type == NULL)
	{
		dyn_jsonout_tree(out, value);
		return;
	}
	content = dyn_json_first(value);
	appendStringInfo(out, "{\"%s\":", type);
	if ((strcmp(type, "M") == 0 && is_object(content)) || (strcmp(type, "L") == 0 && is_array(content)))
		print_values(out, content);
	else
		dyn_jsonout_tree(out, content);
	appendStringInfoChar(out, '}');
}

static const DynJson *
in_capitals(const DynJson *item)
{
	StringInfoData text;

	if (is_map(item) || !is_loose_item(item))
		return item;
	initStringInfo(&text);
	print_values(&text, item);
	return dyn_json_parse(text.data, text.len);
}

/* ---- what is in a line ---- */

/* The member of that name, if it is an object but not an attribute value; else NULL. */
static const DynJson *
holder(const DynJson *object, const char *name)
{
	const DynJson *member = dyn_json_member(object, name);

	return is_object(member) && !is_value(member) ? member : NULL;
}

/* Is every member an array, as the tables of a request are? */
static bool
is_request(const DynJson *object)
{
	if (dyn_json_count(object) == 0)
		return false;
	for (const DynJson *member = dyn_json_first(object); member != NULL; member = dyn_json_next(member))
	{
		if (!is_array(member))
			return false;
	}
	return true;
}

static void
read_array(DynImport *import, const DynJson *array)
{
	for (const DynJson *element = dyn_json_first(array); element != NULL; element = dyn_json_next(element))
		dyn_import_line_read(import, element);
}

static void
read_request(DynImport *import, const DynJson *tables)
{
	for (const DynJson *table = dyn_json_first(tables); table != NULL; table = dyn_json_next(table))
	{
		DynSlice	name = dyn_json_name(table);

		if (!is_array(table))
			dyn_import_refuse(import, table, psprintf("the requests for table %.*s are not an array", (int) name.len, name.data));
		else if (!dyn_import_switch(import, name))
			dyn_import_refuse(import, table, psprintf("the requests are for table %.*s: give NULL as the table's name to follow the file",
													  (int) name.len, name.data));
		else
			read_array(import, table);
	}
}

/* PutRequest and DeleteRequest. */
static void
read_entry(DynImport *import, const DynJson *object, const DynJson *request, const char *member)
{
	const DynJson *attributes = dyn_json_member(request, member);

	if (!is_object(attributes))
		dyn_import_refuse(import, object, psprintf("the request has no %s", member));
	else if (strcmp(member, "Item") == 0)
		dyn_import_put(import, in_capitals(attributes));
	else
		dyn_import_delete(import, in_capitals(attributes));
}

static void
read_object(DynImport *import, const DynJson *object)
{
	const DynJson *items = dyn_json_member(object, "Items");
	const DynJson *tables = holder(object, "RequestItems");
	const DynJson *put = holder(object, "PutRequest");
	const DynJson *delete = holder(object, "DeleteRequest");
	const DynJson *keys = holder(object, "Keys");
	const DynJson *image = holder(object, "NewImage");
	const DynJson *item = holder(object, "Item");

	if (is_array(items))
		read_array(import, items);
	else if (tables != NULL)
		read_request(import, tables);
	else if (put != NULL)
		read_entry(import, object, put, "Item");
	else if (delete != NULL)
		read_entry(import, object, delete, "Key");
	else if (keys != NULL && image != NULL)
		dyn_import_put(import, in_capitals(image));
	else if (keys != NULL)
		dyn_import_delete(import, in_capitals(keys));
	else if (item != NULL)
		dyn_import_put(import, in_capitals(item));
	else if (is_request(object))
		read_request(import, object);
	else
		dyn_import_put(import, in_capitals(object));
}

void
dyn_import_line_read(DynImport *import, const DynJson *document)
{
	check_stack_depth();
	if (is_object(document))
		read_object(import, document);
	else if (is_array(document))
		read_array(import, document);
	else
		dyn_import_refuse(import, document, "this is no JSON object");
}
