/*
 * ttl_list.c - the view dynapg.ttl_list: the progress of Time to Live
 */
#include "postgres.h"

#include "base/returned_rows.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "store/ttl.h"
#include "tables/catalog.h"
#include "utils/acl.h"
#include "utils/builtins.h"

#define COLUMNS		5

PGDLLEXPORT Datum dynapg_ttl_statistics(PG_FUNCTION_ARGS);

static void
add_row(Tuplestorestate *rows, TupleDesc row, const DynTableDef *def, const DynTtl *ttl)
{
	Datum		values[COLUMNS] = {0};
	bool		nulls[COLUMNS] = {false};
	bool		enabled = ttl->status == DYN_TTL_ENABLED;
	DynTtlBacklog backlog = enabled ? dyn_ttl_backlog(def) : (DynTtlBacklog) {0};

	values[0] = ObjectIdGetDatum(def->relid);
	values[1] = CStringGetTextDatum(ttl->attribute);
	values[2] = CStringGetTextDatum(dyn_ttl_status_name(ttl->status));
	values[3] = Int64GetDatum(backlog.items);
	values[4] = TimestampTzGetDatum(backlog.oldest);
	nulls[3] = !enabled;
	nulls[4] = backlog.items == 0;
	tuplestore_putvalues(rows, row, values, nulls);
}

/* The tables of the user, or of roles that it is a member of, with Time to Live. */
PG_FUNCTION_INFO_V1(dynapg_ttl_statistics);
Datum
dynapg_ttl_statistics(PG_FUNCTION_ARGS)
{
	TupleDesc	row;
	Tuplestorestate *rows = dyn_returned_rows_begin(fcinfo, COLUMNS, &row);
	ListCell   *cell;

	foreach(cell, dyn_ttl_tables(InvalidOid))
	{
		DynTableDef *def = dyn_catalog_read_relid(lfirst_oid(cell));
		DynTtl		ttl;

		CHECK_FOR_INTERRUPTS();
		if (!def || !has_privs_of_role(GetUserId(), dyn_catalog_owner(def->relid)))
			continue;
		ttl = dyn_ttl_read(def);
		if (ttl.status != DYN_TTL_DISABLED)
			add_row(rows, row, def, &ttl);
	}
	return (Datum) 0;
}
