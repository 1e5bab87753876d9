/*
 * sqltype.h - attribute values as SQL text and as DynamoDB JSON
 */
#ifndef DYNAPG_VALUE_SQLTYPE_H
#define DYNAPG_VALUE_SQLTYPE_H

#include "postgres.h"

#include "fmgr.h"

#include "value/value.h"

/* The attribute of the item that is argument 0 with the name that is argument 1, which are not NULL; tag 0 when there is none. */
extern DynValue dyn_sqltype_attribute(FunctionCallInfo fcinfo);

/* The value as SQL text: a scalar bare, B in base64, others as DynamoDB JSON.  Raises for a string with U+0000. */
extern text *dyn_sqltype_text(DynValue value);

/* The value as DynamoDB JSON, {"S":"x"}: a json Datum. */
extern Datum dyn_sqltype_json(DynValue value);

/* Raises if the string has U+0000, which PostgreSQL's text cannot hold. */
extern void dyn_sqltype_refuse_nul(DynValue string);

/* The binary form of an item, as clients get and give it, and its inverse, which raises an error for what is none. */
extern bytea *dyn_sqltype_send(const struct varlena *item);
extern struct varlena *dyn_sqltype_receive(const char *bytes, uint32 len);

#endif							/* DYNAPG_VALUE_SQLTYPE_H */
