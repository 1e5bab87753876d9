/*
 * datum.h - attribute values and values of any SQL type
 *
 * To attribute values: text and its like become S, integers, numeric and floating point N, boolean BOOL, bytea B, NULL NULL, an array
 * L, a row M without the columns that are NULL, dynapg.item M; json and jsonb the value of DynamoDB JSON that they are, such as
 * {"SS": ["a"]}, else what their own types say; a literal without a type the value of DynamoDB JSON that it is, else S; dates and times S
 * in the form of ISO 8601; any other type S, its text.
 *
 * From attribute values: what a type can hold, see dyn_datum_of_fits.
 */
#ifndef DYNAPG_VALUE_DATUM_H
#define DYNAPG_VALUE_DATUM_H

#include "fmgr.h"

#include "value/tree.h"

/* The attribute value of a value of that type.  Raises ValidationException for a number that is none of DynamoDB's. */
extern DynNode dyn_datum_node(Datum value, Oid type, bool null);

/* The members of a row, but those that are NULL, as an open map. */
extern DynNode dyn_datum_row_node(Datum row);

/* The attribute value of plain JSON. */
extern DynNode dyn_datum_plain_node(const DynJson *json);

/* Is it {"S": ...} or its like: an object with one member, named as a type, which holds what that type may? */
extern bool dyn_datum_is_attribute_value(const DynJson *json);

/* Is the type dynapg.item? */
extern bool dyn_datum_is_item(Oid type);

/* The item whose root is the open map; raises ValidationException where values are nested too deeply. */
extern struct varlena *dyn_datum_item(DynNode *root);

/*
 * Can a value of that tag be of the SQL type? S, N, BOOL and B of one that is text or has no counterpart, each other only of its own;
 * lists and sets of arrays, maps of rows; everything of text, json and jsonb.
 */
extern bool dyn_datum_of_fits(uint8 tag, Oid type);

/*
 * The value as one of the SQL type; *null for NULL and for a value with tag 0.  json and jsonb are plain.  What does not fit is read from
 * its text by the type's input function, which raises.
 */
extern Datum dyn_datum_of(DynValue value, Oid type, int32 typmod, bool *null);

/* A row of that descriptor, from the members that have its columns' names; base has the others, or is NULL. */
extern Datum dyn_datum_of_row(DynValue map, Oid type, int32 typmod, HeapTupleHeader base);

#endif							/* DYNAPG_VALUE_DATUM_H */
