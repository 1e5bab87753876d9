/*
 * export.h - exports: jobs that write the items of a table to a bucket
 *
 * A job of kind "export" has ExportTableToPointInTime's request as its own (TableArn as an ARN), and these notes:
 *
 *		ExportTime		seconds since 1970, from the beginning; not of an incremental export
 *		Summary			text of manifest-summary.json, once all other files are written
 *
 * All items are read in one snapshot: as they are, or, where the request has ExportTime, as they were (changes/cut.h).  An incremental
 * export has what changed between two moments.  The job's items are those of the table as the filter leaves them, its bytes the size of
 * all items that were read, as DynamoDB counts it.
 *
 * Attempts.  Once the summary is noted, another attempt writes it and nothing else; before, it does everything again.  So what an export
 * has written never looks complete before it is, and a complete one stays as it is.
 */
#ifndef DYNAPG_JOBS_EXPORT_H
#define DYNAPG_JOBS_EXPORT_H

#include "base/json.h"
#include "expr/key_terms.h"
#include "expr/program.h"
#include "jobs/job.h"

#define DYN_EXPORT_KIND "export"

extern const DynJobKind dyn_job_export;

/* What FilterSpecification says. */
typedef struct DynExportFilter
{
	DynProgram *program;		/* filter and projection; NULL: none of them */
	bool		projects;
	DynKeyCondition key;
} DynExportFilter;

/* Compiles a FilterSpecification, NULL for none; raises ValidationException. */
extern void dyn_export_filter(const DynJson *specification, DynExportFilter *filter);

/* The ARN of an export. */
extern char *dyn_export_arn(const char *table_name, const char *id);

#endif							/* DYNAPG_JOBS_EXPORT_H */
