/*
 * housekeeper.h - the background worker that runs the jobs
 *
 * Layer 2 (changes).
 */
#ifndef DYNAPG_CHANGES_HOUSEKEEPER_H
#define DYNAPG_CHANGES_HOUSEKEEPER_H

/*
 * Has the server start the worker where there is an HTTP front, for the database that it serves; once, from _PG_init, after
 * the settings are defined and while shared_preload_libraries are loaded.
 */
extern void dyn_housekeeper_register(void);

#endif							/* DYNAPG_CHANGES_HOUSEKEEPER_H */
