/*
 * load_objects.h - loads the objects below a prefix of a bucket into a table, for jobs
 *
 * Model. The objects are read in the order of their keys, in chunks that are a transaction each. Each chunk records in the
 * job's row which object and record come next, so that the job continues there after a crash.
 *
 * A prefix with one manifest-summary.json below it is an export: the objects are those of its manifest, whose checksums and counts
 * must be right.
 */
#ifndef DYNAPG_API_LOAD_OBJECTS_H
#define DYNAPG_API_LOAD_OBJECTS_H

#include "api/load.h"
#include "bucket/bucket.h"
#include "jobs/job.h"

typedef struct DynLoadInput
{
	const char *bucket;
	const char *prefix;			/* or NULL */
	DynFormatOptions format;	/* unless a manifest says it */
	bool		only_exports;	/* there must be a manifest, and it may be that of an incremental export */
} DynLoadInput;

/* What a kind of job does in addition, in the chunk's transaction. */
typedef struct DynLoadHooks
{
	/* Appends members to the job's notes. */
	void		(*note) (void *arg, StringInfo notes);

	/* Called at the end of the chunk with that number, before it is committed. */
	void		(*chunk) (void *arg, int64 chunk);
	void	   *arg;
} DynLoadHooks;

/* Loads all objects; the load has counts and options.  Called and left outside of a transaction. */
extern void dyn_load_objects(DynJob *job, DynLoad *load, const DynLoadInput *input, const DynLoadHooks *hooks);

/* How many objects could not be read to their end, by the job's notes. */
extern int64 dyn_load_objects_broken_before(const DynJob *job);

/* The job's notes, or NULL. */
extern const DynJson *dyn_load_objects_notes(const DynJob *job);

#endif							/* DYNAPG_API_LOAD_OBJECTS_H */
