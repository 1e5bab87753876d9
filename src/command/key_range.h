/*
 * key_range.h - a key condition as a range
 */
#ifndef DYNAPG_COMMAND_KEY_RANGE_H
#define DYNAPG_COMMAND_KEY_RANGE_H

#include "command/result_page.h"
#include "expr/key_terms.h"

/*
 * Makes the terms the bounds of the page's range; table, index and start are known.  Raises ValidationException for key attributes
 * without a term, terms that no key can have, and a start that the terms leave out.
 */
extern void dyn_key_range_make(DynResultPage *page, const DynKeyCondition *key);

#endif							/* DYNAPG_COMMAND_KEY_RANGE_H */
