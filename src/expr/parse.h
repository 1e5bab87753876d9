/*
 * parse.h - from an expression's text to its template
 *
 * Parsing makes all checks that need no placeholder's meaning, in this order: size, emptiness, syntax and redundant
 * parentheses in text order, functions that do not exist or do not belong in the expression, functions in a place where they
 * are not allowed, reserved words, sections given twice, list indexes out of range.
 */
#ifndef DYNAPG_EXPR_PARSE_H
#define DYNAPG_EXPR_PARSE_H

#include "expr/template.h"

/*
 * Parses a text into a template, one chunk in the given memory context; scratch memory is the current context's.
 * Raises ValidationException with DynamoDB's text in that wording.
 */
extern DynTemplate *dyn_expr_parse(DynExprKind kind, DynSlice text, MemoryContext context, const DynWording *wording);

#endif							/* DYNAPG_EXPR_PARSE_H */
