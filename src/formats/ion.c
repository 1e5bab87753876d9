/*
 * ion.c - Amazon Ion: symbols, and how values become DynamoDB JSON
 *
 * N is a decimal or an integer (a float, too), B a blob or a clob, S a string or a symbol, M a struct, L a list; a set is a list
 * with the annotation $dynamodb_SS, $dynamodb_NS or $dynamodb_BS.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "base/jsonout.h"
#include "formats/ion.h"

static const char *const system_symbols[DYN_ION_SYSTEM_SYMBOLS] = {
	NULL, "$ion", "$ion_1_0", "$ion_symbol_table", "name", "version", "imports", "symbols", "max_id", "$ion_shared_symbol_table"
};

const char *const dyn_ion_malformed = "the data are no Amazon Ion, or damaged";

bool
dyn_ion_break(DynRecords *records, const char *flaw)
{
	if (records->flaw == NULL)
		records->flaw = flaw;
	return false;
}

void
dyn_ion_refuse(DynRecords *records, const char *flaw)
{
	if (records->ion->flaw == NULL)
		records->ion->flaw = flaw;
}

/* ---- writing ---- */

/* Does a value in that place need the type of an attribute value? */
static bool
has_type(DynIonPlace place)
{
	return place == DYN_ION_VALUE || place == DYN_ION_ATTRIBUTES || place == DYN_ION_RECORD;
}

static void
begin_scalar(DynRecords *records, DynIonPlace place, const char *type)
{
	if (has_type(place))
		appendStringInfo(&records->text, "{\"%s\":", type);
	if (place == DYN_ION_ELEMENT && (records->ion->element != type[0] || type[1] != '\0'))
		dyn_ion_refuse(records, "a set has an element of another type");
}

static void
end_scalar(DynRecords *records, DynIonPlace place)
{
	if (has_type(place))
		appendStringInfoChar(&records->text, '}');
}

void
dyn_ion_put_string(DynRecords *records, DynIonPlace place, char type, const char *data, int len)
{
	char		name[2] = {type, '\0'};

	begin_scalar(records, place, name);
	dyn_jsonout_string(&records->text, data, len);
	end_scalar(records, place);
}

void
dyn_ion_put_bytes(DynRecords *records, DynIonPlace place, const uint8 *data, int len)
{
	begin_scalar(records, place, "B");
	dyn_jsonout_base64(&records->text, data, len);
	end_scalar(records, place);
}

void
dyn_ion_put_bool(DynRecords *records, DynIonPlace place, bool value)
{
	begin_scalar(records, place, "BOOL");
	appendStringInfoString(&records->text, value ? "true" : "false");
	end_scalar(records, place);
}

void
dyn_ion_put_null(DynRecords *records, DynIonPlace place)
{
	begin_scalar(records, place, "NULL");
	appendStringInfoString(&records->text, has_type(place) ? "true" : "null");
	end_scalar(records, place);
}

DynIonPlace
dyn_ion_begin_list(DynRecords *records, DynIonPlace place, DynIonMarks marks)
{
	bool		is_set = marks.set != 0 && has_type(place);

	if (place == DYN_ION_ELEMENT)
		dyn_ion_refuse(records, "a set has an element of another type");
	if (is_set)
		appendStringInfo(&records->text, "{\"%cS\":", marks.set);
	else if (has_type(place))
		appendStringInfoString(&records->text, "{\"L\":");
	appendStringInfoChar(&records->text, '[');
	if (is_set)
		records->ion->element = marks.set;
	return is_set ? DYN_ION_ELEMENT : has_type(place) ? DYN_ION_VALUE : DYN_ION_PLAIN;
}

void
dyn_ion_end_list(DynRecords *records, DynIonPlace place)
{
	appendStringInfoString(&records->text, has_type(place) ? "]}" : "]");
}

void
dyn_ion_next_element(DynRecords *records)
{
	if (records->text.data[records->text.len - 1] != '[')
		appendStringInfoChar(&records->text, ',');
}

void
dyn_ion_begin_struct(DynRecords *records, DynIonPlace place)
{
	if (place == DYN_ION_ELEMENT)
		dyn_ion_refuse(records, "a set has an element of another type");
	appendStringInfoString(&records->text, place == DYN_ION_VALUE ? "{\"M\":{" : "{");
}

DynIonPlace
dyn_ion_member(DynRecords *records, DynIonPlace place, DynSlice name)
{
	if (records->text.data[records->text.len - 1] != '{')
		appendStringInfoChar(&records->text, ',');
	dyn_jsonout_string(&records->text, name.data, name.len);
	appendStringInfoChar(&records->text, ':');
	switch (place)
	{
		case DYN_ION_RECORD:
			if (dyn_slice_is(name, "ConditionExpression") || dyn_slice_is(name, "ExpressionAttributeNames"))
				return DYN_ION_PLAIN;
			return DYN_ION_ATTRIBUTES;
		case DYN_ION_ATTRIBUTES:
		case DYN_ION_VALUE:
			return DYN_ION_VALUE;
		case DYN_ION_ELEMENT:
		case DYN_ION_PLAIN:
			break;
	}
	return DYN_ION_PLAIN;
}

void
dyn_ion_end_struct(DynRecords *records, DynIonPlace place)
{
	appendStringInfoString(&records->text, place == DYN_ION_VALUE ? "}}" : "}");
}

bool
dyn_ion_enter(DynRecords *records)
{
	check_stack_depth();
	if (++records->ion->depth > DYN_ION_MAX_DEPTH)
		return dyn_ion_break(records, "the values are nested too deep");
	if (records->text.len > DYN_MAX_RECORD_BYTES)
		return dyn_ion_break(records, dyn_reader_too_long);
	return true;
}

void
dyn_ion_leave(DynRecords *records)
{
	records->ion->depth--;
}

/* ---- symbols ---- */

void
dyn_ion_add_symbol(DynRecords *records, DynSlice text)
{
	DynIon	   *ion = records->ion;

	if (ion->nsymbols == ion->symbol_room)
	{
		ion->symbol_room = Max(ion->symbol_room * 2, 64);
		ion->symbols = ion->symbols == NULL ? palloc_array(DynSlice, ion->symbol_room) :
			repalloc(ion->symbols, ion->symbol_room * sizeof(DynSlice));
	}
	if (text.data != NULL)
		text.data = pnstrdup(text.data, text.len);
	ion->symbols[ion->nsymbols++] = text;
}

void
dyn_ion_reset_symbols(DynRecords *records)
{
	MemoryContext caller = MemoryContextSwitchTo(records->context);
	DynIon	   *ion = records->ion;

	for (int i = 0; i < ion->nsymbols; i++)
	{
		if (ion->symbols[i].data != NULL)
			pfree(unconstify(char *, ion->symbols[i].data));
	}
	ion->nsymbols = 0;
	ion->symbol_bytes = 0;
	for (int i = 0; i < DYN_ION_SYSTEM_SYMBOLS; i++)
		dyn_ion_add_symbol(records, (DynSlice) {system_symbols[i], system_symbols[i] != NULL ? strlen(system_symbols[i]) : 0});
	MemoryContextSwitchTo(caller);
}

bool
dyn_ion_symbol(DynRecords *records, uint64 number, DynSlice *text)
{
	if (number >= records->ion->nsymbols || records->ion->symbols[number].data == NULL)
		return dyn_ion_break(records, "the data use a symbol that no symbol table has");
	*text = records->ion->symbols[number];
	return true;
}

void
dyn_ion_mark(DynIonMarks *marks, DynSlice annotation)
{
	if (dyn_slice_is(annotation, "$dynamodb_SS"))
		marks->set = 'S';
	else if (dyn_slice_is(annotation, "$dynamodb_NS"))
		marks->set = 'N';
	else if (dyn_slice_is(annotation, "$dynamodb_BS"))
		marks->set = 'B';
	else if (dyn_slice_is(annotation, "$ion_symbol_table"))
		marks->symbol_table = true;
}
