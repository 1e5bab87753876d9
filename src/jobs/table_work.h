/*
 * table_work.h - pending work for a table: indexes to build and drop, including that of Time to Live, and backups to make
 */
#ifndef DYNAPG_JOBS_TABLE_WORK_H
#define DYNAPG_JOBS_TABLE_WORK_H

#include "postgres.h"

/* Does the pending work for a table, until nothing is left or something fails. */
extern void dyn_table_work(Oid relid, MemoryContext context);

#endif							/* DYNAPG_JOBS_TABLE_WORK_H */
