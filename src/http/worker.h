/*
 * worker.h - the processes of the HTTP front
 */
#ifndef DYNAPG_HTTP_WORKER_H
#define DYNAPG_HTTP_WORKER_H

#include "postgres.h"

/*
 * Has the server start dynapg.http_workers workers when dynapg.http_port is set; once, from _PG_init, after the settings
 * are defined and while shared_preload_libraries are loaded.  Ends the start when trust is asked for where
 * others than this machine could use it.
 */
extern void dyn_http_register(void);

#endif							/* DYNAPG_HTTP_WORKER_H */
