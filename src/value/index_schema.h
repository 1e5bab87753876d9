/*
 * index_schema.h - which attributes an index has as keys, and what an update must not make of them
 *
 * An update is judged by the item that it makes. Where that happens on a node of a distributed table, the table's definition is not at
 * hand: the schemas come with the update's program, as bytes.
 */
#ifndef DYNAPG_VALUE_INDEX_SCHEMA_H
#define DYNAPG_VALUE_INDEX_SCHEMA_H

#include "value/key.h"

typedef struct DynIndexSchema
{
	int			npk;			/* the first keys are those of the partition */
	int			nkeys;
	const DynKeyAttr *keys;
} DynIndexSchema;

/* The text for an update that sets a key of an index to such a value, which is empty. */
extern const char *dyn_index_schema_empty_text(DynValue v);

/* Why an update must not leave an item like that, or NULL: it cannot be in the index. */
extern const char *dyn_index_schema_violation(const DynIndexSchema *schema, DynValue new_item);

/* The program, which has a header of 4 bytes, and the schemas as one bytea in the current memory context. */
extern struct varlena *dyn_index_schema_pack(const struct varlena *program, const DynIndexSchema *schemas, int count);

/* The inverse, for bytes that are not trusted; schemas is palloc'd, and their names lie in the bytes. Returns the program. */
extern struct varlena *dyn_index_schema_unpack(const struct varlena *packed, DynIndexSchema **schemas, int *count);

#endif							/* DYNAPG_VALUE_INDEX_SCHEMA_H */
