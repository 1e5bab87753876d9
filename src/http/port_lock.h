/*
 * port_lock.h - one server alone serves HTTP on an address and port
 *
 * The workers of a server share its port by SO_REUSEPORT, which the kernel grants to every process of the account: another
 * server of that account would share it as well, and get some of the requests.  So the postmaster takes a lock before it
 * starts workers.
 *
 * It is a lock of fcntl() on a file in shared memory, one file for each account, port and network namespace, and in it the
 * bytes that stand for the address; an address that stands for all of them locks all bytes.  It is the postmaster's alone, so
 * that it outlives workers and crashes of them, and the kernel releases it when the postmaster ends, in whatever way.  What
 * is left of the file is then of no meaning.
 */
#ifndef DYNAPG_HTTP_PORT_LOCK_H
#define DYNAPG_HTTP_PORT_LOCK_H

#include "postgres.h"

#include <sys/socket.h>

typedef enum DynPortLock
{
	DYN_PORT_LOCK_TAKEN,		/* by this process, until it ends */
	DYN_PORT_LOCK_HELD,			/* by another server */
	DYN_PORT_LOCK_FAILED		/* nobody can tell; see errno */
} DynPortLock;

/* Locks the port on that address.  With DYN_PORT_LOCK_HELD, holder is that server's process, or 0 when it cannot be seen. */
extern DynPortLock dyn_port_lock_take(const struct sockaddr *address, int port, pid_t *holder);

/* Gives back all that was taken. */
extern void dyn_port_lock_release(void);

#endif							/* DYNAPG_HTTP_PORT_LOCK_H */
