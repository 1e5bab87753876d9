/*
 * key.h - key attribute values and the Datums of key columns
 *
 * A key column is text COLLATE "C" (S), numeric (N) or bytea (B).  text cannot hold U+0000, so an S key is
 * escaped on its way into the column, order- and prefix-preserving: U+0000 becomes 01 01 and
 * U+0001 becomes 01 02; every other string is stored as it is.
 *
 * Layer 1: pure computation.
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

/* "text", "numeric", "bytea": the column type of a key of that tag. */
extern Oid	dyn_key_column_type(uint8 tag);

/* The column's Datum for a scalar value of type S, N or B, palloc'd. */
extern Datum dyn_key_datum(DynValue v);

/* The value that a column's Datum stands for, palloc'd; the inverse of dyn_key_datum. */
extern DynValue dyn_key_value(Datum datum, uint8 tag);

#endif							/* DYNAPG_VALUE_KEY_H */
