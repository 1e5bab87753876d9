/*
 * sqltype.h - attribute values as SQL text and as plain JSON
 */
#ifndef DYNAPG_VALUE_SQLTYPE_H
#define DYNAPG_VALUE_SQLTYPE_H

#include "postgres.h"

#include "utils/jsonb.h"

#include "value/value.h"

/* The value as SQL text: a scalar bare, B in base64, others as DynamoDB JSON.  Raises for a string with U+0000. */
extern text *dyn_sqltype_text(DynValue value);

/* The value as DynamoDB JSON, {"S":"x"}: a json Datum. */
extern Datum dyn_sqltype_json(DynValue value);

/* The value as plain JSON: sets become arrays, B base64.  Raises for a string with U+0000. */
extern Jsonb *dyn_sqltype_jsonb(DynValue value);

#endif							/* DYNAPG_VALUE_SQLTYPE_H */
