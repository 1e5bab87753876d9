/*
 * worker.h - the processes of the HTTP front
 */
#ifndef DYNAPG_HTTP_WORKER_H
#define DYNAPG_HTTP_WORKER_H

#include "postgres.h"

/*
 * Registers dynapg.http_workers workers with the server if dynapg.http_port is set; once, from _PG_init, after the settings are
 * defined and while shared_preload_libraries are loaded. Stops the server's start if `trust` would be reachable from other
 * machines.
 */
extern void dyn_http_register(void);

#endif							/* DYNAPG_HTTP_WORKER_H */
