/*
 * folder.c - buckets that are folders below dynapg.s3_directory
 *
 * The key of an object is the path of its file.  A path is walked folder by folder, starting at the bucket's, and no symbolic
 * link is followed on the way or at its end: so nothing outside of the bucket is reached, and there are no cycles.  Parts of
 * keys that are empty, "." or
 * ".." are refused.
 *
 * A file is written under a temporary name in its folder, which no listing shows, made durable, and then renamed.  A crash
 * leaves that
 * file behind; the next writer of the key replaces it.
 */
#include "postgres.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/hashfn.h"
#include "miscadmin.h"
#include "storage/fd.h"

#include "base/compat.h"
#include "base/errors.h"
#include "base/guc.h"
#include "bucket/kind.h"

#define UNFINISHED ".dynapg-unfinished-"	/* prefix of a file's name until it is complete */
#define FILE_MODE 0644			/* as of files that COPY makes */
#define FOLDER_MODE 0755
#define MAX_PART 255			/* bytes between two slashes */

typedef struct Folder
{
	int			fd;				/* of the bucket's folder */
} Folder;

typedef struct FileReader
{
	DynS3Reader reader;
	int			fd;
} FileReader;

typedef struct FileWriter
{
	DynS3Writer writer;
	int			folder;			/* that the file is in; -1: closed */
	int			fd;
	char		unfinished[64]; /* its name there, until it is complete */
	char		name[MAX_PART + 1];
} FileWriter;

/* ---- errors ---- */

pg_attribute_noreturn() static void
refuse_link(const char *key)
{
	dyn_error_failure(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION, "S3AccessDenied",
				"Access denied: the path of \"%s\" has a symbolic link, or something else that does not belong to this folder", key);
}

/* Raises the error of a system call; saved_errno is errno. */
pg_attribute_noreturn() static void
fail(int saved_errno, const char *what, const char *key)
{
	errno = saved_errno;
	if (errno == EACCES || errno == EPERM || errno == EROFS)
		dyn_error_failure(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION, "S3AccessDenied", "Access denied: could not %s \"%s\": %m", what, key);
	ereport(ERROR, (errcode_for_file_access(), errmsg("could not %s \"%s\" in a bucket: %m", what, key)));
}

/* ---- paths ---- */

/* Raises an error for a key that is not a path below a folder. */
static void
check_key(const char *key)
{
	size_t		len = strlen(key);
	const char *part = key;

	if (len == 0 || len > DYN_MAX_BUCKET_KEY)
		dyn_error_failure(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION, "S3InvalidKey", "A key has 1 to %d bytes", DYN_MAX_BUCKET_KEY);
	while (part)
	{
		const char *slash = strchr(part, '/');
		size_t		size = slash ? (size_t) (slash - part) : strlen(part);

		if (size == 0 || size > MAX_PART || (size == 1 && part[0] == '.') || (size == 2 && part[0] == '.' && part[1] == '.') ||
			strncmp(part, UNFINISHED, strlen(UNFINISHED)) == 0)
			dyn_error_failure(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION, "S3InvalidKey", "The key is not valid in a folder: \"%s\"", key);
		part = slash ? slash + 1 : NULL;
	}
}

/* Opens a folder in a folder; -1 where there is none, with errno. */
static int
open_folder(int parent, const char *name)
{
	return openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Is the errno that of open_folder for a symbolic link or a file? */
static bool
is_no_folder(int saved_errno)
{
	return saved_errno == ELOOP || saved_errno == ENOTDIR;
}

/* The same, for writing: makes it where it is missing. */
static int
make_folder(int parent, const char *name)
{
	int			fd = open_folder(parent, name);

	if (fd >= 0 || errno != ENOENT)
		return fd;
	if (mkdirat(parent, name, FOLDER_MODE) == 0)
		(void) pg_fsync(parent);
	else if (errno != EEXIST)
		return -1;
	return open_folder(parent, name);
}

/*
 * Walks to the folder of a path, whose last part is copied to name; -1 where a folder on the way is missing.  make creates
 * those.
 */
static int
walk(DynS3Bucket *bucket, const char *path, char *name, bool make)
{
	int			fd = dup(((Folder *) bucket->state)->fd);
	const char *part = path;
	const char *slash;

	while (fd >= 0 && (slash = strchr(part, '/')) != NULL)
	{
		int			parent = fd;
		int			saved_errno;
		char		folder[MAX_PART + 1];

		strlcpy(folder, part, Min((size_t) (slash - part) + 1, sizeof(folder)));
		fd = make ? make_folder(parent, folder) : open_folder(parent, folder);
		saved_errno = errno;
		close(parent);
		errno = saved_errno;
		part = slash + 1;
	}
	if (fd < 0 && is_no_folder(errno))
		refuse_link(path);
	if (fd < 0 && (make || errno != ENOENT))
		fail(errno, "open", path);
	strlcpy(name, part, MAX_PART + 1);
	return fd;
}

/* ---- the bucket ---- */

static void
folder_open(DynS3Bucket *bucket)
{
	Folder	   *folder = palloc0_object(Folder);
	int			root = open(dyn_guc_s3_directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int			saved_errno;

	if (root < 0)
		ereport(ERROR, (errcode_for_file_access(), errmsg("could not open dynapg.s3_directory \"%s\": %m", dyn_guc_s3_directory)));
	folder->fd = openat(root, bucket->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	saved_errno = errno;
	close(root);
	bucket->state = folder;
	if (folder->fd >= 0)
		return;
	if (saved_errno == ENOENT)
		dyn_s3_missing(bucket);
	if (is_no_folder(saved_errno))
		refuse_link(bucket->name);
	fail(saved_errno, "open", bucket->name);
}

static void
folder_close(DynS3Bucket *bucket)
{
	close(((Folder *) bucket->state)->fd);
}

/* ---- listing ---- */

/* The names in a folder, whose descriptor is closed. */
static List *
read_names(int fd, const char *path)
{
	DIR		   *folder = fdopendir(fd);
	List	   *names = NIL;
	struct dirent *entry;

	if (folder == NULL)
	{
		int			saved_errno = errno;

		close(fd);
		fail(saved_errno, "read", path);
	}
	PG_TRY();
	{
		while ((errno = 0, entry = readdir(folder)) != NULL)
		{
			CHECK_FOR_INTERRUPTS();
			if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
				strncmp(entry->d_name, UNFINISHED, strlen(UNFINISHED)) != 0)
				names = lappend(names, pstrdup(entry->d_name));
		}
		if (errno != 0)
			fail(errno, "read", path);
	}
	PG_FINALLY();
	{
		closedir(folder);
	}
	PG_END_TRY();
	return names;
}

/* Can a path below this one, which ends with a slash, or this one begin with the prefix? */
static bool
leads_to(const char *path, const char *prefix, bool is_folder)
{
	size_t		path_len = strlen(path);
	size_t		prefix_len = strlen(prefix);

	if (is_folder && path_len < prefix_len)
		return strncmp(path, prefix, path_len) == 0;
	return strncmp(path, prefix, prefix_len) == 0;
}

static void list_folder(int fd, const char *path, const char *prefix, DynS3Listing *listing);

static void
list_entry(int fd, const char *path, const char *name, const char *prefix, DynS3Listing *listing)
{
	char	   *key = psprintf("%s%s", path, name);
	struct stat status;

	if (!leads_to(key, prefix, false) && !leads_to(psprintf("%s/", key), prefix, true))
		return;
	dyn_s3_check_text(key, strlen(key));
	if (fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
	{
		if (errno == ENOENT)
			return;				/* deleted meanwhile */
		fail(errno, "look at", key);
	}
	if (S_ISDIR(status.st_mode))
	{
		int			folder;

		if (strlen(key) >= DYN_MAX_BUCKET_KEY)
			dyn_error_failure(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION, "S3InvalidKey", "A key has 1 to %d bytes", DYN_MAX_BUCKET_KEY);
		folder = open_folder(fd, name);
		if (folder < 0 && is_no_folder(errno))
			refuse_link(key);
		if (folder < 0)
			fail(errno, "open", key);
		list_folder(folder, psprintf("%s/", key), prefix, listing);
	}
	else if (!leads_to(key, prefix, false))
		return;
	else if (S_ISREG(status.st_mode))
		dyn_s3_found(listing, key, strlen(key), status.st_size);
	else
		refuse_link(key);
}

/* Lists what is in a folder and below it; closes its descriptor. */
static void
list_folder(int fd, const char *path, const char *prefix, DynS3Listing *listing)
{
	List	   *names;
	ListCell   *cell;
	int			copy = dup(fd);

	check_stack_depth();
	PG_TRY();
	{
		if (copy < 0)
			fail(errno, "open", path);
		names = read_names(copy, path);
		foreach(cell, names)
		{
			CHECK_FOR_INTERRUPTS();
			list_entry(fd, path, lfirst(cell), prefix, listing);
		}
	}
	PG_FINALLY();
	{
		close(fd);
	}
	PG_END_TRY();
}

static void
folder_list(DynS3Bucket *bucket, const char *prefix, DynS3Listing *listing)
{
	int			fd = openat(((Folder *) bucket->state)->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		fail(errno, "open", bucket->name);
	list_folder(fd, "", prefix, listing);
}

/* ---- reading ---- */

static DynS3Reader *
folder_read(DynS3Bucket *bucket, const char *key, int64 offset)
{
	FileReader *file = palloc0_object(FileReader);
	char		name[MAX_PART + 1];
	struct stat status;
	int			folder;
	int			saved_errno;

	check_key(key);
	folder = walk(bucket, key, name, false);
	if (folder < 0)
		return NULL;
	/* a pipe without a writer would block the call */
	file->fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	saved_errno = errno;
	close(folder);
	if (file->fd < 0 && saved_errno == ENOENT)
		return NULL;
	if (file->fd < 0 && saved_errno == ELOOP)
		refuse_link(key);
	if (file->fd < 0)
		fail(saved_errno, "open", key);
	if (fstat(file->fd, &status) != 0 || !S_ISREG(status.st_mode) || lseek(file->fd, offset, SEEK_SET) < 0)
	{
		bool		is_folder = S_ISDIR(status.st_mode);

		close(file->fd);
		if (is_folder)
			return NULL;
		refuse_link(key);
	}
	return &file->reader;
}

static size_t
folder_read_some(DynS3Reader *reader, void *buffer, size_t size)
{
	FileReader *file = (FileReader *) reader;
	ssize_t		got;

	do
	{
		CHECK_FOR_INTERRUPTS();
		got = read(file->fd, buffer, size);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		fail(errno, "read", reader->key);
	return (size_t) got;
}

static void
folder_read_end(DynS3Reader *reader)
{
	close(((FileReader *) reader)->fd);
}

/* ---- writing ---- */

static DynS3Writer *
folder_write(DynS3Bucket *bucket, const char *key)
{
	FileWriter *file = palloc0_object(FileWriter);
	int			saved_errno;

	check_key(key);
	file->folder = walk(bucket, key, file->name, true);
	snprintf(file->unfinished, sizeof(file->unfinished), UNFINISHED "%016llx",
			 (unsigned long long) DatumGetUInt64(hash_any_extended((const unsigned char *) file->name, (int) strlen(file->name), 0)));
	(void) unlinkat(file->folder, file->unfinished, 0);
	file->fd = openat(file->folder, file->unfinished, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
	if (file->fd >= 0)
	{
		(void) fchmod(file->fd, FILE_MODE);
		return &file->writer;
	}
	saved_errno = errno;
	close(file->folder);
	fail(saved_errno, "create", key);
}

static void
folder_write_some(DynS3Writer *writer, const void *data, size_t size)
{
	FileWriter *file = (FileWriter *) writer;
	const char *at = data;

	while (size > 0)
	{
		ssize_t		done;

		errno = 0;
		done = write(file->fd, at, size);
		if (done < 0 && errno == EINTR)
		{
			CHECK_FOR_INTERRUPTS();
			continue;
		}
		if (done <= 0)
			fail(errno ? errno : ENOSPC, "write", writer->key);
		at += done;
		size -= done;
	}
}

static void
folder_write_abort(DynS3Writer *writer)
{
	FileWriter *file = (FileWriter *) writer;

	close(file->fd);
	(void) unlinkat(file->folder, file->unfinished, 0);
	close(file->folder);
}

static void
folder_write_end(DynS3Writer *writer, DynS3Written *written)
{
	FileWriter *file = (FileWriter *) writer;

	if (pg_fsync(file->fd) != 0 || renameat(file->folder, file->unfinished, file->folder, file->name) != 0)
		fail(errno, "write", writer->key);
	(void) pg_fsync(file->folder);
	close(file->fd);
	close(file->folder);
}

const DynS3Kind dyn_s3_folder = {
	.open = folder_open,
	.close = folder_close,
	.list = folder_list,
	.read = folder_read,
	.read_some = folder_read_some,
	.read_end = folder_read_end,
	.write = folder_write,
	.write_some = folder_write_some,
	.write_end = folder_write_end,
	.write_abort = folder_write_abort
};
