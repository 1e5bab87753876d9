/*
 * capture.h - the trigger that records what is written to a table with a stream
 *
 * Layer 2 (changes).
 */
#ifndef DYNAPG_CHANGES_CAPTURE_H
#define DYNAPG_CHANGES_CAPTURE_H

#include "postgres.h"

/* From now on this backend's deletes from that table are those of Time to Live; InvalidOid: from none. */
extern void dyn_capture_by_service(Oid relid);

#endif							/* DYNAPG_CHANGES_CAPTURE_H */
