/*
 * server.h - what kind of server this is
 */
#ifndef DYNAPG_BASE_SERVER_H
#define DYNAPG_BASE_SERVER_H

/*
 * Why this server is none for clients, or NULL where it is one.  pg_upgrade copies a cluster by servers that it starts for itself: what
 * they write would be lost.  Other tools, too, start servers that nobody but they may reach.  Workers of ours have no place there.
 */
extern const char *dyn_server_is_private(void);

#endif							/* DYNAPG_BASE_SERVER_H */
