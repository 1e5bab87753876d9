/*
 * served.h - the databases that this server serves, each over HTTP on a port of its own and with a housekeeper
 *
 * They are those of dynapg.http_databases, or else the one of dynapg.http_database on dynapg.http_port.  Each has dynapg.http_workers
 * processes, which are numbered through all databases.
 */
#ifndef DYNAPG_BASE_SERVED_H
#define DYNAPG_BASE_SERVED_H

#include "base/port_list.h"

/* Their number, at least one. */
extern int	dyn_served_count(void);

extern const char *dyn_served_database(int number);

/* Its port; 0: no HTTP. */
extern int	dyn_served_port(int number);

/* The number of the database of that name, or -1. */
extern int	dyn_served_find(const char *database);

/* The number of worker processes of all databases, and which database a worker serves. */
extern int	dyn_served_workers(void);
extern int	dyn_served_by(int worker);

#endif							/* DYNAPG_BASE_SERVED_H */
