/*
 * far_shard.c - reads of the shards of distributed tables that lie on other nodes
 *
 * The node is asked by a link (database/link.h) as a client of it would ask: node_item.c reads the shard there, and asks Citus there
 * if the shard has moved away meanwhile.  So where this node believes the shard to be need not be true any more.
 *
 * Whatever the node says against it, Citus is asked here: it raises the user's errors.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "database/link.h"
#include "database/touched.h"
#include "store/far_shard.h"
#include "value/sqltype.h"
#include "value/tree.h"

#define STATEMENT "SELECT dynapg.node_item($1, $2)"

/* An item of the key alone. */
static struct varlena *
key_item(const DynTable *table, const DynKey *key)
{
	DynNode		map = dyn_node_empty(DYN_M);

	dyn_node_add_member(&map, (DynSlice) {table->pk.name, table->pk.len}, dyn_node_of(key->pk));
	if (table->sk.tag != 0)
		dyn_node_add_member(&map, (DynSlice) {table->sk.name, table->sk.len}, dyn_node_of(key->sk));
	return dyn_node_build_item(&map);
}

bool
dyn_far_shard_read(const DynTable *table, const DynKeyShard *shard, const DynKey *key, struct varlena **item)
{
	const bytea *sent;
	DynLinkParam params[2];
	StringInfoData answer;

	*item = NULL;
	if (shard->group < 0)
		return false;
	sent = dyn_sqltype_send(key_item(table, key));
	params[0] = (DynLinkParam) {table->name, strlen(table->name)};
	params[1] = (DynLinkParam) {VARDATA(sent), VARSIZE(sent) - VARHDRSZ};
	initStringInfo(&answer);
	switch (dyn_link_ask(shard->group, STATEMENT, params, lengthof(params), &answer))
	{
		case DYN_LINK_NONE:
			return false;
		case DYN_LINK_NULL:
			break;
		case DYN_LINK_VALUE:
			*item = dyn_sqltype_receive(answer.data, answer.len);
	}
	dyn_touched_add(table->relid, false);
	return true;
}
