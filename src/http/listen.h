/*
 * listen.h - the sockets that the HTTP front listens on
 */
#ifndef DYNAPG_HTTP_LISTEN_H
#define DYNAPG_HTTP_LISTEN_H

#include "postgres.h"

#define DYN_MAX_HTTP_SOCKETS	64

/*
 * Once, while the server starts: translates dynapg.http_listen_addresses.  Workers listen on these addresses, so that nothing
 * that was checked here changes later. "localhost" is 127.0.0.1 and ::1, whatever the system resolves it to.
 */
extern void dyn_listen_resolve(void);

/* Are all addresses reachable only from this machine? */
extern bool dyn_listen_is_local(void);

/*
 * Reserves the ports of all databases (base/served.h) on the addresses for this server.  False if there is no address, or another server
 * has one; the log says so.
 */
extern bool dyn_listen_reserve(void);

/*
 * Opens a socket for each of the addresses on that port, which other workers of the same database open as well, and puts it into
 * sockets.  Returns their number, at least one; raises an error when none can be opened.
 */
extern int	dyn_listen_open(int port, int *sockets);

#endif							/* DYNAPG_HTTP_LISTEN_H */
