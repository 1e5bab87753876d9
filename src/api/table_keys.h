/*
 * table_keys.h - key schemas, attribute definitions and index definitions of a request
 */
#ifndef DYNAPG_API_TABLE_KEYS_H
#define DYNAPG_API_TABLE_KEYS_H

#include "api/table_attributes.h"

/*
 * Reads KeySchema, AttributeDefinitions, LocalSecondaryIndexes and GlobalSecondaryIndexes of a CreateTable request
 * into def (pk, sk, attribute_definitions, indexes), checked in the service's order.
 */
extern void dyn_table_keys_of_table(const DynJson *request, DynTableDef *def);

/*
 * Reads one new global index of an UpdateTable request (GlobalSecondaryIndexUpdates[].Create), with the request's
 * AttributeDefinitions; the table's own definitions are extended by it.
 */
extern void dyn_table_keys_of_new_index(const DynJson *request, const DynJson *create, DynTableDef *def, DynIndex *index);

/* The same of a new vector index (VectorIndexUpdates[].Create). */
extern void dyn_table_keys_of_new_vector(const DynJson *request, const DynJson *create, DynTableDef *def, DynIndex *index);

#endif							/* DYNAPG_API_TABLE_KEYS_H */
