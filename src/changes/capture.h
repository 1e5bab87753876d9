/*
 * capture.h - the trigger that records what is written to a table with a stream
 *
 * Layer 2 (changes).
 */
#ifndef DYNAPG_CHANGES_CAPTURE_H
#define DYNAPG_CHANGES_CAPTURE_H

#include "postgres.h"

/* From now on this backend's deletes are those of Time to Live, or are not. */
extern void dyn_capture_by_service(bool on);

#endif							/* DYNAPG_CHANGES_CAPTURE_H */
