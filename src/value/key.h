/*
 * key.h - key attribute values and the Datums of key columns
 *
 * A key column is text COLLATE "C" (S), numeric (N) or bytea (B).  text cannot hold U+0000, so an S key is
 * escaped on its way into the column, order- and prefix-preserving: U+0000 becomes 01 01 and
 * U+0001 becomes 01 02; every other string is stored as it is.
 *
 * A btree entry holds at most 2,704 bytes, and DynamoDB's keys can be longer. Therefore values that are only compared for
 * equality (those of partition keys, and those that break ties) may be stored in a cut form: of a value that has more than
 * `limit` bytes as a column, the first limit - 65 bytes (without cutting a character), then U+0001 U+0003, which
 * no escaped string holds, and the SHA-256 of the column's bytes in hexadecimal.  So equal cut forms are equal
 * values, and the true value is in the item.  A binary value is cut in the same way: a cut value has limit + 1 bytes, any other
 * has at most limit.
 */
#ifndef DYNAPG_VALUE_KEY_H
#define DYNAPG_VALUE_KEY_H

#include "value/value.h"

/* One key attribute of a table or index. */
typedef struct DynKeyAttr
{
	char	   *name;			/* NUL-terminated for messages */
	uint32		len;
	uint8		tag;			/* DYN_S, DYN_N or DYN_B */
} DynKeyAttr;

/* How a condition on one key attribute bounds a range. */
typedef enum DynRangeOp
{
	DYN_RANGE_NONE,				/* no condition */
	DYN_RANGE_EQ,
	DYN_RANGE_LT,
	DYN_RANGE_LE,
	DYN_RANGE_GT,
	DYN_RANGE_GE,
	DYN_RANGE_BETWEEN,			/* low and high, both inclusive */
	DYN_RANGE_BEGINS_WITH
} DynRangeOp;

/* A primary key's values; sk.tag is 0 where the table has no sort key. */
typedef struct DynKey
{
	DynValue	pk;
	DynValue	sk;
} DynKey;

/* How a column holds a key attribute's value. */
typedef enum DynKeyForm
{
	DYN_KEY_WHOLE,				/* as it is: sort keys */
	DYN_KEY_PART,				/* cut at DYN_KEY_PART_LIMIT: partition keys */
	DYN_KEY_PART_TIE,			/* DYN_KEY_PART, cut further at DYN_KEY_TIE_LIMIT: one of several partition keys of an index */
	DYN_KEY_TIE					/* cut at DYN_KEY_TIE_LIMIT: values that only distinguish entries with equal keys */
} DynKeyForm;

#define DYN_KEY_PART_LIMIT	512
#define DYN_KEY_TIE_LIMIT	128

/* "text", "numeric", "bytea": the column type of a key of that tag. */
extern Oid	dyn_key_column_type(uint8 tag);

/*
 * The column's content for a scalar value of type S, N or B: the same tag, the bytes of text or bytea, a number as it
 * is.  Contents of one column compare as their bytes do.  The result may borrow v's bytes.
 */
extern DynValue dyn_key_content(DynValue v, DynKeyForm form);

/* The same for a value that is a column's content of form DYN_KEY_WHOLE already. */
extern DynValue dyn_key_cut(DynValue content, DynKeyForm form);

/* The column's Datum for such a content, palloc'd. */
extern Datum dyn_key_content_datum(DynValue content);

/* The content of a column's Datum, palloc'd or borrowed; the inverse of dyn_key_content_datum. */
extern DynValue dyn_key_datum_content(Datum datum, uint8 tag);

/* The same; false for a numeric that DynamoDB cannot represent, which plain SQL may have put into a column. */
extern bool dyn_key_datum_try_content(Datum datum, uint8 tag, DynValue *content);

/* Does the column's Datum hold that value? */
extern bool dyn_key_is_datum(DynValue v, Datum datum, DynKeyForm form);

/* The column's Datum for a scalar value of type S, N or B, palloc'd. */
extern Datum dyn_key_datum(DynValue v, DynKeyForm form);

/* The smallest string or binary value that follows all values with the prefix, palloc'd; tag 0 where there is none. */
extern DynValue dyn_key_successor(DynValue prefix);

/* The value that a column's Datum of form DYN_KEY_WHOLE stands for, palloc'd. */
extern DynValue dyn_key_value(Datum datum, uint8 tag);

#endif							/* DYNAPG_VALUE_KEY_H */
