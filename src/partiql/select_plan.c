/*
 * select_plan.c - how a SELECT reads
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/errors.h"
#include "command/keys.h"
#include "partiql/lower.h"
#include "partiql/program.h"
#include "partiql/select_plan.h"
#include "tables/name.h"

/* ---- key conditions ---- */

/* Raises an error for a value that the key attribute cannot have. */
static void
check_operand(const DynKeyAttr *attr, DynValue value)
{
	const char *flaw;

	if (value.tag != attr->tag)
		dyn_validation(DYN_INVALID_PARAMETER DYN_OPERAND_TYPE);
	flaw = dyn_keys_empty_violation(attr, value);
	if (flaw != NULL)
		dyn_validation("%s", flaw);
}

static void
add_value(DynPartiqlSelect *select, const DynPartiqlNode *constant)
{
	DynValue	value = dyn_partiql_value(select->bound, constant);

	check_operand(select->page.keys[0], value);
	for (int i = 0; i < select->nvalues; i++)
	{
		if (dyn_value_equal(select->values[i], value))
			return;
	}
	if (select->nvalues == DYN_PARTIQL_MAX_VALUES)
		dyn_validation("The number of values of the hash key in the WHERE clause exceeds the limit of %d", DYN_PARTIQL_MAX_VALUES);
	select->values[select->nvalues++] = value;
}

/* Is the term `attr = constant`, `attr IN (constants)`, or some of these joined by OR? */
static bool
is_choice(const DynPartiqlNode *term, const DynKeyAttr *attr)
{
	check_stack_depth();
	if (term->op == DYN_OP_OR)
	{
		for (const DynPartiqlNode *child = term->child; child != NULL; child = child->next)
		{
			if (!is_choice(child, attr))
				return false;
		}
		return true;
	}
	if (term->op != DYN_OP_IN)
		return dyn_partiql_equal(term, attr) != NULL;
	if (!dyn_partiql_names(term->child, attr))
		return false;
	for (const DynPartiqlNode *child = term->child->next; child != NULL; child = child->next)
	{
		if (!dyn_partiql_is_constant(child))
			return false;
	}
	return true;
}

static void
add_choice(DynPartiqlSelect *select, const DynPartiqlNode *term)
{
	if (term->op == DYN_OP_OR)
	{
		for (const DynPartiqlNode *child = term->child; child != NULL; child = child->next)
			add_choice(select, child);
	}
	else if (term->op == DYN_OP_IN)
	{
		for (const DynPartiqlNode *child = term->child->next; child != NULL; child = child->next)
			add_value(select, child);
	}
	else
		add_value(select, dyn_partiql_equal(term, select->page.keys[0]));
}

/* The values of the one partition attribute: an equality, or else the first choice among values. */
static void
find_values(DynPartiqlSelect *select)
{
	DynPartiqlTerms *terms = &select->terms;
	const DynKeyAttr *attr = select->page.keys[0];
	int			found = -1;

	for (uint32 i = 0; i < terms->count; i++)
	{
		if (dyn_partiql_equal(terms->nodes[i], attr) != NULL)
		{
			found = (int) i;
			break;
		}
		if (found < 0 && is_choice(terms->nodes[i], attr))
			found = (int) i;
	}
	if (found < 0)
		return;
	terms->taken[found] = true;
	add_choice(select, terms->nodes[found]);
	select->page.range.equal[0] = select->values[0];
	select->page.range.nequal = 1;
	select->keyed = true;
}

/* The values of several partition attributes: each must have one. */
static void
find_several(DynPartiqlSelect *select)
{
	DynResultPage    *page = &select->page;

	for (int i = 0; i < page->npk; i++)
	{
		bool		found = false;

		for (uint32 k = 0; k < select->terms.count && !found; k++)
			found = dyn_partiql_equal(select->terms.nodes[k], page->keys[i]) != NULL;
		if (!found)
			return;
	}
	for (int i = 0; i < page->npk; i++)
	{
		(void) dyn_partiql_take_equal(select->bound, &select->terms, page->keys[i], &page->range.equal[i]);
		check_operand(page->keys[i], page->range.equal[i]);
	}
	page->range.nequal = page->npk;
	select->keyed = true;
}

/* The range condition of a comparison, with its operands exchanged or not; NONE if there is none. */
static DynRangeOp
range_op(uint8 op, bool exchanged)
{
	switch (op)
	{
		case DYN_OP_LT:
			return exchanged ? DYN_RANGE_GT : DYN_RANGE_LT;
		case DYN_OP_LE:
			return exchanged ? DYN_RANGE_GE : DYN_RANGE_LE;
		case DYN_OP_GT:
			return exchanged ? DYN_RANGE_LT : DYN_RANGE_GT;
		case DYN_OP_GE:
			return exchanged ? DYN_RANGE_LE : DYN_RANGE_GE;
		case DYN_OP_BETWEEN:
			return exchanged ? DYN_RANGE_NONE : DYN_RANGE_BETWEEN;
		case DYN_OP_BEGINS_WITH:
			return exchanged ? DYN_RANGE_NONE : DYN_RANGE_BEGINS_WITH;
		default:
			return DYN_RANGE_NONE;
	}
}

/* Uses a term that bounds the attribute as the range's condition; false when it does not bound it. */
static bool
try_bound(DynPartiqlSelect *select, const DynPartiqlNode *term, const DynKeyAttr *attr)
{
	DynRange   *range = &select->page.range;
	const DynPartiqlNode *left = term->child;
	const DynPartiqlNode *right = left != NULL ? left->next : NULL;
	DynRangeOp	op = range_op(term->op, false);
	bool		exchanged;

	if (op == DYN_RANGE_NONE || right == NULL)
		return false;
	exchanged = !dyn_partiql_names(left, attr);
	if (exchanged)
	{
		op = range_op(term->op, true);
		if (op == DYN_RANGE_NONE || !dyn_partiql_names(right, attr))
			return false;
		right = left;
	}
	if (!dyn_partiql_is_constant(right) || (op == DYN_RANGE_BETWEEN && !dyn_partiql_is_constant(right->next)))
		return false;
	range->op = op;
	range->low = dyn_partiql_value(select->bound, right);
	check_operand(attr, range->low);
	if (op == DYN_RANGE_BETWEEN)
	{
		range->high = dyn_partiql_value(select->bound, right->next);
		check_operand(attr, range->high);
	}
	return true;
}

/* The sort attributes from the left: by equality as far as possible, then one bound. */
static void
find_bounds(DynPartiqlSelect *select)
{
	DynResultPage    *page = &select->page;

	for (int i = page->npk; i < page->nkeys; i++)
	{
		if (dyn_partiql_take_equal(select->bound, &select->terms, page->keys[i], &page->range.equal[i]))
		{
			check_operand(page->keys[i], page->range.equal[i]);
			page->range.nequal = i + 1;
			continue;
		}
		for (uint32 k = 0; k < select->terms.count; k++)
		{
			if (!select->terms.taken[k] && try_bound(select, select->terms.nodes[k], page->keys[i]))
			{
				select->terms.taken[k] = true;
				break;
			}
		}
		break;
	}
}

static void
check_sizes(const DynPartiqlSelect *select)
{
	const DynResultPage *page = &select->page;
	const DynRange *range = &page->range;
	uint32		hash_size = 0;
	uint32		range_size = 0;
	const char *flaw;

	for (int i = 0; i < range->nequal; i++)
	{
		if (i < page->npk)
			hash_size += range->equal[i].len;
		else
			range_size += range->equal[i].len;
	}
	for (int i = 0; i < select->nvalues; i++)
		hash_size = Max(hash_size, select->values[i].len);
	range_size += Max(range->low.len, range->high.len);
	flaw = dyn_keys_size_violation(hash_size, range_size);
	if (flaw != NULL)
		dyn_validation("%s", flaw);
}

static void
find_key(DynPartiqlSelect *select)
{
	if (select->page.npk == 1)
		find_values(select);
	else
		find_several(select);
	if (!select->keyed)
		return;
	find_bounds(select);
	check_sizes(select);
}

/* ---- ORDER BY ---- */

static int
compare_values(const void *a, const void *b)
{
	const DynValue *left = a;
	const DynValue *right = b;

	return dyn_bytes_compare(left->data, left->len, right->data, right->len);
}

static int
compare_values_descending(const void *a, const void *b)
{
	return compare_values(b, a);
}

/* The number of the key attribute of that name. */
static int
find_order_key(const DynPartiqlSelect *select, DynSlice name)
{
	for (int i = 0; i < select->page.nkeys; i++)
	{
		const DynKeyAttr *attr = select->page.keys[i];

		if (name.len == attr->len && memcmp(name.data, attr->name, name.len) == 0)
			return i;
	}
	dyn_validation("Variable reference %.*s in ORDER BY clause must be part of the primary key", (int) name.len, name.data);
}

static void
apply_order(DynPartiqlSelect *select)
{
	const DynPartiqlStatement *statement = select->statement;
	bool		sort_seen = false;

	if (statement->norder == 0)
		return;
	if (!select->keyed)
		dyn_validation("Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.");
	for (int i = 0; i < statement->norder; i++)
	{
		int			key = find_order_key(select, statement->order[i].name);
		bool		descending = statement->order[i].descending;

		if (i == 0 && key >= select->page.npk && select->nvalues > 1)
			dyn_validation("Must have hash key in ORDER BY clause when more than one hash key condition specified in WHERE clause.");
		if (key < select->page.npk)
			qsort(select->values, select->nvalues, sizeof(DynValue), descending ? compare_values_descending : compare_values);
		else if (!sort_seen)
		{
			select->page.range.backward = descending;
			sort_seen = true;
		}
	}
}

/* ---- the page ---- */

static void
find_table(DynPartiqlSelect *select)
{
	DynResultPage    *page = &select->page;
	DynTable   *table = dyn_name_find_table(select->statement->table, DYN_NAME_DATA);
	const DynIndex *index = NULL;

	if (select->statement->index.data != NULL)
	{
		index = dyn_result_page_index(page, table, select->statement->index);
		if (index == NULL)
			dyn_validation("The table does not have the specified index");
		if (index->kind == DYN_INDEX_GLOBAL && page->consistent)
			dyn_validation("Strongly consistent read is not supported on Global Secondary Indexes");
	}
	dyn_result_page_use(page, table, index);
}

static void
set_program(DynPartiqlSelect *select)
{
	DynResultPage    *page = &select->page;
	DynProgram *program = dyn_partiql_program(select->bound, &select->terms, DYN_PARTIQL_WHATEVER, NULL);

	page->filter = program != NULL && program->condition >= 0 ? program : NULL;
	page->projection = program != NULL && program->projection >= 0 ? program : NULL;
	page->select = page->projection ? DYN_SELECT_SPECIFIC : page->range.index ? DYN_SELECT_SHOWN : DYN_SELECT_ALL;
	page->project = dyn_partiql_project;
	dyn_result_page_check_paths(page);
	if (page->range.index != NULL && page->range.index->kind == DYN_INDEX_GLOBAL)
		dyn_result_page_check_projected(page);
	if (select->keyed)
		dyn_result_page_check_filtered(page);
}

void
dyn_partiql_select_plan(DynPartiqlSelect *select, const DynPartiqlBound *bound)
{
	DynResultPage    *page = &select->page;

	memset(select, 0, offsetof(DynPartiqlSelect, values));
	select->bound = bound;
	select->statement = bound->statement;
	select->terms = dyn_partiql_terms(bound);
	page->consistent = bound->consistent;
	page->limit = bound->limit;
	find_table(select);
	find_key(select);
	apply_order(select);
	set_program(select);
	page->capacity.report = bound->report;
	page->capacity.table_name = select->statement->table;
}

bool
dyn_partiql_select_is_get(const DynPartiqlSelect *select)
{
	return select->keyed && select->nvalues == 1 && select->page.range.index == NULL &&
		select->page.range.nequal == select->page.nkeys;
}
