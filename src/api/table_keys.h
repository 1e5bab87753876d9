/*
 * table_keys.h - key schemas, attribute definitions and index definitions of a request
 */
#ifndef DYNAPG_API_TABLE_KEYS_H
#define DYNAPG_API_TABLE_KEYS_H

#include "base/json.h"
#include "tables/definition.h"

/* "One or more parameter values were invalid: ..." */
#define DYN_INVALID_PARAMETER "One or more parameter values were invalid: "

/* AttributeDefinitions, of the request or of the table, each attribute once. */
typedef struct DynDefinitions
{
	int			count;
	DynKeyAttr *attrs;
	bool	   *used;			/* by a key of the table or an index */
} DynDefinitions;

/* The number of the attribute's definition, or -1. */
extern int	dyn_definition_find(const DynDefinitions *definitions, DynSlice name);

/*
 * For vector indexes (table_vectors.h): reads a Projection; raises for a name that one of the table's indexes from first to before end
 * has, of all of them, and for too many projected attributes of all of them and some more.
 */
extern void dyn_keys_read_projection(const DynJson *projection, DynIndexDef *index);
extern void dyn_keys_check_projected(const DynTableDef *def, int more);
extern void dyn_keys_refuse_nul(DynSlice name);

/*
 * Reads KeySchema, AttributeDefinitions, LocalSecondaryIndexes and GlobalSecondaryIndexes of a CreateTable request
 * into def (pk, sk, attribute_definitions, indexes), checked in the service's order.
 */
extern void dyn_keys_of_table(const DynJson *request, DynTableDef *def);

/*
 * Reads one new global index of an UpdateTable request (GlobalSecondaryIndexUpdates[].Create), with the request's
 * AttributeDefinitions; the table's own definitions are extended by it.
 */
extern void dyn_keys_of_new_index(const DynJson *request, const DynJson *create, DynTableDef *def, DynIndexDef *index);

/* The same of a new vector index (VectorIndexUpdates[].Create). */
extern void dyn_keys_of_new_vector(const DynJson *request, const DynJson *create, DynTableDef *def, DynIndexDef *index);

#endif							/* DYNAPG_API_TABLE_KEYS_H */
