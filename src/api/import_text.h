/*
 * import_text.h - the texts of an import, as lines and as documents of several lines
 */
#ifndef DYNAPG_API_IMPORT_TEXT_H
#define DYNAPG_API_IMPORT_TEXT_H

#include "api/import.h"

/* One JSON document, or JSON lines. */
extern void dyn_import_text(DynImport *import, const char *text, size_t len);

/* A JSON document that is parsed already: the next line. */
extern void dyn_import_text_json(DynImport *import, const DynJson *document);

#endif							/* DYNAPG_API_IMPORT_TEXT_H */
