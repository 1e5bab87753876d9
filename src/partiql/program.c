/*
 * program.c - from a statement's expressions to a program
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/errors.h"
#include "base/limits.h"
#include "expr/assemble.h"
#include "expr/check.h"
#include "partiql/program.h"
#include "partiql/syntax.h"

#define BIT(tag)	(1U << (tag))
#define SCALARS		(BIT(DYN_S) | BIT(DYN_N) | BIT(DYN_B))
#define SETS		(BIT(DYN_SS) | BIT(DYN_NS) | BIT(DYN_BS))
#define ANY_TYPE	UINT32_MAX

/* ---- checks ---- */

static void
wrong_type(const DynPartiqlNode *node, const char *type)
{
	dyn_validation("Incorrect operand type for operator or function; operator or function: %.*s, operand type: %s",
				   (int) node->written.len, node->written.data, type);
}

/* The type that an operand is known to have, or 0. */
static uint8
known_type(const DynPartiqlBound *bound, const DynPartiqlNode *node)
{
	if (dyn_partiql_is_constant(node))
		return dyn_partiql_value(bound, node).tag;
	switch (node->op)
	{
		case DYN_OP_SIZE:
		case DYN_OP_PLUS:
		case DYN_OP_MINUS:
			return DYN_N;
		case DYN_OP_LIST_APPEND:
			return DYN_L;
		default:
			return 0;
	}
}

static void
check_type_name(const DynPartiqlBound *bound, const DynPartiqlNode *node)
{
	const DynPartiqlNode *second = node->child->next;
	DynValue	name;

	if (!dyn_partiql_is_constant(second))
		wrong_type(node, DYN_ANY_TYPE);
	name = dyn_partiql_value(bound, second);
	if (name.tag != DYN_S)
		wrong_type(node, dyn_tag_name(name.tag));
	if (dyn_tag_from_name((const char *) name.data, name.len) == 0)
		dyn_validation(DYN_TYPE_NAME_UNKNOWN,
					   (int) name.len, (const char *) name.data);
}

static bool
is_function(uint8 op)
{
	return op == DYN_OP_BEGINS_WITH || op == DYN_OP_CONTAINS || op == DYN_OP_ATTRIBUTE_TYPE;
}

/* An operand of a condition: a path, a constant, the size of one. */
static void
check_operand(const DynPartiqlBound *bound, const DynPartiqlNode *node, const DynPartiqlNode *operand)
{
	uint8		type = known_type(bound, operand);

	if (operand->op != DYN_OP_PATH && operand->op != DYN_OP_SIZE && !dyn_partiql_is_constant(operand))
		dyn_validation("Unsupported operator or function in WHERE clause: %.*s", (int) operand->written.len, operand->written.data);
	if (operand->op == DYN_OP_SIZE)
		check_operand(bound, operand, operand->child);
	if (operand->op == DYN_OP_SIZE && operand->child->op == DYN_OP_SIZE)
		wrong_type(operand, "N");
	if (type != 0 && !(dyn_expr_operand_types(node->op) & BIT(type)))
		wrong_type(node, dyn_tag_name(type));
}

/* A condition may have as many operators as an expression; so may an assignment. */
static void
count_operators(uint32 *noperators, uint32 more)
{
	*noperators += more;
	if (*noperators > DYN_MAX_EXPR_OPERATORS)
		dyn_validation("The expression contains too many operators; operator count: %d", DYN_MAX_EXPR_OPERATORS + 1);
}

static void
check_condition(const DynPartiqlBound *bound, const DynPartiqlNode *node, uint32 *noperators)
{
	check_stack_depth();
	count_operators(noperators, node->op == DYN_OP_AND || node->op == DYN_OP_OR ? node->count - 1 : 1);
	if (node->op == DYN_OP_IN && node->count - 1 > DYN_MAX_IN_OPERANDS)
		dyn_validation("The IN operator is provided with too many operands; number of operands: %u", node->count - 1);
	for (const DynPartiqlNode *child = node->child; child != NULL; child = child->next)
	{
		if (node->op == DYN_OP_AND || node->op == DYN_OP_OR || node->op == DYN_OP_NOT)
			check_condition(bound, child, noperators);
		else
			check_operand(bound, node, child);
	}
	if (is_function(node->op) && node->child->op != DYN_OP_PATH)
		dyn_validation("Operator or function requires a document path; operator or function: %.*s",
					   (int) node->written.len, node->written.data);
	if (node->op == DYN_OP_ATTRIBUTE_TYPE)
		check_type_name(bound, node);
}

static bool
same_path(const DynPartiqlNode *a, const DynPartiqlNode *b)
{
	if (a->op != DYN_OP_PATH || b->op != DYN_OP_PATH || a->count != b->count)
		return false;
	for (uint32 i = 0; i < a->count; i++)
	{
		const DynPartiqlElement *x = &a->elements[i];
		const DynPartiqlElement *y = &b->elements[i];

		if ((x->name.data == NULL) != (y->name.data == NULL) || x->index != y->index)
			return false;
		if (x->name.data != NULL && !dyn_slice_equal(x->name, y->name))
			return false;
	}
	return true;
}

static void
check_set_change(const DynPartiqlBound *bound, const DynPartiqlNode *action, const DynPartiqlNode *change)
{
	const DynPartiqlNode *value = change->child->next;
	uint32		allowed = SETS | (change->op == DYN_PARTIQL_SET_ADD ? BIT(DYN_N) : 0);
	uint8		type;

	if (!same_path(action->child, change->child))
		dyn_validation("The first argument to %s must equal the assignment value at %s",
					   change->op == DYN_PARTIQL_SET_ADD ? "SET_ADD" : "SET_DELETE",
					   dyn_partiql_position(bound->statement->text, change->start));
	if (!dyn_partiql_is_constant(value))
		wrong_type(change, "{SS,NS,BS}");
	type = dyn_partiql_value(bound, value).tag;
	if (!(allowed & BIT(type)))
		wrong_type(change, dyn_tag_name(type));
}

/* Counts the operators of an operand of SET, before anything is visited more than once. */
static void
check_operators(const DynPartiqlNode *node, uint32 *noperators)
{
	check_stack_depth();
	if (node->op != DYN_OP_PLUS && node->op != DYN_OP_MINUS && node->op != DYN_OP_LIST_APPEND)
		return;
	count_operators(noperators, 1);
	for (const DynPartiqlNode *child = node->child; child != NULL; child = child->next)
		check_operators(child, noperators);
}

/* An operand of SET. */
static void
check_right_side(const DynPartiqlBound *bound, const DynPartiqlNode *node)
{
	check_stack_depth();
	if (dyn_partiql_is_constant(node))
	{
		(void) dyn_partiql_value(bound, node);
		return;
	}
	if (node->op == DYN_OP_PATH)
		return;
	if (node->op != DYN_OP_LIST_APPEND && node->op != DYN_OP_PLUS && node->op != DYN_OP_MINUS)
		dyn_validation("Unsupported operator or function in SET clause: %.*s", (int) node->written.len, node->written.data);
	for (const DynPartiqlNode *child = node->child; child != NULL; child = child->next)
	{
		uint8		type = known_type(bound, child);

		check_right_side(bound, child);
		if (type != 0 && !(dyn_expr_operand_types(node->op) & BIT(type)))
			wrong_type(node, dyn_tag_name(type));
	}
}

static char *
path_text(const DynPartiqlNode *path)
{
	StringInfoData text;

	initStringInfo(&text);
	for (uint32 i = 0; i < path->count; i++)
	{
		const DynPartiqlElement *e = &path->elements[i];

		appendStringInfoString(&text, i == 0 ? "[" : ", ");
		if (e->name.data != NULL)
			appendBinaryStringInfo(&text, e->name.data, (int) e->name.len);
		else
			appendStringInfo(&text, "[%u]", e->index);
	}
	appendStringInfoChar(&text, ']');
	return text.data;
}

/* Raises the error when one path begins the other, or they use one value as a map and as a list. */
static void
check_path_pair(const DynPartiqlNode *one, const DynPartiqlNode *two)
{
	const char *problem = "overlap";

	for (uint32 i = 0; i < Min(one->count, two->count); i++)
	{
		const DynPartiqlElement *x = &one->elements[i];
		const DynPartiqlElement *y = &two->elements[i];

		if ((x->name.data == NULL) != (y->name.data == NULL))
		{
			problem = "conflict";
			break;
		}
		if (x->name.data == NULL ? x->index != y->index : !dyn_slice_equal(x->name, y->name))
			return;
	}
	dyn_validation("Two document paths %s with each other; must remove or rewrite one of these paths; path one: %s, path two: %s",
				   problem, path_text(one), path_text(two));
}

static void
check_actions(const DynPartiqlBound *bound)
{
	const DynPartiqlNode *actions = bound->statement->actions;

	for (const DynPartiqlNode *action = actions; action != NULL; action = action->next)
	{
		CHECK_FOR_INTERRUPTS();
		for (const DynPartiqlNode *earlier = actions; earlier != action; earlier = earlier->next)
			check_path_pair(earlier->child, action->child);
	}
	for (const DynPartiqlNode *action = actions; action != NULL; action = action->next)
	{
		const DynPartiqlNode *right = action->child->next;
		uint32		noperators = 0;

		if (right == NULL)
			continue;
		check_operators(right, &noperators);
		if (right->op == DYN_PARTIQL_SET_ADD || right->op == DYN_PARTIQL_SET_DELETE)
			check_set_change(bound, action, right);
		else
			check_right_side(bound, right);
	}
}

void
dyn_partiql_check(const DynPartiqlBound *bound)
{
	uint32		noperators = 0;

	if (bound->statement->where != NULL)
		check_condition(bound, bound->statement->where, &noperators);
	check_actions(bound);
}

/* ---- the program ---- */

typedef struct Placer
{
	DynAssembly	build;
	const DynPartiqlBound *bound;
} Placer;

/* The children of a node that is being placed; parent -1: roots. */
typedef struct Chain
{
	int32		parent;
	int32		first;
	int32		last;
} Chain;

static int32
place(Placer *p, uint8 op, uint32 narg, uint32 arg)
{
	return dyn_assemble_node(&p->build, (DynExprNode) {.op = op, .narg = (uint16) narg, .arg = arg, .child = -1, .next = -1});
}

static Chain
chain_of(int32 parent)
{
	return (Chain) {parent, -1, -1};
}

static void
link_node(Placer *p, Chain *chain, int32 node)
{
	if (chain->last >= 0)
		p->build.nodes[chain->last].next = node;
	else
	{
		chain->first = node;
		if (chain->parent >= 0)
			p->build.nodes[chain->parent].child = node;
	}
	chain->last = node;
}

static int32
place_path(Placer *p, const DynPartiqlElement *elements, uint32 count)
{
	uint32		first = p->build.nelements;

	for (uint32 i = 0; i < count; i++)
	{
		if (elements[i].name.data == NULL)
			dyn_assemble_element(&p->build, (DynPathElement) {DYN_ELEMENT_INDEX, elements[i].index});
		else
		{
			const char *flaw = dyn_tree_json_name_violation(elements[i].name);

			if (flaw != NULL)
				dyn_validation("%s", flaw);
			dyn_assemble_element(&p->build, (DynPathElement) {dyn_assemble_name(&p->build, elements[i].name), elements[i].name.len});
		}
	}
	return place(p, DYN_OP_PATH, count, first);
}

static int32
place_operand(Placer *p, const DynPartiqlNode *node)
{
	Chain		chain;

	check_stack_depth();
	if (dyn_partiql_is_constant(node))
		return place(p, DYN_OP_VALUE, 0, dyn_assemble_value(&p->build, dyn_partiql_value(p->bound, node)));
	if (node->op == DYN_OP_PATH)
		return place_path(p, node->elements, node->count);
	chain = chain_of(place(p, node->op, node->count, 0));
	for (const DynPartiqlNode *child = node->child; child != NULL; child = child->next)
		link_node(p, &chain, place_operand(p, child));
	return chain.parent;
}

/* attribute_exists, attribute_not_exists of a path. */
static int32
place_presence(Placer *p, uint8 op, const DynPartiqlElement *elements, uint32 count)
{
	Chain		chain = chain_of(place(p, op, 1, 0));

	link_node(p, &chain, place_path(p, elements, count));
	return chain.parent;
}

static int32
place_plain(Placer *p, const DynPartiqlNode *node)
{
	Chain		chain = chain_of(place(p, node->op, node->count, 0));

	for (const DynPartiqlNode *child = node->child; child != NULL; child = child->next)
		link_node(p, &chain, place_operand(p, child));
	return chain.parent;
}

/* a <> b: false where one of them is missing. */
static int32
place_unequal(Placer *p, const DynPartiqlNode *node)
{
	Chain		chain = chain_of(place(p, DYN_OP_AND, 0, 0));

	for (const DynPartiqlNode *child = node->child; child != NULL; child = child->next)
	{
		const DynPartiqlNode *path = child->op == DYN_OP_SIZE ? child->child : child;

		if (path->op == DYN_OP_PATH)
			link_node(p, &chain, place_presence(p, DYN_OP_ATTRIBUTE_EXISTS, path->elements, path->count));
	}
	link_node(p, &chain, place_plain(p, node));
	return chain.parent;
}

static int32
place_condition(Placer *p, const DynPartiqlNode *node)
{
	Chain		chain;

	check_stack_depth();
	if (node->op == DYN_OP_NE)
		return place_unequal(p, node);
	if (node->op != DYN_OP_AND && node->op != DYN_OP_OR && node->op != DYN_OP_NOT)
		return place_plain(p, node);
	chain = chain_of(place(p, node->op, node->count, 0));
	for (const DynPartiqlNode *child = node->child; child != NULL; child = child->next)
		link_node(p, &chain, place_condition(p, child));
	return chain.parent;
}

/* Does the presence add no condition of its own? */
static bool
is_open(DynPartiqlPresence presence)
{
	return presence == DYN_PARTIQL_WHATEVER || presence == DYN_PARTIQL_OR_ABSENT;
}

static void
place_terms(Placer *p, Chain *chain, const DynPartiqlTerms *terms)
{
	for (uint32 i = 0; i < terms->count; i++)
	{
		if (!terms->taken[i])
			link_node(p, chain, place_condition(p, terms->nodes[i]));
	}
}

/* The root of the condition, or -1. */
static int32
place_root(Placer *p, const DynPartiqlTerms *terms, DynPartiqlPresence presence, const DynKeyAttr *pk)
{
	uint32		left = dyn_partiql_terms_left(terms);
	DynPartiqlElement element = {0};
	Chain		outer;
	Chain		inner;

	if (pk != NULL)
		element.name = (DynSlice) {pk->name, pk->len};
	if (left == 0 && is_open(presence))
		return -1;
	if (presence == DYN_PARTIQL_ABSENT && left == 0)
		return place_presence(p, DYN_OP_ATTRIBUTE_NOT_EXISTS, &element, 1);
	if (presence == DYN_PARTIQL_OR_ABSENT)
	{
		outer = chain_of(place(p, DYN_OP_OR, 2, 0));
		link_node(p, &outer, place_presence(p, DYN_OP_ATTRIBUTE_NOT_EXISTS, &element, 1));
		inner = chain_of(place(p, DYN_OP_AND, 0, 0));
		place_terms(p, &inner, terms);
		link_node(p, &outer, inner.parent);
		return outer.parent;
	}
	outer = chain_of(place(p, DYN_OP_AND, 0, 0));
	if (presence != DYN_PARTIQL_WHATEVER)
		link_node(p, &outer, place_presence(p, presence == DYN_PARTIQL_PRESENT ? DYN_OP_ATTRIBUTE_EXISTS :
											DYN_OP_ATTRIBUTE_NOT_EXISTS, &element, 1));
	place_terms(p, &outer, terms);
	return outer.parent;
}

static int32
place_action(Placer *p, const DynPartiqlNode *action)
{
	const DynPartiqlNode *path = action->child;
	const DynPartiqlNode *right = path->next;
	uint8		op = action->op;
	Chain		chain;

	if (right != NULL && (right->op == DYN_PARTIQL_SET_ADD || right->op == DYN_PARTIQL_SET_DELETE))
	{
		op = right->op == DYN_PARTIQL_SET_ADD ? DYN_OP_ADD : DYN_OP_DELETE;
		right = right->child->next;
	}
	chain = chain_of(place(p, op, 0, 0));
	link_node(p, &chain, place_path(p, path->elements, path->count));
	if (right != NULL)
		link_node(p, &chain, place_operand(p, right));
	return chain.parent;
}

DynProgram *
dyn_partiql_program(const DynPartiqlBound *bound, const DynPartiqlTerms *terms, DynPartiqlPresence presence, const DynKeyAttr *pk)
{
	const DynPartiqlStatement *statement = bound->statement;
	Placer		p = {.bound = bound};
	Chain		actions = chain_of(-1);
	Chain		paths = chain_of(-1);
	int32		condition;

	if (statement->actions == NULL && statement->paths == NULL && is_open(presence) && dyn_partiql_terms_left(terms) == 0)
		return NULL;
	dyn_assemble_init(&p.build, 16, 8, 8);
	condition = place_root(&p, terms, presence, pk);
	for (const DynPartiqlNode *action = statement->actions; action != NULL; action = action->next)
		link_node(&p, &actions, place_action(&p, action));
	for (const DynPartiqlNode *path = statement->paths; path != NULL; path = path->next)
		link_node(&p, &paths, place_path(&p, path->elements, path->count));
	return dyn_assemble_finish(&p.build, condition, actions.first, paths.first);
}
