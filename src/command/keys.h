/*
 * keys.h - requests' keys and items against a table's schema
 *
 * All checks of a request's key attributes are here, for the table and for its secondary indexes, each with DynamoDB's text.
 * The order is the service's: the table's partition key, its sort key, then
 * the indexes by name.
 */
#ifndef DYNAPG_COMMAND_KEYS_H
#define DYNAPG_COMMAND_KEYS_H

#include "expr/program.h"
#include "tables/table.h"
#include "value/tree.h"

/*
 * The key that a request's Key member (an open map) is for this table.  Raises ValidationException unless
 * it holds exactly the table's key attributes, with their types, neither empty nor too long.  The values point into the map's
 * bytes.
 */
extern DynKey dyn_keys_of_key(const DynTable *table, const DynNode *map);

/*
 * The key of an item to be stored.  Raises ValidationException when the table's key attributes are missing,
 * of another type, empty or too long, or when an attribute that is a key of an index cannot be one.  The values point into the
 * item's bytes.
 */
extern DynKey dyn_keys_of_item(const DynTable *table, DynValue item);

/*
 * The same for a put of a batch, where a key attribute that is missing or of another type is reported as a key that does not
 * match.
 */
extern DynKey dyn_keys_of_batch_item(const DynTable *table, DynValue item);

/*
 * Raises ValidationException when an action of the update gives a constant to an attribute that is a key
 * of an index and the constant has another type or is empty: this needs no item.
 */
extern void dyn_keys_check_constants(const DynTable *table, const DynProgram *program);

/*
 * Raises ValidationException when a path of the program (which may be NULL) goes into an attribute that is a key of the
 * table or of an index: keys are scalars.
 */
extern void dyn_keys_check_paths(const DynTable *table, const DynProgram *program);

/*
 * What is wrong with an updated item's index keys: NULL or DynamoDB's ValidationException text.  Also of keys that the update
 * leaves alone; of vectors only those that differ from the old item's (the empty map where there was none).
 */
extern const char *dyn_keys_update_violation(const DynTable *table, DynValue old_item, DynValue new_item);

/*
 * What keeps an item that has attributes of the index from being stored: NULL or DynamoDB's ValidationException text; and is that an
 * empty value?
 */
extern const char *dyn_keys_index_violation(const DynIndex *index, DynValue item, bool *empty);

/* DynamoDB's ValidationException text for an S or B of no bytes as the value of a key attribute; NULL for any other value. */
extern const char *dyn_keys_empty_violation(const DynKeyAttr *attr, DynValue v);

/* The text for key values that are too long: bytes of the partition and of the sort attributes together; or NULL. */
extern const char *dyn_keys_size_violation(uint32 hash_size, uint32 range_size);

/* Puts keys of one table into a total order, the same for every request.  It is not the order of reads. */
extern int	dyn_keys_compare(const DynKey *a, const DynKey *b);

/*
 * The same for items of any tables: the order in which all writers of several items lock them, so that they never wait for
 * each other in a circle.  0 is the same item.
 */
extern int	dyn_keys_compare_items(const DynTable *a_table, const DynKey *a, const DynTable *b_table, const DynKey *b);

#endif							/* DYNAPG_COMMAND_KEYS_H */
