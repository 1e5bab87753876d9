/*
 * checks.c - the CHECK constraints of a data table
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_constraint.h"
#include "miscadmin.h"
#include "parser/parse_utilcmd.h"
#include "parser/parser.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

#include "database/citus.h"
#include "database/sql.h"
#include "tables/checks.h"
#include "tables/ddl.h"

/* No name of the user's is likely to be one of these: a space and, with an index, the name of one. */
#define ROW_CONSTRAINT "dynapg fits"	/* comes before the others, by its name */
#define INDEX_CONSTRAINT "dynapg index %s"

static const char *
constraint_name(const char *index_name)
{
	return index_name ? dyn_ddl_relation_name(psprintf(INDEX_CONSTRAINT, index_name), 0) : ROW_CONSTRAINT;
}

/* The columns of a row are prefixed with the alias of the table, or with nothing. */
static void
append_key(StringInfo out, const char *prefix, const char *column, const DynKeyAttr *attr)
{
	appendStringInfo(out, ", %s%s, %s", prefix, column, quote_literal_cstr(psprintf("%s %s", dyn_tag_name(attr->tag), attr->name)));
}

static void
append_row_call(StringInfo out, const DynTableDef *def, const char *what, const char *prefix)
{
	appendStringInfo(out, "dynapg.row_%s(%sitem", what, prefix);
	append_key(out, prefix, "pk", &def->pk);
	if (def->sk.tag)
		append_key(out, prefix, "sk", &def->sk);
	appendStringInfoChar(out, ')');
}

static void
append_index_call(StringInfo out, const DynIndex *index, const char *what, const char *prefix)
{
	int			nkeys;
	const DynKeyAttr *keys = dyn_def_keys(index, &nkeys);

	appendStringInfo(out, "dynapg.%s_%s(%sitem, %s, ", index->vector ? "vector" : "index", what, prefix, quote_literal_cstr(index->name));
	if (index->vector)
		appendStringInfo(out, "%s, %d, %s", quote_literal_cstr(index->vector->attribute.data), index->vector->dimensions,
						 index->vector->has_hash ? "true" : "false");
	else
		appendStringInfo(out, "%d", index->npk);
	appendStringInfoString(out, ", VARIADIC ARRAY[");
	for (int i = 0; i < nkeys; i++)
		appendStringInfo(out, "%s'%s', %s", i > 0 ? ", " : "", dyn_tag_name(keys[i].tag), quote_literal_cstr(keys[i].name));
	appendStringInfoString(out, "]::pg_catalog.text[])");
}

/* "CONSTRAINT name CHECK (...)"; index NULL: that of the rows. */
static void
append_constraint(StringInfo out, const DynTableDef *def, const DynIndex *index)
{
	appendStringInfo(out, "CONSTRAINT %s CHECK (", quote_identifier(constraint_name(index ? index->name : NULL)));
	if (index)
		append_index_call(out, index, "fits", "");
	else
		append_row_call(out, def, "fits", "");
	appendStringInfoChar(out, ')');
}

void
dyn_checks_append(StringInfo out, const DynTableDef *def)
{
	appendStringInfoString(out, ", ");
	append_constraint(out, def, NULL);
	for (int i = 0; i < dyn_def_count(def); i++)
	{
		appendStringInfoString(out, ", ");
		append_constraint(out, def, dyn_def_index(def, i));
	}
}

void
dyn_checks_append_problem(StringInfo out, const DynTableDef *def)
{
	appendStringInfoString(out, "COALESCE(");
	append_row_call(out, def, "problem", "t.");
	for (int i = 0; i < dyn_def_count(def); i++)
	{
		if (dyn_def_index(def, i)->status == DYN_INDEX_DELETING)
			continue;
		appendStringInfoString(out, ", ");
		append_index_call(out, dyn_def_index(def, i), "problem", "t.");
	}
	appendStringInfoChar(out, ')');
}

/* ---- statements ---- */

static char *
drop_clause(const char *index_name)
{
	return psprintf("DROP CONSTRAINT IF EXISTS %s", quote_identifier(constraint_name(index_name)));
}

static bool
has_constraint(Oid relid, const char *name)
{
	return OidIsValid(get_relation_constraint_oid(relid, name, true));
}

bool
dyn_checks_has_index(Oid relid, const char *index_name)
{
	return has_constraint(relid, constraint_name(index_name));
}

char *
dyn_checks_add_statement(const DynTableDef *def, const DynIndex *index)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "ALTER TABLE %s ", dyn_ddl_qualified_name(def->relid));
	if (has_constraint(def->relid, constraint_name(index ? index->name : NULL)))
		appendStringInfo(&sql, "%s, ", drop_clause(index ? index->name : NULL));
	appendStringInfoString(&sql, "ADD ");
	append_constraint(&sql, def, index);
	appendStringInfoString(&sql, " NOT VALID");
	return sql.data;
}

char *
dyn_checks_validate_statement(const DynTableDef *def, const DynIndex *index)
{
	return psprintf("ALTER TABLE %s VALIDATE CONSTRAINT %s", dyn_ddl_qualified_name(def->relid),
					quote_identifier(constraint_name(index ? index->name : NULL)));
}

char *
dyn_checks_drop_statement(Oid relid, const char *index_name)
{
	return psprintf("ALTER TABLE %s %s", dyn_ddl_qualified_name(relid), drop_clause(index_name));
}

/* ---- what is there ---- */

/* The constraint's row; the result is to be released, or NULL. */
static HeapTuple
find_constraint(Oid relid, const char *name)
{
	Oid			constraint = get_relation_constraint_oid(relid, name, true);

	return OidIsValid(constraint) ? SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint)) : NULL;
}

/* Its expression as it is stored; NULL for what is no CHECK. */
static Node *
stored_expression(HeapTuple tuple)
{
	bool		isnull;
	Datum		value = SysCacheGetAttr(CONSTROID, tuple, Anum_pg_constraint_conbin, &isnull);

	return isnull ? NULL : stringToNode(TextDatumGetCString(value));
}

/* The expression that it should have, as it would be stored: as the condition of an index is. */
static Node *
wanted_expression(const DynTableDef *def, const DynIndex *index)
{
	StringInfoData sql;
	RawStmt    *raw;

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE INDEX x ON %s (pk) WHERE ", dyn_ddl_qualified_name(def->relid));
	if (index)
		append_index_call(&sql, index, "fits", "");
	else
		append_row_call(&sql, def, "fits", "");
	raw = linitial_node(RawStmt, raw_parser(sql.data, RAW_PARSE_DEFAULT));
	return transformIndexStmt(def->relid, castNode(IndexStmt, raw->stmt), sql.data)->whereClause;
}

typedef enum State
{
	STATE_OTHER,				/* there is none, or with another expression */
	STATE_NOT_VALID,
	STATE_VALID
} State;

static State
state_of(const DynTableDef *def, const DynIndex *index)
{
	HeapTuple	tuple = find_constraint(def->relid, constraint_name(index ? index->name : NULL));
	State		state = STATE_OTHER;

	if (tuple == NULL)
		return STATE_OTHER;
	if (equal(stored_expression(tuple), wanted_expression(def, index)))
		state = ((Form_pg_constraint) GETSTRUCT(tuple))->convalidated ? STATE_VALID : STATE_NOT_VALID;
	ReleaseSysCache(tuple);
	return state;
}

/* ---- what is run at once ---- */

static void
run(void *sql)
{
	dyn_sql_run(sql, NULL, 0);
}

/* Runs the statement; false, and nothing done, where rows violate the constraint. */
static bool
try_validate(char *sql)
{
	return dyn_sql_attempt(run, sql, ERRCODE_CHECK_VIOLATION);
}

static bool
is_distributed(const DynTableDef *def)
{
	AttrNumber	column;

	return dyn_citus_kind(def->relid, &column) != DYN_CITUS_LOCAL;
}

static void
drop_constraint(const DynTableDef *def, const DynIndex *index)
{
	dyn_sql_run(dyn_checks_drop_statement(def->relid, index ? index->name : NULL), NULL, 0);
}

/* Is the constraint valid now?  A distributed table keeps none that is not. */
static bool
validate_constraint(const DynTableDef *def, const DynIndex *index)
{
	if (try_validate(dyn_checks_validate_statement(def, index)))
		return true;
	if (is_distributed(def))
		drop_constraint(def, index);
	return false;
}

/* Adds the constraint unless it is there, not valid; its state then. */
static State
add_constraint(const DynTableDef *def, const DynIndex *index)
{
	State		state;

	LockRelationOid(def->relid, AccessShareLock);
	state = state_of(def, index);
	if (state != STATE_OTHER)
		return state;
	/* Citus adds a constraint only by a statement that does nothing else */
	if (is_distributed(def) && has_constraint(def->relid, constraint_name(index ? index->name : NULL)))
		drop_constraint(def, index);
	dyn_sql_run(dyn_checks_add_statement(def, index), NULL, 0);
	return STATE_NOT_VALID;
}

bool
dyn_checks_add_index(const DynTableDef *def, const DynIndex *index)
{
	return add_constraint(def, index) == STATE_VALID || validate_constraint(def, index);
}

/* Validates the constraints for those indexes, NULL for the rows; returns how many stay not valid. */
static int
validate_all(const DynTableDef *def, List *indexes)
{
	StringInfoData sql;
	ListCell   *lc;
	int			invalid = 0;

	if (indexes == NIL)
		return 0;
	/* one statement reads the table once for all of them */
	initStringInfo(&sql);
	appendStringInfo(&sql, "ALTER TABLE %s", dyn_ddl_qualified_name(def->relid));
	foreach(lc, indexes)
	{
		const DynIndex *index = lfirst(lc);

		appendStringInfo(&sql, "%s VALIDATE CONSTRAINT %s", foreach_current_index(lc) > 0 ? "," : "",
						 quote_identifier(constraint_name(index ? index->name : NULL)));
	}
	if (try_validate(sql.data))
		return 0;
	foreach(lc, indexes)
	{
		CHECK_FOR_INTERRUPTS();
		if (!validate_constraint(def, lfirst(lc)))
			invalid++;
	}
	return invalid;
}

int
dyn_checks_add_all(const DynTableDef *def, bool validate)
{
	List	   *not_valid = NIL;

	if (add_constraint(def, NULL) != STATE_VALID)
		not_valid = lappend(not_valid, NULL);
	for (int i = 0; i < dyn_def_count(def); i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (dyn_def_index(def, i)->status != DYN_INDEX_DELETING && add_constraint(def, dyn_def_index(def, i)) != STATE_VALID)
			not_valid = lappend(not_valid, (void *) dyn_def_index(def, i));
	}
	return validate ? validate_all(def, not_valid) : list_length(not_valid);
}

static void
drop_if_violated(const DynTableDef *def, const DynIndex *index)
{
	if (state_of(def, index) == STATE_NOT_VALID && !try_validate(dyn_checks_validate_statement(def, index)))
		drop_constraint(def, index);
}

void
dyn_checks_drop_violated(const DynTableDef *def)
{
	drop_if_violated(def, NULL);
	for (int i = 0; i < dyn_def_count(def); i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (dyn_def_index(def, i)->status != DYN_INDEX_DELETING)
			drop_if_violated(def, dyn_def_index(def, i));
	}
}

void
dyn_checks_drop_all(const DynTableDef *def)
{
	if (has_constraint(def->relid, constraint_name(NULL)))
		dyn_sql_run(dyn_checks_drop_statement(def->relid, NULL), NULL, 0);
	for (int i = 0; i < dyn_def_count(def); i++)
	{
		const char *name = dyn_def_index(def, i)->name;

		if (dyn_checks_has_index(def->relid, name))
			dyn_sql_run(dyn_checks_drop_statement(def->relid, name), NULL, 0);
	}
}
