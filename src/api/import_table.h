/*
 * import_table.h - the kind of job of ImportTable
 */
#ifndef DYNAPG_API_IMPORT_TABLE_H
#define DYNAPG_API_IMPORT_TABLE_H

#include "postgres.h"

#define DYN_IMPORT_KIND "import"

/* Registers the kind of job; from _PG_init. */
extern void dyn_import_job_register(void);

#endif							/* DYNAPG_API_IMPORT_TABLE_H */
