/*
 * table_attributes.h - what keys and vector indexes of a request share: attribute definitions and projections
 */
#ifndef DYNAPG_API_TABLE_ATTRIBUTES_H
#define DYNAPG_API_TABLE_ATTRIBUTES_H

#include "base/json.h"
#include "tables/definition.h"

/* AttributeDefinitions, of the request or of the table, each attribute once. */
typedef struct DynDefinitions
{
	int			count;
	DynKeyAttr *attrs;
	bool	   *used;			/* by a key of the table or an index */
} DynDefinitions;

/* The number of the attribute's definition, or -1. */
extern int	dyn_table_attributes_find(const DynDefinitions *definitions, DynSlice name);

/* Raises for a name that a column of type text cannot hold. */
extern void dyn_table_attributes_refuse_nul(DynSlice name);

/* Reads a Projection into the index, and prints it in a description. */
extern void dyn_table_attributes_read_projection(const DynJson *projection, DynIndex *index);
extern void dyn_table_attributes_print_projection(StringInfo out, const DynIndex *index);

#endif							/* DYNAPG_API_TABLE_ATTRIBUTES_H */
