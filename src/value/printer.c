/*
 * printer.c - many items as DynamoDB JSON, which usually are alike
 *
 * A printer remembers an item: its names, and for each attribute the text that precedes the value, as in ,"price":{"N": .  An item with the
 * same names needs no look at their bytes one by one, and the text is copied as a whole.  Which of them an attribute may
 * use is checked for each, so that nothing depends on items being alike.  Maps in it have printers of their own.
 *
 * Items that are all different would be remembered in vain, and so would be an only one: before it remembers another item a printer lets
 * some pass that are not like the last one, each time more of them.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/jsonout.h"
#include "value/printer.h"

#define TEXT_SIZE		32		/* a copy of constant size is two instructions */
#define MAX_MEMBERS		128		/* of an item with its maps */
#define MAX_DEPTH		2		/* of maps in an item whose attributes are remembered, too */
#define MAX_NAMES		4096	/* bytes of their names: a printer may be kept for each of many tables */
#define MAX_PATIENCE	256		/* items */

typedef struct Member
{
	uint32		name_start;
	uint32		name_end;
	uint8		tag;
	uint8		len;			/* of text; 0: it does not fit */
	char		text[TEXT_SIZE];
	DynPrinter *inner;			/* of a map; NULL: it is printed as any value */
} Member;

/* What the printers of an item and its maps may still remember together. */
typedef struct Room
{
	uint32		members;
	uint32		names;			/* bytes */
} Room;

/* Of an item, or of a map in it. */
struct DynPrinter
{
	MemoryContext context;
	int			depth;
	Room	   *room;			/* of the item's own printer */
	int			missed;			/* items since it remembered one */
	int			patience;		/* how many of them it lets pass */
	uint32		count;			/* of members */
	uint32		names_len;
	char	   *names;			/* NULL: nothing is remembered */
	Member	   *members;
};

static DynPrinter *
create(int depth, Room *room)
{
	DynPrinter *printer = palloc0_object(DynPrinter);

	printer->context = CurrentMemoryContext;
	printer->depth = depth;
	printer->room = room;
	printer->patience = 1;
	return printer;
}

DynPrinter *
dyn_printer_create(void)
{
	Room	   *room = palloc_object(Room);

	*room = (Room) {MAX_MEMBERS, MAX_NAMES};
	return create(0, room);
}

/* The text before the member's value. */
static void
remember_text(Member *member, StringInfo text, DynSlice name)
{
	resetStringInfo(text);
	if (member->name_start > 0)
		dyn_jsonout_byte(text, ',');
	dyn_jsonout_string(text, name.data, name.len);
	appendStringInfo(text, ":{\"%s\":", dyn_tag_name(member->tag));
	member->len = text->len <= TEXT_SIZE ? text->len : 0;
	memcpy(member->text, text->data, member->len);
}

static void
forget(DynPrinter *printer)
{
	if (printer->names == NULL)
		return;
	for (uint32 i = 0; i < printer->count; i++)
	{
		if (printer->members[i].inner == NULL)
			continue;
		forget(printer->members[i].inner);
		pfree(printer->members[i].inner);
	}
	printer->room->members += printer->count;
	printer->room->names += printer->names_len;
	pfree(printer->names);
	pfree(printer->members);
	printer->names = NULL;
	printer->count = printer->names_len = 0;
}

static void
remember(DynPrinter *printer, DynValue map, uint32 count, const char *names, uint32 names_len)
{
	MemoryContext caller = MemoryContextSwitchTo(printer->context);
	Member	   *members = palloc0_array(Member, count);
	StringInfoData text;

	forget(printer);
	initStringInfo(&text);
	for (uint32 i = 0; i < count; i++)
	{
		DynSlice	name;
		DynValue	value = dyn_map_member(map, i, &name);

		members[i].name_start = name.data - names;
		members[i].name_end = members[i].name_start + name.len;
		members[i].tag = value.tag;
		remember_text(&members[i], &text, name);
		if (value.tag == DYN_M && printer->depth < MAX_DEPTH)
			members[i].inner = create(printer->depth + 1, printer->room);
	}
	pfree(text.data);
	printer->names = memcpy(palloc(names_len), names, names_len);
	printer->names_len = names_len;
	printer->members = members;
	printer->count = count;
	printer->room->members -= count;
	printer->room->names -= names_len;
	MemoryContextSwitchTo(caller);
}

static inline bool
is_like_last(const DynPrinter *printer, uint32 count, const char *names, uint32 names_len)
{
	return printer->names != NULL && printer->count == count && printer->names_len == names_len &&
		memcmp(printer->names, names, names_len) == 0;
}

/* Does the printer know items with these names?  It remembers this one, if that may be worth it. */
static bool
knows(DynPrinter *printer, DynValue map, uint32 count, const char *names, uint32 names_len)
{
	if (is_like_last(printer, count, names, names_len))
		return true;
	if (count == 0 || count > printer->room->members + printer->count || names_len > printer->room->names + printer->names_len ||
		printer->missed++ < printer->patience)
		return false;
	printer->missed = 0;
	printer->patience = Min(printer->patience * 2, MAX_PATIENCE);
	remember(printer, map, count, names, names_len);
	return true;
}

static void print_map(DynPrinter *printer, StringInfo out, DynValue map);

static void
print_member(StringInfo out, const Member *member, uint32 name_start, uint32 name_end, const char *names, DynValue value)
{
	if (likely(member->tag == value.tag && member->name_start == name_start && member->name_end == name_end && member->len > 0))
	{
		memcpy(dyn_jsonout_room(out, TEXT_SIZE), member->text, TEXT_SIZE);
		out->len += member->len;
		if (member->inner == NULL)
			dyn_value_print_body(out, value);
		else
		{
			print_map(member->inner, out, value);
			dyn_jsonout_byte(out, '}');
		}
		return;
	}
	if (name_start > 0)
		dyn_jsonout_byte(out, ',');
	dyn_jsonout_string(out, names + name_start, name_end - name_start);
	dyn_jsonout_byte(out, ':');
	dyn_value_print(out, value);
}

/* No NUL follows it. */
static void
print_map(DynPrinter *printer, StringInfo out, DynValue map)
{
	uint32		count = dyn_value_count(map);
	const uint8 *entry = map.data + 4;
	const char *names = (const char *) entry + (size_t) count * 8;
	uint32		names_len = count > 0 ? dyn_load_u32(entry + (size_t) (count - 1) * 8) : 0;
	const uint8 *bodies = (const uint8 *) names + names_len;
	uint32		name_start = 0;
	uint32		start = 0;

	if (!knows(printer, map, count, names, names_len))
	{
		dyn_item_print(out, map);
		return;
	}
	dyn_jsonout_byte(out, '{');
	for (uint32 i = 0; i < count; i++, entry += 8)
	{
		uint32		name_end = dyn_load_u32(entry);
		uint32		tag_end = dyn_load_u32(entry + 4);
		uint32		end = tag_end & DYN_END_MASK;

		print_member(out, &printer->members[i], name_start, name_end, names,
					 (DynValue) {tag_end >> DYN_TAG_SHIFT, end - start, bodies + start});
		name_start = name_end;
		start = end;
	}
	dyn_jsonout_byte(out, '}');
}

void
dyn_printer_item(DynPrinter *printer, StringInfo out, DynValue root)
{
	print_map(printer, out, root);
	out->data[out->len] = '\0';
}
