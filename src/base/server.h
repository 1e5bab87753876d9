/*
 * server.h - what kind of server this is
 */
#ifndef DYNAPG_BASE_SERVER_H
#define DYNAPG_BASE_SERVER_H

/*
 * Why this server is not for clients, or NULL if it is. pg_upgrade starts servers of its own to copy a cluster: what they write
 * would be lost. Other tools, too, start servers for their private use. Our workers must not run there.
 */
extern const char *dyn_server_is_private(void);

#endif							/* DYNAPG_BASE_SERVER_H */
