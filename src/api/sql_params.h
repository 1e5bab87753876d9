/*
 * sql_params.h - the parameters of a statement as SQL values
 */
#ifndef DYNAPG_API_SQL_PARAMS_H
#define DYNAPG_API_SQL_PARAMS_H

#include "fmgr.h"
#include "lib/stringinfo.h"

/*
 * Appends the request of a function (statement text, VARIADIC "any"), without the brace that ends it: Statement, and Parameters
 * where there are any.
 *
 *		text and similar types	S
 *		integers, numeric, floating point	N
 *		boolean					BOOL
 *		bytea					B
 *		NULL					NULL
 *		an array				L of its elements
 *		dynapg.item				M
 *		json, jsonb				its value of DynamoDB JSON, such as {"SS": ["a"]}; else by its own types
 *		a literal without a type	its value of DynamoDB JSON, else S
 *		date, time and timestamp types	S, in the form of ISO 8601
 *		any other type			S, its text
 */
extern void dyn_sql_params_print_request(StringInfo out, FunctionCallInfo fcinfo);

#endif							/* DYNAPG_API_SQL_PARAMS_H */
