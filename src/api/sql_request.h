/*
 * sql_request.h - requests of the API made of the arguments of SQL functions
 *
 * Each function appends a member for an argument that is not NULL.  JSON may be plain or DynamoDB JSON.
 */
#ifndef DYNAPG_API_SQL_REQUEST_H
#define DYNAPG_API_SQL_REQUEST_H

#include "fmgr.h"
#include "lib/stringinfo.h"

/* Begins a request with TableName, which is argument 0; raises where that is NULL. */
extern void dyn_sql_request_begin(StringInfo out, FunctionCallInfo fcinfo);

extern void dyn_sql_request_text(StringInfo out, const char *member, FunctionCallInfo fcinfo, int n);
extern void dyn_sql_request_bool(StringInfo out, const char *member, FunctionCallInfo fcinfo, int n);
extern void dyn_sql_request_integer(StringInfo out, const char *member, FunctionCallInfo fcinfo, int n);

/* ExpressionAttributeNames, a jsonb. */
extern void dyn_sql_request_names(StringInfo out, FunctionCallInfo fcinfo, int n);

/* ExpressionAttributeValues, a jsonb: each member is the value of DynamoDB JSON that it is, else a plain one. */
extern void dyn_sql_request_values(StringInfo out, FunctionCallInfo fcinfo, int n);

/*
 * Key or Item, of any type: dynapg.item; a row; text, json or jsonb, which is DynamoDB JSON where all members are attribute values, plain
 * where none is, and an error where some are.  Returns where the object begins in out.  Raises where the argument is NULL.
 */
extern int	dyn_sql_request_item(StringInfo out, const char *member, FunctionCallInfo fcinfo, int n);

#endif							/* DYNAPG_API_SQL_REQUEST_H */
