/*
 * index_keys.h - lists of attribute names in one text: "a,b"
 *
 * A backslash stands before a comma or a backslash of a name.  A text, since PostgreSQL reads the expression of a generated column again
 * for each statement, byte by byte, and an array has many more.
 */
#ifndef DYNAPG_VALUE_INDEX_KEYS_H
#define DYNAPG_VALUE_INDEX_KEYS_H

#include "lib/stringinfo.h"

#include "value/value.h"

/* Appends a name to the list; a first one has no comma before it. */
extern void dyn_index_keys_append(StringInfo list, const char *name);

/* Takes the next name off the list; false where there is none.  The name borrows the list's bytes or is palloc'd. */
extern bool dyn_index_keys_next(DynSlice *list, DynSlice *name);

#endif							/* DYNAPG_VALUE_INDEX_KEYS_H */
