/*
 * transact_account.h - ConsumedCapacity and ItemCollectionMetrics of a transaction
 *
 * An account per table, in the order in which the request first names the tables.  Units are added to it as actions are
 * carried out, so that no images need be kept for the reply.
 *
 * Layer 3 (api).
 */
#ifndef DYNAPG_API_TRANSACT_ACCOUNT_H
#define DYNAPG_API_TRANSACT_ACCOUNT_H

#include "lib/stringinfo.h"

#include "api/capacity.h"
#include "base/json.h"
#include "store/table.h"

typedef struct DynTransactTable
{
	const DynTable *table;
	DynCapacity capacity;		/* the table's name in it is the one that the request gave first */
	int			nwritten;
	DynValue   *written;		/* partition keys of items written, where the reply tells of item collections */
} DynTransactTable;

typedef struct DynTransactAccount
{
	DynCapacityReport report;
	DynCapacityKind kind;
	bool		metrics;		/* the request asks for item collections */
	int			nactions;
	int			ntables;
	DynTransactTable *tables;
} DynTransactAccount;

/* Reads what the request wants told; kind is one of transactions, nactions how many it has. */
extern void dyn_transact_account_begin(DynTransactAccount *account, const DynJson *request, DynCapacityKind kind, int nactions);

/* The account of an action's table; the name as the action gave it. */
extern DynTransactTable *dyn_transact_account_table(DynTransactAccount *account, DynSlice name, const DynTable *table);

/* Notes that an item of that partition key was written. */
extern void dyn_transact_account_written(const DynTransactAccount *account, DynTransactTable *table, DynValue pk);

/* Appends the members ConsumedCapacity and ItemCollectionMetrics that the request asks for. */
extern void dyn_transact_account_reply(StringInfo reply, const DynTransactAccount *account);

#endif							/* DYNAPG_API_TRANSACT_ACCOUNT_H */
