/*
 * key_terms.h - what a request says about keys, as a list of terms
 */
#ifndef DYNAPG_EXPR_KEY_TERMS_H
#define DYNAPG_EXPR_KEY_TERMS_H

#include "value/key.h"

/* One condition of a KeyConditionExpression or of KeyConditions, in text order. */
typedef struct DynKeyTerm
{
	DynSlice	name;			/* attribute */
	DynRangeOp	op;				/* never NONE */
	DynValue	low;			/* the operand, or the lower bound of BETWEEN */
	DynValue	high;			/* the upper one of BETWEEN */
} DynKeyTerm;

typedef struct DynKeyCondition
{
	uint32		count;
	DynKeyTerm *terms;
} DynKeyCondition;

/* Does the term hold for a value of its operand's type? */
extern bool dyn_key_term_holds(const DynKeyTerm *term, DynValue v);

#endif							/* DYNAPG_EXPR_KEY_TERMS_H */
