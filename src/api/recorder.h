/*
 * recorder.h - which operations and parameters requests have used: dynapg.recorded_calls
 *
 * Records while dynapg.recorder is on.  It keeps names of the API alone, no values and no names of attributes, in shared memory of a fixed
 * size: what does not fit is not recorded.
 */
#ifndef DYNAPG_API_RECORDER_H
#define DYNAPG_API_RECORDER_H

#include "api/shape.h"

/* Records a request of that operation and shape, which it has passed. */
extern void dyn_recorder_note(const char *operation, const DynShape *shape, const DynJson *request);

/* Reserves the memory; from _PG_init. */
extern void dyn_recorder_register(void);

#endif							/* DYNAPG_API_RECORDER_H */
