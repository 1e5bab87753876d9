/*
 * dynapg.c - the module's entry: magic block and _PG_init; nothing else
 */
#include "postgres.h"

#include "fmgr.h"

PG_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
}
