/*
 * load.h - records of objects in S3 into a table, for jobs
 *
 * Model.  A load takes records one by one and writes their items in batches, sorted by key, with one statement each; of two
 * items with the same key the later one stays. A batch that fails is written again item by item, each in a subtransaction.
 * Errors of records are counted, and the first ones are kept for dynapg.import_errors; errors that concern more than a record
 * (no right, a full disk, a cancel) are raised.
 *
 * The caller begins and commits transactions; nothing is pending after dyn_load_flush.  A load lives in a child of the memory context
 * that was current when it began, over several transactions.
 */
#ifndef DYNAPG_API_LOAD_H
#define DYNAPG_API_LOAD_H

#include "base/json.h"
#include "formats/records.h"
#include "tables/table.h"

/* Why a record was not written. */
typedef enum DynLoadFailure
{
	DYN_LOAD_ERROR,
	DYN_LOAD_CONDITION_FAILED
} DynLoadFailure;

/* Receives each record that is not written; record 0 is the rest of an object that cannot be read. document may be NULL. */
typedef void (*DynLoadReport) (void *arg, DynLoadFailure failure, const char *object, int64 record, const char *message,
							   const DynJson *document);

typedef struct DynLoadCounts
{
	int64		items;			/* records, good and bad */
	int64		errors;
	int64		broken;			/* of these, objects that could not be read to their end */
	int64		conditions;		/* that did not hold */
	int64		bytes;			/* of the items that were written */
	List	   *index_bytes;	/* of DynLoadIndexBytes: of their entries in each index of the table, if they are counted */
} DynLoadCounts;

/* By the index's name: while a load goes on, indexes come and go. */
typedef struct DynLoadIndexBytes
{
	char	   *name;
	bool		global;
	int64		bytes;
} DynLoadIndexBytes;

typedef struct DynLoadOptions
{
	const char *job;
	const char *table;			/* full name, of the current namespace */
	Oid			relid;			/* of its data table: another table of that name gets nothing */
	bool		fresh;			/* the table was empty: most keys are not there */
	bool		conditions;		/* records may have a ConditionExpression */
	bool		images;			/* records may be those of incremental exports: NewImage is put, Keys without it are deleted */
	bool		index_bytes;	/* count them */
	int64		units_per_second;	/* 0: as fast as it goes */
	DynLoadReport report;		/* or NULL */
	void	   *report_arg;
} DynLoadOptions;

typedef struct DynLoad DynLoad;

extern DynLoad *dyn_load_begin(const DynLoadOptions *options);

/* The counts so far; the caller may set them to continue a load. */
extern DynLoadCounts *dyn_load_counts(DynLoad *load);

/* The bytes of that index; 0 where none are counted yet. */
extern DynLoadIndexBytes *dyn_load_index_bytes(DynLoad *load, const char *name, bool global);

/* The next records are of that object. */
extern void dyn_load_object(DynLoad *load, const char *key);

/* Takes a record. */
extern void dyn_load_record(DynLoad *load, const DynFormatRecord *record);

/* Counts an error of the object, with the number of its last record. */
extern void dyn_load_broken(DynLoad *load, const char *flaw);

/* Writes what is pending, and the errors. */
extern void dyn_load_flush(DynLoad *load);

/* Bytes of items taken since the last call: when to commit. */
extern int64 dyn_load_taken(DynLoad *load);

/* Is the error about the written item, so that others can still be written? */
extern bool dyn_load_concerns_item(int sqlstate);

#endif							/* DYNAPG_API_LOAD_H */
