/*
 * key_terms.c - what a request says about keys, as a list of terms
 */
#include "postgres.h"

#include "expr/key_terms.h"

static int
compare(DynValue a, DynValue b)
{
	return dyn_bytes_compare(a.data, a.len, b.data, b.len);
}

bool
dyn_key_term_holds(const DynKeyTerm *term, DynValue v)
{
	switch (term->op)
	{
		case DYN_RANGE_NONE:
			return true;
		case DYN_RANGE_EQ:
			return compare(v, term->low) == 0;
		case DYN_RANGE_LT:
			return compare(v, term->low) < 0;
		case DYN_RANGE_LE:
			return compare(v, term->low) <= 0;
		case DYN_RANGE_GT:
			return compare(v, term->low) > 0;
		case DYN_RANGE_GE:
			return compare(v, term->low) >= 0;
		case DYN_RANGE_BETWEEN:
			return compare(v, term->low) >= 0 && compare(v, term->high) <= 0;
		case DYN_RANGE_BEGINS_WITH:
			return v.len >= term->low.len && memcmp(v.data, term->low.data, term->low.len) == 0;
	}
	pg_unreachable();
}
