/*
 * secret.h - the secrets of access keys
 *
 * A secret has to be stored in the clear, since the server needs it to check signatures. It is only in dynapg.access_secrets,
 * by the key's id: dynapg.access_keys has a column for it, so that a superuser can write keys by SQL, but a trigger moves the
 * secret away before the row is stored.
 *
 * The table is read and written directly, without statements: so no secret is a parameter or a constant that a log, a plan or
 * a view of statistics could show.  Rows are only ever added and deleted, never changed, and added in such a way that logical
 * decoding has no row to show to any plugin. There are no statistics of the column. SQL that would write the table is refused,
 * or ignored where replication applies it.
 */
#ifndef DYNAPG_IAM_SECRET_H
#define DYNAPG_IAM_SECRET_H

#include "postgres.h"

#define DYN_MAX_ACCESS_SECRET	128 /* characters; ours are of 40 */

/* Stores the secret of a key.  Raises 23505 where the key has one, 22023 where it is empty or too long. */
extern void dyn_secret_keep(const char *id, const char *secret);

/* Reads it; false where the key has none. */
extern bool dyn_secret_read(const char *id, char secret[DYN_MAX_ACCESS_SECRET + 1]);

#endif							/* DYNAPG_IAM_SECRET_H */
