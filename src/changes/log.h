/*
 * log.h - the change log: changes of tables with a stream, and the order in which they are read
 *
 * Model.  A trigger on the data table adds a record for each item that changed (capture.c).  A record has the transaction
 * that wrote it and a number from a sequence, taken while the transaction holds the row's lock: the records of one item
 * have their numbers in the order of its history.  Neither numbers nor transaction ids are in the order of commits, so readers
 * use ticks.
 *
 * A tick stores which transactions were visible at one moment.  A record belongs to the first tick that sees its transaction;
 * a reader takes tick after tick, and within a tick number after number.  So no record is skipped, whenever its transaction
 * commits; an item's records keep their order, since the second writer saw the commit of the first; and a long transaction
 * delays only its own records.
 *
 * Ticks are numbered without gaps, are made by readers when something has happened since the last one, and are never
 * rolled back (see tick.c).
 *
 * The records are in ten tables that take turns, each for three hours; a table is emptied between its turns.  All of them
 * are read together.  They are read and written with the rights of their owner.
 */
#ifndef DYNAPG_CHANGES_LOG_H
#define DYNAPG_CHANGES_LOG_H

#include "postgres.h"

#include "database/sql.h"
#include "utils/relcache.h"
#include "utils/timestamp.h"

#define DYN_LOG_TABLES		10
#define DYN_LOG_TURN_HOURS	3

/* What a record reports of its item. */
typedef enum DynEvent
{
	DYN_EVENT_INSERT = 'I',
	DYN_EVENT_MODIFY = 'M',
	DYN_EVENT_REMOVE = 'R'
} DynEvent;

/* A record; images are detoasted items, NULL where the record has none. */
typedef struct DynRecord
{
	int64		number;
	int64		xid;			/* of the top-level transaction, with its epoch */
	int64		tick;			/* that it belongs to; only readers know it */
	TimestampTz created_at;
	DynEvent	event;
	bool		by_service;		/* deleted by Time to Live */
	int32		hash;			/* of the partition key's value */
	struct varlena *keys;
	struct varlena *old_item;
	struct varlena *new_item;
} DynRecord;

/* Adds the record to the log of a stream; number, xid and created_at are filled in. */
extern void dyn_log_add(int stream, DynRecord *record);

/* Takes a number without a record, which makes a tick due that sees this transaction. */
extern void dyn_log_take_number(void);

/* The number that was taken last. */
extern int64 dyn_log_last_number(void);

/* Inserts a row with its index entries; options are heap_insert's.  Logical decoding does not see the row. */
extern void dyn_log_insert(Relation rel, Datum *values, bool *nulls, int options);

/*
 * Runs a query on the log's tables as their owner, with a snapshot of this moment; the rows are in SPI_tuptable.  SPI is
 * connected.  limit is the maximum number of rows, 0 for all.
 */
extern uint64 dyn_log_query(const char *sql, DynSqlArgs *args, long limit);

/* The relation of that name in schema dynapg; an error where it is missing. */
extern Oid	dyn_log_relation(const char *name);

#endif							/* DYNAPG_CHANGES_LOG_H */
