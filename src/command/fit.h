/*
 * fit.h - what CHECK constraints of data tables ask of each row, whoever writes it
 */
#ifndef DYNAPG_COMMAND_FIT_H
#define DYNAPG_COMMAND_FIT_H

#include "postgres.h"

#include "fmgr.h"

/*
 * SQL functions.  Those that end in _fits raise 23514 for a row that does not fit, and return true; those that end in _problem return
 * what is wrong with it, or NULL.
 */
extern PGDLLEXPORT Datum dynapg_row_fits(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum dynapg_row_problem(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum dynapg_index_fits(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum dynapg_index_problem(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum dynapg_vector_fits(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum dynapg_vector_problem(PG_FUNCTION_ARGS);

#endif							/* DYNAPG_COMMAND_FIT_H */
