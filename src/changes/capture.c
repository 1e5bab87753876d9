/*
 * capture.c - the trigger that records what is written to a table with a stream
 *
 * As a row trigger after the write it sees the true old and new version, whoever writes: the API, plain SQL, COPY, Time to
 * Live. It finds the stream by the table, never by the trigger's arguments, so nobody can write into the stream of another
 * table. If a table has several such triggers, as after somebody has renamed ours, only one records.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "changes/log.h"
#include "changes/notify.h"
#include "changes/stream.h"
#include "store/ttl.h"
#include "value/tree.h"

PGDLLEXPORT Datum dynapg_capture(PG_FUNCTION_ARGS);

/* The number of the column with the item, of the type that items have. */
static AttrNumber
item_column(TupleDesc columns)
{
	Oid			type = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum("item"),
									   ObjectIdGetDatum(get_namespace_oid("dynapg", false)));

	for (int i = 0; i < columns->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(columns, i);

		if (!column->attisdropped && strcmp(NameStr(column->attname), "item") == 0 && column->atttypid == type)
			return column->attnum;
	}
	ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN), errmsg("the table has no column \"item\" of type dynapg.item")));
}

/* A version's item, detoasted; NULL where SQL has written a row without an item, which does not count as one. */
static struct varlena *
item_of(HeapTuple tuple, AttrNumber column, TupleDesc columns)
{
	bool		null;
	Datum		item = heap_getattr(tuple, column, columns, &null);

	return null ? NULL : PG_DETOAST_DATUM(item);
}

static bool
same_item(const struct varlena *a, const struct varlena *b)
{
	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) && memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

/* The value of a key attribute; tag 0 where the table has no such key, or the item, written by SQL, lacks the attribute. */
static DynValue
key_value(const DynKeyAttr *attr, const struct varlena *item)
{
	return attr->tag ? dyn_map_get(dyn_item_root(item), attr->name, attr->len) : (DynValue) {0};
}

static bool
same_key(const DynKeyAttr *attr, const struct varlena *a, const struct varlena *b)
{
	DynValue	left = key_value(attr, a);
	DynValue	right = key_value(attr, b);

	return left.tag == right.tag && (left.tag == 0 || dyn_value_equal(left, right));
}

static void
add_key(DynNode *keys, const DynKeyAttr *attr, const struct varlena *item)
{
	DynValue	value = key_value(attr, item);

	if (value.tag)
		dyn_node_add_member(keys, (DynSlice) {attr->name, attr->len}, dyn_node_of(value));
}

static struct varlena *
keys_of(const DynStream *stream, const struct varlena *item)
{
	DynNode		keys = dyn_node_empty(DYN_M);

	add_key(&keys, &stream->pk, item);
	add_key(&keys, &stream->sk, item);
	return dyn_node_build_item(&keys);
}

static int32
hash_of(const DynStream *stream, const struct varlena *item)
{
	DynValue	pk = key_value(&stream->pk, item);

	return pk.tag ? (int32) hash_bytes(pk.data, pk.len) : 0;
}

/* Records the change of an item; one of the images is NULL if the item was created or deleted, both if there was none. */
static void
record(const DynStream *stream, struct varlena *old_item, struct varlena *new_item)
{
	struct varlena *item = new_item ? new_item : old_item;
	bool		with_old = stream->view == DYN_STREAM_OLD_IMAGE || stream->view == DYN_STREAM_NEW_AND_OLD_IMAGES;
	bool		with_new = stream->view == DYN_STREAM_NEW_IMAGE || stream->view == DYN_STREAM_NEW_AND_OLD_IMAGES;
	DynRecord	change = {
		.event = old_item == NULL ? DYN_EVENT_INSERT : new_item == NULL ? DYN_EVENT_REMOVE : DYN_EVENT_MODIFY,
		.by_service = new_item == NULL && dyn_ttl_is_deleting(stream->relid),
		.old_item = with_old ? old_item : NULL,
		.new_item = with_new ? new_item : NULL,
	};

	if (item == NULL)
		return;
	change.hash = hash_of(stream, item);
	change.keys = keys_of(stream, item);
	dyn_log_add(stream->id, &change);
	dyn_notify_add(stream);
}

/* An update; one that changes the key, which only SQL can do, counts as deleting the first item and creating the other. */
static void
record_update(const DynStream *stream, struct varlena *old_item, struct varlena *new_item)
{
	if (old_item == NULL || new_item == NULL)
	{
		record(stream, old_item, new_item);
		return;
	}
	if (same_item(old_item, new_item))
		return;
	if (same_key(&stream->pk, old_item, new_item) && same_key(&stream->sk, old_item, new_item))
	{
		record(stream, old_item, new_item);
		return;
	}
	record(stream, old_item, NULL);
	record(stream, NULL, new_item);
}

static void
capture_row(const TriggerData *trigger, const DynStream *stream)
{
	TupleDesc	columns = RelationGetDescr(trigger->tg_relation);
	AttrNumber	column = item_column(columns);
	struct varlena *item = item_of(trigger->tg_trigtuple, column, columns);

	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		record_update(stream, item, item_of(trigger->tg_newtuple, column, columns));
	else if (TRIGGER_FIRED_BY_INSERT(trigger->tg_event))
		record(stream, NULL, item);
	else
		record(stream, item, NULL);
}

/*
 * Would this row trigger with our function record the event? One with a condition, with columns, or a deferred one never does.
 *
 */
static bool
records(const Trigger *trigger, TriggerEvent event)
{
	int16		type = trigger->tgtype;

	if (trigger->tgqual || trigger->tgnattr > 0 || trigger->tgdeferrable || !TRIGGER_FOR_ROW(type) || !TRIGGER_FOR_AFTER(type))
		return false;
	if (trigger->tgenabled == TRIGGER_DISABLED ||
		(SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA ? trigger->tgenabled == TRIGGER_FIRES_ON_ORIGIN :
		 trigger->tgenabled == TRIGGER_FIRES_ON_REPLICA))
		return false;
	return TRIGGER_FIRED_BY_INSERT(event) ? TRIGGER_FOR_INSERT(type) : TRIGGER_FIRED_BY_DELETE(event) ? TRIGGER_FOR_DELETE(type) :
		TRIGGER_FOR_UPDATE(type);
}

/* Is it the first trigger of the table that records the event? */
static bool
is_recorder(const TriggerData *data)
{
	const TriggerDesc *all = data->tg_relation->trigdesc;

	for (int i = 0; all && i < all->numtriggers; i++)
	{
		const Trigger *trigger = &all->triggers[i];

		if (trigger->tgfoid == data->tg_trigger->tgfoid && records(trigger, data->tg_event))
			return trigger->tgoid == data->tg_trigger->tgoid;
	}
	return false;
}

PG_FUNCTION_INFO_V1(dynapg_capture);
Datum
dynapg_capture(PG_FUNCTION_ARGS)
{
	const TriggerData *trigger = (const TriggerData *) fcinfo->context;
	const DynStream *stream;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
						errmsg("dynapg.capture can only be called by a trigger")));
	if (TRIGGER_FIRED_FOR_ROW(trigger->tg_event) && !TRIGGER_FIRED_AFTER(trigger->tg_event))
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
						errmsg("dynapg.capture must be fired AFTER a row is written")));
	if (dyn_stream_is_paused(RelationGetRelid(trigger->tg_relation)))
		return PointerGetDatum(NULL);
	stream = dyn_stream_of_table(RelationGetRelid(trigger->tg_relation));
	if (TRIGGER_FIRED_BY_TRUNCATE(trigger->tg_event) && stream)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("table \"%s\" has a stream, which would miss what TRUNCATE removes", RelationGetRelationName(trigger->tg_relation)),
				 errhint("Use DELETE, or disable the stream first.")));
	if (stream && TRIGGER_FIRED_FOR_ROW(trigger->tg_event) && is_recorder(trigger))
		capture_row(trigger, stream);
	return PointerGetDatum(NULL);
}
