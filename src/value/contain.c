/*
 * contain.c - does one value contain another?
 */
#include "postgres.h"

#include "miscadmin.h"

#include "value/contain.h"

static bool
map_contains(DynValue whole, DynValue part)
{
	uint32		count = dyn_value_count(part);

	if (count > dyn_value_count(whole))
		return false;
	for (uint32 i = 0; i < count; i++)
	{
		DynSlice	name;
		DynValue	wanted = dyn_map_member(part, i, &name);
		DynValue	found = dyn_map_get(whole, name.data, name.len);

		if (found.tag == 0 || !dyn_contain_value(found, wanted))
			return false;
	}
	return true;
}

static bool
any_element_contains(DynValue list, DynValue part)
{
	uint32		count = dyn_value_count(list);

	for (uint32 i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (dyn_contain_value(dyn_list_element(list, i), part))
			return true;
	}
	return false;
}

static bool
list_contains(DynValue whole, DynValue part)
{
	uint32		count = dyn_value_count(part);

	for (uint32 i = 0; i < count; i++)
		if (!any_element_contains(whole, dyn_list_element(part, i)))
			return false;
	return true;
}

static bool
set_contains(DynValue whole, DynValue part)
{
	uint32		count = dyn_value_count(part);

	if (count > dyn_value_count(whole))
		return false;
	for (uint32 i = 0; i < count; i++)
		if (!dyn_set_contains(whole, dyn_set_element(part, i)))
			return false;
	return true;
}

bool
dyn_contain_value(DynValue whole, DynValue part)
{
	if (whole.tag != part.tag)
		return false;
	switch (part.tag)
	{
		case DYN_M:
			check_stack_depth();
			return map_contains(whole, part);
		case DYN_L:
			check_stack_depth();
			return list_contains(whole, part);
		case DYN_SS:
		case DYN_NS:
		case DYN_BS:
			return set_contains(whole, part);
		default:
			return whole.len == part.len && memcmp(whole.data, part.data, part.len) == 0;
	}
}
