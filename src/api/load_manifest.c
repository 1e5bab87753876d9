/*
 * load_manifest.c - the objects of a load: all below a prefix, or those of an export's manifest
 *
 * The keys in a manifest start at the bucket's root. An export that was copied to another place still has its old keys; then
 * the objects are searched in the same place relative to the manifest.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "miscadmin.h"

#include "api/load_manifest.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/request.h"
#include "formats/records.h"

#define SUMMARY_NAME "manifest-summary.json"
#define MAX_SUMMARY (1024 * 1024)
#define MAX_FILES (64 * 1024 * 1024)
#define EXPORTS_FOLDER "AWSDynamoDB/"

#define manifest_failure(...) \
	dyn_error_failure(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION, "InvalidManifest", __VA_ARGS__)

static int
compare_keys(const void *a, const void *b)
{
	return strcmp(((const DynS3Object *) a)->key, ((const DynS3Object *) b)->key);
}

/* The object of that key, or NULL. */
static const DynS3Object *
find_key(const DynS3Object *objects, int count, const char *key)
{
	DynS3Object wanted = {.key = unconstify(char *, key)};

	return bsearch(&wanted, objects, count, sizeof(DynS3Object), compare_keys);
}

/* The only summary among the objects; NULL where there is none, or several. */
static const char *
find_summary(const DynS3Object *objects, int count)
{
	const char *found = NULL;

	for (int i = 0; i < count; i++)
	{
		const char *name = strrchr(objects[i].key, '/');

		if (strcmp(name != NULL ? name + 1 : objects[i].key, SUMMARY_NAME) != 0)
			continue;
		if (found != NULL)
			return NULL;
		found = objects[i].key;
	}
	return found;
}

static const DynJson *
parse_object(const char *text, size_t len)
{
	const DynJson *json = dyn_json_try(text, len);

	return json != NULL && dyn_json_kind(json) == DYN_JSON_OBJECT ? json : NULL;
}

/* A member that is a string, or NULL. */
static char *
string_member(const DynJson *object, const char *name)
{
	const DynJson *member = dyn_request_member(object, name);
	DynSlice	text;

	if (member == NULL || dyn_json_kind(member) != DYN_JSON_STRING)
		return NULL;
	text = dyn_json_string(member);
	return memchr(text.data, '\0', text.len) == NULL ? pnstrdup(text.data, text.len) : NULL;
}

static int64
count_member(const DynJson *object, const char *name)
{
	const DynJson *member = dyn_request_member(object, name);

	return member != NULL && dyn_json_is_integer(member) ? dyn_json_integer(member) : -1;
}

/*
 * The key of a file of the export, as it is in this bucket: the part from the exports' folder on is the same wherever the
 * export is.
 */
static char *
moved_key(const char *summary_key, const char *key)
{
	const char *here = strstr(summary_key, EXPORTS_FOLDER);
	const char *there = strstr(key, EXPORTS_FOLDER);
	const char *name = strrchr(key, '/');
	const char *folder_end = strrchr(summary_key, '/');
	int			folder_len = folder_end != NULL ? folder_end - summary_key + 1 : 0;
	bool		is_data = strstr(key, "/data/") != NULL;

	if (here != NULL && there != NULL)
		return psprintf("%.*s%s", (int) (here - summary_key), summary_key, there);
	return psprintf("%.*s%s%s", folder_len, summary_key, is_data ? "data/" : "", name != NULL ? name + 1 : key);
}

static char *
read_text(DynS3Bucket *bucket, const char *summary_key, const char *key, size_t limit, size_t *len)
{
	char	   *text = dyn_s3_read_all(bucket, key, limit, len);

	if (text == NULL)
		text = dyn_s3_read_all(bucket, moved_key(summary_key, key), limit, len);
	if (text == NULL)
		manifest_failure("The manifest names the object %s, which does not exist.", key);
	return text;
}

static void
add_file(const DynJson *file, const char *summary_key, DynLoadObjects *found)
{
	DynLoadObject *object = &found->objects[found->count];
	char	   *key = string_member(file, "dataFileS3Key");

	object->items = count_member(file, "itemCount");
	object->md5 = string_member(file, "md5Checksum");
	if (key == NULL || object->items < 0 || object->md5 == NULL)
		manifest_failure("Line %d of the list of files of %s lacks dataFileS3Key, itemCount or md5Checksum.", found->count + 1,
						 summary_key);
	object->key = key;
	found->count++;
	found->items += object->items;
}

static int
count_lines(const char *text, size_t len)
{
	int			lines = 1;

	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	return lines;
}

static void
read_files(const char *text, size_t len, const char *summary_key, DynLoadObjects *found)
{
	const char *end = text + len;

	found->items = 0;
	found->objects = palloc_array(DynLoadObject, count_lines(text, len));
	while (text < end)
	{
		const char *stop = memchr(text, '\n', end - text);
		const char *line_end = stop != NULL ? stop : end;
		const DynJson *file;

		CHECK_FOR_INTERRUPTS();
		if (line_end > text)
		{
			file = parse_object(text, line_end - text);
			if (file == NULL)
				manifest_failure("Line %d of the list of files of %s is no JSON object.", found->count + 1, summary_key);
			add_file(file, summary_key, found);
		}
		text = line_end + 1;
	}
}

/* The objects of a folder. */
typedef struct Folder
{
	uint64		hash;			/* of the prefix, first, as hash tables want it */
	char	   *prefix;
	int			count;
	DynS3Object *objects;
} Folder;

static HTAB *
make_folders(void)
{
	HASHCTL		info = {.keysize = sizeof(uint64), .entrysize = sizeof(Folder), .hcxt = CurrentMemoryContext};

	return hash_create("dynapg folders of an export", 16, &info, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/* The object of that key, or NULL.  Each folder is listed once. */
static const DynS3Object *
find_in_folder(DynS3Bucket *bucket, HTAB *folders, const char *key)
{
	const char *end = strrchr(key, '/');
	char	   *prefix = pnstrdup(key, end != NULL ? end - key + 1 : 0);
	uint64		hash = hash_bytes_extended((const unsigned char *) prefix, (int) strlen(prefix), 0);
	bool		found;
	Folder	   *folder = hash_search(folders, &hash, HASH_ENTER, &found);

	if (!found || strcmp(folder->prefix, prefix) != 0)
	{
		folder->prefix = prefix;
		folder->count = dyn_s3_list(bucket, prefix, &folder->objects);
	}
	else
		pfree(prefix);
	return find_key(folder->objects, folder->count, key);
}

/* Finds the files in the bucket, for their sizes. */
static void
find_files(DynS3Bucket *bucket, const char *summary_key, DynLoadObjects *found)
{
	HTAB	   *folders = make_folders();

	for (int i = 0; i < found->count; i++)
	{
		DynLoadObject *object = &found->objects[i];
		const DynS3Object *file = find_in_folder(bucket, folders, object->key);

		CHECK_FOR_INTERRUPTS();
		if (file == NULL)
			file = find_in_folder(bucket, folders, moved_key(summary_key, object->key));
		if (file == NULL)
			manifest_failure("The manifest names the object %s, which does not exist.", object->key);
		object->key = file->key;
		object->size = file->size;
		found->bytes += file->size;
	}
}

static void
read_manifest(DynS3Bucket *bucket, const char *summary_key, DynLoadObjects *found)
{
	size_t		len;
	char	   *text = dyn_s3_read_all(bucket, summary_key, MAX_SUMMARY, &len);
	const DynJson *summary = text != NULL ? parse_object(text, len) : NULL;
	char	   *files_key = summary != NULL ? string_member(summary, "manifestFilesS3Key") : NULL;
	int64		items = summary != NULL ? count_member(summary, "itemCount") : -1;
	char	   *type;
	char	   *format;

	if (files_key == NULL)
		manifest_failure("The object %s is no summary of an export: it has no manifestFilesS3Key.", summary_key);
	type = string_member(summary, "exportType");
	format = string_member(summary, "outputFormat");
	found->manifest = true;
	found->incremental = type != NULL && strcmp(type, "INCREMENTAL_EXPORT") == 0;
	found->ion = format != NULL && strcmp(format, "ION") == 0;
	text = read_text(bucket, summary_key, files_key, MAX_FILES, &len);
	read_files(text, len, summary_key, found);
	if (items >= 0 && items != found->items)
		manifest_failure("The summary of the export counts " INT64_FORMAT " items, and its list of files " INT64_FORMAT ".", items,
						 found->items);
	find_files(bucket, summary_key, found);
}

void
dyn_load_manifest_list(DynS3Bucket *bucket, const char *prefix, DynLoadObjects *found)
{
	DynS3Object *objects;
	int			count = dyn_s3_list(bucket, prefix, &objects);
	const char *summary_key = find_summary(objects, count);

	*found = (DynLoadObjects) {.items = -1};
	if (summary_key != NULL)
	{
		read_manifest(bucket, summary_key, found);
		return;
	}
	found->objects = palloc0_array(DynLoadObject, Max(count, 1));
	for (int i = 0; i < count; i++)
	{
		size_t		len = strlen(objects[i].key);

		if (objects[i].size == 0 && len > 0 && objects[i].key[len - 1] == '/')
			continue;			/* an object that consoles create for a folder */
		found->objects[found->count++] = (DynLoadObject) {.key = objects[i].key, .size = objects[i].size, .items = -1};
		found->bytes += objects[i].size;
	}
}
