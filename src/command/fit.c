/*
 * fit.c - what CHECK constraints of data tables ask of each row, whoever writes it
 *
 * The constraints (tables/checks.h) are calls of these functions with the definition of the table, or of an index, as constants, so
 * that a row is judged without a look at catalogs: by replication, in a dump that is restored, on a node that has only a part of the
 * table.  PostgreSQL reads the constants again for each statement, byte by byte.  So there are few: a key attribute is one text, its
 * type and its name, "S id".
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "base/limits.h"
#include "command/fit.h"
#include "command/keys.h"
#include "tables/vector_items.h"

#define PREFIX_LENGTH	2		/* "S " */
#define KEY_HINT \
	"A row's key columns hold the key attributes of its item. " \
	"To change a key, change both, or delete the row and insert another one."

/* What is wrong with a row; problem is NULL while nothing is. */
typedef struct Judgement
{
	const char *problem;
	const char *hint;
} Judgement;

/* ---- the row ---- */

static Judgement
too_large(uint32 size)
{
	return (Judgement) {psprintf("an item of %u bytes is larger than the %d bytes that DynamoDB allows", size, DYN_MAX_ITEM_SIZE)};
}

/* What is wrong with a key column that does not simply hold its attribute. */
static Judgement
key_problem(const char *column, const DynKeyAttr *attr, DynValue v, uint32 max_size, bool agrees)
{
	if (v.tag == 0)
		return (Judgement) {psprintf("the item lacks its key attribute \"%s\"", attr->name), KEY_HINT};
	if (v.tag != attr->tag)
		return (Judgement) {psprintf("key attribute \"%s\" of the item is of type %s, not %s", attr->name, dyn_tag_name(v.tag),
									 dyn_tag_name(attr->tag)), KEY_HINT};
	if (v.len == 0)
		return (Judgement) {psprintf("key attribute \"%s\" of the item is empty", attr->name)};
	if (v.len > max_size)
		return (Judgement) {psprintf("key attribute \"%s\" of the item has %u bytes, more than the %u bytes that DynamoDB allows",
									 attr->name, v.len, max_size)};
	if (!agrees)
		return (Judgement) {psprintf("key column \"%s\" does not agree with attribute \"%s\" of the item", column, attr->name), KEY_HINT};
	return (Judgement) {0};
}

/* The key that a text such as "S id" describes; its name is the text's and ends nowhere. */
static DynKeyAttr
read_key(const text *description)
{
	char	   *data = VARDATA_ANY(description);
	int			len = VARSIZE_ANY_EXHDR(description);
	uint8		tag = len > PREFIX_LENGTH && data[1] == ' ' ? dyn_tag_from_name(data, 1) : 0;

	if (tag != DYN_S && tag != DYN_N && tag != DYN_B)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("\"%s\" is no type and name of a key attribute, such as \"S id\"",
							   pnstrdup(data, Min(len, DYN_MAX_KEY_NAME)))));
	return (DynKeyAttr) {data + PREFIX_LENGTH, len - PREFIX_LENGTH, tag};
}

/* Does the column have the type of such a key?  Whoever calls the function, or alters the table, could have another one. */
static void
check_type(FunctionCallInfo fcinfo, int argument, const DynKeyAttr *attr)
{
	if (get_fn_expr_argtype(fcinfo->flinfo, argument) != dyn_key_column_type(attr->tag))
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
						errmsg("a key column of type %s cannot hold a key attribute of type %s",
							   format_type_be(get_fn_expr_argtype(fcinfo->flinfo, argument)), dyn_tag_name(attr->tag))));
}

/* The column that is that argument, and the attribute that the next one describes. */
static Judgement
judge_key(FunctionCallInfo fcinfo, int argument, DynValue root)
{
	bool		is_pk = argument == 1;
	uint32		max_size = is_pk ? DYN_MAX_PK_SIZE : DYN_MAX_SK_SIZE;
	DynKeyAttr	attr;
	DynValue	v;
	bool		agrees;

	if (PG_ARGISNULL(argument + 1))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("the description of a key attribute must not be NULL")));
	attr = read_key(PG_GETARG_TEXT_PP(argument + 1));
	check_type(fcinfo, argument, &attr);
	v = dyn_map_get(root, attr.name, attr.len);
	agrees = v.tag == attr.tag && v.len > 0 && v.len <= max_size && !PG_ARGISNULL(argument) &&
		dyn_key_is_datum(v, PG_GETARG_DATUM(argument), is_pk ? DYN_KEY_PART : DYN_KEY_WHOLE);
	if (likely(agrees))
		return (Judgement) {0};
	attr.name = pnstrdup(attr.name, attr.len);
	return key_problem(is_pk ? "pk" : "sk", &attr, v, max_size, agrees);
}

/* (item, pk, type and name of its attribute [, sk, the same]) */
static Judgement
judge_row(FunctionCallInfo fcinfo)
{
	Judgement	found;
	const struct varlena *item;

	if (PG_ARGISNULL(0))
		return (Judgement) {"the item is null"};
	item = PG_GETARG_VARLENA_PP(0);
	if (dyn_item_size(item) > DYN_MAX_ITEM_SIZE)
		return too_large(dyn_item_size(item));
	found = judge_key(fcinfo, 1, dyn_item_root(item));
	if (found.problem == NULL && PG_NARGS() > 3)
		found = judge_key(fcinfo, 3, dyn_item_root(item));
	return found;
}

/* ---- indexes ---- */

/* Keys from an array of their types and names, palloc'd. */
static DynKeyAttr *
read_keys(ArrayType *array, int *count)
{
	DynKeyAttr *keys;
	Datum	   *texts;
	bool	   *nulls;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &texts, &nulls, count);
	*count /= 2;
	keys = palloc_array(DynKeyAttr, *count + 1);
	for (int i = 0; i < *count; i++)
	{
		const char *type = nulls[2 * i] ? "" : TextDatumGetCString(texts[2 * i]);
		char	   *name = nulls[2 * i + 1] ? pstrdup("") : TextDatumGetCString(texts[2 * i + 1]);

		keys[i] = (DynKeyAttr) {name, strlen(name), dyn_tag_from_name(type, strlen(type))};
		if (keys[i].tag != DYN_S && keys[i].tag != DYN_N && keys[i].tag != DYN_B)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"%s\" is no type of a key attribute", type)));
	}
	return keys;
}

/* (item, index, partition keys, VARIADIC types and names of keys), none of them NULL */
static Judgement
judge_index(FunctionCallInfo fcinfo)
{
	DynIndex	index = {.name = text_to_cstring(PG_GETARG_TEXT_PP(1)), .npk = PG_GETARG_INT32(2)};
	int			count;
	DynKeyAttr *keys = read_keys(PG_GETARG_ARRAYTYPE_P(3), &count);
	bool		empty;

	if (count > DYN_MAX_INDEX_KEY_ATTRS || index.npk < 1 || index.npk > count)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("these are not the keys of an index")));
	memcpy(index.keys, keys, count * sizeof(DynKeyAttr));
	index.nsk = count - index.npk;
	return (Judgement) {dyn_keys_index_violation(&index, dyn_item_root(PG_GETARG_VARLENA_PP(0)), &empty)};
}

/* (item, index, attribute, dimensions, is the first key a HASH one, VARIADIC types and names of keys), none of them NULL */
static Judgement
judge_vector(FunctionCallInfo fcinfo)
{
	char	   *attribute = text_to_cstring(PG_GETARG_TEXT_PP(2));
	DynVector	vector = {.attribute = {attribute, strlen(attribute)}, .dimensions = PG_GETARG_INT32(3)};
	DynIndex	index = {.name = text_to_cstring(PG_GETARG_TEXT_PP(1)), .kind = DYN_INDEX_VECTOR, .vector = &vector};
	DynTable	table = {.nvectors = 1, .vectors = &index};

	vector.keys = read_keys(PG_GETARG_ARRAYTYPE_P(5), &vector.nkeys);
	vector.has_hash = PG_GETARG_BOOL(4) && vector.nkeys > 0;
	return (Judgement) {dyn_vector_items_violation(&table, dyn_empty_map, dyn_item_root(PG_GETARG_VARLENA_PP(0)))};
}

/* ---- the functions ---- */

static Datum
fits(Judgement found)
{
	if (unlikely(found.problem != NULL))
		ereport(ERROR, (errcode(ERRCODE_CHECK_VIOLATION), errmsg("%s", found.problem), found.hint ? errhint("%s", found.hint) : 0));
	PG_RETURN_BOOL(true);
}

static Datum
problem(FunctionCallInfo fcinfo, Judgement found)
{
	if (found.problem == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(found.problem));
}

#define FIT_FUNCTIONS(subject) \
	PG_FUNCTION_INFO_V1(dynapg_##subject##_fits); \
	Datum \
	dynapg_##subject##_fits(PG_FUNCTION_ARGS) \
	{ \
		return fits(judge_##subject(fcinfo)); \
	} \
	PG_FUNCTION_INFO_V1(dynapg_##subject##_problem); \
	Datum \
	dynapg_##subject##_problem(PG_FUNCTION_ARGS) \
	{ \
		return problem(fcinfo, judge_##subject(fcinfo)); \
	}

FIT_FUNCTIONS(row)
FIT_FUNCTIONS(index)
FIT_FUNCTIONS(vector)
