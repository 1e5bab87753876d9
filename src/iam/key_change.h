/*
 * key_change.h - access keys as the console's requests change them
 *
 * Each calls the function of SQL as the current role, so that who may not call it may not change keys here either.  Where signatures are
 * not checked, keys mean nothing, and everybody on the machine is the same role: nobody gets a key to keep.
 */
#ifndef DYNAPG_IAM_KEY_CHANGE_H
#define DYNAPG_IAM_KEY_CHANGE_H

#include "postgres.h"

#include "lib/stringinfo.h"

/* Appends the new key, {"AccessKeyId", "SecretAccessKey"}. */
extern void dyn_key_change_create(const char *role, StringInfo reply);

/* Raise ResourceNotFoundException for a key that the current user does not manage. */
extern void dyn_key_change_enable(const char *id, bool enabled);
extern void dyn_key_change_drop(const char *id);

#endif							/* DYNAPG_IAM_KEY_CHANGE_H */
