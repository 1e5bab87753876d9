/*
 * export.h - exports: jobs that write the items of a table to a bucket
 *
 * A job of kind "export" has the request of ExportTableToPointInTime (TableArn as an ARN), and these notes:
 *
 *		ExportTime		seconds since 1970, set from the beginning; not for an incremental export
 *		Summary			text of manifest-summary.json, once all other files are written
 *
 * All items are read in one snapshot: as they are, or, where the request has ExportTime, as they were (changes/cut.h).  An incremental
 * export has what changed between two moments.  The job's item count is that of the items that pass the filter, its bytes are
 * the size of all items that were read, as DynamoDB counts it.
 *
 * Attempts. Once the summary is in the notes, another attempt only writes that file; before, it starts from scratch. So the
 * files of an export never look complete too early, and a complete export does not change.
 */
#ifndef DYNAPG_JOBS_EXPORT_H
#define DYNAPG_JOBS_EXPORT_H

#include "base/json.h"
#include "expr/key_terms.h"
#include "expr/program.h"
#include "jobs/job.h"

#define DYN_EXPORT_KIND "export"

extern const DynJobKind dyn_job_export;

/* The parsed FilterSpecification. */
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
