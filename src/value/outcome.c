/*
 * outcome.c - what a write of one row found and left, as bytes
 *
 *		verdict (1 byte), length of the old item (4), of the new one (4), old item, new item, text of the violation
 *
 * A length of 0 is an item that is not there. Lengths are in network order, since nodes may be of different machines.
 */
#include "postgres.h"

#include "port/pg_bswap.h"

#include "value/outcome.h"

#define HEADER (1 + 2 * sizeof(uint32))

static uint32
size_of(const struct varlena *item)
{
	return item != NULL ? VARSIZE_ANY_EXHDR(item) : 0;
}

static char *
put_size(char *at, uint32 size)
{
	uint32		ordered = pg_hton32(size);

	memcpy(at, &ordered, sizeof(ordered));
	return at + sizeof(ordered);
}

static char *
put_item(char *at, const struct varlena *item)
{
	if (item == NULL)
		return at;
	memcpy(at, VARDATA_ANY(item), VARSIZE_ANY_EXHDR(item));
	return at + VARSIZE_ANY_EXHDR(item);
}

struct varlena *
dyn_outcome_pack(const DynOutcome *outcome)
{
	uint32		text = outcome->violation != NULL ? strlen(outcome->violation) : 0;
	Size		size = VARHDRSZ + HEADER + size_of(outcome->old_item) + size_of(outcome->new_item) + text;
	struct varlena *packed = palloc(size);
	char	   *at = VARDATA(packed);

	SET_VARSIZE(packed, size);
	*at++ = outcome->verdict;
	at = put_size(at, size_of(outcome->old_item));
	at = put_size(at, size_of(outcome->new_item));
	at = put_item(at, outcome->old_item);
	at = put_item(at, outcome->new_item);
	if (text > 0)
		memcpy(at, outcome->violation, text);
	return packed;
}

static uint32
get_size(const char *at)
{
	uint32		ordered;

	memcpy(&ordered, at, sizeof(ordered));
	return pg_ntoh32(ordered);
}

static struct varlena *
get_item(const char *at, uint32 size)
{
	struct varlena *item;

	if (size == 0)
		return NULL;
	item = palloc(VARHDRSZ + size);
	SET_VARSIZE(item, VARHDRSZ + size);
	memcpy(VARDATA(item), at, size);
	return item;
}

static bool
is_verdict(char c)
{
	return c == DYN_VERDICT_INSERTED || c == DYN_VERDICT_HELD || c == DYN_VERDICT_FAILED || c == DYN_VERDICT_VIOLATION;
}

DynOutcome
dyn_outcome_unpack(const struct varlena *packed)
{
	const char *at = VARDATA_ANY(packed);
	uint64		left = VARSIZE_ANY_EXHDR(packed);
	DynOutcome	outcome = {0};
	uint32		old_size;
	uint32		new_size;

	if (left < HEADER || !is_verdict(at[0]))
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED), errmsg("a node of a distributed table returned no outcome of a write")));
	outcome.verdict = at[0];
	old_size = get_size(at + 1);
	new_size = get_size(at + 1 + sizeof(uint32));
	left -= HEADER;
	at += HEADER;
	if ((uint64) old_size + new_size > left)
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED), errmsg("a node of a distributed table returned half an outcome of a write")));
	outcome.old_item = get_item(at, old_size);
	outcome.new_item = get_item(at + old_size, new_size);
	left -= old_size + new_size;
	if (outcome.verdict == DYN_VERDICT_VIOLATION)
		outcome.violation = pnstrdup(at + old_size + new_size, left);
	return outcome;
}
