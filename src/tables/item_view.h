/*
 * item_view.h - views that show attributes of a table's items as columns
 *
 * The columns of the key are those of the table, so that conditions on them use its primary key; the others are expressions over the
 * item.  An INSTEAD OF trigger writes; its arguments are the table and the attributes of the columns by their number, since columns can be
 * renamed.
 *
 * A view gives no rights: where PostgreSQL has it, it is security_invoker; before version 15 it asks dynapg.view_may_read, which raises
 * unless the reader may read the table himself.
 */
#ifndef DYNAPG_TABLES_ITEM_VIEW_H
#define DYNAPG_TABLES_ITEM_VIEW_H

#include "fmgr.h"
#include "nodes/pg_list.h"

#include "tables/table.h"

typedef struct DynViewColumn
{
	const char *attribute;
	Oid			type;
	int32		typmod;
} DynViewColumn;

/* Makes the view of that name, a list of strings, with these columns after those of the key. */
extern Oid	dyn_item_view_create(const DynTable *table, List *name, const DynViewColumn *columns, int ncolumns);

/* What the trigger is called for. */
typedef struct DynViewChange
{
	const char *table;
	char	  **attributes;		/* of the columns */
	int			ncolumns;
	TupleDesc	columns;
	Datum	   *old_values;		/* NULL: an INSERT */
	bool	   *old_nulls;
	Datum	   *new_values;		/* NULL: a DELETE */
	bool	   *new_nulls;
	Datum		result;			/* what the trigger returns */
} DynViewChange;

/* Reads the trigger's call; raises where it was made by hand in another way. */
extern void dyn_item_view_change(FunctionCallInfo fcinfo, DynViewChange *change);

#endif							/* DYNAPG_TABLES_ITEM_VIEW_H */
