/*
 * account.h - ConsumedCapacity and ItemCollectionMetrics of a request on several tables
 *
 * An account per table, in the order in which the request names the tables.  Units are added to it as reads and writes are
 * carried out, so that no images need be kept for the reply.
 *
 * Layer 3 (api).
 */
#ifndef DYNAPG_API_ACCOUNT_H
#define DYNAPG_API_ACCOUNT_H

#include "lib/stringinfo.h"

#include "api/capacity.h"
#include "base/json.h"
#include "store/table.h"

typedef struct DynAccountTable
{
	const DynTable *table;
	DynCapacity capacity;		/* with the table's name as the request gave it */
	int			nwritten;
	DynValue   *written;		/* partition keys of items written, where the reply tells of item collections */
} DynAccountTable;

typedef struct DynAccount
{
	DynCapacityReport report;
	DynCapacityKind kind;
	bool		metrics;		/* the request asks for item collections */
	bool		shows_none;		/* the reply has them where there are none, too */
	int			nitems;
	int			ntables;
	DynAccountTable *tables;
} DynAccount;

/* Reads what the request wants told; it names at most nitems items and tables each. */
extern void dyn_account_begin(DynAccount *account, const DynJson *request, DynCapacityKind kind, int nitems);

/* An account of its own for a table; the name as the request gave it. */
extern DynAccountTable *dyn_account_add(DynAccount *account, DynSlice name, const DynTable *table);

/* The account that the table has already, or else one of its own. */
extern DynAccountTable *dyn_account_table(DynAccount *account, DynSlice name, const DynTable *table);

/* Notes that an item of that partition key was written. */
extern void dyn_account_written(const DynAccount *account, DynAccountTable *table, DynValue pk);

/* Appends the members ConsumedCapacity and ItemCollectionMetrics that the request asks for. */
extern void dyn_account_reply(StringInfo reply, const DynAccount *account);

#endif							/* DYNAPG_API_ACCOUNT_H */
