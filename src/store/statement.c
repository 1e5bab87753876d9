/*
 * statement.c - the statements on the rows of given keys: texts, parameters, kept plans
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/lsyscache.h"

#include "database/code.h"
#include "store/statement.h"

#define MAX_PARAMS 5			/* pk, sk, item, program, wishes */

/* The parameters that follow the key in a statement. */
typedef struct StatementForm
{
	bool		item;
	bool		program;
	bool		wishes;
} StatementForm;

static const StatementForm forms[DYN_PLAN_COUNT] = {
	[DYN_PLAN_GET] = {false, false},
	[DYN_PLAN_PUT] = {true, false},
	[DYN_PLAN_PUT_IF] = {true, true},
	[DYN_PLAN_REPLACE_IF] = {true, true},
	[DYN_PLAN_UPSERT] = {true, true},
	[DYN_PLAN_UPDATE] = {false, true},
	[DYN_PLAN_DELETE] = {false, true},
	[DYN_PLAN_CHECK_IF] = {false, true},
	[DYN_PLAN_CLAIM] = {true, false},
	[DYN_PLAN_UNCLAIM] = {false, false},
	[DYN_PLAN_LOCK] = {false, false},
	[DYN_PLAN_NODE_UPSERT] = {true, true, true},
	[DYN_PLAN_NODE_UPDATE] = {true, true, true},
	[DYN_PLAN_LOOK] = {false, true},
	[DYN_PLAN_SHARE] = {false, false},
	[DYN_PLAN_GET_MANY] = {false, false},
	[DYN_PLAN_PUT_MANY] = {true, false},
	[DYN_PLAN_INSERT_MANY] = {true, false},
	[DYN_PLAN_DELETE_MANY] = {false, false},
	[DYN_PLAN_PUT_MANY_KEEP] = {true, false},
	[DYN_PLAN_DELETE_MANY_KEEP] = {false, false},
};

/* ---- texts ---- */

/* The numbers of a statement's parameters; 0 where it has none. */
typedef struct Positions
{
	int			item;
	int			program;
	int			wishes;
	int			count;
} Positions;

static Positions
positions(const DynTable *table, DynPlanKind kind)
{
	Positions	p = {.count = table->sk.tag ? 2 : 1};

	if (forms[kind].item)
		p.item = ++p.count;
	if (forms[kind].program)
		p.program = ++p.count;
	if (forms[kind].wishes)
		p.wishes = ++p.count;
	return p;
}

static void
append_key_clause(StringInfo sql, const DynTable *table)
{
	appendStringInfoString(sql, " WHERE t.pk OPERATOR(pg_catalog.=) $1");
	if (table->sk.tag)
		appendStringInfoString(sql, " AND t.sk OPERATOR(pg_catalog.=) $2");
}

static void
append_select(StringInfo sql, const DynTable *table)
{
	appendStringInfo(sql, "SELECT t.item FROM %s AS t", table->qualified);
	append_key_clause(sql, table);
}

/* Appends the clause for an insert that meets a row with the key; the action follows. */
static void
append_insert(StringInfo sql, const DynTable *table, Positions p)
{
	const char *sk = table->sk.tag ? ", sk" : "";

	appendStringInfo(sql, "INSERT INTO %s AS t (pk%s, item) VALUES ($1%s, $%d) ON CONFLICT (pk%s) DO ",
					 table->qualified, sk, table->sk.tag ? ", $2" : "", p.item, sk);
}

static void
append_upsert(StringInfo sql, const DynTable *table, Positions p)
{
	append_insert(sql, table, p);
	appendStringInfoString(sql, "UPDATE SET item = ");
}

static void
append_update(StringInfo sql, const DynTable *table)
{
	appendStringInfo(sql, "UPDATE %s AS t SET item = ", table->qualified);
}

static void
append_delete(StringInfo sql, const DynTable *table)
{
	appendStringInfo(sql, "DELETE FROM %s AS t", table->qualified);
	append_key_clause(sql, table);
}

static void
append_apply(StringInfo sql, Positions p)
{
	appendStringInfo(sql, "dynapg.apply(t.item, $%d)", p.program);
}

static void
append_condition(StringInfo sql, const char *keyword, Positions p)
{
	appendStringInfo(sql, " %s dynapg.holds(t.item, $%d)", keyword, p.program);
}

static void
append_node_write(StringInfo sql, const char *given, Positions p)
{
	appendStringInfo(sql, "dynapg.node_write(t.item, %s, $%d, $%d)", given, p.program, p.wishes);
}

static void
append_outcome(StringInfo sql)
{
	appendStringInfoString(sql, " RETURNING dynapg.node_outcome(t.item)");
}

/*
 * The parameters of a list statement as rows: "k" with the columns pk, sk where there is one, and item.  In a target list,
 * unnest functions return their rows in step; in FROM, PostgreSQL would first store the result of each.
 */
static void
append_lists(StringInfo sql, const DynTable *table, Positions p)
{
	appendStringInfoString(sql, "(SELECT pg_catalog.unnest($1) AS pk");
	if (table->sk.tag)
		appendStringInfoString(sql, ", pg_catalog.unnest($2) AS sk");
	if (p.item)
		appendStringInfo(sql, ", pg_catalog.unnest($%d) AS item", p.item);
	appendStringInfoString(sql, ") AS k");
}

static void
append_join_clause(StringInfo sql, const DynTable *table)
{
	appendStringInfoString(sql, " WHERE t.pk OPERATOR(pg_catalog.=) k.pk");
	if (table->sk.tag)
		appendStringInfoString(sql, " AND t.sk OPERATOR(pg_catalog.=) k.sk");
}

static bool
takes_lists(DynPlanKind kind)
{
	return kind >= DYN_PLAN_GET_MANY;
}

static void
append_list_statement(StringInfo sql, const DynTable *table, DynPlanKind kind, Positions p)
{
	const char *sk = table->sk.tag ? ", sk" : "";

	switch (kind)
	{
		case DYN_PLAN_GET_MANY:
			appendStringInfoString(sql, "SELECT t.item FROM ");
			append_lists(sql, table, p);
			appendStringInfo(sql, ", %s AS t", table->qualified);
			append_join_clause(sql, table);
			break;
		case DYN_PLAN_PUT_MANY:
		case DYN_PLAN_INSERT_MANY:
		case DYN_PLAN_PUT_MANY_KEEP:
			appendStringInfo(sql, "INSERT INTO %s AS t (pk%s, item) SELECT k.pk%s, k.item FROM ", table->qualified, sk,
							 table->sk.tag ? ", k.sk" : "");
			append_lists(sql, table, p);
			if (kind == DYN_PLAN_INSERT_MANY)
				break;
			appendStringInfo(sql, " ON CONFLICT (pk%s) DO UPDATE SET item = %s", sk,
							 kind == DYN_PLAN_PUT_MANY ? "EXCLUDED.item" : "dynapg.hand_over(t.item, EXCLUDED.item)");
			break;
		case DYN_PLAN_DELETE_MANY:
		case DYN_PLAN_DELETE_MANY_KEEP:
			appendStringInfo(sql, "DELETE FROM %s AS t USING ", table->qualified);
			append_lists(sql, table, p);
			append_join_clause(sql, table);
			if (kind == DYN_PLAN_DELETE_MANY_KEEP)
				appendStringInfoString(sql, " RETURNING t.item");
			break;
		default:
			elog(ERROR, "no such statement on a list");
	}
}

static void
append_row_statement(StringInfo sql, const DynTable *table, DynPlanKind kind, Positions p)
{
	switch (kind)
	{
		case DYN_PLAN_GET:
			append_select(sql, table);
			break;
		case DYN_PLAN_PUT:
			append_upsert(sql, table, p);
			appendStringInfoString(sql, "EXCLUDED.item");
			break;
		case DYN_PLAN_PUT_IF:
			append_upsert(sql, table, p);
			appendStringInfoString(sql, "EXCLUDED.item");
			append_condition(sql, "WHERE", p);
			break;
		case DYN_PLAN_REPLACE_IF:
			append_update(sql, table);
			appendStringInfo(sql, "$%d", p.item);
			append_key_clause(sql, table);
			append_condition(sql, "AND", p);
			break;
		case DYN_PLAN_UPSERT:
			append_upsert(sql, table, p);
			append_apply(sql, p);
			append_condition(sql, "WHERE", p);
			break;
		case DYN_PLAN_UPDATE:
			append_update(sql, table);
			append_apply(sql, p);
			append_key_clause(sql, table);
			append_condition(sql, "AND", p);
			break;
		case DYN_PLAN_DELETE:
			append_delete(sql, table);
			append_condition(sql, "AND", p);
			appendStringInfoString(sql, " RETURNING t.item");
			break;
		case DYN_PLAN_CHECK_IF:
			append_select(sql, table);
			append_condition(sql, "AND", p);
			appendStringInfoString(sql, " FOR SHARE");
			break;
		case DYN_PLAN_CLAIM:
			append_insert(sql, table, p);
			appendStringInfoString(sql, "NOTHING");
			break;
		case DYN_PLAN_UNCLAIM:
			append_delete(sql, table);
			break;
		case DYN_PLAN_LOCK:
			append_select(sql, table);
			appendStringInfoString(sql, " FOR UPDATE");
			break;
		case DYN_PLAN_NODE_UPSERT:
			append_upsert(sql, table, p);
			append_node_write(sql, "EXCLUDED.item", p);
			append_outcome(sql);
			break;
		case DYN_PLAN_NODE_UPDATE:
			append_update(sql, table);
			append_node_write(sql, psprintf("$%d", p.item), p);
			append_key_clause(sql, table);
			append_outcome(sql);
			break;
		case DYN_PLAN_LOOK:
			appendStringInfo(sql, "SELECT t.item, dynapg.holds(t.item, $%d) FROM %s AS t", p.program, table->qualified);
			append_key_clause(sql, table);
			appendStringInfoString(sql, " FOR UPDATE");
			break;
		case DYN_PLAN_SHARE:
			append_select(sql, table);
			appendStringInfoString(sql, " FOR SHARE");
			break;
		default:
			elog(ERROR, "no such statement on a row");
	}
}

/* ---- plans and parameters ---- */

static bool
only_reads(DynPlanKind kind)
{
	return kind == DYN_PLAN_GET || kind == DYN_PLAN_GET_MANY || kind == DYN_PLAN_CHECK_IF || kind == DYN_PLAN_LOCK ||
		kind == DYN_PLAN_LOOK || kind == DYN_PLAN_SHARE;
}

const DynPlan *
dyn_statement_plan(DynTable *table, DynPlanKind kind)
{
	DynPlan    *plan = &table->plans[kind];
	Positions	p = positions(table, kind);
	Oid			types[MAX_PARAMS];
	StringInfoData sql;

	if (!only_reads(kind))
		dyn_code_check_superuser_writes(table->relid, &table->checked_in);
	if (dyn_plan_usable(table, plan))
		return plan;
	initStringInfo(&sql);
	if (takes_lists(kind))
		append_list_statement(&sql, table, kind, p);
	else
		append_row_statement(&sql, table, kind, p);
	types[0] = dyn_key_column_type(table->pk.tag);
	if (table->sk.tag)
		types[1] = dyn_key_column_type(table->sk.tag);
	if (p.item)
		types[p.item - 1] = table->item_type;
	if (p.program)
		types[p.program - 1] = BYTEAOID;
	if (p.wishes)
		types[p.wishes - 1] = INT4OID;
	for (int i = 0; takes_lists(kind) && i < p.count; i++)
		types[i] = get_array_type(types[i]);
	dyn_plan_make(table, plan, InvalidOid, sql.data, p.count, types);
	return plan;
}

const struct varlena *
dyn_statement_no_program(void)
{
	static varattrib_4b none;

	SET_VARSIZE(&none, VARHDRSZ);
	return (const struct varlena *) &none;
}

ParamListInfo
dyn_statement_params(const DynTable *table, DynPlanKind kind, const DynKey *key, const struct varlena *item,
					 const struct varlena *program)
{
	Positions	p = positions(table, kind);
	ParamListInfo params = makeParamList(p.count);

	dyn_plan_set_param(params, 1, dyn_key_column_type(table->pk.tag), dyn_key_datum(key->pk, DYN_KEY_PART));
	if (table->sk.tag)
		dyn_plan_set_param(params, 2, dyn_key_column_type(table->sk.tag), dyn_key_datum(key->sk, DYN_KEY_WHOLE));
	if (p.item)
		dyn_plan_set_param(params, p.item, table->item_type, PointerGetDatum(item));
	if (p.program)
		dyn_plan_set_param(params, p.program, BYTEAOID, PointerGetDatum(program));
	return params;
}

ParamListInfo
dyn_statement_node_params(const DynTable *table, DynPlanKind kind, const DynKey *key, const struct varlena *item,
						  const struct varlena *program, int wishes)
{
	Positions	p = positions(table, kind);
	ParamListInfo params = dyn_statement_params(table, kind, key, item, program);

	if (item == NULL)
		params->params[p.item - 1].isnull = true;
	dyn_plan_set_param(params, p.wishes, INT4OID, Int32GetDatum(wishes));
	return params;
}

/* Sets a parameter to a list of varlenas of that type. */
static void
set_list(ParamListInfo params, int position, Oid type, Datum *values, int count)
{
	int16		length;
	bool		by_value;
	char		alignment;

	get_typlenbyvalalign(type, &length, &by_value, &alignment);
	dyn_plan_set_param(params, position, get_array_type(type),
					   PointerGetDatum(construct_array(values, count, type, length, by_value, alignment)));
}

ParamListInfo
dyn_statement_list_params(const DynTable *table, DynPlanKind kind, const DynKey *keys, struct varlena *const *items, int count)
{
	Positions	p = positions(table, kind);
	ParamListInfo params = makeParamList(p.count);
	Datum	   *values = palloc_array(Datum, count);

	for (int i = 0; i < count; i++)
		values[i] = dyn_key_datum(keys[i].pk, DYN_KEY_PART);
	set_list(params, 1, dyn_key_column_type(table->pk.tag), values, count);
	for (int i = 0; table->sk.tag && i < count; i++)
		values[i] = dyn_key_datum(keys[i].sk, DYN_KEY_WHOLE);
	if (table->sk.tag)
		set_list(params, 2, dyn_key_column_type(table->sk.tag), values, count);
	for (int i = 0; p.item && i < count; i++)
		values[i] = PointerGetDatum(items[i]);
	if (p.item)
		set_list(params, p.item, table->item_type, values, count);
	return params;
}

static bool
is_of_key(const DynTable *table, const DynKey *key, const struct varlena *item)
{
	DynValue	root = dyn_item_root(item);

	return dyn_value_equal(dyn_map_get(root, table->pk.name, table->pk.len), key->pk) &&
		(table->sk.tag == 0 || dyn_value_equal(dyn_map_get(root, table->sk.name, table->sk.len), key->sk));
}

int
dyn_statement_find_key(const DynTable *table, const DynKey *keys, int nkeys, int first, const struct varlena *item)
{
	for (int i = 0; i < nkeys; i++)
	{
		int			key = (first + i) % nkeys;

		if (is_of_key(table, &keys[key], item))
			return key;
	}
	return -1;
}
