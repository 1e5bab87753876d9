/*
 * port_list.h - lists of databases with their ports, as settings have them: "app:8000, test:8001"
 */
#ifndef DYNAPG_BASE_PORT_LIST_H
#define DYNAPG_BASE_PORT_LIST_H

#include "postgres.h"

#define DYN_MAX_SERVED	16

typedef struct DynPort
{
	const char *database;
	int			port;
} DynPort;

/*
 * Reads a list, which may be empty, into pairs, with room for DYN_MAX_SERVED, in the current memory context.  Returns their number, or -1
 * with what is wrong.
 */
extern int	dyn_port_list_read(const char *setting, DynPort *pairs, const char **problem);

#endif							/* DYNAPG_BASE_PORT_LIST_H */
