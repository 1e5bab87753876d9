/*
 * compile.c - from a request's expression parameters to its program
 *
 * Order of checks: those of the placeholders (bind.c); then each expression to its end: UpdateExpression, ConditionExpression,
 * FilterExpression, ProjectionExpression, KeyConditionExpression; then variables that no expression used; then what a key
 * condition must not contain.
 */
#include "postgres.h"

#include "base/errors.h"
#include "expr/assemble.h"
#include "expr/bind.h"
#include "expr/check.h"
#include "expr/compile.h"
#include "expr/keycond.h"

/* The place of the name that a variable stands for. */
static uint32
place_name(DynAssembly *build, DynVariable *var)
{
	if (var->placed < 0)
		var->placed = dyn_assemble_name(build, var->name);
	return (uint32) var->placed;
}

/* Appends a checked expression; returns its first root, -1 when there is none. */
static int32
place_expression(DynAssembly *build, const DynBinding *b)
{
	int32		base = (int32) build->nnodes;
	uint32		elements_base = build->nelements;

	if (!b->t)
		return -1;
	for (uint32 i = 0; i < b->t->nelements; i++)
	{
		const DynTemplateElement *e = &b->t->elements[i];
		DynPathElement element = {DYN_ELEMENT_INDEX, e->at};

		if (e->kind == DYN_ELEMENT_PLACEHOLDER)
			element = (DynPathElement) {place_name(build, b->names[e->at]), b->names[e->at]->name.len};
		else if (e->kind == DYN_ELEMENT_LITERAL)
			element = (DynPathElement) {dyn_assemble_name(build, dyn_bind_element_name(b, e)), e->len};
		dyn_assemble_element(build, element);
	}
	for (uint32 i = 0; i < b->t->nvalues; i++)
	{
		DynVariable *var = b->values[i];

		if (var->placed < 0)
			var->placed = dyn_assemble_value(build, var->value);
	}
	for (uint32 i = 0; i < b->t->nnodes; i++)
	{
		DynExprNode node = b->t->nodes[i];

		if (node.child >= 0)
			node.child += base;
		if (node.next >= 0)
			node.next += base;
		if (node.op == DYN_OP_PATH)
			node.arg += elements_base;
		else if (node.op == DYN_OP_VALUE)
			node.arg = (uint32) b->values[node.arg]->placed;
		dyn_assemble_node(build, node);
	}
	return base;
}

static DynBinding
bind_and_check(DynExprKind kind, DynSlice text, DynVariables *variables, void (*check) (DynBinding *))
{
	DynBinding	b = dyn_bind_expression(kind, text, variables);

	if (b.t)
		check(&b);
	return b;
}

DynProgram *
dyn_expr_compile(const DynExprInput *input, DynKeyCondition *key)
{
	DynVariables variables = dyn_bind_variables(input->names, input->values, dyn_wording_or_plain(input->wording));
	DynBinding	update = bind_and_check(DYN_EXPR_UPDATE, input->update, &variables, dyn_check_update);
	DynBinding	condition = bind_and_check(DYN_EXPR_CONDITION, input->condition, &variables, dyn_check_condition);
	DynBinding	filter = bind_and_check(DYN_EXPR_FILTER, input->filter, &variables, dyn_check_condition);
	DynBinding	search = bind_and_check(DYN_EXPR_SEARCH, input->search, &variables, dyn_check_condition);
	DynBinding	projection = bind_and_check(DYN_EXPR_PROJECTION, input->projection, &variables, dyn_check_projection);
	DynBinding	key_condition = bind_and_check(DYN_EXPR_KEY_CONDITION, input->key_condition, &variables,
											   dyn_check_condition);
	const DynBinding *all[] = {&update, &condition, &filter, &search, &projection};
	uint32		nnodes = 0;
	uint32		nelements = 0;
	uint32		nvalues = 0;
	DynAssembly	build;
	int32		condition_root;
	int32		update_root;

	dyn_bind_check_used(&variables);
	if (key)
	{
		*key = (DynKeyCondition) {0};
		if (key_condition.t)
			dyn_keycond_read(&key_condition, key);
	}

	for (int i = 0; i < lengthof(all); i++)
	{
		if (!all[i]->t)
			continue;
		nnodes += all[i]->t->nnodes;
		nelements += all[i]->t->nelements;
		nvalues += all[i]->t->nvalues;
	}
	if (nnodes == 0)
		return NULL;
	dyn_assemble_init(&build, nnodes, nelements, nvalues);
	condition_root = place_expression(&build, condition.t ? &condition : filter.t ? &filter : &search);
	update_root = place_expression(&build, &update);
	return dyn_assemble_finish(&build, condition_root, update_root, place_expression(&build, &projection));
}

/* ---- what needs the table ---- */

void
dyn_expr_check_update_keys(const DynProgram *program, const DynKeyAttr *keys, int nkeys)
{
	const DynExprNode *nodes = dyn_program_nodes(program);
	const DynPathElement *elements = dyn_program_elements(program);
	const char *bytes = (const char *) dyn_program_bytes(program);

	for (int32 action = program->update; action >= 0; action = nodes[action].next)
	{
		const DynPathElement *first = &elements[nodes[nodes[action].child].arg];

		for (int i = 0; i < nkeys; i++)
		{
			if (first->len == keys[i].len && memcmp(bytes + first->offset, keys[i].name, first->len) == 0)
				dyn_validation(DYN_INVALID_PARAMETER "Cannot update attribute %s. This attribute is part of the key",
							   keys[i].name);
		}
	}
}
