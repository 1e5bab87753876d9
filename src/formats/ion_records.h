/*
 * ion_records.h - values of Amazon Ion as records
 */
#ifndef DYNAPG_FORMATS_ION_RECORDS_H
#define DYNAPG_FORMATS_ION_RECORDS_H

#include "formats/reader.h"

/* Reads the next record; *flaw is why it cannot be read. */
extern DynReadResult dyn_ion_records_read(DynRecords *records, const char **flaw);

#endif							/* DYNAPG_FORMATS_ION_RECORDS_H */
