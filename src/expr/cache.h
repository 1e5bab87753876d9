/*
 * cache.h - parsed expression texts, kept per backend
 *
 * A bounded least-recently-used cache from (kind, text) to template in a memory context of its own.
 */
#ifndef DYNAPG_EXPR_CACHE_H
#define DYNAPG_EXPR_CACHE_H

#include "expr/template.h"

/* Bounds of the cache; both hold. */
#define DYN_CACHE_MAX_ENTRIES	1024
#define DYN_CACHE_MAX_BYTES		(4 * 1024 * 1024)

/* Templates that one request may hold: the last ones requested are never evicted. */
#define DYN_CACHE_MIN_ENTRIES	8

/*
 * The template of the text, parsed if it was not seen before (see dyn_expr_parse for errors).  It stays valid until
 * DYN_CACHE_MIN_ENTRIES - 1 other texts were asked for.
 */
extern const DynTemplate *dyn_expr_template(DynExprKind kind, DynSlice text, const DynWording *wording);

#endif							/* DYNAPG_EXPR_CACHE_H */
