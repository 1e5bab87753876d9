/*
 * load_errors.h - dynapg.load_errors: errors in records of imports and bulk operations
 *
 * The first ones of a job are kept, as long as its row in dynapg.long_jobs.  The view dynapg.import_errors shows them to those who see the
 * job.
 */
#ifndef DYNAPG_STORE_LOAD_ERRORS_H
#define DYNAPG_STORE_LOAD_ERRORS_H

#include "postgres.h"

typedef struct DynLoadError
{
	int64		number;			/* within the job, from 1 on */
	const char *object;			/* key in the bucket */
	int64		record;			/* within the object, from 1 on; 0: the whole object */
	const char *message;
	const char *text;			/* the beginning of the record */
} DynLoadError;

/* Adds errors of a job, in the current transaction; an error with an existing number replaces the old one. */
extern void dyn_load_errors_add(const char *job, const DynLoadError *errors, int count);

#endif							/* DYNAPG_STORE_LOAD_ERRORS_H */
