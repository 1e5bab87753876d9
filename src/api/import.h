/*
 * import.h - items of files, line by line, into tables
 *
 * Model.  An import takes lines, each with one or many entries (import_line.c), and writes them by BatchWriteItem in batches of
 * 25, each in a subtransaction.  A batch that fails is written again entry by entry, by PutItem and DeleteItem, in the order of
 * the lines: so an error affects only its entry, and of two entries with the same key the last one wins. Errors of entries are
 * counted, and listed up to a limit. Errors that concern more than an entry (no such table, no right to write it, a cancel) are
 * raised.
 */
#ifndef DYNAPG_API_IMPORT_H
#define DYNAPG_API_IMPORT_H

#include "lib/stringinfo.h"

#include "base/json.h"

typedef struct DynImport DynImport;

/* Starts an import, which lives in a child of the current memory context. */
extern DynImport *dyn_import_begin(void);

/* The next lines go to that table; with data NULL, to the tables that they name. */
extern void dyn_import_into(DynImport *import, DynSlice table);

/* Writes what is left, and appends the counts and the errors as the members of a JSON object. */
extern void dyn_import_finish(DynImport *import, StringInfo reply);

/* ---- for import_text.c and import_line.c ---- */

/* The next line begins: its table is that of the import. */
extern void dyn_import_next_line(DynImport *import);

/* The line is no JSON. */
extern void dyn_import_refuse_line(DynImport *import, const char *text, size_t len);

/* Memory until the end of a line. */
extern MemoryContext dyn_import_scratch(DynImport *import);

/* The actions of a line. Keys and items are JSON objects. */
extern void dyn_import_put(DynImport *import, const DynJson *item);
extern void dyn_import_delete(DynImport *import, const DynJson *key);

/* The same for the entries of a table that the line names; false where they are not for the table of the import. */
extern bool dyn_import_switch(DynImport *import, DynSlice table);

/* An entry that cannot be read. */
extern void dyn_import_refuse(DynImport *import, const DynJson *entry, const char *message);

#endif							/* DYNAPG_API_IMPORT_H */
