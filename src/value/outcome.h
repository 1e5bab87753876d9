/*
 * outcome.h - what a write of one row found and left, as bytes
 *
 * Where a write runs on a node of a distributed table, nothing of that process's memory reaches the server that asked for it. So
 * RETURNING brings the outcome: dynapg.node_write makes it, dynapg.node_outcome returns it, store/sharded.c reads it.
 */
#ifndef DYNAPG_VALUE_OUTCOME_H
#define DYNAPG_VALUE_OUTCOME_H

#include "postgres.h"

/* What the asking server wants: the last argument of dynapg.node_write. */
#define DYN_NODE_KEEP_OLD	0x01
#define DYN_NODE_KEEP_NEW	0x02
#define DYN_NODE_UPDATE		0x04	/* the new item is the old one with the program's update; else it is the given one */
#define DYN_NODE_CHECK		0x08	/* the row stays as it is */
#define DYN_NODE_INDEXES	0x10	/* the program comes with the schemas of indexes, which the new item has to fit (index_schema.h) */

typedef enum DynVerdict
{
	DYN_VERDICT_INSERTED = 'i', /* there was no row */
	DYN_VERDICT_HELD = 'h',
	DYN_VERDICT_FAILED = 'f',	/* the condition is false for the row, which stays as it is */
	DYN_VERDICT_VIOLATION = 'v' /* the update does not fit the row, which stays as it is */
} DynVerdict;

typedef struct DynOutcome
{
	DynVerdict	verdict;
	struct varlena *old_item;	/* NULL: not wanted, or there was none */
	struct varlena *new_item;
	const char *violation;
} DynOutcome;

/* The bytes, a bytea in the current memory context. */
extern struct varlena *dyn_outcome_pack(const DynOutcome *outcome);

/* The outcome of the bytes, which are not trusted, in the current memory context. */
extern DynOutcome dyn_outcome_unpack(const struct varlena *packed);

#endif							/* DYNAPG_VALUE_OUTCOME_H */
