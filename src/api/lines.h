/*
 * lines.h - a text as a set of its lines, for SQL functions
 */
#ifndef DYNAPG_API_LINES_H
#define DYNAPG_API_LINES_H

#include "fmgr.h"
#include "lib/stringinfo.h"

/* The body of a function that returns setof text: the lines, each with a newline at its end, of the text that make returns. */
extern Datum dyn_lines(FunctionCallInfo fcinfo, StringInfo (*make) (FunctionCallInfo fcinfo));

#endif							/* DYNAPG_API_LINES_H */
