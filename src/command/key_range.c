/*
 * key_range.c - a key condition as a range
 *
 * Partition attributes have equalities, then sort attributes from the left without a gap, by equality except for the last one.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "base/errors.h"
#include "command/key_range.h"
#include "command/keys.h"

static const DynKeyTerm *
find_term(const DynKeyCondition *key, const DynKeyAttr *attr)
{
	for (uint32 i = 0; i < key->count; i++)
	{
		if (key->terms[i].name.len == attr->len && memcmp(key->terms[i].name.data, attr->name, attr->len) == 0)
			return &key->terms[i];
	}
	return NULL;
}

static void
missed(const DynKeyAttr *attr)
{
	dyn_validation(DYN_KEY_CONDITION_MISSED, attr->name);
}

/* Raises an error when a key attribute in the range has no equality although a later one has a condition. */
static void
check_equal(const DynResultPage *page, const DynKeyCondition *key, const char *kind, int from, int to, const DynKeyAttr *later)
{
	StringInfoData missing;

	initStringInfo(&missing);
	for (int i = from; i < to; i++)
	{
		const DynKeyTerm *term = find_term(key, page->keys[i]);

		if (term == NULL || term->op != DYN_RANGE_EQ)
			appendStringInfo(&missing, "%s%s", missing.len > 0 ? ", " : "", page->keys[i]->name);
	}
	if (missing.len > 0)
		dyn_validation("%s key attributes %s must have equality conditions specified in the query because a condition is "
					   "present on key attribute %s", kind, missing.data, later->name);
}

/* The text about a gap is for indexes with several key attributes of a kind; with one, there are older texts. */
static void
check_gaps(const DynResultPage *page, const DynKeyCondition *key)
{
	for (int i = 1; i < page->nkeys; i++)
	{
		if (find_term(key, page->keys[i]) == NULL)
			continue;
		if (page->npk > 1)
			check_equal(page, key, "HASH", 0, Min(i, page->npk), page->keys[i]);
		if (page->nkeys - page->npk > 1)
			check_equal(page, key, "RANGE", page->npk, i, page->keys[i]);
	}
}

/*
 * Sorts the terms by key attribute; raises an error for a missing, superfluous or unsupported one; returns their number.
 */
static int
order_terms(const DynResultPage *page, const DynKeyCondition *key, const DynKeyTerm **ordered)
{
	int			count = 0;

	if (key->count == 0)
		dyn_validation("Conditions can be of length 1 or 2 only");
	if (key->count > page->nkeys)
		dyn_validation("The number of query conditions (%u) exceeds the number of key attributes defined in the schema (%d)",
					   key->count, page->nkeys);
	check_gaps(page, key);
	for (; count < page->npk; count++)
	{
		ordered[count] = find_term(key, page->keys[count]);
		if (ordered[count] == NULL)
			missed(page->keys[count]);
		if (ordered[count]->op != DYN_RANGE_EQ)
			dyn_validation("Query key condition not supported");
	}
	for (; count < key->count; count++)
	{
		ordered[count] = find_term(key, page->keys[count]);
		if (ordered[count] == NULL)
			missed(page->keys[count]);
	}
	return count;
}

/* Raises an error for operands that cannot be values of their key attributes. */
static void
check_operands(const DynResultPage *page, const DynKeyTerm *const *terms, int count)
{
	uint32		hash_size = 0;
	uint32		range_size = 0;
	const char *flaw;

	for (int i = 0; i < count; i++)
	{
		if (terms[i]->low.tag != page->keys[i]->tag || (terms[i]->high.tag && terms[i]->high.tag != page->keys[i]->tag))
			dyn_validation(DYN_INVALID_PARAMETER DYN_OPERAND_TYPE);
	}
	for (int i = 0; i < count; i++)
	{
		flaw = dyn_keys_empty_violation(page->keys[i], terms[i]->low);
		if (flaw == NULL)
			flaw = dyn_keys_empty_violation(page->keys[i], terms[i]->high);
		if (flaw != NULL)
			dyn_validation("%s", flaw);
		if (i < page->npk)
			hash_size += terms[i]->low.len;
		else
			range_size += Max(terms[i]->low.len, terms[i]->high.len);
	}
	flaw = dyn_keys_size_violation(hash_size, range_size);
	if (flaw != NULL)
		dyn_validation("%s", flaw);
}

static void
make_range(DynResultPage *page, const DynKeyTerm *const *terms, int count)
{
	DynRange   *range = &page->range;

	for (int i = 0; i < count; i++)
	{
		if (terms[i]->op == DYN_RANGE_EQ)
		{
			range->equal[range->nequal++] = terms[i]->low;
			continue;
		}
		range->op = terms[i]->op;
		range->low = terms[i]->low;
		range->high = terms[i]->high;
	}
}

/* Raises an error for a start key that the key condition excludes. */
static void
check_start_within(const DynResultPage *page, const DynKeyTerm *const *terms, int count)
{
	const DynOrderPosition *start = page->range.start;

	for (int i = 0; start != NULL && i < count; i++)
	{
		DynValue	v = page->range.index ? start->index[i] : i == 0 ? start->key.pk : start->key.sk;

		if (dyn_key_term_holds(terms[i], v))
			continue;
		if (i < page->npk)
			dyn_validation("The provided starting key is outside query boundaries based on provided conditions");
		dyn_validation("The provided starting key does not match the range key predicate");
	}
}

void
dyn_key_range_make(DynResultPage *page, const DynKeyCondition *key)
{
	const DynKeyTerm *terms[DYN_MAX_INDEX_KEY_ATTRS];
	int			count = order_terms(page, key, terms);

	check_operands(page, terms, count);
	make_range(page, terms, count);
	check_start_within(page, terms, count);
}
