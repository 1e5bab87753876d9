/*
 * bulk.h - the kinds of jobs of StartBulkPutItems and of dynapg.apply_export
 */
#ifndef DYNAPG_API_BULK_H
#define DYNAPG_API_BULK_H

#include "jobs/job.h"

#define DYN_BULK_KIND "bulk_put"
#define DYN_APPLY_KIND "apply_export"

/* Register the kinds of jobs; from _PG_init. */
extern void dyn_bulk_job_register(void);
extern void dyn_apply_export_register(void);

/* The ARN of a bulk operation. */
extern char *dyn_bulk_arn(const DynJob *job);

#endif							/* DYNAPG_API_BULK_H */
