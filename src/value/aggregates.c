/*
 * aggregates.c - item_agg: an item of the names and values of rows; set_agg: a set of the values of rows
 *
 * A state is a list of entries in the memory context of the aggregate, in order of arrival: names with values, or values alone.  When the
 * list is full, the entries that the result will not have are dropped from it: values that are there twice, all but the last value of a
 * name.  So memory is bounded by the result's size; that is bounded by what an item can hold.
 *
 * A state travels between parallel workers of one server as the count and the entries, each a tag, two lengths and bytes.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "base/errors.h"
#include "value/datum.h"
#include "value/sqltype.h"

#define SQL_FUNCTION(name) \
	PGDLLEXPORT Datum name(PG_FUNCTION_ARGS); \
	PG_FUNCTION_INFO_V1(name)

#define ENTRY_OVERHEAD	8		/* bytes of an entry's offsets in an item, at most */

/* name and value are one palloc'd piece, which begins with the name. */
typedef struct Entry
{
	DynSlice	name;
	DynValue	value;
	uint64		arrival;
} Entry;

typedef struct State
{
	MemoryContext context;
	bool		is_set;
	uint64		bytes;			/* of names and values, with their overhead */
	uint64		arrivals;
	uint32		count;
	uint32		room;
	Entry	   *entries;
} State;

static MemoryContext
aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("the function of an aggregate was called outside of it")));
	return context;
}

static State *
new_state(MemoryContext context, bool is_set)
{
	State	   *state = MemoryContextAllocZero(context, sizeof(State));

	state->context = context;
	state->is_set = is_set;
	return state;
}

/* Entries that exclude each other are neighbours, in order of arrival. */
static int
compare_entries(const void *a, const void *b)
{
	const Entry *x = a;
	const Entry *y = b;
	int			order = dyn_bytes_compare(x->name.data, x->name.len, y->name.data, y->name.len);

	return order != 0 ? order : (x->arrival > y->arrival) - (x->arrival < y->arrival);
}

static void
drop_entry(State *state, Entry *entry)
{
	state->bytes -= (uint64) entry->name.len + entry->value.len + ENTRY_OVERHEAD;
	pfree((char *) entry->name.data);
}

/* Sorts the entries; of those with one name the last one stays. */
static void
compact(State *state)
{
	uint32		kept = 0;

	if (state->count == 0)
		return;
	qsort(state->entries, state->count, sizeof(Entry), compare_entries);
	for (uint32 i = 1; i < state->count; i++)
	{
		Entry	   *last = &state->entries[kept];
		Entry	   *entry = &state->entries[i];

		if (last->name.len == entry->name.len && memcmp(last->name.data, entry->name.data, entry->name.len) == 0)
			drop_entry(state, last);
		else
			kept++;
		state->entries[kept] = *entry;
	}
	state->count = kept + 1;
}

static void refuse_size(void) pg_attribute_noreturn();

static void
refuse_size(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("the result of an aggregate is too large for an item"),
			 errdetail("A value of type dynapg.item is at most %u bytes.", DYN_END_MASK)));
}

static void
make_room(State *state)
{
	CHECK_FOR_INTERRUPTS();
	compact(state);
	if (state->count <= state->room / 2 && state->room > 0)
		return;
	if (state->room > MaxAllocSize / sizeof(Entry) / 2)
		refuse_size();
	state->room = state->room == 0 ? 16 : state->room * 2;
	state->entries = state->entries == NULL ? MemoryContextAlloc(state->context, sizeof(Entry) * state->room) :
		repalloc(state->entries, sizeof(Entry) * state->room);
}

/* Adds an entry, of which it copies the bytes.  The name of a set's element is its bytes, which is what makes it one. */
static void
add_entry(State *state, DynSlice name, DynValue value)
{
	Entry	   *entry;
	char	   *copy;

	if (state->count == state->room)
		make_room(state);
	if (state->is_set)
		name = (DynSlice) {(const char *) value.data, value.len};
	state->bytes += (uint64) name.len + value.len + ENTRY_OVERHEAD;
	if (state->bytes > DYN_END_MASK)
		compact(state);
	if (state->bytes > DYN_END_MASK)
		refuse_size();
	copy = MemoryContextAlloc(state->context, Max((Size) name.len + value.len, 1));
	memcpy(copy, name.data, name.len);
	memcpy(copy + name.len, value.data, value.len);
	entry = &state->entries[state->count++];
	entry->name = (DynSlice) {copy, name.len};
	entry->value = (DynValue) {value.tag, value.len, (const uint8 *) copy + name.len};
	entry->arrival = state->arrivals++;
}

/* ---- steps ---- */

/* (state, name text, value "any") */
SQL_FUNCTION(dynapg_item_agg_step);
Datum
dynapg_item_agg_step(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	State	   *state = PG_ARGISNULL(0) ? new_state(context, false) : (State *) PG_GETARG_POINTER(0);
	text	   *name;
	DynSlice	slice;
	DynNode		value;
	const char *flaw;

	if (PG_ARGISNULL(1))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("the name of an attribute is NULL")));
	name = PG_GETARG_TEXT_PP(1);
	slice = (DynSlice) {VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)};
	flaw = dyn_tree_json_name_violation(slice);
	if (flaw != NULL)
		dyn_validation("%s", flaw);
	value = dyn_datum_node(PG_ARGISNULL(2) ? (Datum) 0 : PG_GETARG_DATUM(2), get_fn_expr_argtype(fcinfo->flinfo, 2), PG_ARGISNULL(2));
	add_entry(state, slice, dyn_node_pack(&value));
	PG_RETURN_POINTER(state);
}

/* (state, value); NULLs are left out */
static Datum
set_step(FunctionCallInfo fcinfo, Oid type)
{
	MemoryContext context = aggregate_context(fcinfo);
	State	   *state = PG_ARGISNULL(0) ? NULL : (State *) PG_GETARG_POINTER(0);
	DynNode		value;

	if (!PG_ARGISNULL(1))
	{
		if (state == NULL)
			state = new_state(context, true);
		value = dyn_datum_node(PG_GETARG_DATUM(1), type, false);
		add_entry(state, (DynSlice) {NULL, 0}, dyn_node_pack(&value));
	}
	if (state == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(state);
}

#define SET_STEP(name, type) \
	SQL_FUNCTION(name); \
	Datum \
	name(PG_FUNCTION_ARGS) \
	{ \
		return set_step(fcinfo, type); \
	}

SET_STEP(dynapg_set_agg_step_text, TEXTOID)
SET_STEP(dynapg_set_agg_step_numeric, NUMERICOID)
SET_STEP(dynapg_set_agg_step_bytea, BYTEAOID)

/* ---- results ---- */

SQL_FUNCTION(dynapg_item_agg_final);
Datum
dynapg_item_agg_final(PG_FUNCTION_ARGS)
{
	State	   *state = PG_ARGISNULL(0) ? NULL : (State *) PG_GETARG_POINTER(0);
	DynNode		root = dyn_node_empty(DYN_M);

	if (state == NULL)
		PG_RETURN_NULL();
	compact(state);
	for (uint32 i = 0; i < state->count; i++)
		dyn_node_add_member(&root, state->entries[i].name, dyn_node_of(state->entries[i].value));
	PG_RETURN_POINTER(dyn_datum_item(&root));
}

/* The set as DynamoDB JSON. */
SQL_FUNCTION(dynapg_set_agg_final);
Datum
dynapg_set_agg_final(PG_FUNCTION_ARGS)
{
	State	   *state = PG_ARGISNULL(0) ? NULL : (State *) PG_GETARG_POINTER(0);
	DynValue   *elements;
	uint8		tag;

	if (state == NULL)
		PG_RETURN_NULL();
	compact(state);
	elements = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(DynValue) * (Size) state->count);
	for (uint32 i = 0; i < state->count; i++)
		elements[i] = state->entries[i].value;
	tag = elements[0].tag == DYN_S ? DYN_SS : elements[0].tag == DYN_N ? DYN_NS : DYN_BS;
	PG_RETURN_DATUM(dyn_sqltype_json(dyn_tree_set_pack(tag, elements, state->count, true)));
}

/* ---- parallel workers ---- */

SQL_FUNCTION(dynapg_agg_combine);
Datum
dynapg_agg_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	State	   *a = PG_ARGISNULL(0) ? NULL : (State *) PG_GETARG_POINTER(0);
	State	   *b = PG_ARGISNULL(1) ? NULL : (State *) PG_GETARG_POINTER(1);

	if (b == NULL)
	{
		if (a == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(a);
	}
	if (a == NULL)
		a = new_state(context, b->is_set);
	for (uint32 i = 0; i < b->count; i++)
		add_entry(a, b->entries[i].name, b->entries[i].value);
	PG_RETURN_POINTER(a);
}

SQL_FUNCTION(dynapg_agg_serialize);
Datum
dynapg_agg_serialize(PG_FUNCTION_ARGS)
{
	State	   *state = (State *) PG_GETARG_POINTER(0);
	StringInfoData out;
	uint8		is_set = state->is_set;

	(void) aggregate_context(fcinfo);
	compact(state);
	initStringInfo(&out);
	appendStringInfoSpaces(&out, VARHDRSZ);
	appendBinaryStringInfo(&out, (char *) &is_set, 1);
	appendBinaryStringInfo(&out, (char *) &state->count, sizeof(uint32));
	for (uint32 i = 0; i < state->count; i++)
	{
		const Entry *entry = &state->entries[i];
		uint32		lengths[2] = {entry->name.len, entry->value.len};

		CHECK_FOR_INTERRUPTS();
		appendBinaryStringInfo(&out, (char *) &entry->value.tag, 1);
		appendBinaryStringInfo(&out, (char *) lengths, sizeof(lengths));
		appendBinaryStringInfo(&out, entry->name.data, entry->name.len);
		appendBinaryStringInfo(&out, (const char *) entry->value.data, entry->value.len);
	}
	SET_VARSIZE(out.data, out.len);
	PG_RETURN_BYTEA_P(out.data);
}

SQL_FUNCTION(dynapg_agg_deserialize);
Datum
dynapg_agg_deserialize(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	bytea	   *bytes = PG_GETARG_BYTEA_PP(0);
	const char *in = VARDATA_ANY(bytes);
	State	   *state = new_state(context, in[0] != 0);
	uint32		count;

	memcpy(&count, in + 1, sizeof(count));
	in += 1 + sizeof(count);
	for (uint32 i = 0; i < count; i++)
	{
		uint8		tag = (uint8) *in++;
		uint32		lengths[2];
		const uint8 *value;

		memcpy(lengths, in, sizeof(lengths));
		in += sizeof(lengths);
		value = (const uint8 *) in + lengths[0];
		add_entry(state, (DynSlice) {in, lengths[0]}, (DynValue) {tag, lengths[1], value});
		in = (const char *) value + lengths[1];
	}
	PG_RETURN_POINTER(state);
}
