/*
 * table_attributes.c - what keys and vector indexes of a request share: attribute definitions and projections
 */
#include "postgres.h"

#include "miscadmin.h"

#include "api/table_attributes.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/request.h"
#include "tables/settings.h"

int
dyn_table_attributes_find(const DynDefinitions *definitions, DynSlice name)
{
	CHECK_FOR_INTERRUPTS();		/* callers look for many in many */
	for (int i = 0; i < definitions->count; i++)
		if (dyn_slice_equal((DynSlice) {definitions->attrs[i].name, definitions->attrs[i].len}, name))
			return i;
	return -1;
}

/* Names of key and projected attributes are stored in columns of type text. */
void
dyn_table_attributes_refuse_nul(DynSlice name)
{
	if (memchr(name.data, '\0', name.len))
		dyn_validation(DYN_INVALID_PARAMETER "Names of key attributes and projected attributes with U+0000 are not supported");
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(((const DynSlice *) a)->data, ((const DynSlice *) b)->data);
}

void
dyn_table_attributes_read_projection(const DynJson *projection, DynIndex *index)
{
	const DynJson *names = dyn_request_member(projection, "NonKeyAttributes");
	DynSlice	type = dyn_request_string(projection, "ProjectionType");
	bool		include = dyn_slice_is(type, "INCLUDE");

	if (type.data == NULL)
		dyn_validation(DYN_INVALID_PARAMETER "Unknown ProjectionType: null");
	index->projection = dyn_index_kind_projection(type);
	if (names && !include)
		dyn_validation(DYN_INVALID_PARAMETER "ProjectionType is %s, but NonKeyAttributes is specified",
					   dyn_index_kind_projection_name(index->projection));
	if (!names && include)
		dyn_validation(DYN_INVALID_PARAMETER "ProjectionType is INCLUDE, but NonKeyAttributes is not specified");
	if (!names)
		return;

	index->include = palloc(dyn_json_count(names) * sizeof(DynSlice));
	for (const DynJson *name = dyn_json_first(names); name; name = dyn_json_next(name))
	{
		DynSlice	text = dyn_json_string(name);

		dyn_table_attributes_refuse_nul(text);
		for (int i = 0; i < index->ninclude; i++)
			if (dyn_slice_equal(text, index->include[i]))
				dyn_validation(DYN_INVALID_PARAMETER "Duplicate element in NonKeyAttributes: %.*s", (int) text.len, text.data);
		index->include[index->ninclude++] = (DynSlice) {pnstrdup(text.data, text.len), text.len};
	}
	qsort(index->include, index->ninclude, sizeof(DynSlice), compare_texts);
}

void
dyn_table_attributes_print_projection(StringInfo out, const DynIndex *index)
{
	dyn_jsonout_member(out, "Projection");
	appendStringInfoChar(out, '{');
	dyn_settings_print_text(out, "ProjectionType", dyn_index_kind_projection_name(index->projection));
	if (index->ninclude > 0)
	{
		dyn_jsonout_member(out, "NonKeyAttributes");
		appendStringInfoChar(out, '[');
		for (int i = 0; i < index->ninclude; i++)
		{
			if (i > 0)
				appendStringInfoChar(out, ',');
			dyn_jsonout_string(out, index->include[i].data, index->include[i].len);
		}
		appendStringInfoChar(out, ']');
	}
	appendStringInfoChar(out, '}');
}
