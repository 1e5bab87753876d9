/*
 * explain.h - PostgreSQL's plans of statements, as EXPLAIN shows them
 */
#ifndef DYNAPG_STORE_EXPLAIN_H
#define DYNAPG_STORE_EXPLAIN_H

#include "lib/stringinfo.h"
#include "nodes/params.h"

#include "tables/table.h"

/*
 * Appends the plan, each of its lines with a newline, without running it.  Raises an error without the rights to run it.
 * Inside
 * SPI_connect ... SPI_finish.
 */
extern void dyn_explain_plan(StringInfo out, const DynPlan *plan, ParamListInfo params);

/* The same of a statement that has no kept plan. */
extern void dyn_explain_text(StringInfo out, const char *sql, ParamListInfo params);

/* Watches the statements of an operation; one at a time. */
typedef struct DynExplain
{
	StringInfo	out;			/* of the caller, where it outlives the operation */
	bool		analyze;		/* statements run, and are shown with what they did; else the first one raises an error */
	int			statements;		/* so far */
	Oid			user;			/* set by dyn_explain_watch; what SECURITY DEFINER functions in triggers run as others is not shown */
	bool		stopped;		/* the error that is being handled says no more than that the plan is known */
} DynExplain;

/* From now on; NULL: no more.  The caller ends it after errors, too. */
extern void dyn_explain_watch(DynExplain *explain);

/* For plan.c: a statement is going to be run. */
extern void dyn_explain_note(const DynPlan *plan, ParamListInfo params);
extern void dyn_explain_note_text(const char *sql, ParamListInfo params);
extern DynExplain *dyn_explain_watching;

#endif							/* DYNAPG_STORE_EXPLAIN_H */
