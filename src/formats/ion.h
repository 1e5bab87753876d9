/*
 * ion.h - what the readers of Ion's text and of its binary form share
 *
 * Both write each value into records->text as they read it. Its place decides the form: a record is a JSON object whose members
 * are items or keys, {Item:{..}}, and a condition's parts are plain strings. A value that an item cannot hold is a flaw of the
 * record; invalid Ion is a flaw of the object.
 */
#ifndef DYNAPG_FORMATS_ION_H
#define DYNAPG_FORMATS_ION_H

#include "formats/reader.h"

#define DYN_ION_MAX_DEPTH	200
#define DYN_ION_SYSTEM_SYMBOLS 10	/* $0 to $9 */

typedef enum DynIonPlace
{
	DYN_ION_RECORD,				/* the top level */
	DYN_ION_ATTRIBUTES,			/* an item or a key: a struct is an object of attribute values */
	DYN_ION_VALUE,				/* an attribute value, {"S":"x"} */
	DYN_ION_ELEMENT,			/* of a set */
	DYN_ION_PLAIN				/* JSON as it is */
} DynIonPlace;

/* Annotations that mean something here. */
typedef struct DynIonMarks
{
	char		set;			/* 'S', 'N', 'B'; 0: no set */
	bool		symbol_table;
} DynIonMarks;

typedef struct DynIon
{
	bool		binary;
	int			nsymbols;
	int			symbol_room;
	int64		symbol_bytes;	/* of the tables that they came from, as JSON */
	DynSlice   *symbols;		/* NULL data: unknown text */
	StringInfoData token;
	StringInfoData buffer;		/* binary: the value at the top level */
	char		element;		/* type of the set's elements that are being read */
	int			depth;
	const char *flaw;			/* of the record */
} DynIon;

/* Records the first flaw of the object, and returns false. */
extern bool dyn_ion_break(DynRecords *records, const char *flaw);

/* Records the first flaw of the record. */
extern void dyn_ion_refuse(DynRecords *records, const char *flaw);

extern const char *const dyn_ion_malformed;

/* Writing values. */
extern void dyn_ion_put_string(DynRecords *records, DynIonPlace place, char type, const char *data, int len);
extern void dyn_ion_put_bytes(DynRecords *records, DynIonPlace place, const uint8 *data, int len);
extern void dyn_ion_put_bool(DynRecords *records, DynIonPlace place, bool value);
extern void dyn_ion_put_null(DynRecords *records, DynIonPlace place);

/* Open and close lists, sets and structs; opening returns the place of the elements or members. */
extern DynIonPlace dyn_ion_begin_list(DynRecords *records, DynIonPlace place, DynIonMarks marks);
extern void dyn_ion_end_list(DynRecords *records, DynIonPlace place);
extern void dyn_ion_begin_struct(DynRecords *records, DynIonPlace place);
extern DynIonPlace dyn_ion_member(DynRecords *records, DynIonPlace place, DynSlice name);
extern void dyn_ion_end_struct(DynRecords *records, DynIonPlace place);

/* Before each element of a list. */
extern void dyn_ion_next_element(DynRecords *records);

/* One level deeper; false where that is too deep. */
extern bool dyn_ion_enter(DynRecords *records);
extern void dyn_ion_leave(DynRecords *records);

/* The text of a symbol; false where there is none. */
extern bool dyn_ion_symbol(DynRecords *records, uint64 number, DynSlice *text);
extern void dyn_ion_mark(DynIonMarks *marks, DynSlice annotation);

/* Adds a symbol, which is copied; current is the records' memory context. */
extern void dyn_ion_add_symbol(DynRecords *records, DynSlice text);

/* Forgets all symbols except the system's. */
extern void dyn_ion_reset_symbols(DynRecords *records);

#endif							/* DYNAPG_FORMATS_ION_H */
