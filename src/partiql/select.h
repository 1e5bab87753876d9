/*
 * select.h - SELECT of ExecuteStatement
 */
#ifndef DYNAPG_PARTIQL_SELECT_H
#define DYNAPG_PARTIQL_SELECT_H

#include "lib/stringinfo.h"

#include "partiql/bind.h"

/* Reads a page and appends the whole reply. */
extern void dyn_partiql_select(const DynPartiqlBound *bound, StringInfo reply);

#endif							/* DYNAPG_PARTIQL_SELECT_H */
