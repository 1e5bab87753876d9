/*
 * search.h - the nearest items of a vector index
 *
 * Model.  A search is one statement on the data table, with the caller's rights, that returns rows from the nearest on: by the
 * index's own relation, which is exact, or by an HNSW index (hnsw.h), which is estimated to be faster where there are many
 * vectors and few of them are filtered out. Here each row's score is computed again from its item, and the nearest rows are
 * kept, in the order of score and key. An exact search ends with the first row that is farther than all kept ones, so that rows
 * with equal scores come in the order of their keys, whatever the index does.
 *
 * For PostgreSQL the condition becomes two: numbers that stand for the values, which the index has, and the values themselves.
 */
#ifndef DYNAPG_STORE_SEARCH_H
#define DYNAPG_STORE_SEARCH_H

#include "base/limits.h"
#include "tables/table.h"

typedef struct DynSearch
{
	DynTable   *table;
	DynIndex   *index;
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

/* Returns the number of hits, at most top_k, the nearest first; hits has room for top_k. */
extern int	dyn_search(const DynSearch *search, DynSearchHit *hits);

#endif							/* DYNAPG_STORE_SEARCH_H */
