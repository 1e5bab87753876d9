/*
 * select.c - SELECT of ExecuteStatement
 *
 * What the terms of WHERE say of the key decides how items are read, whatever order they stand in:
 *
 *		all key attributes of the table are equal to values		the item, by its key
 *		the partition attributes are							a range, bounded further by the sort attributes
 *		the partition attribute is one of several values (IN, OR)	a range for each, one after the other
 *		else													all of the table or the index
 *
 * The terms that are left are the filter.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/call.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/request.h"
#include "command/keys.h"
#include "command/result_page.h"
#include "expr/eval.h"
#include "partiql/lower.h"
#include "partiql/next_token.h"
#include "partiql/program.h"
#include "partiql/select.h"
#include "store/rows.h"
#include "tables/name.h"
#include "throughput/throttle.h"

/* Values of the partition attribute, and items in a page of such a read; developer guide, "PartiQL operators" */
#define MAX_HASH_VALUES 50
#define MANY_PAGE_ITEMS 10

#define INVALID_PARAMETER "One or more parameter values were invalid: "

typedef struct Select
{
	const DynPartiqlBound *bound;
	const DynPartiqlStatement *statement;
	DynPartiqlTerms terms;
	DynResultPage		page;
	bool		keyed;			/* the partition attributes have values */

	/* Of the partition attribute; none where there are several attributes, or they have no values. */
	int			nvalues;
	DynValue	values[MAX_HASH_VALUES];	/* as many as there are, the others are not set */
} Select;

/* ---- key conditions ---- */

/* Raises for a value that the key attribute cannot have. */
static void
check_operand(const DynKeyAttr *attr, DynValue value)
{
	const char *flaw;

	if (value.tag != attr->tag)
		dyn_validation(INVALID_PARAMETER "Condition parameter type does not match schema type");
	flaw = dyn_keys_empty_violation(attr, value);
	if (flaw != NULL)
		dyn_validation("%s", flaw);
}

static void
add_value(Select *select, const DynPartiqlNode *constant)
{
	DynValue	value = dyn_partiql_value(select->bound, constant);

	check_operand(select->page.keys[0], value);
	for (int i = 0; i < select->nvalues; i++)
	{
		if (dyn_value_equal(select->values[i], value))
			return;
	}
	if (select->nvalues == MAX_HASH_VALUES)
		dyn_validation("The number of values of the hash key in the WHERE clause exceeds the limit of %d", MAX_HASH_VALUES);
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
add_choice(Select *select, const DynPartiqlNode *term)
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
find_values(Select *select)
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
find_several(Select *select)
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

/* The range condition that a comparison is with its operands exchanged or not; NONE: it is none. */
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

/* Makes a term that bounds the attribute the range's condition; false when it does not. */
static bool
try_bound(Select *select, const DynPartiqlNode *term, const DynKeyAttr *attr)
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

/* The sort attributes from the left: by equality as far as that goes, then one bound. */
static void
find_bounds(Select *select)
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
check_sizes(const Select *select)
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
find_key(Select *select)
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
find_order_key(const Select *select, DynSlice name)
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
apply_order(Select *select)
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

static DynNode
project(const DynResultPage *page, DynValue item)
{
	return dyn_partiql_project(page->projection, item);
}

static void
find_table(Select *select)
{
	DynResultPage    *page = &select->page;
	DynTable   *table = dyn_name_find_table(select->statement->table, DYN_NAME_DATA);
	const DynIndex *index = NULL;

	if (select->statement->index.data != NULL)
	{
		index = dyn_result_page_index(table, select->statement->index);
		if (index == NULL)
			dyn_validation("The table does not have the specified index");
		if (index->kind == DYN_INDEX_GLOBAL && page->consistent)
			dyn_validation("Strongly consistent read is not supported on Global Secondary Indexes");
	}
	dyn_result_page_use(page, table, index);
}

static void
set_program(Select *select)
{
	DynResultPage    *page = &select->page;
	DynProgram *program = dyn_partiql_program(select->bound, &select->terms, DYN_PARTIQL_WHATEVER, NULL);

	page->filter = program != NULL && program->condition >= 0 ? program : NULL;
	page->projection = program != NULL && program->projection >= 0 ? program : NULL;
	page->select = page->projection ? DYN_SELECT_SPECIFIC : page->range.index ? DYN_SELECT_SHOWN : DYN_SELECT_ALL;
	page->project = project;
	dyn_result_page_check_paths(page);
	if (page->range.index == NULL || page->range.index->kind != DYN_INDEX_GLOBAL)
		return;
	dyn_result_page_check_projected(page);
	if (select->keyed)
		dyn_result_page_check_filtered(page);
}

static void
plan(Select *select, const DynPartiqlBound *bound)
{
	const DynJson *request = bound->request;
	DynResultPage    *page = &select->page;

	memset(select, 0, offsetof(Select, values));
	select->bound = bound;
	select->statement = bound->statement;
	select->terms = dyn_partiql_terms(bound);
	page->request = request;
	page->consistent = dyn_request_bool(request, "ConsistentRead", false);
	find_table(select);
	find_key(select);
	apply_order(select);
	set_program(select);
	page->capacity.report = dyn_capacity_report(request);
	page->capacity.table_name = select->statement->table;
}

static bool
is_get(const Select *select)
{
	return select->keyed && select->nvalues == 1 && select->page.range.index == NULL &&
		select->page.range.nequal == select->page.nkeys;
}

/* The item by its key: one read, and no page that goes on. */
static void
reply_get(Select *select, StringInfo reply)
{
	DynResultPage    *page = &select->page;
	DynTable   *table = page->range.table;
	DynKey		key = {.pk = page->range.equal[0]};
	struct varlena *item;

	if (table->sk.tag)
		key.sk = page->range.equal[1];
	dyn_throttle_require(table, NULL, DYN_ALLOWANCE_READ);
	item = dyn_row_get(table, &key);
	if (page->capacity.report != DYN_CAPACITY_NONE || dyn_throttle_applies(table, DYN_ALLOWANCE_READ))
		page->capacity.table_units = dyn_capacity_of_read(dyn_image_size(item), page->consistent);
	dyn_throttle_read(table, &page->capacity);
	appendStringInfoString(reply, "{\"Items\":[");
	if (item != NULL && (page->filter == NULL || dyn_eval_condition(page->filter, dyn_item_root(item))))
	{
		dyn_partiql_print(reply, page->projection, dyn_item_root(item));
		dyn_call_add_items(1);
	}
	appendStringInfoChar(reply, ']');
	dyn_capacity_reply(reply, &page->capacity, table);
	appendStringInfoChar(reply, '}');
}

/* Has the page's range begin where the token says. */
static void
start_at(Select *select, const DynPartiqlPosition *position)
{
	DynResultPage    *page = &select->page;
	DynViolation violation;
	DynJson    *key;

	if (position->range >= Max(select->nvalues, 1))
		dyn_validation("Invalid NextToken");
	if (position->key.len == 0)
		return;
	key = dyn_json_try(position->key.data, position->key.len);
	if (key == NULL || dyn_json_kind(key) != DYN_JSON_OBJECT)
		dyn_validation("Invalid NextToken");
	dyn_value_map_check_types(key);
	if (!dyn_node_item_from_json(key, &dyn_wording_older, &page->start_map, &violation))
		dyn_validation("Invalid NextToken");
	page->has_start = true;
	dyn_result_page_start(page, false);
}

static int64
limit_of(const Select *select)
{
	int64		limit = dyn_request_integer(select->page.request, "Limit", 0);

	if (select->nvalues > 1 && (limit == 0 || limit > MANY_PAGE_ITEMS))
		return MANY_PAGE_ITEMS;
	return limit;
}

/*
 * Reads the ranges from the position on until the page is full.  True: there may be more, and the position is where the next
 * page begins, which is no item's where a range has just ended.
 */
static bool
read_ranges(Select *select, DynResultPageReader *reader, DynPartiqlPosition *position)
{
	DynRange   *range = &select->page.range;

	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		if (select->nvalues > 0)
			range->equal[0] = select->values[position->range];
		dyn_result_page_read(reader);
		position->key = (DynSlice) {reader->last_key.data, (uint32) reader->last_key.len};
		if (reader->last_key.len > 0)
			return true;
		if (position->range + 1 >= select->nvalues)
			return false;
		position->range++;
		range->start = NULL;
		if (dyn_result_page_is_full(reader))
			return true;
	}
}

void
dyn_partiql_select(const DynPartiqlBound *bound, StringInfo reply)
{
	DynSlice	token = dyn_request_string(bound->request, "NextToken");
	DynPartiqlPosition position = {0};
	DynResultPageReader reader;
	Select		select;
	bool		more;

	if (token.data != NULL)
		position = dyn_partiql_token_read(token, bound);
	plan(&select, bound);
	if (is_get(&select))
	{
		reply_get(&select, reply);
		return;
	}
	start_at(&select, &position);
	dyn_result_page_reader_begin(&reader, &select.page, reply, limit_of(&select));
	dyn_throttle_require(select.page.range.table, select.page.range.index, DYN_ALLOWANCE_READ);
	appendStringInfoString(reply, "{\"Items\":[");
	more = read_ranges(&select, &reader, &position);
	dyn_result_page_charge(&select.page, &reader);
	appendStringInfoChar(reply, ']');
	if (more)
	{
		dyn_jsonout_member(reply, "NextToken");
		dyn_partiql_token_print(reply, bound, &position);
	}
	if (reader.last_key.len > 0)
	{
		dyn_jsonout_member(reply, "LastEvaluatedKey");
		appendBinaryStringInfo(reply, reader.last_key.data, reader.last_key.len);
	}
	dyn_capacity_reply(reply, &select.page.capacity, select.page.range.table);
	appendStringInfoChar(reply, '}');
}
