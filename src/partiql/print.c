/*
 * print.c - expressions as texts for people
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "base/jsonout.h"
#include "partiql/lexer.h"
#include "partiql/print.h"
#include "value/number.h"

#define MAX_SHOWN 100			/* bytes of a string or binary, members of a list, map or set */

/* ---- names and values ---- */

void
dyn_print_name(StringInfo out, DynSlice name)
{
	if (dyn_partiql_is_bare(name))
	{
		appendBinaryStringInfo(out, name.data, (int) name.len);
		return;
	}
	appendStringInfoChar(out, '"');
	for (uint32 i = 0; i < name.len; i++)
	{
		appendStringInfoChar(out, name.data[i]);
		if (name.data[i] == '"')
			appendStringInfoChar(out, '"');
	}
	appendStringInfoChar(out, '"');
}

static void
print_string(StringInfo out, const char *data, uint32 len)
{
	uint32		shown = len > MAX_SHOWN ? (uint32) pg_mbcliplen(data, (int) len, MAX_SHOWN) : len;

	appendStringInfoChar(out, '\'');
	for (uint32 i = 0; i < shown; i++)
	{
		if ((uint8) data[i] < 0x20)
			appendStringInfo(out, "\\x%02x", (uint8) data[i]);
		else
			appendStringInfoChar(out, data[i]);
		if (data[i] == '\'')
			appendStringInfoChar(out, '\'');
	}
	appendStringInfoString(out, shown < len ? "...'" : "'");
}

static void
print_members(StringInfo out, DynValue v, const char *open, const char *close)
{
	uint32		count = dyn_value_count(v);

	check_stack_depth();
	appendStringInfoString(out, open);
	for (uint32 i = 0; i < Min(count, MAX_SHOWN); i++)
	{
		if (i > 0)
			appendStringInfoString(out, ", ");
		if (v.tag == DYN_M)
		{
			DynSlice	name;
			DynValue	member = dyn_map_member(v, i, &name);

			print_string(out, name.data, name.len);
			appendStringInfoString(out, ": ");
			dyn_print_value(out, member);
		}
		else
			dyn_print_value(out, v.tag == DYN_L ? dyn_list_element(v, i) : dyn_set_element(v, i));
	}
	appendStringInfo(out, "%s%s", count > MAX_SHOWN ? ", ..." : "", close);
}

void
dyn_print_value(StringInfo out, DynValue v)
{
	char		number[DYN_NUMBER_MAX_TEXT];

	switch (v.tag)
	{
		case DYN_S:
			print_string(out, (const char *) v.data, v.len);
			break;
		case DYN_N:
			appendBinaryStringInfo(out, number, dyn_number_print(v.data, v.len, number));
			break;
		case DYN_B:
			appendStringInfoString(out, "binary ");
			dyn_jsonout_base64(out, v.data, Min(v.len, MAX_SHOWN));
			if (v.len > MAX_SHOWN)
				appendStringInfoString(out, "...");
			break;
		case DYN_BOOL:
			appendStringInfoString(out, v.data[0] ? "TRUE" : "FALSE");
			break;
		case DYN_NULL:
			appendStringInfoString(out, "NULL");
			break;
		case DYN_L:
			print_members(out, v, "[", "]");
			break;
		case DYN_M:
			print_members(out, v, "{", "}");
			break;
		default:
			print_members(out, v, "<<", ">>");
	}
}

/* ---- expressions ---- */

static void
print_path(StringInfo out, const DynPartiqlNode *path)
{
	for (uint32 i = 0; i < path->count; i++)
	{
		if (path->elements[i].name.data == NULL)
		{
			appendStringInfo(out, "[%u]", path->elements[i].index);
			continue;
		}
		if (i > 0)
			appendStringInfoChar(out, '.');
		dyn_print_name(out, path->elements[i].name);
	}
}

static void
print_children(StringInfo out, const DynPartiqlBound *bound, const DynPartiqlNode *first, const char *between)
{
	for (const DynPartiqlNode *child = first; child != NULL; child = child->next)
	{
		if (child != first)
			appendStringInfoString(out, between);
		dyn_print_node(out, bound, child);
	}
}

/* Operands of AND and OR: those that are AND or OR themselves in parentheses. */
static void
print_chain(StringInfo out, const DynPartiqlBound *bound, const DynPartiqlNode *node, const char *word)
{
	for (const DynPartiqlNode *child = node->child; child != NULL; child = child->next)
	{
		bool		enclosed = child->op == DYN_OP_AND || child->op == DYN_OP_OR;

		if (child != node->child)
			appendStringInfo(out, " %s ", word);
		appendStringInfoString(out, enclosed ? "(" : "");
		dyn_print_node(out, bound, child);
		appendStringInfoString(out, enclosed ? ")" : "");
	}
}

static void
print_call(StringInfo out, const DynPartiqlBound *bound, const DynPartiqlNode *node)
{
	appendStringInfo(out, "%.*s(", (int) node->written.len, node->written.data);
	print_children(out, bound, node->child, ", ");
	appendStringInfoChar(out, ')');
}

static void
print_operator(StringInfo out, const DynPartiqlBound *bound, const DynPartiqlNode *node)
{
	const DynPartiqlNode *left = node->child;

	dyn_print_node(out, bound, left);
	appendStringInfo(out, " %.*s ", (int) node->written.len, node->written.data);
	switch (node->op)
	{
		case DYN_OP_IN:
			appendStringInfoChar(out, '(');
			print_children(out, bound, left->next, ", ");
			appendStringInfoChar(out, ')');
			break;
		case DYN_OP_BETWEEN:
			print_children(out, bound, left->next, " AND ");
			break;
		default:
			dyn_print_node(out, bound, left->next);
	}
}

static void
print_test(StringInfo out, const DynPartiqlBound *bound, const DynPartiqlNode *node, const char *test)
{
	dyn_print_node(out, bound, node->child);
	appendStringInfoString(out, test);
}

void
dyn_print_node(StringInfo out, const DynPartiqlBound *bound, const DynPartiqlNode *node)
{
	check_stack_depth();
	switch (node->op)
	{
		case DYN_OP_PATH:
			print_path(out, node);
			break;
		case DYN_OP_AND:
			print_chain(out, bound, node, "AND");
			break;
		case DYN_OP_OR:
			print_chain(out, bound, node, "OR");
			break;
		case DYN_OP_NOT:
			appendStringInfoString(out, "NOT (");
			dyn_print_node(out, bound, node->child);
			appendStringInfoChar(out, ')');
			break;
		case DYN_OP_ATTRIBUTE_EXISTS:
			print_test(out, bound, node, " IS NOT MISSING");
			break;
		case DYN_OP_ATTRIBUTE_NOT_EXISTS:
			print_test(out, bound, node, " IS MISSING");
			break;
		case DYN_OP_ATTRIBUTE_TYPE:
			if (node->written.data == NULL)
				print_test(out, bound, node, " IS NULL");
			else
				print_call(out, bound, node);
			break;
		case DYN_OP_BEGINS_WITH:
		case DYN_OP_CONTAINS:
		case DYN_OP_SIZE:
		case DYN_OP_LIST_APPEND:
		case DYN_PARTIQL_SET_ADD:
		case DYN_PARTIQL_SET_DELETE:
			print_call(out, bound, node);
			break;
		default:
			if (dyn_partiql_is_constant(node) && !dyn_partiql_is_condition(node))
				dyn_print_value(out, dyn_partiql_value(bound, node));
			else
				print_operator(out, bound, node);
	}
}

bool
dyn_print_terms(StringInfo out, const DynPartiqlBound *bound, const DynPartiqlTerms *terms, bool taken)
{
	bool		any = false;

	for (uint32 i = 0; i < terms->count; i++)
	{
		bool		enclosed = terms->nodes[i]->op == DYN_OP_OR;

		if (terms->taken[i] != taken)
			continue;
		appendStringInfoString(out, any ? " AND " : "");
		appendStringInfoString(out, enclosed ? "(" : "");
		dyn_print_node(out, bound, terms->nodes[i]);
		appendStringInfoString(out, enclosed ? ")" : "");
		any = true;
	}
	return any;
}

void
dyn_print_actions(StringInfo out, const DynPartiqlBound *bound)
{
	for (const DynPartiqlNode *action = bound->statement->actions; action != NULL; action = action->next)
	{
		if (action != bound->statement->actions)
			appendStringInfoChar(out, ' ');
		appendStringInfoString(out, action->op == DYN_OP_SET ? "SET " : "REMOVE ");
		print_children(out, bound, action->child, " = ");
	}
}
