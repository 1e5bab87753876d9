/*
 * cache.h - parsed statements, kept per backend
 *
 * A bounded least-recently-used cache from a text to its statement.  A statement depends only on its text, so an entry never
 * becomes wrong: tables, indexes and parameters are looked up when the statement is carried out.
 */
#ifndef DYNAPG_PARTIQL_CACHE_H
#define DYNAPG_PARTIQL_CACHE_H

#include "partiql/statement.h"

/* Bounds of the cache; both hold. */
#define DYN_PARTIQL_CACHE_ENTRIES	1024
#define DYN_PARTIQL_CACHE_BYTES		(4 * 1024 * 1024)

/*
 * The statement of the text, parsed if the cache does not have it (see dyn_partiql_parse for errors).  It stays valid until the
 * current memory context is reset, whatever runs until then.
 */
extern const DynPartiqlStatement *dyn_partiql_statement(DynSlice text);

#endif							/* DYNAPG_PARTIQL_CACHE_H */
