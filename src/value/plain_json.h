/*
 * plain_json.h - attribute values as plain JSON
 */
#ifndef DYNAPG_VALUE_PLAIN_JSON_H
#define DYNAPG_VALUE_PLAIN_JSON_H

#include "postgres.h"

#include "utils/jsonb.h"

#include "value/value.h"

/* The value as plain JSON: sets become arrays, B base64.  Raises for a string with U+0000. */
extern Jsonb *dyn_plain_json_of(DynValue value);

#endif							/* DYNAPG_VALUE_PLAIN_JSON_H */
