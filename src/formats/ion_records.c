/*
 * ion_records.c - values of Amazon Ion as records, and the symbol tables between them
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "formats/ion_binary.h"
#include "formats/ion_records.h"
#include "formats/ion_text.h"

#define MAX_SYMBOLS 1000000

/* Uses the symbol table in records->text: its symbols follow those of the previous one, or of the system. */
static bool
take_symbols(DynRecords *records)
{
	const DynJson *table = dyn_json_try(records->text.data, records->text.len);
	const DynJson *imports;
	const DynJson *symbols;
	MemoryContext caller;

	if (table == NULL || dyn_json_kind(table) != DYN_JSON_OBJECT)
		return dyn_ion_break(records, dyn_ion_malformed);
	imports = dyn_json_member(table, "imports");
	symbols = dyn_json_member(table, "symbols");
	if (imports != NULL && dyn_json_kind(imports) == DYN_JSON_ARRAY && dyn_json_count(imports) > 0)
		return dyn_ion_break(records, "the data need a shared symbol table");
	if (imports == NULL || dyn_json_kind(imports) != DYN_JSON_STRING)
		dyn_ion_reset_symbols(records);
	if (symbols == NULL || dyn_json_kind(symbols) != DYN_JSON_ARRAY)
		return true;
	records->ion->symbol_bytes += records->text.len;
	if (records->ion->nsymbols + dyn_json_count(symbols) > MAX_SYMBOLS || records->ion->symbol_bytes > DYN_MAX_RECORD_BYTES)
		return dyn_ion_break(records, "a symbol table has too many symbols");
	caller = MemoryContextSwitchTo(records->context);
	for (const DynJson *symbol = dyn_json_first(symbols); symbol != NULL; symbol = dyn_json_next(symbol))
		dyn_ion_add_symbol(records, dyn_json_kind(symbol) == DYN_JSON_STRING ? dyn_json_string(symbol) : (DynSlice) {NULL, 0});
	MemoryContextSwitchTo(caller);
	return true;
}

/* ---- records ---- */

static void
begin_object(DynRecords *records)
{
	MemoryContext caller = MemoryContextSwitchTo(records->context);

	records->ion = palloc0_object(DynIon);
	initStringInfo(&records->ion->token);
	initStringInfo(&records->ion->buffer);
	MemoryContextSwitchTo(caller);
	dyn_ion_reset_symbols(records);
	records->ion->binary = dyn_input_peek(records->input) == 0xE0;
}

DynReadResult
dyn_ion_records_read(DynRecords *records, const char **flaw)
{
	DynIonMarks marks;
	bool		found;

	if (records->ion == NULL)
		begin_object(records);
	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(records->scratch);	/* the symbol table before */
		resetStringInfo(&records->text);
		marks = (DynIonMarks) {0};
		records->ion->flaw = NULL;
		records->ion->depth = 0;
		found = false;
		if (!(records->ion->binary ? dyn_ion_binary_read : dyn_ion_text_read) (records, &marks, &found))
			return DYN_READ_END;
		if (found && !marks.symbol_table)
			break;
		if (found && !take_symbols(records))
			return DYN_READ_END;
	}
	*flaw = records->ion->flaw;
	return *flaw == NULL ? DYN_READ_RECORD : DYN_READ_BAD;
}
