/*
 * compat.h - what differs between PostgreSQL 14 and 18
 *
 * Layer 0.
 */
#ifndef DYNAPG_BASE_COMPAT_H
#define DYNAPG_BASE_COMPAT_H

#include "postgres.h"

#include "utils/guc.h"

#if PG_VERSION_NUM < 150000
#define MarkGUCPrefixReserved(prefix) EmitWarningsOnPlaceholders(prefix)
#endif

#endif							/* DYNAPG_BASE_COMPAT_H */
