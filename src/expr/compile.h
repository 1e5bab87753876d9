/*
 * compile.h - from a request's expression texts (or legacy parameters) to a program
 *
 * A text is lexed and parsed once per backend: the tree with its placeholders is kept in a bounded LRU;
 * binding copies it with #names and :values resolved.  All of DynamoDB's static checks happen here, each with
 * its text and in DynamoDB's order: sizes, syntax, reserved words, undefined and unused placeholders,
 * redundant parentheses, operand types of constants, distinct operands, overlapping and conflicting paths.
 * dyn_expr_check_update_keys, which needs the table's keys, runs once the table is known.
 */
#ifndef DYNAPG_EXPR_COMPILE_H
#define DYNAPG_EXPR_COMPILE_H

#include "expr/key_terms.h"
#include "expr/program.h"
#include "value/key.h"
#include "value/tree.h"

/* The expression parameters of a request; a slice with NULL data or a NULL pointer is an absent one. */
typedef struct DynExprInput
{
	DynSlice	update;			/* UpdateExpression */
	DynSlice	condition;		/* ConditionExpression */
	DynSlice	filter;			/* FilterExpression; never together with condition */
	DynSlice	search;			/* SearchConditionExpression; never together with condition or filter */
	DynSlice	key_condition;	/* KeyConditionExpression */
	DynSlice	projection;		/* ProjectionExpression */
	const DynJson *names;		/* ExpressionAttributeNames, types already checked */
	const DynJson *values;		/* ExpressionAttributeValues, types already checked */
	const DynWording *wording;	/* of the errors; NULL: plain */
} DynExprInput;

/*
 * Compiles all expressions of the request into one program in the current memory context; NULL when none
 * of update, condition, filter, projection is present.  key_condition's terms come in *key when key is not
 * NULL.  Raises ValidationException with DynamoDB's text.
 *
 * A key condition is already checked for this: it has only =, <, <=, >, >=, BETWEEN and begins_with, joined by AND; each term
 * has one whole attribute and constants, no attribute has two terms, BETWEEN's bounds are of one type and in order,
 * begins_with's operand is S or B. Code that knows the table checks the rest: which attributes, how many terms, that the
 * partition
 * attribute's operator is =, and that operands have the attributes' types.
 */
extern DynProgram *dyn_expr_compile(const DynExprInput *input, DynKeyCondition *key);

/*
 * The legacy parameters, lowered to the same tree.  Each may be NULL.  expected is Expected of a write or
 * QueryFilter, ScanFilter of a read (is_filter chooses the texts); conditional_operator is "AND", "OR" or absent.
 */
typedef struct DynLegacyInput
{
	const DynJson *expected;
	bool		is_filter;
	DynSlice	conditional_operator;
	const DynJson *attribute_updates;
	const DynJson *attributes_to_get;
	const DynJson *key_conditions;
	const DynWording *wording;	/* of the errors; NULL: plain */
} DynLegacyInput;

/*
 * As dyn_expr_compile.  Checks attribute_updates, conditional_operator, key_conditions, expected, attributes_to_get, in
 * that order; an operator that no key condition may have is an error. key_conditions leaves the same checks to the caller as a
 * KeyConditionExpression.
 */
extern DynProgram *dyn_legacy_compile(const DynLegacyInput *input, DynKeyCondition *key);

/* Raises "Cannot update attribute pk. This attribute is part of the key" when an action touches a key attribute. */
extern void dyn_expr_check_update_keys(const DynProgram *program, const DynKeyAttr *keys, int nkeys);

#endif							/* DYNAPG_EXPR_COMPILE_H */
