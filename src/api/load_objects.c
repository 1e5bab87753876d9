/*
 * load_objects.c - loads the objects below a prefix of a bucket into a table, for jobs
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "api/load_manifest.h"
#include "api/load_objects.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/limits.h"
#include "base/request.h"
#include "formats/checksum.h"
#include "tables/settings.h"

#define CHUNK_BYTES		(16 * 1024 * 1024)	/* of records in a transaction */
#define CHUNK_RECORDS	50000
#define CHUNK_TIME		(2 * USECS_PER_SEC)
#define CLOCK_RECORDS	256		/* How far a job has come, as its notes say. */
typedef struct Place
{
	int64		object;			/* the next one, from 0 on */
	int64		record;			/* the object's last one that is written or refused */
	int64		bytes_before;	/* of the objects before it */
	int64		chunk;			/* the number of the one at work */
} Place;

/* between two checks of the clock */

typedef struct Run
{
	DynJob	   *job;
	DynLoad    *load;
	const DynLoadInput *input;
	const DynLoadHooks *hooks;
	DynS3Bucket  *bucket;
	DynLoadObjects objects;
	Place place;
	MemoryContext notes_context;
	bool		begun;			/* a transaction */
	int64		chunk_bytes;
	int64		chunk_records;
	TimestampTz chunk_start;
} Run;

/* An object that is read. */
typedef struct Reading
{
	DynS3Reader *reader;
	DynChecksum *md5;			/* NULL: no checksum is known */
} Reading;

/* ---- notes ---- */

const DynJson *
dyn_load_objects_notes(const DynJob *job)
{
	return job->notes != NULL ? dyn_json_parse(job->notes, strlen(job->notes)) : NULL;
}

/* The place in the job's notes. */
static Place
read_place(const DynJob *job)
{
	const DynJson *notes = dyn_load_objects_notes(job);

	return (Place) {
		.object = dyn_request_integer(notes, "object", 0),
		.record = dyn_request_integer(notes, "record", 0),
		.bytes_before = dyn_request_integer(notes, "bytes_before", 0),
		.chunk = dyn_request_integer(notes, "chunk", 0)
	};
}

int64
dyn_load_objects_broken_before(const DynJob *job)
{
	return dyn_request_integer(dyn_load_objects_notes(job), "broken", 0);
}

/* Writes the notes for dyn_job_save: the place, and the notes of the kind. */
static void
make_notes(Run *run)
{
	const DynLoadCounts *counts = dyn_load_counts(run->load);
	MemoryContext caller = MemoryContextSwitchTo(run->notes_context);
	StringInfoData notes;

	MemoryContextReset(run->notes_context);
	initStringInfo(&notes);
	appendStringInfoChar(&notes, '{');
	dyn_settings_print_number(&notes, "object", run->place.object);
	dyn_settings_print_number(&notes, "record", run->place.record);
	dyn_settings_print_number(&notes, "bytes_before", run->place.bytes_before);
	dyn_settings_print_number(&notes, "chunk", run->place.chunk);
	dyn_settings_print_number(&notes, "broken", counts->broken);
	if (run->hooks != NULL && run->hooks->note != NULL)
		run->hooks->note(run->hooks->arg, &notes);
	appendStringInfoChar(&notes, '}');
	run->job->notes = notes.data;
	run->job->items = counts->items;
	run->job->errors = counts->errors;
	MemoryContextSwitchTo(caller);
}

/* ---- chunks ---- */

static void
begin_chunk(Run *run)
{
	if (run->begun)
		return;
	dyn_job_begin(run->job);
	run->begun = true;
	run->chunk_bytes = 0;
	run->chunk_records = 0;
	run->chunk_start = GetCurrentTimestamp();
}

/* Writes what is pending and commits, with `bytes` of the current object read. */
static void
end_chunk(Run *run, int64 bytes)
{
	if (!run->begun)
		return;
	dyn_load_flush(run->load);
	if (run->hooks != NULL && run->hooks->chunk != NULL)
		run->hooks->chunk(run->hooks->arg, run->place.chunk);
	run->place.chunk++;
	run->job->bytes = run->place.bytes_before + bytes;
	make_notes(run);
	dyn_job_save(run->job);
	dyn_job_commit(run->job);
	run->begun = false;
}

static bool
is_chunk_full(Run *run)
{
	run->chunk_bytes += dyn_load_taken(run->load);
	run->chunk_records++;
	if (run->chunk_bytes >= CHUNK_BYTES || run->chunk_records >= CHUNK_RECORDS)
		return true;
	return run->chunk_records % CLOCK_RECORDS == 0 && GetCurrentTimestamp() - run->chunk_start > CHUNK_TIME;
}

/* ---- an object ---- */

static size_t
read_some(void *arg, char *buffer, size_t room)
{
	Reading    *reading = arg;
	size_t		count = dyn_s3_read_some(reading->reader, buffer, room);

	if (reading->md5 != NULL)
		dyn_checksum_add(reading->md5, buffer, count);
	return count;
}

/* Reads the rest of the object that the reader of records has not read. */
static void
read_rest(Reading *reading)
{
	char		buffer[8192];

	while (read_some(reading, buffer, sizeof(buffer)) > 0)
		CHECK_FOR_INTERRUPTS();
}

static void
check_sum(Reading *reading, const DynLoadObject *object)
{
	read_rest(reading);
	if (strcmp(dyn_checksum_end(reading->md5), object->md5) != 0)
		dyn_error_failure(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION, "ChecksumMismatch",
					"The MD5 checksum of the object %s is not the one of the manifest.", object->key);
}

static void
check_object(Reading *reading, const DynLoadObject *object, int64 records)
{
	if (reading->md5 != NULL)
		check_sum(reading, object);
	if (object->items >= 0 && records != object->items)
		dyn_error_failure(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION, "InvalidManifest",
					"The object %s has " INT64_FORMAT " items, and the manifest counts " INT64_FORMAT ".", object->key, records,
					object->items);
}

/* Loads the records that are not written yet. */
static int64
load_records(Run *run, DynRecords *records)
{
	DynFormatRecord	record;
	int64		last = 0;

	while (dyn_records_next(records, &record))
	{
		CHECK_FOR_INTERRUPTS();
		last = record.number;
		if (last <= run->place.record)
			continue;
		begin_chunk(run);
		dyn_load_record(run->load, &record);
		run->place.record = last;
		if (is_chunk_full(run))
			end_chunk(run, dyn_records_bytes(records));
	}
	return last;
}

static bool
ends_with(const char *text, const char *end)
{
	size_t		len = strlen(text);

	return len >= strlen(end) && strcmp(text + len - strlen(end), end) == 0;
}

/* The manifest of an export says the format of its files. */
static DynFormatOptions
format_of(const Run *run, const DynLoadObject *object)
{
	DynFormatOptions format = run->input->format;

	if (!run->objects.manifest)
		return format;
	format.format = run->objects.ion ? DYN_FORMAT_ION : DYN_FORMAT_JSON;
	format.packing = ends_with(object->key, ".gz") ? DYN_PACKING_GZIP :
		ends_with(object->key, ".zst") ? DYN_PACKING_ZSTD : DYN_PACKING_NONE;
	return format;
}

static void
load_object(Run *run, const DynLoadObject *object)
{
	Reading		reading = {0};
	DynSource	source = {read_some, &reading};
	DynFormatOptions format = format_of(run, object);
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "dynapg load object", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	DynRecords *records;
	int64		count;

	dyn_load_object(run->load, object->key);
	reading.reader = dyn_s3_read(run->bucket, object->key, 0);
	reading.md5 = object->md5 != NULL ? dyn_checksum_begin() : NULL;
	records = dyn_records_open(&format, source);
	count = load_records(run, records);
	begin_chunk(run);
	if (dyn_records_flaw(records) != NULL)
		dyn_load_broken(run->load, dyn_records_flaw(records));
	check_object(&reading, object, count);
	dyn_s3_read_end(reading.reader);
	run->place.object++;
	run->place.record = 0;
	run->place.bytes_before += object->size;
	if (is_chunk_full(run))
		end_chunk(run, 0);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
}

/* ---- all of them ---- */

static void
open_bucket(Run *run)
{
	dyn_job_begin(run->job);
	run->bucket = dyn_s3_open(run->input->bucket, DYN_S3_READ);
	dyn_job_commit(run->job);
}

static void
list_objects(Run *run)
{
	dyn_load_manifest_list(run->bucket, run->input->prefix, &run->objects);
	if (run->objects.count == 0)
		dyn_error_failure(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION, "S3NoSuchKey", "The bucket %s has no object with the prefix \"%s\".",
					run->input->bucket, run->input->prefix != NULL ? run->input->prefix : "");
	if (run->objects.count > DYN_MAX_S3_OBJECTS)
		dyn_error_failure(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION, "TooManyObjects",
					"The bucket %s has more than %d objects with the prefix \"%s\".", run->input->bucket, DYN_MAX_S3_OBJECTS,
					 run->input->prefix != NULL ? run->input->prefix : "");
	if (run->input->only_exports && !run->objects.manifest)
		dyn_error_failure(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION, "InvalidManifest",
					"The bucket %s has no export, or several, with the prefix \"%s\": there must be one manifest-summary.json.",
					run->input->bucket, run->input->prefix != NULL ? run->input->prefix : "");
	if (run->objects.incremental && !run->input->only_exports)
		dyn_error_failure(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION, "InvalidManifest",
					"The export is incremental: dynapg.apply_export() applies it to a table.");
	run->job->total_bytes = run->objects.bytes;
	run->job->total_items = run->objects.items;
}

void
dyn_load_objects(DynJob *job, DynLoad *load, const DynLoadInput *input, const DynLoadHooks *hooks)
{
	Run			run = {.job = job, .load = load, .input = input, .hooks = hooks};

	run.notes_context = AllocSetContextCreate(CurrentMemoryContext, "dynapg load notes", ALLOCSET_SMALL_SIZES);
	run.place = read_place(job);
	dyn_load_counts(load)->broken = dyn_load_objects_broken_before(job);
	open_bucket(&run);
	list_objects(&run);
	begin_chunk(&run);
	while (run.place.object < run.objects.count)
		load_object(&run, &run.objects.objects[run.place.object]);
	end_chunk(&run, 0);
	dyn_s3_close(run.bucket);
}
