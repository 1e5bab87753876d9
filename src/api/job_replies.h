/*
 * job_replies.h - what the operations about imports and bulk operations share: tokens, ARNs, repeated requests
 */
#ifndef DYNAPG_API_JOB_REPLIES_H
#define DYNAPG_API_JOB_REPLIES_H

#include "lib/stringinfo.h"

#include "base/json.h"
#include "formats/records.h"
#include "jobs/job.h"

/* The request as it is stored in the job: all members except ClientToken. */
extern char *dyn_job_replies_request_text(const DynJson *request);

/*
 * The ClientToken of a request, or NULL.  *again becomes the job that had it already; *same says whether its request was the same.
 */
extern char *dyn_job_replies_token(const char *kind, const DynJson *request, const char *text, DynJob **again, bool *same);

/* The id of a NextToken, NULL where there is none; ValidationException for an invalid one. */
extern char *dyn_job_replies_page_start(const DynJson *request);

/* Appends the NextToken that begins after the job. */
extern void dyn_job_replies_print_next(StringInfo out, const char *id);

/* The ARN of a job of that table; part is "import". */
extern char *dyn_job_replies_arn(const char *table, const char *part, const char *id);

/* The id in such an ARN, or NULL; the caller compares the ARN of the job. */
extern const char *dyn_job_replies_arn_id(const char *arn, const char *part);

/* Appends "member":value of the request. */
extern void dyn_job_replies_copy(StringInfo out, const DynJson *request, const char *member);

/* Appends the time of a job, unless it is 0. */
extern void dyn_job_replies_print_time(StringInfo out, const char *member, TimestampTz moment);

/* InputCompressionType; ValidationException for a type that this server does not support. */
extern DynPacking dyn_job_replies_packing(const DynJson *object);

#endif							/* DYNAPG_API_JOB_REPLIES_H */
