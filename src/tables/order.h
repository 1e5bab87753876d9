/*
 * order.h - the order of the entries of a table or a secondary index
 *
 * A table's rows have the order of its primary key, (pk [, sk]).  An index is a btree of a column for each of
 * its key attributes, partition attributes first, then the rest of the table's key, so that every entry has one place. How a
 * column holds its attribute depends on its use (value/key.h, DynKeyForm):
 *
 *		partition attribute		the column pk, or else dynapg.part_s(item, 'a'): equality; cut further where
 *								the index has several partition attributes, as the entry has to hold them all
 *		sort attribute			the column sk, or else dynapg.key_s(item, 'a'): whole, as its order matters
 *		tail					pk, dynapg.tie(sk): order without meaning
 *
 * Where the index was made over the column keys (tables/stored_keys.h), that column stands in the place of item.
 *
 * The table's partition key as a sort attribute of an index is an expression too, as column pk may be cut; its sort key as a
 * partition attribute is an expression since column sk is never cut. Numbers are short, so pk and sk always serve.
 *
 * DDL, statements and start keys all use this file, so they agree.
 */
#ifndef DYNAPG_TABLES_ORDER_H
#define DYNAPG_TABLES_ORDER_H

#include "lib/stringinfo.h"

#include "base/limits.h"
#include "tables/definition.h"

#define DYN_ORDER_MAX_COLUMNS (DYN_MAX_INDEX_KEY_ATTRS + 2)

/* Where a column's attribute comes from in a position: index key i is i. */
#define DYN_ORDER_PK (-1)
#define DYN_ORDER_SK (-2)

typedef struct DynOrderColumn
{
	const DynKeyAttr *attr;
	DynKeyForm	form;
	int			source;			/* number of the index's key, DYN_ORDER_PK or DYN_ORDER_SK */
	bool		of_item;		/* an expression over item, or over keys; else one over the columns pk and sk */
	bool		of_keys;
} DynOrderColumn;

typedef struct DynOrder
{
	int			count;
	int			npk;			/* columns of partition attributes */
	int			nkeys;			/* and of sort attributes: a condition can be on these; the tail follows */
	bool		over_keys;
	DynOrderColumn columns[DYN_ORDER_MAX_COLUMNS];
} DynOrder;

/* A place in that order: values of the index's key attributes (none for the table), then of the table's key. */
typedef struct DynOrderPosition
{
	DynValue	index[DYN_MAX_INDEX_KEY_ATTRS];
	DynKey		key;
} DynOrderPosition;

/* The order of a table; sk->tag is 0 where it has no sort key. Keeps pointers to pk and sk. */
extern void dyn_order_of_table(DynOrder *order, const DynKeyAttr *pk, const DynKeyAttr *sk);

/* The order of an index, over keys if it is. Borrows pk, sk and the index's keys. */
extern void dyn_order_of_index(DynOrder *order, const DynKeyAttr *pk, const DynKeyAttr *sk, const DynIndex *index);

/* Do entries need anything of the item but its key in the table? */
extern bool dyn_order_needs_item(const DynOrder *order);

/* Appends the column's SQL expression over pk, sk and item or keys, with its collation. */
extern void dyn_order_append_column(StringInfo out, const DynOrderColumn *column);

/*
 * Appends the condition under which an index holds an item, after the keyword: it has all key attributes, and they are
 * no longer than keys may be.  Nothing for an order that holds all items.
 */
extern void dyn_order_append_predicate(StringInfo out, const DynOrder *order, const char *keyword);

/* The content of a column at a position. */
extern DynValue dyn_order_content(const DynOrderColumn *column, const DynOrderPosition *position);

#endif							/* DYNAPG_TABLES_ORDER_H */
