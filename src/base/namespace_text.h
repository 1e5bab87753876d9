/*
 * namespace_text.h - namespaces of tables as texts
 *
 * A namespace is KEY, @REGION or KEY@REGION: an access key id, or another name of the characters a-z A-Z 0-9 _ . -, and an AWS region.
 * The catalogs and all code below the API know a table by its full name: NAMESPACE/NAME, or NAME for a table in no namespace. As '/' is
 * legal neither in a namespace nor in the name of a table, a full name has one reading, and no name that a request can give is one.
 */
#ifndef DYNAPG_BASE_NAMESPACE_TEXT_H
#define DYNAPG_BASE_NAMESPACE_TEXT_H

#include "base/json.h"
#include "base/limits.h"

#define DYN_MAX_NAMESPACE (DYN_MAX_NAMESPACE_KEY + 1 + DYN_MAX_REGION)
#define DYN_MAX_FULL_NAME (DYN_MAX_NAMESPACE + 1 + DYN_MAX_TABLE_NAME)

/* May these be the parts of a namespace?  Neither may be empty. */
extern bool dyn_namespace_text_is_key(DynSlice key);
extern bool dyn_namespace_text_is_region(DynSlice region);

/* Is it a namespace, or empty? */
extern bool dyn_namespace_text_is_legal(const char *text);

/* The name in a full name, within its bytes. */
extern const char *dyn_namespace_text_name(const char *full);

/* The namespace of a full name; empty for none. */
extern char *dyn_namespace_text_of(const char *full);

#endif							/* DYNAPG_BASE_NAMESPACE_TEXT_H */
