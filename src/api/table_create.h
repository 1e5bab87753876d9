/*
 * table_create.h - what a CreateTable request asks for
 *
 * Layer 3 (api).
 */
#ifndef DYNAPG_API_TABLE_CREATE_H
#define DYNAPG_API_TABLE_CREATE_H

#include "base/json.h"
#include "store/catalog.h"

/* Reads a request that passed its shape into def, checked in the service's order. */
extern void dyn_create_read(const DynJson *request, DynTableDef *def);

#endif							/* DYNAPG_API_TABLE_CREATE_H */
