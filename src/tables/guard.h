/*
 * guard.h - what keeps the catalogs true
 */
#ifndef DYNAPG_TABLES_GUARD_H
#define DYNAPG_TABLES_GUARD_H

#include "postgres.h"

/*
 * Are rows checked that the catalogs' owner writes, too?  For rows that come from elsewhere; whoever sets it resets it, also after an
 * error.
 */
extern bool dyn_guard_checks_all;

#endif							/* DYNAPG_TABLES_GUARD_H */
