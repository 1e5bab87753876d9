/*
 * syntax.c - what the parsers of statements and of their expressions share: tokens, names, nodes, errors
 */
#include "postgres.h"

#include "base/errors.h"
#include "partiql/syntax.h"

void
dyn_partiql_malformed(const char *detail)
{
	dyn_validation("Statement wasn't well formed, can't be processed: %s", detail);
}

void
dyn_partiql_unexpected(const DynPartiqlParser *p)
{
	if (p->token->kind == DYN_PT_EOF)
		dyn_partiql_malformed("Unexpected end of statement");
	if (dyn_partiql_reserved(p->token->code))
		dyn_partiql_malformed("Unexpected keyword");
	if (p->token->kind == DYN_PT_UNKNOWN)
		dyn_partiql_malformed("Invalid character or unclosed literal");
	dyn_partiql_malformed("Unexpected term");
}

bool
dyn_partiql_take(DynPartiqlParser *p, DynPartiqlCode code)
{
	if (p->token->code != code)
		return false;
	p->token++;
	return true;
}

/* The name of a missing bracket in messages; NULL: they do not name it. */
static const char *
bracket_name(DynPartiqlCode code)
{
	switch (code)
	{
		case DYN_PC_CLOSE:
			return "Expected RIGHT_PAREN";
		case DYN_PC_CLOSE_LIST:
			return "Expected RIGHT_BRACKET";
		case DYN_PC_CLOSE_MAP:
			return "Expected RIGHT_CURLY";
		case DYN_PC_CLOSE_SET:
			return "Expected RIGHT_DOUBLE_ANGLE_BRACKET";
		default:
			return NULL;
	}
}

void
dyn_partiql_expect(DynPartiqlParser *p, DynPartiqlCode code)
{
	if (dyn_partiql_take(p, code))
		return;
	if (bracket_name(code) != NULL && p->token->kind != DYN_PT_UNKNOWN)
		dyn_partiql_malformed(bracket_name(code));
	dyn_partiql_unexpected(p);
}

DynSlice
dyn_partiql_name(DynPartiqlParser *p)
{
	DynSlice	name = p->token->text;

	if (p->token->kind != DYN_PT_NAME && (p->token->kind != DYN_PT_WORD || dyn_partiql_reserved(p->token->code)))
		dyn_partiql_unexpected(p);
	if (name.len == 0)
		dyn_partiql_malformed("Unexpected empty name");
	p->token++;
	return name;
}

DynPartiqlNode *
dyn_partiql_node(uint8 op)
{
	DynPartiqlNode *node = palloc0_object(DynPartiqlNode);

	node->op = op;
	return node;
}

void
dyn_partiql_add_child(DynPartiqlNode *parent, DynPartiqlNode *child)
{
	if (parent->last != NULL)
		parent->last->next = child;
	else
		parent->child = child;
	parent->last = child;
	parent->count++;
}

char *
dyn_partiql_position(DynSlice text, uint32 offset)
{
	uint32		line = 1;
	uint32		column = 1;

	for (uint32 i = 0; i < offset; i++)
	{
		column++;
		if (text.data[i] == '\n')
		{
			line++;
			column = 1;
		}
	}
	return psprintf("%u:%u", line, column);
}
