/*
 * shmem.h - the module's shared memory
 *
 * Each part is registered in _PG_init.  One pair of PostgreSQL's hooks serves all parts: one asks for the memory and the locks, in the
 * other each process finds them.  A server that has not preloaded the module has no parts, and registering does nothing.
 */
#ifndef DYNAPG_BASE_SHMEM_H
#define DYNAPG_BASE_SHMEM_H

#include "storage/lwlock.h"

/* Asks for size bytes, and for a lock if has_lock; attach finds them, with the functions below. */
extern void dyn_shmem_register(const char *name, Size size, bool has_lock, void (*attach) (void));

/* Sets the hooks; at the end of _PG_init. */
extern void dyn_shmem_install(void);

/* The structure with that name; *found: it was there.  A new one is all zero. */
extern void *dyn_shmem_struct(const char *name, Size size, bool *found);

/* The lock that was asked for with that name. */
extern LWLock *dyn_shmem_lock(const char *name);

#endif							/* DYNAPG_BASE_SHMEM_H */
