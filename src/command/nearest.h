/*
 * nearest.h - the nearest items of a vector index: a command, and what it found
 */
#ifndef DYNAPG_COMMAND_NEAREST_H
#define DYNAPG_COMMAND_NEAREST_H

#include "expr/program.h"
#include "store/search.h"

typedef struct DynNearest
{
	/* for the decoder to fill in */
	DynSlice	table_name;		/* as the request gave it */
	DynSlice	index_name;
	DynProgram *program;		/* condition and projection; NULL: neither */
	uint32		dimensions;		/* of the search vector */
	float4	   *wanted;
	DynSearch	search;			/* top_k; the rest comes with dyn_nearest_find */

	/* these come with dyn_nearest_run */
	DynSearchHit *hits;
	int			count;
	double		bytes;			/* VectorSearchRequestBytes */
} DynNearest;

/* Raises ValidationException unless the condition is equalities of an attribute and a value, joined by AND. */
extern void dyn_nearest_check_condition(const DynNearest *nearest);

/* Looks up table and index, and fits the condition to the index. */
extern void dyn_nearest_find(DynNearest *nearest);

/* Searches, and charges for it. */
extern void dyn_nearest_run(DynNearest *nearest);

/* Appends the member SearchResults. */
extern void dyn_nearest_reply(StringInfo reply, const DynNearest *nearest);

#endif							/* DYNAPG_COMMAND_NEAREST_H */
