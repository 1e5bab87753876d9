/*
 * import_line.h - what a line of an import holds
 */
#ifndef DYNAPG_API_IMPORT_LINE_H
#define DYNAPG_API_IMPORT_LINE_H

#include "api/import.h"

/* Hands over what the document holds. */
extern void dyn_import_line_read(DynImport *import, const DynJson *document);

#endif							/* DYNAPG_API_IMPORT_LINE_H */
