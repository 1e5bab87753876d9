/*
 * explain.h - PostgreSQL's plan of a statement, as EXPLAIN shows it
 */
#ifndef DYNAPG_STORE_EXPLAIN_H
#define DYNAPG_STORE_EXPLAIN_H

#include "lib/stringinfo.h"

#include "store/plan.h"

/*
 * Appends the plan, each of its lines with a newline, without running it.  Raises an error without the rights to run it.
 * Inside
 * SPI_connect ... SPI_finish.
 */
extern void dyn_explain_plan(StringInfo out, const DynPlan *plan, ParamListInfo params);

#endif							/* DYNAPG_STORE_EXPLAIN_H */
