/*
 * port_lock.h - only one server serves HTTP on an address and port
 *
 * The workers of a server share its port by SO_REUSEPORT, which the kernel grants to every process of the account: another
 * server of that account would share it, too, and get some of the requests.  So the postmaster takes a lock before it
 * starts workers.
 *
 * It is an fcntl() lock on a file in shared memory, one file for each account, port and network namespace, covering the bytes
 * that stand for the address; a wildcard address locks all bytes. Only the postmaster holds it, so that it outlives workers and
 * their crashes, and the kernel releases it when the postmaster ends, in whatever way. A leftover file then has no meaning.
 */
#ifndef DYNAPG_HTTP_PORT_LOCK_H
#define DYNAPG_HTTP_PORT_LOCK_H

#include "postgres.h"

#include <sys/socket.h>

typedef enum DynPortLock
{
	DYN_PORT_LOCK_TAKEN,		/* by this process, until it ends */
	DYN_PORT_LOCK_HELD,			/* by another server */
	DYN_PORT_LOCK_FAILED		/* unknown; see errno */
} DynPortLock;

/* Locks the port on that address.  With DYN_PORT_LOCK_HELD, holder is that server's process, or 0 when it cannot be seen. */
extern DynPortLock dyn_port_lock_take(const struct sockaddr *address, int port, pid_t *holder);

/* Releases all locks. */
extern void dyn_port_lock_release(void);

#endif							/* DYNAPG_HTTP_PORT_LOCK_H */
