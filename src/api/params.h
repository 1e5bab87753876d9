/*
 * params.h - which expression and legacy parameters a request has
 *
 * The same rules hold for every operation on items: expressions and the legacy parameters that they replaced
 * exclude each other, and names and values need an expression that could use them.
 *
 * Layer 3 (api).
 */
#ifndef DYNAPG_API_PARAMS_H
#define DYNAPG_API_PARAMS_H

#include "value/tree.h"

/* PutItem and UpdateItem report what is wrong with a request, as opposed to its data, as a validation error that was counted. */
#define DYN_ENVELOPE "1 validation error detected: "

/* What an operation takes; arrays end with NULL, in the order of DynamoDB's messages. */
typedef struct DynParams
{
	const char *const *expressions;
	const char *const *legacy;
	const char *no_values;		/* how the message about unused values ends: "ConditionExpression is null" */
	const char *envelope;		/* what precedes the messages, "" or DYN_ENVELOPE */
} DynParams;

/*
 * Raises ValidationException when the request mixes both kinds, or has ExpressionAttributeNames or
 * ExpressionAttributeValues without any expression.  Returns whether it has expressions.
 */
extern bool dyn_params_check(const DynParams *params, const DynJson *request);

/*
 * The request's member that holds an item or key, as an open map.  Raises ValidationException for a bad
 * attribute value, with the envelope where it is one of set members or of NULL; what is wrong with the form or a number of
 * a value is told without.
 */
extern DynNode dyn_params_attributes(const DynJson *request, const char *member, const char *envelope);

/* The message of an expression's or legacy parameter's error with the envelope. */
extern char *dyn_params_enveloped(const char *message);

#endif							/* DYNAPG_API_PARAMS_H */
