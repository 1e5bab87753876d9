/*
 * fixtures.h - what a suite of tests asks for between two tests; not operations of DynamoDB's API
 */
#ifndef DYNAPG_API_FIXTURES_H
#define DYNAPG_API_FIXTURES_H

#include "api/operation.h"

/*
 * The operation of that path of the HTTP front, such as "reset", or NULL.  It is called as those of the API are.  All of them destroy
 * items, or make room for it.
 */
extern const DynOperation *dyn_fixtures_find(DynSlice path);

#endif							/* DYNAPG_API_FIXTURES_H */
