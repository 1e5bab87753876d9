/*
 * base64.h - strict RFC 4648 base64 with DynamoDB's error texts
 */
#ifndef DYNAPG_BASE_BASE64_H
#define DYNAPG_BASE_BASE64_H

#include "postgres.h"

/* The most bytes that len bytes of base64 text can decode to. */
#define DYN_BASE64_DECODED_MAX(len) (((len) / 4) * 3)

/*
 * Decodes text into dst (room for DYN_BASE64_DECODED_MAX(len) bytes).  Returns the number of bytes,
 * or -1 with *error set to DynamoDB's text (palloc'd or static).
 */
extern int	dyn_base64_decode(const char *text, uint32 len, uint8 *dst, const char **error);

/* Encodes len bytes into dst (room for 4 * ((len + 2) / 3)); returns the number of characters. */
extern uint32 dyn_base64_encode(const uint8 *data, uint32 len, char *dst);

#endif							/* DYNAPG_BASE_BASE64_H */
