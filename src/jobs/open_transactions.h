/*
 * open_transactions.h - warns of transactions that have been open so long that items become slow
 */
#ifndef DYNAPG_JOBS_OPEN_TRANSACTIONS_H
#define DYNAPG_JOBS_OPEN_TRANSACTIONS_H

/*
 * Writes a WARNING for each transaction of the view dynapg.open_transactions that is older than dynapg.old_transaction_warning, and
 * repeats it after some minutes. To be called often, in a transaction of the housekeeper's; most calls do nothing.
 */
extern void dyn_open_transactions_warn(void);

#endif							/* DYNAPG_JOBS_OPEN_TRANSACTIONS_H */
