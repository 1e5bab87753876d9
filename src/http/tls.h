/*
 * tls.h - TLS over a non-blocking socket, by OpenSSL
 */
#ifndef DYNAPG_HTTP_TLS_H
#define DYNAPG_HTTP_TLS_H

#include "postgres.h"

typedef struct DynTls DynTls;

/* Results of a read or write other than a number of bytes. */
#define DYN_TLS_AGAIN		(-1)	/* when the socket is readable */
#define DYN_TLS_AGAIN_WRITE (-2)	/* when the socket is writable */
#define DYN_TLS_FAILED		(-3)

/*
 * Loads the certificate and key that the settings name.  With neither, connections are plain. Raises an error if loading fails;
 * what was loaded before then stays in use.
 */
extern void dyn_tls_load(void);

/* Are new connections TLS's? */
extern bool dyn_tls_enabled(void);

/* The server's side of a connection on that socket; NULL when memory is short. The handshake happens during reads. */
extern DynTls *dyn_tls_open(int fd);

/* Ends and frees it; the socket stays open. */
extern void dyn_tls_close(DynTls *tls);

/* Read and write some bytes; 0 from a read is the end of the stream.  Never raise an error. */
extern int	dyn_tls_read(DynTls *tls, char *data, int len);
extern int	dyn_tls_write(DynTls *tls, const char *data, int len);

/* Are there bytes that were received already, which the socket no longer reports? */
extern bool dyn_tls_pending(DynTls *tls);

#endif							/* DYNAPG_HTTP_TLS_H */
