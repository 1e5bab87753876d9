/*
 * verify.c - programs of unknown origin
 *
 * The SQL functions take programs from anyone, so evaluation (eval.c, update.c, project.c), which trusts
 * what it reads, needs proof: that sizes add up, indices and offsets stay in their areas, names and values are well formed,
 * every operator has the operands it expects, and trees are trees.  A node may be reached once
 * only: sharing would let a short program take exponential time.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/limits.h"
#include "expr/program.h"

/* Depth of trees; the compiler stays below, since an expression has at most DYN_MAX_EXPR_OPERATORS operators. */
#define MAX_DEPTH (DYN_MAX_EXPR_OPERATORS + 100)

/* Sets of DynOp, one bit each. */
#define BIT(op)			(UINT64CONST(1) << (op))
#define ARITY_ANY		UINT32_MAX

#define PATHS			BIT(DYN_OP_PATH)
#define VALUES			BIT(DYN_OP_VALUE)
#define OPERANDS		(PATHS | VALUES | BIT(DYN_OP_SIZE))
#define RIGHT_SIDES		(PATHS | VALUES | BIT(DYN_OP_IF_NOT_EXISTS) | BIT(DYN_OP_LIST_APPEND) | \
						 BIT(DYN_OP_PLUS) | BIT(DYN_OP_MINUS))
#define CONDITIONS		(BIT(DYN_OP_EQ) | BIT(DYN_OP_NE) | BIT(DYN_OP_LT) | BIT(DYN_OP_LE) | BIT(DYN_OP_GT) | \
						 BIT(DYN_OP_GE) | BIT(DYN_OP_BETWEEN) | BIT(DYN_OP_IN) | BIT(DYN_OP_ATTRIBUTE_EXISTS) | \
						 BIT(DYN_OP_ATTRIBUTE_NOT_EXISTS) | BIT(DYN_OP_ATTRIBUTE_TYPE) | \
						 BIT(DYN_OP_BEGINS_WITH) | BIT(DYN_OP_CONTAINS) | BIT(DYN_OP_AND) | BIT(DYN_OP_OR) | \
						 BIT(DYN_OP_NOT))
#define ACTIONS			(BIT(DYN_OP_SET) | BIT(DYN_OP_REMOVE) | BIT(DYN_OP_ADD) | BIT(DYN_OP_DELETE))

/* What an operator's children may be: the first one, the others, and how many there are. */
typedef struct OpRule
{
	uint64		first;
	uint64		rest;
	uint32		least;
	uint32		most;
} OpRule;

static const OpRule op_rules[] = {
	[DYN_OP_PATH] = {0, 0, 0, 0},
	[DYN_OP_VALUE] = {0, 0, 0, 0},
	[DYN_OP_SIZE] = {PATHS | VALUES, 0, 1, 1},
	[DYN_OP_IF_NOT_EXISTS] = {PATHS, RIGHT_SIDES, 2, 2},
	[DYN_OP_LIST_APPEND] = {RIGHT_SIDES, RIGHT_SIDES, 2, 2},
	[DYN_OP_PLUS] = {RIGHT_SIDES, RIGHT_SIDES, 2, 2},
	[DYN_OP_MINUS] = {RIGHT_SIDES, RIGHT_SIDES, 2, 2},
	[DYN_OP_EQ] = {OPERANDS, OPERANDS, 2, 2},
	[DYN_OP_NE] = {OPERANDS, OPERANDS, 2, 2},
	[DYN_OP_LT] = {OPERANDS, OPERANDS, 2, 2},
	[DYN_OP_LE] = {OPERANDS, OPERANDS, 2, 2},
	[DYN_OP_GT] = {OPERANDS, OPERANDS, 2, 2},
	[DYN_OP_GE] = {OPERANDS, OPERANDS, 2, 2},
	[DYN_OP_BETWEEN] = {OPERANDS, OPERANDS, 3, 3},
	[DYN_OP_IN] = {OPERANDS, OPERANDS, 2, ARITY_ANY},
	[DYN_OP_ATTRIBUTE_EXISTS] = {PATHS, 0, 1, 1},
	[DYN_OP_ATTRIBUTE_NOT_EXISTS] = {PATHS, 0, 1, 1},
	[DYN_OP_ATTRIBUTE_TYPE] = {OPERANDS, VALUES, 2, 2},
	[DYN_OP_BEGINS_WITH] = {OPERANDS, OPERANDS, 2, 2},
	[DYN_OP_CONTAINS] = {OPERANDS, OPERANDS, 2, 2},
	[DYN_OP_AND] = {CONDITIONS, CONDITIONS, 1, ARITY_ANY},
	[DYN_OP_OR] = {CONDITIONS, CONDITIONS, 1, ARITY_ANY},
	[DYN_OP_NOT] = {CONDITIONS, 0, 1, 1},
	[DYN_OP_SET] = {PATHS, RIGHT_SIDES, 2, 2},
	[DYN_OP_REMOVE] = {PATHS, 0, 1, 1},
	[DYN_OP_ADD] = {PATHS, VALUES, 2, 2},
	[DYN_OP_DELETE] = {PATHS, VALUES, 2, 2},
};

typedef struct Verifier
{
	const DynProgram *program;
	bool	   *reached;		/* by node */
} Verifier;

static const char *verify_chain(Verifier *v, int32 first, int32 parent, const OpRule *rule, uint32 depth);

static const char *
verify_path(const DynProgram *program, const DynExprNode *node)
{
	if (node->narg == 0 || (uint64) node->arg + node->narg > program->nelements)
		return "path elements are out of range";
	if (dyn_program_elements(program)[node->arg].offset == DYN_ELEMENT_INDEX)
		return "a path begins with a list index";
	return NULL;
}

/* The second operand of attribute_type: evaluation reads it as a string. */
static const char *
verify_type_name(const DynProgram *program, const DynExprNode *node)
{
	const DynExprNode *nodes = dyn_program_nodes(program);
	DynValue	name = dyn_program_value(program, nodes[nodes[node->child].next].arg);

	if (name.tag != DYN_S || dyn_tag_from_name((const char *) name.data, name.len) == 0)
		return "attribute_type names no type";
	return NULL;
}

static const char *
verify_node(Verifier *v, int32 index, uint64 allowed, uint32 depth)
{
	const DynExprNode *node = dyn_program_nodes(v->program) + index;
	const char *flaw;

	if (node->op == 0 || node->op >= lengthof(op_rules))
		return "an unknown operator";
	if ((allowed & BIT(node->op)) == 0)
		return "an operator is out of place";
	if (node->op == DYN_OP_PATH && (flaw = verify_path(v->program, node)) != NULL)
		return flaw;
	if (node->op == DYN_OP_VALUE && node->arg >= v->program->nvalues)
		return "a value is out of range";
	flaw = verify_chain(v, node->child, index, &op_rules[node->op], depth + 1);
	if (flaw == NULL && node->op == DYN_OP_ATTRIBUTE_TYPE)
		flaw = verify_type_name(v->program, node);
	return flaw;
}

/* A chain of siblings: links go forward only, each node is new, and their number and kinds are what the rule says. */
static const char *
verify_chain(Verifier *v, int32 first, int32 parent, const OpRule *rule, uint32 depth)
{
	const DynExprNode *nodes = dyn_program_nodes(v->program);
	int32		before = parent;
	uint32		count = 0;

	if (depth > MAX_DEPTH)
		return "an expression is nested too deeply";
	check_stack_depth();
	for (int32 i = first; i != -1; i = nodes[i].next)
	{
		const char *flaw;

		if (i <= before || (uint32) i >= v->program->nnodes)
			return "a node is out of range";
		if (v->reached[i])
			return "a node is used twice";
		v->reached[i] = true;
		if (count == rule->most)
			return "an operator has too many operands";
		flaw = verify_node(v, i, count == 0 ? rule->first : rule->rest, depth);
		if (flaw != NULL)
			return flaw;
		before = i;
		count++;
	}
	return count < rule->least ? "an operator has too few operands" : NULL;
}

/* The areas fill the varlena exactly. */
static const char *
verify_layout(const DynProgram *program)
{
	uint64		size = sizeof(DynProgram);

	if (VARSIZE(program) < sizeof(DynProgram))
		return "the program is too short";
	if (program->version != DYN_PROGRAM_VERSION)
		return "the program has an unknown version";
	size += (uint64) program->nnodes * sizeof(DynExprNode);
	size += (uint64) program->nelements * sizeof(DynPathElement);
	size += (uint64) program->nvalues * sizeof(DynProgramValue);
	size += program->nbytes;
	if (size != VARSIZE(program))
		return "the program has a wrong length";
	if (program->nnodes > PG_INT32_MAX)
		return "the program has too many nodes";
	return NULL;
}

static const char *
verify_elements(const DynProgram *program)
{
	const DynPathElement *element = dyn_program_elements(program);

	for (uint32 i = 0; i < program->nelements; i++, element++)
	{
		if (element->offset == DYN_ELEMENT_INDEX)
			continue;
		if ((uint64) element->offset + element->len > program->nbytes)
			return "a name is out of range";
		if (element->len == 0 || element->len > DYN_MAX_ATTR_NAME)
			return "a name has an illegal length";
		if (dyn_value_verify((DynValue) {DYN_S, element->len, dyn_program_bytes(program) + element->offset}) != NULL)
			return "a name is not UTF-8";
	}
	return NULL;
}

static const char *
verify_values(const DynProgram *program)
{
	const DynProgramValue *value = dyn_program_values(program);

	for (uint32 i = 0; i < program->nvalues; i++, value++)
	{
		const char *flaw;

		if (value->tag < DYN_NULL || value->tag > DYN_M)
			return "a value has an unknown type";
		if ((uint64) value->offset + value->len > program->nbytes)
			return "a value is out of range";
		flaw = dyn_value_verify(dyn_program_value(program, i));
		if (flaw != NULL)
			return flaw;
	}
	return NULL;
}

static const char *
verify_trees(const DynProgram *program)
{
	static const OpRule condition = {CONDITIONS, 0, 0, 1};
	static const OpRule update = {ACTIONS, ACTIONS, 0, ARITY_ANY};
	static const OpRule projection = {PATHS, PATHS, 0, ARITY_ANY};
	Verifier	v = {program, palloc0(Max(program->nnodes, 1))};
	const char *flaw;

	flaw = verify_chain(&v, program->condition, -1, &condition, 0);
	if (flaw == NULL)
		flaw = verify_chain(&v, program->update, -1, &update, 0);
	if (flaw == NULL)
		flaw = verify_chain(&v, program->projection, -1, &projection, 0);
	pfree(v.reached);
	return flaw;
}

const char *
dyn_verify_program(const struct varlena *varlena)
{
	const DynProgram *program = (const DynProgram *) varlena;
	const char *flaw = verify_layout(program);

	if (flaw == NULL)
		flaw = verify_elements(program);
	if (flaw == NULL)
		flaw = verify_values(program);
	if (flaw == NULL)
		flaw = verify_trees(program);
	return flaw;
}
