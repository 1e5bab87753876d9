/*
 * port_lock.c - only one server serves HTTP on an address and port
 */
#include "postgres.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/served.h"
#include "common/hashfn.h"
#include "http/port_lock.h"
#include "storage/ipc.h"

/*
 * An IPv4 address is the byte of the file with its number. IPv6 addresses follow; two of them practically never share a byte.
 *
 */
#define IPV4_BYTES	(INT64CONST(1) << 32)
#define IPV6_MASK	(INT64CONST(0x1fffffffffffffff))

/* The file of a port. */
typedef struct LockFile
{
	int			port;
	int			fd;
	char		name[64];
} LockFile;

static LockFile files[DYN_MAX_SERVED];
static int	nfiles = 0;

/* The file's name contains the account and the network namespace in which addresses and ports are valid. */
static void
name_file(LockFile *file)
{
	struct stat network;

	if (stat("/proc/self/ns/net", &network) != 0)
		network.st_ino = 0;
	snprintf(file->name, sizeof(file->name), "/dynapg-http.%u.%d.%llu", (unsigned int) geteuid(), file->port,
			 (unsigned long long) network.st_ino);
}

/* The open file of the port, or NULL with errno. */
static LockFile *
open_file(int port)
{
	LockFile   *file = &files[nfiles];

	for (int i = 0; i < nfiles; i++)
		if (files[i].port == port)
			return &files[i];
	if (nfiles == lengthof(files))
	{
		errno = EMFILE;
		return NULL;
	}
	file->port = port;
	name_file(file);
	file->fd = shm_open(file->name, O_RDWR | O_CREAT, S_IRUSR | S_IWUSR);
	if (file->fd < 0)
		return NULL;
	nfiles++;
	return file;
}

/* The bytes that stand for the address. */
static void
cover(const struct sockaddr *address, struct flock *lock)
{
	if (address->sa_family == AF_INET)
	{
		in_addr_t	number = ntohl(((const struct sockaddr_in *) address)->sin_addr.s_addr);

		lock->l_start = number == INADDR_ANY ? 0 : number;
		lock->l_len = number == INADDR_ANY ? IPV4_BYTES : 1;
	}
	else
	{
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *) address;
		bool		any = IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr);
		uint64		hash = hash_bytes_extended((const unsigned char *) &in6->sin6_addr, sizeof(in6->sin6_addr), in6->sin6_scope_id);

		lock->l_start = IPV4_BYTES + (any ? 0 : (off_t) (hash & IPV6_MASK));
		lock->l_len = any ? 0 : 1;	/* 0: to the end */
	}
}

/* Forgets the file that was opened last. */
static void
close_file(LockFile *file)
{
	close(file->fd);
	nfiles--;
}

void
dyn_port_lock_release(void)
{
	for (int i = 0; i < nfiles; i++)
		close(files[i].fd);
	nfiles = 0;
}

/* At the end of the postmaster: no file stays behind, unless another server has a lock on it.  The locks end with the process. */
static void
remove_files(int code, Datum argument)
{
	struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	for (int i = 0; i < nfiles; i++)
		if (fcntl(files[i].fd, F_SETLK, &all) == 0)
			(void) shm_unlink(files[i].name);
}

/* Locks those bytes of the open file. */
static DynPortLock
lock_bytes(int fd, const struct flock *bytes, pid_t *holder)
{
	struct flock lock = *bytes;

	if (fcntl(fd, F_SETLK, &lock) == 0)
		return DYN_PORT_LOCK_TAKEN;
	if (errno != EACCES && errno != EAGAIN)
		return DYN_PORT_LOCK_FAILED;
	if (fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK)
		*holder = lock.l_pid;
	return DYN_PORT_LOCK_HELD;
}

DynPortLock
dyn_port_lock_take(const struct sockaddr *address, int port, pid_t *holder)
{
	static bool removes = false;
	struct flock bytes = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	*holder = 0;
	cover(address, &bytes);
	for (;;)
	{
		LockFile   *file = open_file(port);
		struct stat state;
		DynPortLock outcome;

		if (file == NULL || fstat(file->fd, &state) != 0)
			return DYN_PORT_LOCK_FAILED;
		if (state.st_uid != geteuid())
		{
			errno = EPERM;		/* another account could hold its locks for ever */
			return DYN_PORT_LOCK_FAILED;
		}
		outcome = lock_bytes(file->fd, &bytes, holder);
		if (outcome == DYN_PORT_LOCK_TAKEN && (fstat(file->fd, &state) != 0 || state.st_nlink == 0))
		{
			close_file(file);	/* a server that ended removed it just now */
			continue;
		}
		if (outcome == DYN_PORT_LOCK_TAKEN && !removes)
		{
			on_proc_exit(remove_files, (Datum) 0);
			removes = true;
		}
		return outcome;
	}
}
