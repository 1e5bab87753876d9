/*
 * contain.h - does one value contain another?
 *
 * As jsonb has it: a map contains one whose members it has, with values that contain theirs; a list one whose elements each are
 * contained in an element of it, whatever the order and number; a set its subsets; a scalar one equal to it.  A value contains none
 * of another type: a set of strings no list of the same strings.
 */
#ifndef DYNAPG_VALUE_CONTAIN_H
#define DYNAPG_VALUE_CONTAIN_H

#include "value/value.h"

extern bool dyn_contain_value(DynValue whole, DynValue part);

#endif							/* DYNAPG_VALUE_CONTAIN_H */
