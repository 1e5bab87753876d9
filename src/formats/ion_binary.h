/*
 * ion_binary.h - the binary form of Amazon Ion
 */
#ifndef DYNAPG_FORMATS_ION_BINARY_H
#define DYNAPG_FORMATS_ION_BINARY_H

#include "formats/ion.h"

/*
 * Reads a value at the top level into records->text, in place, and what it is marked with.  *found is false for what is no value (a
 * version marker, padding).  False: the object has a flaw or, with *found false too, has ended.
 */
extern bool dyn_ion_binary_read(DynRecords *records, DynIonMarks *marks, bool *found);

#endif							/* DYNAPG_FORMATS_ION_BINARY_H */
