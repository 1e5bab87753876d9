/*
 * order.c - the order of the entries of a table or a secondary index
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "tables/order.h"

static void
add_column(DynOrder *order, const DynKeyAttr *attr, DynKeyForm form, int source, bool of_item)
{
	order->columns[order->count++] = (DynOrderColumn) {attr, form, source, of_item, of_item && order->over_keys};
}

void
dyn_order_of_table(DynOrder *order, const DynKeyAttr *pk, const DynKeyAttr *sk)
{
	order->count = 0;
	order->npk = 1;
	order->over_keys = false;
	add_column(order, pk, DYN_KEY_PART, DYN_ORDER_PK, false);
	if (sk->tag)
		add_column(order, sk, DYN_KEY_WHOLE, DYN_ORDER_SK, false);
	order->nkeys = order->count;
}

static bool
same_attribute(const DynKeyAttr *a, const DynKeyAttr *b)
{
	return a->tag != 0 && b->tag != 0 && a->len == b->len && memcmp(a->name, b->name, a->len) == 0;
}

void
dyn_order_of_index(DynOrder *order, const DynKeyAttr *pk, const DynKeyAttr *sk, const DynIndex *index)
{
	int			npk = index->npk;
	bool		has_pk = false;
	bool		has_sk = sk->tag == 0;

	order->count = 0;
	order->npk = npk;
	order->over_keys = index->over_keys;
	for (int i = 0; i < npk + index->nsk; i++)
	{
		const DynKeyAttr *attr = &index->keys[i];
		bool		is_number = attr->tag == DYN_N;
		bool		is_pk = same_attribute(attr, pk);
		bool		is_sk = same_attribute(attr, sk);
		bool		partition = i < npk;
		bool		of_item = is_number ? !is_pk && !is_sk : partition ? !is_pk : !is_sk;
		DynKeyForm	form = !partition ? DYN_KEY_WHOLE : npk > 1 ? DYN_KEY_PART_TIE : DYN_KEY_PART;

		add_column(order, attr, form, of_item ? i : is_pk ? DYN_ORDER_PK : DYN_ORDER_SK, of_item);
		has_pk |= is_pk;
		has_sk |= is_sk;
	}
	order->nkeys = order->count;
	if (!has_pk)
		add_column(order, pk, DYN_KEY_PART, DYN_ORDER_PK, false);
	if (!has_sk)
		add_column(order, sk, DYN_KEY_TIE, DYN_ORDER_SK, false);
}

static bool
is_tied(const DynOrderColumn *column)
{
	return column->attr->tag != DYN_N && (column->form == DYN_KEY_TIE || column->form == DYN_KEY_PART_TIE);
}

static const char *
source_column(bool over_keys)
{
	return over_keys ? DYN_KEYS_COLUMN : "item";
}

/* The column pk or sk, or a function of item or keys. */
static void
append_source(StringInfo out, const DynOrderColumn *column)
{
	uint8		tag = column->attr->tag;
	const char *function = tag == DYN_N || column->form == DYN_KEY_WHOLE ? "key" : "part";

	if (column->of_item)
		appendStringInfo(out, "dynapg.%s_%c(%s, %s)", function, tag == DYN_S ? 's' : tag == DYN_N ? 'n' : 'b',
						 source_column(column->of_keys), quote_literal_cstr(column->attr->name));
	else
		appendStringInfoString(out, column->source == DYN_ORDER_PK ? "pk" : "sk");
}

void
dyn_order_append_column(StringInfo out, const DynOrderColumn *column)
{
	if (is_tied(column))
		appendStringInfoString(out, "dynapg.tie(");
	append_source(out, column);
	if (is_tied(column))
		appendStringInfoChar(out, ')');
	if (column->attr->tag == DYN_S)
		appendStringInfoString(out, " COLLATE pg_catalog.\"C\"");
}

bool
dyn_order_needs_item(const DynOrder *order)
{
	for (int i = 0; i < order->nkeys; i++)
	{
		if (order->columns[i].of_item)
			return true;
	}
	return false;
}

void
dyn_order_append_predicate(StringInfo out, const DynOrder *order, const char *keyword)
{
	if (!dyn_order_needs_item(order))
		return;
	appendStringInfo(out, " %s dynapg.in_index(%s, %d", keyword, source_column(order->over_keys), order->npk);
	for (int i = 0; i < order->nkeys; i++)
	{
		const DynKeyAttr *attr = order->columns[i].attr;

		appendStringInfo(out, ", '%s', %s", dyn_tag_name(attr->tag), quote_literal_cstr(attr->name));
	}
	appendStringInfoChar(out, ')');
}

DynValue
dyn_order_content(const DynOrderColumn *column, const DynOrderPosition *position)
{
	DynValue	value = column->source == DYN_ORDER_PK ? position->key.pk :
		column->source == DYN_ORDER_SK ? position->key.sk : position->index[column->source];

	return dyn_key_content(value, column->form);
}
