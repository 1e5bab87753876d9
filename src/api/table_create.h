/*
 * table_create.h - the content of a CreateTable request
 */
#ifndef DYNAPG_API_TABLE_CREATE_H
#define DYNAPG_API_TABLE_CREATE_H

#include "base/json.h"
#include "tables/definition.h"

/* Reads a request that passed its shape into def, checked in the service's order. */
extern void dyn_table_create_read(const DynJson *request, DynTableDef *def);

/* Enables the stream of a table that exists now, if its definition has one. */
extern void dyn_table_create_stream(const DynTableDef *def);

#endif							/* DYNAPG_API_TABLE_CREATE_H */
