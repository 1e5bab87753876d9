/*
 * check.c - operand counts and types, distinct operands, and paths that get in each other's way
 *
 * Layer 2 (expr).
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"

#include "base/base64.h"
#include "base/limits.h"
#include "expr/check.h"
#include "value/number.h"

#define TAG_BIT(tag) (1u << (tag))
#define SCALARS (TAG_BIT(DYN_S) | TAG_BIT(DYN_N) | TAG_BIT(DYN_B))
#define SETS (TAG_BIT(DYN_SS) | TAG_BIT(DYN_NS) | TAG_BIT(DYN_BS))
#define SIZED (TAG_BIT(DYN_S) | TAG_BIT(DYN_B) | SETS | TAG_BIT(DYN_L) | TAG_BIT(DYN_M))

static inline const DynExprNode *
node_at(const DynBinding *b, int32 index)
{
	return index < 0 ? NULL : b->t->nodes + index;
}

static inline const DynExprNode *
first_child(const DynBinding *b, const DynExprNode *n)
{
	return node_at(b, n->child);
}

static inline const DynExprNode *
next_sibling(const DynBinding *b, const DynExprNode *n)
{
	return node_at(b, n->next);
}

/* Resolves the names of a path and bounds its depth. */
static void
resolve_path(DynBinding *b, const DynExprNode *path)
{
	for (uint32 i = 0; i < path->narg; i++)
	{
		const DynTemplateElement *e = &b->t->elements[path->arg + i];

		if (e->kind == DYN_ELEMENT_PLACEHOLDER)
			dyn_bind_name(b, e->at);
	}
	if (path->narg > DYN_MAX_NESTING)
		dyn_expr_error(b->t->kind, "The document path has too many nesting levels; nesting levels: %u", path->narg);
}

/* Resolves what the node and all below it name, in text order. */
static void
resolve_all(DynBinding *b, const DynExprNode *n)
{
	if (n->op == DYN_OP_PATH)
		resolve_path(b, n);
	else if (n->op == DYN_OP_VALUE)
		dyn_bind_value(b, n->arg);
	for (const DynExprNode *c = first_child(b, n); c; c = next_sibling(b, c))
		resolve_all(b, c);
}

/* The constant that a VALUE node stands for; any other node has no value. */
static DynValue
constant(DynBinding *b, const DynExprNode *n)
{
	return n->op == DYN_OP_VALUE ? dyn_bind_value(b, n->arg)->value : (DynValue) {0};
}

/* The type that an operand of a condition is known to have, or 0. */
static uint8
known_tag(DynBinding *b, const DynExprNode *n)
{
	return n->op == DYN_OP_SIZE ? DYN_N : constant(b, n).tag;
}

static void
operand_type_error(const DynBinding *b, uint8 op, const char *type)
{
	dyn_expr_error(b->t->kind, "Incorrect operand type for operator or function; operator or function: %s, operand type: %s",
				   dyn_op_name(op), type);
}

/* Raises the error when an operand's type is known and not among those allowed. */
static void
check_type(DynBinding *b, uint8 op, const DynExprNode *operand, uint32 allowed)
{
	uint8		tag = known_tag(b, operand);

	if (tag != 0 && !(allowed & TAG_BIT(tag)))
		operand_type_error(b, op, dyn_tag_name(tag));
}

/* The functions below a node, and the node itself, must have their number of operands; inner ones first. */
static void
check_counts(const DynBinding *b, const DynExprNode *n)
{
	int			expected = dyn_op_function_operands(n->op);

	for (const DynExprNode *c = first_child(b, n); c; c = next_sibling(b, c))
		check_counts(b, c);
	if (expected > 0 && n->narg != expected)
		dyn_expr_error(b->t->kind,
					   "Incorrect number of operands for operator or function; operator or function: %s, number of operands: %u",
					   dyn_op_name(n->op), n->narg);
	if (n->op == DYN_OP_IN && n->narg - 1 > DYN_MAX_IN_OPERANDS)
		dyn_expr_error(b->t->kind, "The IN operator is provided with too many operands; number of operands: %u",
					   n->narg - 1);
}

/* A path as texts show it: [a, b, [3]] */
static char *
path_text(const DynBinding *b, const DynExprNode *path)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoChar(&text, '[');
	for (uint32 i = 0; i < path->narg; i++)
	{
		const DynTemplateElement *e = &b->t->elements[path->arg + i];

		if (i > 0)
			appendStringInfoString(&text, ", ");
		if (e->kind == DYN_ELEMENT_LIST)
			appendStringInfo(&text, "[%u]", e->at);
		else
		{
			DynSlice	name = dyn_bind_element_name(b, e);

			appendBinaryStringInfo(&text, name.data, (int) name.len);
		}
	}
	appendStringInfoChar(&text, ']');
	return text.data;
}

static bool
same_element(const DynBinding *b, const DynTemplateElement *x, const DynTemplateElement *y)
{
	DynSlice	a;
	DynSlice	c;

	if (x->kind == DYN_ELEMENT_LIST || y->kind == DYN_ELEMENT_LIST)
		return x->kind == y->kind && x->at == y->at;
	a = dyn_bind_element_name(b, x);
	c = dyn_bind_element_name(b, y);
	return a.len == c.len && memcmp(a.data, c.data, a.len) == 0;
}

bool
dyn_check_same_path(const DynBinding *b, const DynExprNode *x, const DynExprNode *y)
{
	if (x->op != DYN_OP_PATH || y->op != DYN_OP_PATH || x->narg != y->narg)
		return false;
	for (uint32 i = 0; i < x->narg; i++)
	{
		if (!same_element(b, &b->t->elements[x->arg + i], &b->t->elements[y->arg + i]))
			return false;
	}
	return true;
}

/* The first operand of a comparison or function must not come back among the others. */
static void
check_distinct(const DynBinding *b, const DynExprNode *n)
{
	const DynExprNode *first = first_child(b, n);

	for (const DynExprNode *c = next_sibling(b, first); c; c = next_sibling(b, c))
	{
		if (dyn_check_same_path(b, first, c))
			dyn_expr_error(b->t->kind,
						   "The first operand must be distinct from the remaining operands for this operator or function; operator: %s, first operand: %s",
						   dyn_op_name(n->op), path_text(b, first));
	}
}

/* A constant as the texts about BETWEEN show it: {N:5} */
static char *
constant_text(DynValue v)
{
	char	   *body;
	int			len;

	if (v.tag == DYN_N)
	{
		body = palloc(DYN_NUMBER_MAX_TEXT);
		len = dyn_number_print(v.data, v.len, body);
	}
	else if (v.tag == DYN_B)
	{
		body = palloc(4 * (((Size) v.len + 2) / 3) + 1);
		len = (int) dyn_base64_encode(v.data, v.len, body);
	}
	else
	{
		body = (char *) v.data;
		len = (int) v.len;
	}
	return psprintf("{%s:%.*s}", dyn_tag_name(v.tag), len, body);
}

void
dyn_check_between(DynExprKind kind, DynValue low, DynValue high)
{
	const char *problem;

	if (low.tag == 0 || high.tag == 0)
		return;
	if (low.tag != high.tag)
		problem = "requires same data type for lower and upper bounds";
	else if (dyn_bytes_compare(low.data, low.len, high.data, high.len) > 0)
		problem = "requires upper bound to be greater than or equal to lower bound";
	else
		return;
	dyn_expr_error(kind,
				   "The BETWEEN operator %s; lower bound operand: AttributeValue: %s, upper bound operand: AttributeValue: %s",
				   problem, constant_text(low), constant_text(high));
}

static void
check_attribute_type(DynBinding *b, const DynExprNode *n)
{
	const DynExprNode *second = next_sibling(b, first_child(b, n));
	DynValue	type = constant(b, second);

	if (type.tag == 0)
		operand_type_error(b, n->op, second->op == DYN_OP_SIZE ? "N" : "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}");
	check_type(b, n->op, second, TAG_BIT(DYN_S));
	if (dyn_tag_from_name((const char *) type.data, type.len) == 0)
		dyn_expr_error(b->t->kind, "Invalid attribute type name found; type: %.*s, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
					   (int) type.len, (const char *) type.data);
}

static void
require_path(const DynBinding *b, const DynExprNode *function)
{
	if (first_child(b, function)->op != DYN_OP_PATH)
		dyn_expr_error(b->t->kind, "Operator or function requires a document path; operator or function: %s",
					   dyn_op_name(function->op));
}

/* Operand types of a comparison or a condition's function, inner functions first. */
static void
check_types(DynBinding *b, const DynExprNode *n)
{
	for (const DynExprNode *c = first_child(b, n); c; c = next_sibling(b, c))
		check_types(b, c);
	switch (n->op)
	{
		case DYN_OP_LT:
		case DYN_OP_LE:
		case DYN_OP_GT:
		case DYN_OP_GE:
			for (const DynExprNode *c = first_child(b, n); c; c = next_sibling(b, c))
				check_type(b, n->op, c, SCALARS);
			break;
		case DYN_OP_BETWEEN:
			{
				const DynExprNode *low = next_sibling(b, first_child(b, n));

				for (const DynExprNode *c = first_child(b, n); c; c = next_sibling(b, c))
					check_type(b, n->op, c, SCALARS);
				dyn_check_between(b->t->kind, constant(b, low), constant(b, next_sibling(b, low)));
				break;
			}
		case DYN_OP_ATTRIBUTE_EXISTS:
		case DYN_OP_ATTRIBUTE_NOT_EXISTS:
			require_path(b, n);
			break;
		case DYN_OP_ATTRIBUTE_TYPE:
			require_path(b, n);
			check_attribute_type(b, n);
			break;
		case DYN_OP_BEGINS_WITH:
			for (const DynExprNode *c = first_child(b, n); c; c = next_sibling(b, c))
				check_type(b, n->op, c, TAG_BIT(DYN_S) | TAG_BIT(DYN_B));
			break;
		case DYN_OP_SIZE:
			check_type(b, n->op, first_child(b, n), SIZED);
			break;
		default:
			break;
	}
}

static void
check_condition_node(DynBinding *b, const DynExprNode *n)
{
	check_stack_depth();
	if (n->op == DYN_OP_AND || n->op == DYN_OP_OR || n->op == DYN_OP_NOT)
	{
		for (const DynExprNode *c = first_child(b, n); c; c = next_sibling(b, c))
			check_condition_node(b, c);
		return;
	}
	resolve_all(b, n);
	check_counts(b, n);
	check_distinct(b, n);
	check_types(b, n);
}

void
dyn_check_condition(DynBinding *b)
{
	check_condition_node(b, b->t->nodes);
}

/* Raises the error when one path lies on the other (overlap), or they use one value as a map and as a list (conflict). */
static void
check_path_pair(const DynBinding *b, const DynExprNode *one, const DynExprNode *two, bool overlap)
{
	uint32		shorter = Min(one->narg, two->narg);
	const char *problem = "overlap";

	for (uint32 i = 0; i < shorter; i++)
	{
		const DynTemplateElement *x = &b->t->elements[one->arg + i];
		const DynTemplateElement *y = &b->t->elements[two->arg + i];

		if ((x->kind == DYN_ELEMENT_LIST) != (y->kind == DYN_ELEMENT_LIST))
		{
			problem = "conflict";
			break;
		}
		if (!same_element(b, x, y))
			return;
	}
	if (overlap != (problem[0] == 'o'))
		return;
	dyn_expr_error(b->t->kind,
				   "Two document paths %s with each other; must remove or rewrite one of these paths; path one: %s, path two: %s",
				   problem, path_text(b, one), path_text(b, two));
}

/* Checks all pairs of the paths, first for overlaps, then for conflicts. */
static void
check_paths(const DynBinding *b, const DynExprNode **paths, uint32 count)
{
	for (int pass = 0; pass < 2; pass++)
	{
		for (uint32 i = 1; i < count; i++)
		{
			CHECK_FOR_INTERRUPTS();
			for (uint32 j = 0; j < i; j++)
				check_path_pair(b, paths[j], paths[i], pass == 0);
		}
	}
}

/* The long name of a type that is no set, as texts about ADD and DELETE show it. */
static const char *
long_type_name(uint8 tag)
{
	switch (tag)
	{
		case DYN_S:
			return "STRING";
		case DYN_N:
			return "NUMBER";
		case DYN_B:
			return "BINARY";
		case DYN_BOOL:
			return "BOOLEAN";
		case DYN_NULL:
			return "NULL";
		case DYN_L:
			return "LIST";
		default:
			return "MAP";
	}
}

/* The value of ADD must be a number or a set, that of DELETE a set. */
static void
check_action_value(DynBinding *b, const DynExprNode *action)
{
	uint32		allowed = action->op == DYN_OP_ADD ? SETS | TAG_BIT(DYN_N) : SETS;
	DynValue	value = constant(b, next_sibling(b, first_child(b, action)));

	if (!(allowed & TAG_BIT(value.tag)))
		dyn_expr_error(b->t->kind, "Incorrect operand type for operator or function; operator: %s, operand type: %s, typeSet: ALLOWED_FOR_%s_OPERAND",
					   dyn_op_name(action->op), long_type_name(value.tag), dyn_op_name(action->op));
}

/* The functions and sums on the right side of SET. */
static void
check_set_value(DynBinding *b, const DynExprNode *n)
{
	uint32		allowed = n->op == DYN_OP_LIST_APPEND ? TAG_BIT(DYN_L) : TAG_BIT(DYN_N);

	for (const DynExprNode *c = first_child(b, n); c; c = next_sibling(b, c))
		check_set_value(b, c);
	check_counts(b, n);
	if (n->op == DYN_OP_IF_NOT_EXISTS)
		require_path(b, n);
	else if (n->op == DYN_OP_LIST_APPEND || n->op == DYN_OP_PLUS || n->op == DYN_OP_MINUS)
	{
		for (const DynExprNode *c = first_child(b, n); c; c = next_sibling(b, c))
			check_type(b, n->op, c, allowed);
	}
}

void
dyn_check_update(DynBinding *b)
{
	const DynTemplate *t = b->t;
	const DynExprNode **paths = palloc(sizeof(DynExprNode *) * t->nnodes);
	uint32		count = 0;

	for (uint32 i = 0; i < t->nnodes; i++)
	{
		if (t->nodes[i].op == DYN_OP_PATH)
			resolve_path(b, &t->nodes[i]);
	}
	for (uint32 i = 0; i < t->nvalues; i++)
		dyn_bind_value(b, i);

	for (const DynExprNode *action = t->nodes; action; action = next_sibling(b, action))
		paths[count++] = first_child(b, action);
	check_paths(b, paths, count);
	for (const DynExprNode *action = t->nodes; action; action = next_sibling(b, action))
	{
		if (action->op == DYN_OP_ADD || action->op == DYN_OP_DELETE)
			check_action_value(b, action);
	}
	for (const DynExprNode *action = t->nodes; action; action = next_sibling(b, action))
	{
		if (action->op == DYN_OP_SET)
			check_set_value(b, next_sibling(b, first_child(b, action)));
	}
	pfree(paths);
}

void
dyn_check_projection(DynBinding *b)
{
	const DynExprNode **paths = palloc(sizeof(DynExprNode *) * b->t->nnodes);
	uint32		count = 0;

	for (const DynExprNode *path = b->t->nodes; path; path = next_sibling(b, path))
	{
		resolve_path(b, path);
		paths[count++] = path;
	}
	check_paths(b, paths, count);
	pfree(paths);
}
