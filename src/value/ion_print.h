/*
 * ion_print.h - attribute values as Amazon Ion text, as exports have them
 *
 *		S string, N decimal, B blob, BOOL bool, NULL null, M struct, L list; a set is a list with the annotation $dynamodb_SS,
 *		$dynamodb_NS or $dynamodb_BS
 */
#ifndef DYNAPG_VALUE_ION_PRINT_H
#define DYNAPG_VALUE_ION_PRINT_H

#include "lib/stringinfo.h"

#include "value/value.h"

/* Appends an item, which is a struct. */
extern void dyn_ion_print_item(StringInfo out, DynValue root);

#endif							/* DYNAPG_VALUE_ION_PRINT_H */
