/*
 * unchecked.h - statements whose rows need no CHECK constraint of ours
 *
 * What the operations write has been checked by them: with DynamoDB's texts, and an update by what it changes, as an item may be older
 * than an index that it does not fit.  The constraints of tables/checks.h say the same of a row, and more than DynamoDB does of such an
 * item.  PostgreSQL reads and prepares a constraint for each statement, which is dear for a statement of one row.  So a kept plan runs
 * without ours; those of the user's are evaluated as ever.
 *
 * A trigger of the table that may change a row has ours evaluated, too.  So has a partition: its constraints are PostgreSQL's to find.
 */
#ifndef DYNAPG_STORE_UNCHECKED_H
#define DYNAPG_STORE_UNCHECKED_H

#include "utils/plancache.h"

/* Installs the hook, once. */
extern void dyn_unchecked_init(void);

/*
 * The statements of the generic plan of that source, whichever it is when one starts, run without the constraints from now on; returns the
 * source before, which the caller restores, also on error.
 */
extern const CachedPlanSource *dyn_unchecked_set(const CachedPlanSource *source);

#endif							/* DYNAPG_STORE_UNCHECKED_H */
