/*
 * lines.c - a text as a set of its lines, for SQL functions
 */
#include "postgres.h"

#include "funcapi.h"
#include "utils/builtins.h"

#include "api/lines.h"

Datum
dyn_lines(FunctionCallInfo fcinfo, StringInfo (*make) (FunctionCallInfo fcinfo))
{
	FuncCallContext *call;
	StringInfo	text;
	char	   *line;
	char	   *end;

	if (SRF_IS_FIRSTCALL())
	{
		MemoryContext caller;

		call = SRF_FIRSTCALL_INIT();
		caller = MemoryContextSwitchTo(call->multi_call_memory_ctx);
		call->user_fctx = make(fcinfo);
		MemoryContextSwitchTo(caller);
	}
	call = SRF_PERCALL_SETUP();
	text = call->user_fctx;
	line = text->data + text->cursor;
	end = strchr(line, '\n');
	if (end == NULL)
		SRF_RETURN_DONE(call);
	text->cursor = (int) (end + 1 - text->data);
	SRF_RETURN_NEXT(call, PointerGetDatum(cstring_to_text_with_len(line, (int) (end - line))));
}
