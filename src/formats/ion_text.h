/*
 * ion_text.h - the text form of Amazon Ion
 */
#ifndef DYNAPG_FORMATS_ION_TEXT_H
#define DYNAPG_FORMATS_ION_TEXT_H

#include "formats/ion.h"

/*
 * Reads a top-level value into records->text, in place, and its annotations. *found is false for anything but a value (a
 * version marker, padding).  False: the object has a flaw or, with *found false too, has ended.
 */
extern bool dyn_ion_text_read(DynRecords *records, DynIonMarks *marks, bool *found);

#endif							/* DYNAPG_FORMATS_ION_TEXT_H */
