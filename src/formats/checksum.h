/*
 * checksum.h - the MD5 checksum of an object that is read, over several transactions
 *
 * PostgreSQL's own hash states end with the transaction that makes them.
 */
#ifndef DYNAPG_FORMATS_CHECKSUM_H
#define DYNAPG_FORMATS_CHECKSUM_H

#include "postgres.h"

typedef struct DynChecksum DynChecksum;

/* Begins one, in the current memory context, which frees it. */
extern DynChecksum *dyn_checksum_begin(void);

extern void dyn_checksum_add(DynChecksum *checksum, const void *data, size_t len);

/* The checksum in base64, palloc'd. */
extern char *dyn_checksum_end(DynChecksum *checksum);

#endif							/* DYNAPG_FORMATS_CHECKSUM_H */
