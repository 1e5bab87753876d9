/*
 * parse.c - statements of PartiQL
 *
 * One function per clause, in the order of the text; expressions are in parse_expr.c.  Errors have the service's texts. The
 * result depends only on the text: nothing is looked up.
 */
#include "postgres.h"

#include "base/errors.h"
#include "partiql/parse_expr.h"

/* ---- clauses ---- */

/* table, "table", "table"."index" */
static void
parse_table(DynPartiqlParser *p, DynPartiqlStatement *statement, bool index_allowed)
{
	statement->table = dyn_partiql_name(p);
	if (index_allowed && dyn_partiql_take(p, DYN_PC_DOT))
		statement->index = dyn_partiql_name(p);
}

static void
parse_where(DynPartiqlParser *p, DynPartiqlStatement *statement)
{
	if (dyn_partiql_take(p, DYN_PC_WHERE))
		statement->where = dyn_partiql_condition(p);
}

/* Raises the error for COUNT(*) and other functions in the place of a path. */
static void
refuse_function(const DynPartiqlParser *p)
{
	if (p->token->kind == DYN_PT_WORD && p->token[1].code == DYN_PC_OPEN)
		dyn_validation("Unexpected path component at %s", dyn_partiql_position(p->text, p->token->start));
}

static void
parse_paths(DynPartiqlParser *p, DynPartiqlStatement *statement)
{
	DynPartiqlNode list = {0};

	if (dyn_partiql_take(p, DYN_PC_STAR))
		return;
	do
	{
		refuse_function(p);
		dyn_partiql_add_child(&list, dyn_partiql_path(p));
	} while (dyn_partiql_take(p, DYN_PC_COMMA));
	statement->paths = list.child;
}

static void
parse_order(DynPartiqlParser *p, DynPartiqlStatement *statement)
{
	if (!dyn_partiql_take(p, DYN_PC_ORDER))
		return;
	dyn_partiql_expect(p, DYN_PC_BY);
	statement->order = palloc0_array(DynPartiqlOrder, DYN_PARTIQL_MAX_ORDER);
	do
	{
		DynPartiqlOrder *order = &statement->order[statement->norder];

		if (statement->norder == DYN_PARTIQL_MAX_ORDER)
			dyn_partiql_malformed("Unexpected term");
		statement->norder++;
		order->name = dyn_partiql_name(p);
		if (dyn_partiql_take(p, DYN_PC_DESC))
			order->descending = true;
		else
			(void) dyn_partiql_take(p, DYN_PC_ASC);
	} while (dyn_partiql_take(p, DYN_PC_COMMA));
}

static void
parse_select(DynPartiqlParser *p, DynPartiqlStatement *statement)
{
	parse_paths(p, statement);
	dyn_partiql_expect(p, DYN_PC_FROM);
	parse_table(p, statement, true);
	parse_where(p, statement);
	parse_order(p, statement);
	if (statement->norder > 0 && statement->where == NULL)
		dyn_validation("Must have WHERE clause in the statement when using ORDER BY clause.");
}

static void
parse_insert(DynPartiqlParser *p, DynPartiqlStatement *statement)
{
	dyn_partiql_expect(p, DYN_PC_INTO);
	parse_table(p, statement, false);
	if (dyn_partiql_is(p, DYN_PC_OPEN))
		dyn_partiql_malformed("Unexpected keyword");
	dyn_partiql_expect(p, DYN_PC_VALUE);
	if (dyn_partiql_is(p, DYN_PC_OPEN_SET))
		dyn_validation("Unsupported operation: Inserting multiple items in a single statement is not supported, "
					   "use \"INSERT INTO tableName VALUE item\" instead");
	statement->item = dyn_partiql_item(p);
	if (statement->item->op != DYN_PARTIQL_MAP && statement->item->op != DYN_PARTIQL_PARAMETER)
		dyn_partiql_malformed("Expected item");
}

/* path = operand */
static DynPartiqlNode *
parse_assignment(DynPartiqlParser *p)
{
	DynPartiqlNode *set = dyn_partiql_node(DYN_OP_SET);

	dyn_partiql_add_child(set, dyn_partiql_path(p));
	dyn_partiql_expect(p, DYN_PC_EQ);
	dyn_partiql_add_child(set, dyn_partiql_operand(p));
	return set;
}

static DynPartiqlNode *
parse_removal(DynPartiqlParser *p)
{
	DynPartiqlNode *remove = dyn_partiql_node(DYN_OP_REMOVE);

	dyn_partiql_add_child(remove, dyn_partiql_path(p));
	return remove;
}

static void
parse_actions(DynPartiqlParser *p, DynPartiqlStatement *statement)
{
	DynPartiqlNode list = {0};

	for (;;)
	{
		bool		set = dyn_partiql_take(p, DYN_PC_SET);

		if (!set && !dyn_partiql_take(p, DYN_PC_REMOVE))
			break;
		do
			dyn_partiql_add_child(&list, set ? parse_assignment(p) : parse_removal(p));
		while (dyn_partiql_take(p, DYN_PC_COMMA));
	}
	if (list.count == 0)
		dyn_partiql_malformed("Expected data manipulation");
	statement->actions = list.child;
}

/* RETURNING (ALL | MODIFIED) (OLD | NEW) * */
static void
parse_returning(DynPartiqlParser *p, DynPartiqlStatement *statement)
{
	bool		all;
	bool		new;

	if (!dyn_partiql_take(p, DYN_PC_RETURNING))
		return;
	all = dyn_partiql_take(p, DYN_PC_ALL);
	if (!all)
		dyn_partiql_expect(p, DYN_PC_MODIFIED);
	new = dyn_partiql_take(p, DYN_PC_NEW);
	if (!new)
		dyn_partiql_expect(p, DYN_PC_OLD);
	dyn_partiql_expect(p, DYN_PC_STAR);
	if (all)
		statement->returning = new ? DYN_PARTIQL_ALL_NEW : DYN_PARTIQL_ALL_OLD;
	else
		statement->returning = new ? DYN_PARTIQL_MODIFIED_NEW : DYN_PARTIQL_MODIFIED_OLD;
	if (statement->kind == DYN_PARTIQL_DELETE && statement->returning != DYN_PARTIQL_ALL_OLD)
		dyn_validation("DELETE statements only support RETURNING ALL OLD *");
}

/* WHERE and RETURNING of a write. */
static void
parse_write_end(DynPartiqlParser *p, DynPartiqlStatement *statement)
{
	parse_where(p, statement);
	parse_returning(p, statement);
}

/* EXISTS(SELECT ...) */
static void
parse_exists(DynPartiqlParser *p, DynPartiqlStatement *statement)
{
	dyn_partiql_expect(p, DYN_PC_OPEN);
	dyn_partiql_expect(p, DYN_PC_SELECT);
	parse_select(p, statement);
	dyn_partiql_expect(p, DYN_PC_CLOSE);
}

static void
parse_statement(DynPartiqlParser *p, DynPartiqlStatement *statement)
{
	if (dyn_partiql_take(p, DYN_PC_SELECT))
	{
		statement->kind = DYN_PARTIQL_SELECT;
		parse_select(p, statement);
	}
	else if (dyn_partiql_take(p, DYN_PC_INSERT))
	{
		statement->kind = DYN_PARTIQL_INSERT;
		parse_insert(p, statement);
	}
	else if (dyn_partiql_take(p, DYN_PC_UPDATE))
	{
		statement->kind = DYN_PARTIQL_UPDATE;
		parse_table(p, statement, true);
		parse_actions(p, statement);
		parse_write_end(p, statement);
	}
	else if (dyn_partiql_take(p, DYN_PC_DELETE))
	{
		statement->kind = DYN_PARTIQL_DELETE;
		dyn_partiql_expect(p, DYN_PC_FROM);
		parse_table(p, statement, true);
		parse_write_end(p, statement);
	}
	else if (dyn_partiql_take(p, DYN_PC_EXISTS))
	{
		statement->kind = DYN_PARTIQL_EXISTS;
		parse_exists(p, statement);
	}
	else
		dyn_partiql_malformed("Expected data manipulation");
}

DynPartiqlStatement *
dyn_partiql_parse(DynSlice text, MemoryContext scratch)
{
	DynPartiqlParser parser = {.text = text, .token = dyn_partiql_lex(text, scratch)};
	DynPartiqlStatement *statement = palloc0_object(DynPartiqlStatement);

	statement->text = text;
	parse_statement(&parser, statement);
	(void) dyn_partiql_take(&parser, DYN_PC_SEMICOLON);
	if (parser.token->kind != DYN_PT_EOF)
		dyn_partiql_unexpected(&parser);
	statement->nparameters = parser.nparameters;
	return statement;
}
