/*
 * import_line.h - the content of a line of an import
 */
#ifndef DYNAPG_API_IMPORT_LINE_H
#define DYNAPG_API_IMPORT_LINE_H

#include "api/import.h"

/* Hands over the content of the document. */
extern void dyn_import_line_read(DynImport *import, const DynJson *document);

#endif							/* DYNAPG_API_IMPORT_LINE_H */
