/*
 * sqltype.c - the SQL type dynapg.item: input, output, operators, casts
 *
 * Text form: DynamoDB JSON of the item, {"pk":{"S":"a"},"n":{"N":"1"}}.
 *
 * Binary form (send, receive): the stored form of value.h without its varlena header, every integer in network
 * order, so that it travels between machines.  What is received is verified completely before it is used.
 *
 * Comparison is by the stored bytes: equal items are equal bytes; the order of different items has no meaning but is total, and
 * DISTINCT, GROUP BY, ORDER BY and unique indexes need no more.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "port/pg_bswap.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"

#include "base/base64.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/limits.h"
#include "value/decode.h"
#include "value/key.h"
#include "value/number.h"
#include "value/sqltype.h"
#include "value/tree.h"
#include "value/value.h"

#define SQL_FUNCTION(name) \
	PGDLLEXPORT Datum name(PG_FUNCTION_ARGS); \
	PG_FUNCTION_INFO_V1(name)

#define ARG_ROOT(n) dyn_item_root(PG_GETARG_VARLENA_PP(n))

static inline DynSlice
text_slice(const text *t)
{
	return (DynSlice) {VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t)};
}

#define ARG_SLICE(n) text_slice(PG_GETARG_TEXT_PP(n))

/* ---- text form ---- */

/* Is it an object like {"S": "x"}, with a member that names a type? */
static bool
names_a_type(const DynJson *json)
{
	if (dyn_json_kind(json) != DYN_JSON_OBJECT)
		return false;
	for (uint8 tag = DYN_FIRST_TAG; tag <= DYN_LAST_TAG; tag++)
		if (dyn_json_member(json, dyn_tag_name(tag)))
			return true;
	return false;
}

/* Error context of reading an item: a hint where the text is an ordinary JSON document. */
static void
hint_at_plain_json(void *arg)
{
	const DynJson *json = arg;

	if (dyn_json_kind(json) != DYN_JSON_OBJECT)
		return;
	for (const DynJson *member = dyn_json_first(json); member; member = dyn_json_next(member))
		if (!names_a_type(member))
		{
			errhint("An item is DynamoDB JSON, such as {\"id\": {\"S\": \"x\"}}. "
					"dynapg.from_jsonb makes an item from plain JSON, such as {\"id\": \"x\"}.");
			return;
		}
}

static struct varlena *
item_from_text(const char *data, size_t len)
{
	struct varlena *item = dyn_decode_item(data, len);
	DynJson    *json;
	ErrorContextCallback context = {.previous = error_context_stack, .callback = hint_at_plain_json};
	DynViolation violation;

	if (item != NULL)
		return item;
	context.arg = json = dyn_json_parse(data, len);
	error_context_stack = &context;
	dyn_tree_json_check_map_types(json);
	item = dyn_tree_json_item(json, &dyn_wording_plain, &violation);
	if (item == NULL)
		dyn_violation_raise(&dyn_wording_plain, &violation);
	error_context_stack = context.previous;
	return item;
}

/* The item's text form; room is left in front for a varlena header. */
static void
item_to_text(StringInfo out, DynValue root)
{
	initStringInfo(out);
	appendStringInfoSpaces(out, VARHDRSZ);
	dyn_item_print(out, root);
}

/* Makes a text Datum from what item_to_text wrote behind the room for the header. */
static Datum
finish_text(StringInfo out)
{
	SET_VARSIZE(out->data, out->len);
	return PointerGetDatum(out->data);
}

SQL_FUNCTION(dynapg_item_in);
Datum
dynapg_item_in(PG_FUNCTION_ARGS)
{
	char	   *data = PG_GETARG_CSTRING(0);

	PG_RETURN_POINTER(item_from_text(data, strlen(data)));
}

SQL_FUNCTION(dynapg_item_out);
Datum
dynapg_item_out(PG_FUNCTION_ARGS)
{
	StringInfoData out;

	/* callers may pfree what an output function returns: no room for a header here */
	initStringInfo(&out);
	dyn_item_print(&out, ARG_ROOT(0));
	PG_RETURN_CSTRING(out.data);
}

SQL_FUNCTION(dynapg_item_from_json);
Datum
dynapg_item_from_json(PG_FUNCTION_ARGS)
{
	DynSlice	json = ARG_SLICE(0);

	PG_RETURN_POINTER(item_from_text(json.data, json.len));
}

SQL_FUNCTION(dynapg_item_to_json);
Datum
dynapg_item_to_json(PG_FUNCTION_ARGS)
{
	StringInfoData out;

	item_to_text(&out, ARG_ROOT(0));
	PG_RETURN_DATUM(finish_text(&out));
}

/* The same by way of jsonb, which has no U+0000. */
SQL_FUNCTION(dynapg_item_from_jsonb);
Datum
dynapg_item_from_jsonb(PG_FUNCTION_ARGS)
{
	Jsonb	   *jsonb = PG_GETARG_JSONB_P(0);
	char	   *text = JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb));

	PG_RETURN_POINTER(item_from_text(text, strlen(text)));
}

SQL_FUNCTION(dynapg_item_to_jsonb);
Datum
dynapg_item_to_jsonb(PG_FUNCTION_ARGS)
{
	StringInfoData out;

	initStringInfo(&out);
	dyn_item_print(&out, ARG_ROOT(0));
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(out.data)));
}

/* ---- binary form ---- */

/* Swaps the bytes of one integer at p; returns its value in the machine's order. */
static uint32
swap_u32(uint8 *p, bool to_network)
{
	uint32		before = dyn_load_u32(p);
	uint32		after = pg_hton32(before);

	memcpy(p, &after, sizeof(after));
	return to_network ? before : after;
}

/*
 * Converts every integer of a value's body between the machine's byte order and the network's, in place. Relies on nothing that
 * it has not checked; false when the body is out of bounds, which leaves it half converted.
 */
static bool
swap_body(uint8 tag, uint8 *body, uint32 len, bool to_network, int level)
{
	bool		map = tag == DYN_M;
	uint32		width = map ? 8 : 4;
	uint32		count;
	uint32		names_len = 0;
	uint32		start = 0;
	uint64		head;

	if (tag < DYN_SS || tag > DYN_M)
		return true;
	if (len < 4 || level > DYN_MAX_NESTING)
		return false;
	check_stack_depth();
	count = swap_u32(body, to_network);
	head = 4 + (uint64) count * width;
	if (head > len)
		return false;

	for (uint32 i = 0; map && i < count; i++)
		names_len = swap_u32(body + 4 + (size_t) i * 8, to_network);
	head += names_len;
	if (head > len)
		return false;

	for (uint32 i = 0; i < count; i++)
	{
		uint32		tag_end = swap_u32(body + width + (size_t) i * width, to_network);
		uint32		end = tag_end & DYN_END_MASK;

		if (tag < DYN_L)
			continue;
		if (end < start || end > len - head ||
			!swap_body(tag_end >> DYN_TAG_SHIFT, body + head + start, end - start, to_network, level + 1))
			return false;
		start = end;
	}
	return true;
}

/* The same for an item without its varlena header. */
static bool
swap_item(uint8 *data, uint32 len, bool to_network)
{
	if (len < DYN_ITEM_HEADER)
		return false;
	swap_u32(data + 1, to_network);
	return swap_body(DYN_M, data + DYN_ITEM_HEADER, len - DYN_ITEM_HEADER, to_network, 0);
}

bytea *
dyn_sqltype_send(const struct varlena *item)
{
	uint32		len = VARSIZE_ANY_EXHDR(item);
	bytea	   *result = palloc(VARHDRSZ + len);

	SET_VARSIZE(result, VARHDRSZ + len);
	memcpy(VARDATA(result), VARDATA_ANY(item), len);
	if (!swap_item((uint8 *) VARDATA(result), len, true))
		ereport(ERROR,
				errcode(ERRCODE_DATA_CORRUPTED),
				errmsg("an item is corrupt"));
	return result;
}

SQL_FUNCTION(dynapg_item_send);
Datum
dynapg_item_send(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(dyn_sqltype_send(PG_GETARG_VARLENA_PP(0)));
}

static void refuse_binary(const char *flaw) pg_attribute_noreturn();

static void
refuse_binary(const char *flaw)
{
	ereport(ERROR,
			errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			errmsg("invalid binary form of an item: %s", flaw));
}

struct varlena *
dyn_sqltype_receive(const char *bytes, uint32 len)
{
	struct varlena *item;
	uint8	   *data;
	const char *flaw;

	if (len < DYN_ITEM_HEADER)
		refuse_binary("it is shorter than its header");
	item = palloc(VARHDRSZ + len);
	SET_VARSIZE(item, VARHDRSZ + len);
	data = (uint8 *) VARDATA(item);
	memcpy(data, bytes, len);
	if (data[0] != DYN_ITEM_VERSION)
		refuse_binary(psprintf("unknown version %d", data[0]));
	if (!swap_item(data, len, false))
		refuse_binary("a list, map or set is out of bounds");
	flaw = dyn_item_verify(item);
	if (flaw != NULL)
		refuse_binary(flaw);
	return item;
}

SQL_FUNCTION(dynapg_item_recv);
Datum
dynapg_item_recv(PG_FUNCTION_ARGS)
{
	StringInfo	in = (StringInfo) PG_GETARG_POINTER(0);
	int			len = in->len - in->cursor;

	PG_RETURN_POINTER(dyn_sqltype_receive(pq_getmsgbytes(in, len), len));
}

/* ---- comparison ---- */

static int
compare_items(FunctionCallInfo fcinfo)
{
	DynValue	a = ARG_ROOT(0);
	DynValue	b = ARG_ROOT(1);

	return dyn_bytes_compare(a.data, a.len, b.data, b.len);
}

#define COMPARISON(name, op) \
	SQL_FUNCTION(name); \
	Datum \
	name(PG_FUNCTION_ARGS) \
	{ \
		PG_RETURN_BOOL(compare_items(fcinfo) op 0); \
	}

COMPARISON(dynapg_item_lt, <)
COMPARISON(dynapg_item_le, <=)
COMPARISON(dynapg_item_ge, >=)
COMPARISON(dynapg_item_gt, >)

/* Equality looks at the sizes first, which costs no detoasting. */
static bool
equal_items(FunctionCallInfo fcinfo)
{
	if (toast_raw_datum_size(PG_GETARG_DATUM(0)) != toast_raw_datum_size(PG_GETARG_DATUM(1)))
		return false;
	return compare_items(fcinfo) == 0;
}

SQL_FUNCTION(dynapg_item_eq);
Datum
dynapg_item_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(equal_items(fcinfo));
}

SQL_FUNCTION(dynapg_item_ne);
Datum
dynapg_item_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!equal_items(fcinfo));
}

SQL_FUNCTION(dynapg_item_cmp);
Datum
dynapg_item_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_items(fcinfo));
}

SQL_FUNCTION(dynapg_item_hash);
Datum
dynapg_item_hash(PG_FUNCTION_ARGS)
{
	DynValue	root = ARG_ROOT(0);

	PG_RETURN_DATUM(hash_any(root.data, root.len));
}

SQL_FUNCTION(dynapg_item_hash_extended);
Datum
dynapg_item_hash_extended(PG_FUNCTION_ARGS)
{
	DynValue	root = ARG_ROOT(0);

	PG_RETURN_DATUM(hash_any_extended(root.data, root.len, PG_GETARG_INT64(1)));
}

/* ---- attributes ---- */

/* A call site remembers, in place of a pointer, the attribute's number: the items of a table are alike. */
DynValue
dyn_sqltype_attribute(FunctionCallInfo fcinfo)
{
	DynSlice	name = ARG_SLICE(1);
	void	  **extra = &fcinfo->flinfo->fn_extra;
	uint32		at = (uint32) (uintptr_t) *extra;
	DynValue	value = dyn_map_get_near(ARG_ROOT(0), name.data, name.len, &at);

	*extra = (void *) (uintptr_t) at;
	return value;
}

/* The size is in the header, so only the beginning of a large item is fetched and decompressed. */
SQL_FUNCTION(dynapg_item_size);
Datum
dynapg_item_size(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(dyn_item_size(PG_GETARG_BYTEA_P_SLICE(0, 0, DYN_ITEM_HEADER)));
}

Datum
dyn_sqltype_json(DynValue value)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoSpaces(&out, VARHDRSZ);
	dyn_value_print(&out, value);
	return finish_text(&out);
}

SQL_FUNCTION(dynapg_item_get_json);
Datum
dynapg_item_get_json(PG_FUNCTION_ARGS)
{
	DynValue	value = dyn_sqltype_attribute(fcinfo);

	if (value.tag == 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(dyn_sqltype_json(value));
}

/* SQL strings and jsonb cannot hold U+0000. */
void
dyn_sqltype_refuse_nul(DynValue string)
{
	if (string.len > 0 && memchr(string.data, 0, string.len) != NULL)
		ereport(ERROR,
				errcode(ERRCODE_UNTRANSLATABLE_CHARACTER),
				errmsg("a string with the character U+0000 has no SQL form"));
}

text *
dyn_sqltype_text(DynValue value)
{
	char		number[DYN_NUMBER_MAX_TEXT];
	char	   *base64;
	StringInfoData json;

	switch (value.tag)
	{
		case DYN_S:
			dyn_sqltype_refuse_nul(value);
			return cstring_to_text_with_len((const char *) value.data, value.len);
		case DYN_N:
			return cstring_to_text_with_len(number, dyn_number_print(value.data, value.len, number));
		case DYN_BOOL:
			return cstring_to_text(value.data[0] ? "true" : "false");
		case DYN_B:
			base64 = palloc(((Size) value.len + 2) / 3 * 4 + 1);
			return cstring_to_text_with_len(base64, dyn_base64_encode(value.data, value.len, base64));
		default:
			initStringInfo(&json);
			dyn_value_print(&json, value);
			return cstring_to_text_with_len(json.data, json.len);
	}
}

SQL_FUNCTION(dynapg_item_get_text);
Datum
dynapg_item_get_text(PG_FUNCTION_ARGS)
{
	DynValue	value = dyn_sqltype_attribute(fcinfo);

	if (value.tag == 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(dyn_sqltype_text(value));
}

/*
 * The Datum of a key column or index column that holds the attribute, or SQL's NULL where it cannot be a key: absent, of
 * another type, empty, longer than DynamoDB allows.
 */
static Datum
key_column(FunctionCallInfo fcinfo, uint8 tag, uint32 max_size, DynKeyForm form)
{
	DynValue	value = dyn_sqltype_attribute(fcinfo);

	if (value.tag != tag || value.len == 0 || value.len > max_size)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(dyn_key_datum(value, form));
}

#define KEY_FUNCTION(name, tag, max_size, form) \
	SQL_FUNCTION(name); \
	Datum \
	name(PG_FUNCTION_ARGS) \
	{ \
		return key_column(fcinfo, tag, max_size, form); \
	}

KEY_FUNCTION(dynapg_key_s, DYN_S, DYN_MAX_SK_SIZE, DYN_KEY_WHOLE)
KEY_FUNCTION(dynapg_key_n, DYN_N, DYN_MAX_SK_SIZE, DYN_KEY_WHOLE)
KEY_FUNCTION(dynapg_key_b, DYN_B, DYN_MAX_SK_SIZE, DYN_KEY_WHOLE)
KEY_FUNCTION(dynapg_part_s, DYN_S, DYN_MAX_PK_SIZE, DYN_KEY_PART)
KEY_FUNCTION(dynapg_part_b, DYN_B, DYN_MAX_PK_SIZE, DYN_KEY_PART)

/* Is the attribute a value that an index can have as a key? Adds its size. */
static bool
is_index_key(DynValue item, const text *type, const text *name, uint32 *size)
{
	DynValue	value = dyn_map_get(item, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));

	if (value.tag == 0 || value.len == 0 || value.tag != dyn_tag_from_name(VARDATA_ANY(type), VARSIZE_ANY_EXHDR(type)))
		return false;
	*size += value.len;
	return true;
}

static inline const text *
next_text(char **p)
{
	const text *result = (const text *) *p;

	*p += INTALIGN(VARSIZE_ANY(result));
	return result;
}

/*
 * (item, npartition, VARIADIC keys): types and names of an index's key attributes, the first npartition of them partition
 * attributes.  One function call serves as the whole predicate, since PostgreSQL prepares every call again for each row
 * written.
 */
SQL_FUNCTION(dynapg_in_index);
Datum
dynapg_in_index(PG_FUNCTION_ARGS)
{
	DynValue	item = ARG_ROOT(0);
	int32		npartition = PG_GETARG_INT32(1);
	ArrayType  *keys = PG_GETARG_ARRAYTYPE_P(2);
	int			count = ArrayGetNItems(ARR_NDIM(keys), ARR_DIMS(keys));
	char	   *p = ARR_DATA_PTR(keys);
	uint32		sizes[2] = {0, 0};

	if (ARR_HASNULL(keys) || count % 2 != 0)
		PG_RETURN_BOOL(false);
	for (int i = 0; i < count / 2; i++)
	{
		const text *type = next_text(&p);
		const text *name = next_text(&p);

		if (!is_index_key(item, type, name, &sizes[i < npartition ? 0 : 1]))
			PG_RETURN_BOOL(false);
	}
	PG_RETURN_BOOL(sizes[0] <= DYN_MAX_PK_SIZE && sizes[1] <= DYN_MAX_SK_SIZE);
}

/* A key column's value, cut; the argument itself where it is short. */
static Datum
tie(FunctionCallInfo fcinfo, uint8 tag)
{
	struct varlena *key = PG_GETARG_VARLENA_PP(0);

	if (VARSIZE_ANY_EXHDR(key) <= DYN_KEY_TIE_LIMIT)
		PG_RETURN_POINTER(key);
	PG_RETURN_DATUM(dyn_key_content_datum(dyn_key_cut(dyn_key_datum_content(PointerGetDatum(key), tag), DYN_KEY_TIE)));
}

SQL_FUNCTION(dynapg_tie_s);
Datum
dynapg_tie_s(PG_FUNCTION_ARGS)
{
	return tie(fcinfo, DYN_S);
}

SQL_FUNCTION(dynapg_tie_b);
Datum
dynapg_tie_b(PG_FUNCTION_ARGS)
{
	return tie(fcinfo, DYN_B);
}
