/*
 * connection_state.c - the buffers of a connection
 */
#include "postgres.h"

#include "http/connection_state.h"

#define FIRST_GROWTH		16384	/* bytes */

void
dyn_connection_state_free_input(DynConnection *connection)
{
	if (connection->in)
		pfree(connection->in);
	connection->in = NULL;
	connection->in_len = connection->in_size = 0;
}

void
dyn_connection_state_free_output(DynConnection *connection)
{
	if (connection->out.data)
		pfree(connection->out.data);
	connection->out.data = NULL;
	connection->out.len = connection->out_sent = 0;
}

void
dyn_connection_state_free_buffers(DynConnection *connection)
{
	dyn_connection_state_free_input(connection);
	dyn_connection_state_free_output(connection);
}

/*
 * Grows by halves, so that memory is taken as bytes arrive, and at most to the end of the request if that is known.
 */
uint32
dyn_connection_state_growth(const DynConnection *connection)
{
	uint32		missing = dyn_parser_missing(&connection->parser);
	uint32		room = connection->in_size - connection->in_len;
	uint32		wanted = Max(connection->in_len / 2, FIRST_GROWTH);

	if (missing > 0)
		wanted = Min(wanted, missing);
	return room >= Min(wanted, FIRST_GROWTH) ? 0 : wanted - room;
}
