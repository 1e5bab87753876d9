/*
 * result_page.h - what Query and Scan share: one page of a range of items
 *
 * Model.  Items come in the order of the table's key or the index's, and each is evaluated: it counts for ScannedCount, for the
 * page's size and for capacity, whether it passes the filter or not.  The page ends with the item that
 * is number Limit, or that fills 1 MB (so a page is at least one item and may be larger by the last one), or where the
 * range ends.  Only in the last case the reply has no LastEvaluatedKey, and also where the next item of the partition is known
 * to lie beyond the condition on the sort key. An item counts with what is read of it: all of it from the table, what the index
 * projects from an index, and all of it again where a local index has to fetch what it does not project; in that case sizes
 * count as they are charged, in units of 4 KB, rounded up, for each fetched item and for the index entries together.
 *
 * The reply is written while reading: an item goes from its stored bytes into the reply, and nothing else is kept of it.
 *
 * A read goes through these steps, in the order in which the service checks a request:
 *
 *		(the decoder)		which parameters may be combined; legacy parameters, start key's values, expressions
 *		dyn_result_page_find		the table, the index, what it supports
 *		dyn_result_page_start		the start key against the keys of both
 *		(key_range.h)		the range
 *		dyn_result_page_check_paths	paths of filter and projection
 *		dyn_result_page_reply		the statement and the reply
 */
#ifndef DYNAPG_COMMAND_RESULT_PAGE_H
#define DYNAPG_COMMAND_RESULT_PAGE_H

#include "lib/stringinfo.h"

#include "command/get.h"
#include "expr/program.h"
#include "store/range.h"
#include "throughput/capacity.h"
#include "value/printer.h"

/* Most attributes in a start key: those of an index and of its table. */
#define DYN_MAX_START_KEY	(DYN_MAX_INDEX_KEY_ATTRS + 2)

/* Which part of an item goes into the reply: Select, or its default. */
typedef enum DynSelect
{
	DYN_SELECT_ALL,				/* the whole item */
	DYN_SELECT_SHOWN,			/* what the index shows of it */
	DYN_SELECT_SPECIFIC,		/* what the request's projection names */
	DYN_SELECT_COUNT			/* nothing */
} DynSelect;

/* One request while it is carried out; lives in the current memory context. */
typedef struct DynResultPage
{
	/* for the decoder to fill in */
	DynSlice	index_name;		/* data NULL: none */
	bool		scans;			/* Scan */
	DynSelect	select;
	bool		consistent;
	DynProgram *filter;			/* NULL: none; may be the same program as projection */
	DynProgram *projection;
	DynProject	project;		/* how the projection is applied; NULL: dyn_project_item */
	int64		limit;			/* 0: none */
	bool		has_start;
	DynNode		start_map;		/* ExclusiveStartKey, an open map, where has_start */

	DynCapacity capacity;		/* report and table_name */

	/* these come with the steps below */
	DynRange	range;			/* the decoder fills in segments and direction, a key condition its bounds */
	DynOrderPosition start;
	const DynKeyAttr *keys[DYN_MAX_START_KEY];	/* of the range, then the table's other keys */
	int			npk;			/* of keys: partition attributes of the range */
	int			nkeys;			/* all key attributes of the range */
	int			nstart;			/* all of keys: the attributes of a start key */
} DynResultPage;

/* A page in the making, from one range or several. */
typedef struct DynResultPageReader
{
	const DynResultPage *page;
	StringInfo	reply;
	bool		viewed;			/* the index projects only a part of the items */
	bool		fetches;		/* a local index that needs more than it projects */
	int64		limit;			/* 0: none */
	int64		scanned;
	int64		count;
	uint64		bytes;			/* read of the table or index */
	double		units;			/* of the same, each range by itself */
	uint64		fetched_bytes;	/* by a local index from the table, each item as it is charged */
	double		fetched_units;	/* by a local index, from the table */
	StringInfoData last_key;	/* empty: the range has ended */
	bool		looks_ahead;	/* the sort key's condition can end the range within the partition */
	MemoryContext context;		/* of what outlives an item */
	DynPrinter *printer;
	DynOrderPosition place;			/* of the page's last item, if the reader looks ahead */
	bool		follows;		/* there is an item after the page */
} DynResultPageReader;

/* Looks up the page's table and index; raises an error for what they do not support. */
extern void dyn_result_page_find(DynResultPage *page);

/*
 * Reads the start key into page->start, where the request has one.  Raises ValidationException unless it holds exactly the
 * key attributes of index and table, with their types, neither empty nor too long; say_why: the text says why.
 */
extern void dyn_result_page_start(DynResultPage *page, bool say_why);

/* Raises ValidationException when the filter or the projection goes into a key attribute. */
extern void dyn_result_page_check_paths(const DynResultPage *page);

/* Does the filter name the attribute at the start of one of its paths? */
extern bool dyn_result_page_filter_names(const DynResultPage *page, const DynKeyAttr *attr);

/* Reads the range and appends the whole reply. */
extern void dyn_result_page_reply(DynResultPage *page, StringInfo reply);

/*
 * Reads all of the range in one statement, without pages, and hands to the consumer what the reply would show of each item that the
 * filter lets through, until it returns false.
 */
extern void dyn_result_page_stream(DynResultPage *page, DynRowConsumer consumer, void *arg);

/* ---- the same for reads that are no requests to Query or Scan ---- */

/* The table's index of that name, or NULL; raises for one that is being built. */
extern const DynIndex *dyn_result_page_index(const DynResultPage *page, const DynTable *table, DynSlice name);

/* Makes the page read the table, by an index if that is not NULL. */
extern void dyn_result_page_use(DynResultPage *page, DynTable *table, const DynIndex *index);

/* Raises an error for attributes of the projection that a global index does not project. */
extern void dyn_result_page_check_projected(const DynResultPage *page);

/*
 * The same for attributes of the filter and an index of either kind: for reads with a condition on the index' key, as others find
 * such attributes missing.
 */
extern void dyn_result_page_check_filtered(const DynResultPage *page);

/* Starts to read; then each call reads the page's range as it is then and appends its items, separated by commas. */
extern void dyn_result_page_reader_begin(DynResultPageReader *reader, const DynResultPage *page, StringInfo reply, int64 limit);
extern void dyn_result_page_read(DynResultPageReader *reader);

/* Has the page reached its number of items or bytes? */
extern bool dyn_result_page_is_full(const DynResultPageReader *reader);

/* Charges what was read; raises an error if the throughput does not allow it. */
extern void dyn_result_page_charge(DynResultPage *page, const DynResultPageReader *reader);

/* The beginning of the text about a start key that does not fit. */
#define DYN_START_KEY_INVALID "The provided starting key is invalid"

#endif							/* DYNAPG_COMMAND_RESULT_PAGE_H */
