/*
 * table_create.h - what a CreateTable request asks for
 */
#ifndef DYNAPG_API_TABLE_CREATE_H
#define DYNAPG_API_TABLE_CREATE_H

#include "base/json.h"
#include "tables/definition.h"

/* Reads a request that passed its shape into def, checked in the service's order. */
extern void dyn_table_create_read(const DynJson *request, DynTableDef *def);

/* Enables the stream of a table that is there now, where its definition has one. */
extern void dyn_table_create_stream(const DynTableDef *def);

#endif							/* DYNAPG_API_TABLE_CREATE_H */
