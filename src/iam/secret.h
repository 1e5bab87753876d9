/*
 * secret.h - the secrets of access keys
 *
 * A secret has to be stored as it is, since the server needs it to check signatures.  It is in dynapg.access_secrets, by the key's
 * id, and in no other place: dynapg.access_keys has a column for it, so that a superuser can write keys by SQL, but a trigger moves
 * what is written there, before the row is.
 *
 * The table is read and written directly, without statements: so no secret is a parameter or a constant that a log, a plan or
 * a view of statistics could show.  Rows are only ever added and deleted, never changed, and added in such a way that logical
 * decoding has no row to show, to whichever plugin.  There are no statistics of the column.  SQL that would write the table is
 * refused, or, where replication applies it, passed over.
 */
#ifndef DYNAPG_IAM_SECRET_H
#define DYNAPG_IAM_SECRET_H

#include "postgres.h"

#define DYN_MAX_ACCESS_SECRET	128 /* characters; ours are of 40 */

/* Keeps the secret of a key.  Raises 23505 where the key has one, 22023 where it is empty or too long. */
extern void dyn_secret_keep(const char *id, const char *secret);

/* Reads it; false where the key has none. */
extern bool dyn_secret_read(const char *id, char secret[DYN_MAX_ACCESS_SECRET + 1]);

#endif							/* DYNAPG_IAM_SECRET_H */
