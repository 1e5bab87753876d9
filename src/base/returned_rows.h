/*
 * returned_rows.h - functions that return a set of rows
 */
#ifndef DYNAPG_BASE_RETURNED_ROWS_H
#define DYNAPG_BASE_RETURNED_ROWS_H

#include "postgres.h"

#include "fmgr.h"
#include "utils/tuplestore.h"

/*
 * Begins the result of a function that materialises its rows, of `columns` columns (0: those that the query expects); *row is
 * their descriptor. PostgreSQL 14 has no function for this.
 */
extern Tuplestorestate *dyn_returned_rows_begin(FunctionCallInfo fcinfo, int columns, TupleDesc *row);

/* The same of a function that returns rows of one column, without a composite type: RETURNS SETOF a type. */
extern Tuplestorestate *dyn_returned_rows_begin_scalar(FunctionCallInfo fcinfo, TupleDesc *row);

#endif							/* DYNAPG_BASE_RETURNED_ROWS_H */
