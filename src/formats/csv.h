/*
 * csv.h - lines of CSV as records
 */
#ifndef DYNAPG_FORMATS_CSV_H
#define DYNAPG_FORMATS_CSV_H

#include "formats/reader.h"

/* Reads the next record; *flaw is why it cannot be read. */
extern DynReadResult dyn_csv_read(DynRecords *records, const char **flaw);

#endif							/* DYNAPG_FORMATS_CSV_H */
