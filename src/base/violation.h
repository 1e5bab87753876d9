/*
 * violation.h - what is wrong with a request, and how an operation words it
 *
 * A violation is a kind and a text.  Operations word the same violation differently: PutItem, UpdateItem and DeleteItem put
 * an envelope around most of them, and six operations have newer texts for numbers and sets.  A DynWording says how; it
 * decides by the violation's kind, never by its text.
 */
#ifndef DYNAPG_BASE_VIOLATION_H
#define DYNAPG_BASE_VIOLATION_H

#include "postgres.h"

#include "base/compat.h"
#include "base/texts.h"

typedef enum DynViolationKind
{
	DYN_VIOLATION_PARAMETER,	/* the request's parameters and expressions */
	DYN_VIOLATION_FORM,			/* an attribute value without a type, or with several */
	DYN_VIOLATION_VALUE,		/* what an attribute value holds: a number, a set, NULL, an empty name */
	DYN_VIOLATION_DEPTH			/* too many lists and maps around a value */
} DynViolationKind;

typedef struct DynViolation
{
	DynViolationKind kind;
	const char *text;			/* DynamoDB's, without an envelope; static or palloc'd */
} DynViolation;

typedef struct DynWording
{
	uint32		enveloped;		/* bits 1 << kind of the violations that have the envelope */
	bool		revised;		/* newer texts for numbers and sets; values of expressions are reported without their key */
	bool		wraps;			/* the magnitude of a number is counted in 32 bits */
} DynWording;

/* SQL functions. Wherever a wording is expected, NULL means this one. */
extern const DynWording dyn_wording_plain;

/* BatchWriteItem, Scan and the transactions. */
extern const DynWording dyn_wording_older;

/* GetItem, BatchGetItem and Query. */
extern const DynWording dyn_wording_read;

/* PutItem, UpdateItem and DeleteItem. */
extern const DynWording dyn_wording_write;

/* The Item of PutItem: its depth is checked with what will be stored, not with the request. */
extern const DynWording dyn_wording_item;

/* The same as dyn_wording_plain where there is none. */
static inline const DynWording *
dyn_wording_or_plain(const DynWording *wording)
{
	return wording != NULL ? wording : &dyn_wording_plain;
}

/* Raises ValidationException with the violation as the wording has it. */
extern void dyn_violation_raise(const DynWording *wording, const DynViolation *violation) pg_attribute_noreturn();

/* Raises a violation of the request's parameters; fmt is DynamoDB's text in psprintf form. */
extern void dyn_violation_parameter(const DynWording *wording, const char *fmt,...)
			pg_attribute_printf(2, 3) pg_attribute_noreturn();

#endif							/* DYNAPG_BASE_VIOLATION_H */
