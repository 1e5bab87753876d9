/*
 * shmem.c - the module's shared memory
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/shmem.h"

#include "base/compat.h"
#include "base/shmem.h"

#define MOST_PARTS	16

typedef struct Part
{
	const char *name;
	Size		size;
	bool		has_lock;
	void		(*attach) (void);
} Part;

static Part parts[MOST_PARTS];
static int	count = 0;
static DynShmemRequest next_shmem_request = NULL;
static shmem_startup_hook_type next_shmem_startup = NULL;

static void
request_all(void)
{
	if (next_shmem_request)
		next_shmem_request();
	for (int i = 0; i < count; i++)
	{
		RequestAddinShmemSpace(MAXALIGN(parts[i].size));
		if (parts[i].has_lock)
			RequestNamedLWLockTranche(parts[i].name, 1);
	}
}

static void
attach_all(void)
{
	if (next_shmem_startup)
		next_shmem_startup();
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	for (int i = 0; i < count; i++)
		parts[i].attach();
	LWLockRelease(AddinShmemInitLock);
}

void
dyn_shmem_register(const char *name, Size size, bool has_lock, void (*attach) (void))
{
	if (!process_shared_preload_libraries_in_progress)
		return;
	Assert(count < MOST_PARTS);
	parts[count++] = (Part) {name, size, has_lock, attach};
}

void
dyn_shmem_install(void)
{
	if (count == 0)
		return;
	next_shmem_request = dyn_compat_on_shmem_request(request_all);
	next_shmem_startup = shmem_startup_hook;
	shmem_startup_hook = attach_all;
}

void *
dyn_shmem_struct(const char *name, Size size, bool *found)
{
	void	   *memory = ShmemInitStruct(name, size, found);

	if (!*found)
		memset(memory, 0, size);
	return memory;
}

LWLock *
dyn_shmem_lock(const char *name)
{
	return &GetNamedLWLockTranche(name)->lock;
}
