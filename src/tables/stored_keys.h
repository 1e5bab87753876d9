/*
 * stored_keys.h - the column keys of a data table: what its secondary indexes index
 *
 * PostgreSQL leaves an update out of the indexes (HOT) only where no column that an index names changes, and any update changes the
 * column item.  So a table with secondary indexes has one more column, of which all its indexes are made:
 *
 *		keys dynapg.item GENERATED ALWAYS AS (dynapg.index_keys(item, 'a,b')) STORED
 *
 * It holds those of the attributes a and b that the item has, and changes only when one of them does.  PostgreSQL fills it for every
 * writer.  An index that needs an attribute which it does not hold is made over item, as are those of tables without the column:
 * no table gets another column of that kind without being rewritten, which dynapg.store_index_keys does.
 *
 * The column belongs to the table's owner, who may change or drop it: what it holds is read from its expression each time.
 */
#ifndef DYNAPG_TABLES_STORED_KEYS_H
#define DYNAPG_TABLES_STORED_KEYS_H

#include "lib/stringinfo.h"

#include "tables/definition.h"

/*
 * The definition of the column for a table's indexes, and for one more attribute unless it is NULL; NULL where they need none.
 */
extern char *dyn_stored_keys_definition(const DynTableDef *def, const char *attribute);

/*
 * What comes after a statement that adds the column: it stays as it is as long as possible, since an update whose old value is
 * compressed changes it.
 */
#define DYN_STORED_KEYS_STORAGE "ALTER COLUMN " DYN_KEYS_COLUMN " SET STORAGE MAIN"

/* Does the table have a column of that name? And is it ours? */
extern bool dyn_stored_keys_exist(Oid relid);
extern bool dyn_stored_keys_are_ours(Oid relid);

/* Does the table have the column, and does it hold these attributes? */
extern bool dyn_stored_keys_hold(Oid relid, const DynKeyAttr *attributes, int count);

/* Is an index over item or keys, not only over pk and sk?  False for one on vectors, which is always over item. */
extern bool dyn_stored_keys_needed(const DynTableDef *def, const DynIndex *index);

/* Is it such an index, and can it be made over keys? */
extern bool dyn_stored_keys_serve(const DynTableDef *def, const DynIndex *index);

#endif							/* DYNAPG_TABLES_STORED_KEYS_H */
