/*
 * search.h - the nearest items of a vector index
 *
 * Model.  A search is one statement on the data table, with the caller's rights, that returns rows from the nearest on: by the
 * index's own relation, which is exact, or by an HNSW index (hnsw.h), which is estimated to be quicker where there are many
 * vectors and few of them are filtered away.  Here each row's score is computed again from its item, and the nearest are kept,
 * in the order of score and key.  Exact reading ends with the first row that is farther than all that are kept, so that rows of
 * one score come in the order of their keys, whatever the index does.
 *
 * The condition is two conditions for PostgreSQL: numbers that stand for the values, which the index has, and the values themselves.
 */
#ifndef DYNAPG_STORE_SEARCH_H
#define DYNAPG_STORE_SEARCH_H

#include "base/limits.h"
#include "tables/table.h"

typedef struct DynSearch
{
	DynTable   *table;
	DynVectorIndex *index;
	const float4 *wanted;		/* as many as the index has dimensions */
	int			top_k;
	DynValue	equal[DYN_MAX_SEARCH_FILTERS + 1];	/* by number of the index's key; tag 0: any */
	const struct varlena *condition;	/* the same as a program; NULL: there is none */
} DynSearch;

typedef struct DynSearchHit
{
	double		distance;
	struct varlena *item;
} DynSearchHit;

/* Returns how many hits there are, top_k at most, the nearest first; hits has room for that many. */
extern int	dyn_search(const DynSearch *search, DynSearchHit *hits);

#endif							/* DYNAPG_STORE_SEARCH_H */
