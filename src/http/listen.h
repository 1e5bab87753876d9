/*
 * listen.h - the sockets that the HTTP front listens on
 *
 * Layer 4 (http).
 */
#ifndef DYNAPG_HTTP_LISTEN_H
#define DYNAPG_HTTP_LISTEN_H

#include "postgres.h"

#define DYN_MAX_HTTP_SOCKETS	64

/* Are all of dynapg.http_listen_addresses those of this machine alone? */
extern bool dyn_listen_is_local(void);

/*
 * Opens a socket for each of the addresses on dynapg.http_port, which other workers open as well, and puts it into
 * sockets.  Returns their number, at least one; raises an error when none can be opened.
 */
extern int	dyn_listen_open(int *sockets);

#endif							/* DYNAPG_HTTP_LISTEN_H */
