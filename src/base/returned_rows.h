/*
 * returned_rows.h - functions that return a set of rows
 */
#ifndef DYNAPG_BASE_RETURNED_ROWS_H
#define DYNAPG_BASE_RETURNED_ROWS_H

#include "postgres.h"

#include "fmgr.h"
#include "utils/tuplestore.h"

/*
 * Begins the result, which is made at once, of a function that returns rows of that many columns (0: those
 * that the query expects); *row is their descriptor.  PostgreSQL 14 has no function for this.
 */
extern Tuplestorestate *dyn_returned_rows_begin(FunctionCallInfo fcinfo, int columns, TupleDesc *row);

#endif							/* DYNAPG_BASE_RETURNED_ROWS_H */
