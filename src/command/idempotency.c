/*
 * idempotency.c - a repeated request with a token is not carried out again
 */
#include "postgres.h"

#include "base/errors.h"
#include "command/idempotency.h"
#include "store/node_tokens.h"
#include "throughput/capacity.h"

static void pg_attribute_noreturn()
refuse_busy(void)
{
	dyn_error(DYN_E_TRANSACTION_IN_PROGRESS, "Transaction from previous request is still in progress");
}

/* What this node knows of the token, or, where it is every node's, what all of them know. */
static DynTokenUse
look_up(DynIdempotency *idempotency)
{
	DynTokenUse use = dyn_token_find(&idempotency->token, &idempotency->units);

	if (use == DYN_TOKEN_NEW && idempotency->everywhere)
		use = dyn_node_tokens_find(&idempotency->token, &idempotency->units);
	return use;
}

bool
dyn_idempotency_find(DynIdempotency *idempotency)
{
	if (idempotency->token.text.data == NULL)
		return false;
	idempotency->everywhere = idempotency->everywhere && dyn_node_tokens_shared();
	switch (look_up(idempotency))
	{
		case DYN_TOKEN_NEW:
			return false;
		case DYN_TOKEN_REPEATED:
			return true;
		case DYN_TOKEN_MISMATCH:
			dyn_error(DYN_E_IDEMPOTENT_PARAMETER_MISMATCH,
					  "The request uses the same client token as a previous, but non-identical request. "
					  "Do not reuse a client token with different requests, unless the requests are identical");
		case DYN_TOKEN_BUSY:
			refuse_busy();
	}
	pg_unreachable();
}

/* The units fit in a byte: they are at most 200. */
void
dyn_idempotency_note(DynIdempotency *idempotency, int action, uint32 bytes)
{
	if (idempotency->token.text.data == NULL)
		return;
	if (idempotency->units == NULL)
	{
		idempotency->units = palloc0(VARHDRSZ + idempotency->nactions);
		SET_VARSIZE(idempotency->units, VARHDRSZ + idempotency->nactions);
	}
	((uint8 *) VARDATA(idempotency->units))[action] = (uint8) dyn_capacity_of_transact_read(bytes);
}

void
dyn_idempotency_keep(const DynIdempotency *idempotency)
{
	if (idempotency->token.text.data == NULL)
		return;
	if (!idempotency->everywhere)
		dyn_token_keep(&idempotency->token, idempotency->units);
	else if (!dyn_node_tokens_keep(&idempotency->token, idempotency->units))
		refuse_busy();
}

double
dyn_idempotency_units(const DynIdempotency *idempotency, int action)
{
	if (idempotency->units == NULL || action >= VARSIZE_ANY_EXHDR(idempotency->units))
		return 0;
	return ((const uint8 *) VARDATA_ANY(idempotency->units))[action];
}
