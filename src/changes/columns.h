/*
 * columns.h - the columns of dynapg.changes and of its children, for code that writes and reads them without a statement
 */
#ifndef DYNAPG_CHANGES_COLUMNS_H
#define DYNAPG_CHANGES_COLUMNS_H

typedef enum DynLogColumn
{
	DYN_LOG_STREAM = 1,
	DYN_LOG_NUMBER,
	DYN_LOG_XID,
	DYN_LOG_CREATED_AT,
	DYN_LOG_EVENT,
	DYN_LOG_BY_SERVICE,
	DYN_LOG_HASH,
	DYN_LOG_KEYS,
	DYN_LOG_OLD_ITEM,
	DYN_LOG_NEW_ITEM,
	DYN_LOG_COLUMNS = DYN_LOG_NEW_ITEM
} DynLogColumn;

#endif							/* DYNAPG_CHANGES_COLUMNS_H */
