/*
 * select_plan.h - how a SELECT reads
 *
 * The terms of WHERE on the key decide how items are read, in whatever order they are written:
 *
 *		all key attributes of the table are equal to values		the item, by its key
 *		only the partition attributes are						a range, bounded further by the sort attributes
 *		the partition attribute is one of several values (IN, OR)	a range for each, one after the other
 *		otherwise												all of the table or the index
 *
 * The terms that are left are the filter.
 */
#ifndef DYNAPG_PARTIQL_SELECT_PLAN_H
#define DYNAPG_PARTIQL_SELECT_PLAN_H

#include "command/result_page.h"
#include "partiql/bind.h"

/* Values of the partition attribute; developer guide, "PartiQL operators" */
#define DYN_PARTIQL_MAX_VALUES 50

typedef struct DynPartiqlSelect
{
	const DynPartiqlBound *bound;
	const DynPartiqlStatement *statement;
	DynPartiqlTerms terms;
	DynResultPage		page;
	bool		keyed;			/* the partition attributes have values */

	/* Of the partition attribute; none where there are several attributes, or they have no values. */
	int			nvalues;
	DynValue	values[DYN_PARTIQL_MAX_VALUES]; /* as many as there are, the others are not set */
} DynPartiqlSelect;

/* Raises ValidationException and ResourceNotFoundException. */
extern void dyn_partiql_select_plan(DynPartiqlSelect *select, const DynPartiqlBound *bound);

/* Does the plan read one item by its key? */
extern bool dyn_partiql_select_is_get(const DynPartiqlSelect *select);

#endif							/* DYNAPG_PARTIQL_SELECT_PLAN_H */
