/*
 * export_output.c - the files of an export, as DynamoDB lays them out
 */
#include "postgres.h"

#include <zlib.h>

#include "common/hashfn.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "base/jsonout.h"
#include "jobs/export_output.h"

#define FILE_SIZE (256 * 1024 * 1024)	/* bytes of lines after which another file begins */
#define BUFFER_SIZE (128 * 1024)
#define LEVEL 5					/* of compression: a third faster than gzip's default, for files that are 2 % larger */
#define GZIP_WINDOW (15 + 16)	/* zlib writes gzip's header and trailer */
#define HALF_NAME 13			/* characters of a data file's name for the export, and for its number */

struct DynExportOutput
{
	DynExportPlace place;
	MemoryContext context;
	DynS3Writer *writer;		/* of the data file that is open, or NULL */
	z_stream	stream;
	Bytef	   *buffer;
	int			number;			/* of data files so far */
	char	   *key;
	int64		items;			/* in the file */
	int64		size;
	StringInfoData manifest;	/* manifest-files.json */
};

/* ---- names ---- */

/* "PREFIX/" or nothing. */
static char *
base_of(const DynExportPlace *place)
{
	size_t		len = place->prefix ? strlen(place->prefix) : 0;

	if (len > 0 && place->prefix[len - 1] == '/')
		len--;
	return len > 0 ? psprintf("%.*s/", (int) len, place->prefix) : pstrdup("");
}

char *
dyn_export_output_key(const DynExportPlace *place, const char *name)
{
	return psprintf("%sAWSDynamoDB/%s/%s", base_of(place), place->id, name);
}

static char *
data_folder(const DynExportPlace *place)
{
	return place->incremental ? psprintf("%sAWSDynamoDB/data/", base_of(place)) : dyn_export_output_key(place, "data/");
}

/* Thirteen letters and digits for 64 bits, as the names of DynamoDB's files have them. */
static void
append_name(StringInfo out, uint64 bits)
{
	for (int i = 0; i < HALF_NAME; i++, bits >>= 5)
		appendStringInfoChar(out, "abcdefghijklmnopqrstuvwxyz234567"[bits & 31]);
}

/* The beginning of the names of the export's data files. */
static char *
data_prefix(const DynExportPlace *place)
{
	StringInfoData key;

	initStringInfo(&key);
	appendStringInfoString(&key, data_folder(place));
	append_name(&key, DatumGetUInt64(hash_any_extended((const unsigned char *) place->id, (int) strlen(place->id), 0)));
	return key.data;
}

static char *
data_key(const DynExportPlace *place, int number)
{
	StringInfoData key;
	const char *id = place->id;

	initStringInfo(&key);
	appendStringInfoString(&key, data_prefix(place));
	append_name(&key, DatumGetUInt64(hash_any_extended((const unsigned char *) id, (int) strlen(id), (uint64) number + 1)));
	appendStringInfoString(&key, place->ion ? ".ion.gz" : ".json.gz");
	return key.data;
}

/* ---- a data file ---- */

/* zlib allocates in the context, which frees it. */
static voidpf
allocate(voidpf context, uInt items, uInt size)
{
	return MemoryContextAllocExtended(context, (Size) items * size, MCXT_ALLOC_NO_OOM);
}

static void
release(voidpf context, voidpf memory)
{
	pfree(memory);
}

static void
open_file(DynExportOutput *output)
{
	MemoryContext caller = MemoryContextSwitchTo(output->context);

	output->number++;
	output->key = data_key(&output->place, output->number);
	output->writer = dyn_s3_write(output->place.bucket, output->key);
	output->items = 0;
	output->size = 0;
	output->stream = (z_stream) {.zalloc = allocate,.zfree = release,.opaque = output->context};
	if (deflateInit2(&output->stream, LEVEL, Z_DEFLATED, GZIP_WINDOW, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	MemoryContextSwitchTo(caller);
}

static void
compress_bytes(DynExportOutput *output, const char *data, size_t len, int flush)
{
	z_stream   *stream = &output->stream;

	stream->next_in = (Bytef *) unconstify(char *, data);
	stream->avail_in = (uInt) len;
	do
	{
		stream->next_out = output->buffer;
		stream->avail_out = BUFFER_SIZE;
		(void) deflate(stream, flush);
		if (stream->avail_out < BUFFER_SIZE)
			dyn_s3_write_some(output->writer, output->buffer, BUFFER_SIZE - stream->avail_out);
	} while (stream->avail_out == 0);
}

static void
append_member(StringInfo out, const char *name, const char *text)
{
	dyn_jsonout_member(out, name);
	dyn_jsonout_string(out, text, (uint32) strlen(text));
}

static void
close_file(DynExportOutput *output)
{
	MemoryContext caller = MemoryContextSwitchTo(output->context);
	DynS3Written written;

	compress_bytes(output, "", 0, Z_FINISH);
	(void) deflateEnd(&output->stream);
	dyn_s3_write_end(output->writer, &written);
	output->writer = NULL;

	appendStringInfo(&output->manifest, "{\"itemCount\":" INT64_FORMAT, output->items);
	append_member(&output->manifest, "md5Checksum", written.md5);
	append_member(&output->manifest, "etag", written.etag);
	append_member(&output->manifest, "dataFileS3Key", output->key);
	appendStringInfoString(&output->manifest, "}\n");
	MemoryContextSwitchTo(caller);
}

/* ---- the export ---- */

DynExportOutput *
dyn_export_output_begin(const DynExportPlace *place)
{
	DynExportOutput *output = palloc0_object(DynExportOutput);

	output->place = *place;
	output->context = CurrentMemoryContext;
	output->buffer = palloc(BUFFER_SIZE);
	initStringInfo(&output->manifest);
	dyn_s3_write_all(place->bucket, dyn_export_output_key(place, "_started"), "", 0, NULL);
	open_file(output);
	return output;
}

void
dyn_export_output_write(DynExportOutput *output, const char *lines, size_t len)
{
	if (output->size >= FILE_SIZE)
	{
		close_file(output);
		open_file(output);
	}
	compress_bytes(output, lines, len, Z_NO_FLUSH);
	output->items++;
	output->size += len;
}

static bool
is_listed(const DynS3Object *objects, int count, const char *key)
{
	for (int i = 0; i < count; i++)
		if (strcmp(objects[i].key, key) == 0)
			return true;
	return false;
}

/* Empties files that are left over from an attempt that wrote more of them. */
static void
empty_leftovers(DynExportOutput *output)
{
	DynS3Object *objects;
	int			count = dyn_s3_list(output->place.bucket, data_prefix(&output->place), &objects);

	while (is_listed(objects, count, data_key(&output->place, output->number + 1)))
	{
		open_file(output);
		close_file(output);
	}
}

/* The checksum is written first: an existing file always has one. */
static void
write_with_checksum(const DynExportPlace *place, const char *name, const char *text)
{
	char		md5[25];

	dyn_s3_md5(text, strlen(text), md5);
	dyn_s3_write_all(place->bucket, dyn_export_output_key(place, psprintf("%s.md5", name)), md5, strlen(md5), NULL);
	dyn_s3_write_all(place->bucket, dyn_export_output_key(place, psprintf("%s.json", name)), text, strlen(text), NULL);
}

void
dyn_export_output_end(DynExportOutput *output)
{
	close_file(output);
	empty_leftovers(output);
	write_with_checksum(&output->place, "manifest-files", output->manifest.data);
}

void
dyn_export_output_summarise(const DynExportPlace *place, const char *summary)
{
	write_with_checksum(place, "manifest-summary", summary);
}
