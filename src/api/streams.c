/*
 * streams.c - ListStreams, DescribeStream, GetShardIterator, GetRecords
 *
 * The order in which ticks and shards are read matters: see changes/stream.h.
 */
#include "postgres.h"

#include "api/handlers.h"
#include "api/stream_names.h"
#include "base/call.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/limits.h"
#include "base/namespace.h"
#include "base/request.h"
#include "changes/tick.h"
#include "common/hashfn.h"
#include "tables/settings.h"
#include "value/member.h"

static void
trimmed(void)
{
	dyn_error(DYN_E_TRIMMED_DATA_ACCESS, "The data you are trying to access has been trimmed");
}

static DynShard *
find_shard(const DynStream *stream, int64 tick, const char *id, const char *problem)
{
	DynShard   *shard = dyn_shard_find(stream, tick, id);

	if (shard == NULL)
		dyn_error(DYN_E_RESOURCE_NOT_FOUND, "%s", problem);
	return shard;
}

/* ---- ListStreams ---- */

static void
print_stream(StringInfo reply, const DynStream *stream)
{
	appendStringInfoString(reply, reply->data[reply->len - 1] == '[' ? "{" : ",{");
	dyn_settings_print_text(reply, "StreamArn", dyn_stream_names_arn(stream));
	dyn_settings_print_text(reply, "TableName", dyn_namespace_text_name(stream->table_name));
	dyn_settings_print_text(reply, "StreamLabel", stream->label);
	appendStringInfoChar(reply, '}');
}

void
dyn_api_list_streams(const DynJson *request, StringInfo reply)
{
	int			limit = (int) dyn_request_integer(request, "Limit", DYN_MAX_STREAM_PAGE);
	DynSlice	start = dyn_request_string(request, "ExclusiveStartStreamArn");
	const char *table = dyn_request_cstring(request, "TableName");
	const char *after_name = NULL;
	char	   *after_label = NULL;
	DynStream  *streams;
	int			found;
	int			shown;

	if (start.data)
		dyn_stream_names_read(start, &after_name, &after_label);
	/* one more than wanted, to see whether there are more */
	found = dyn_stream_list(dyn_namespace_prefix(), table ? dyn_namespace_full_name(table) : NULL, after_name, after_label, limit + 1,
							&streams);
	shown = Min(found, limit);

	appendStringInfoChar(reply, '{');
	dyn_jsonout_member(reply, "Streams");
	appendStringInfoChar(reply, '[');
	for (int i = 0; i < shown; i++)
		print_stream(reply, &streams[i]);
	appendStringInfoChar(reply, ']');
	if (found > limit)
		dyn_settings_print_text(reply, "LastEvaluatedStreamArn", dyn_stream_names_arn(&streams[shown - 1]));
	appendStringInfoChar(reply, '}');
}

/* ---- DescribeStream ---- */

static void
print_key(StringInfo reply, const DynKeyAttr *attr, const char *type)
{
	if (attr->tag == 0)
		return;
	appendStringInfoString(reply, reply->data[reply->len - 1] == '[' ? "{" : ",{");
	dyn_settings_print_text(reply, "AttributeName", attr->name);
	dyn_settings_print_text(reply, "KeyType", type);
	appendStringInfoChar(reply, '}');
}

static void
print_shard(StringInfo reply, const DynShard *shard)
{
	appendStringInfoString(reply, reply->data[reply->len - 1] == '[' ? "{" : ",{");
	dyn_settings_print_text(reply, "ShardId", shard->id);
	dyn_jsonout_member(reply, "SequenceNumberRange");
	appendStringInfoChar(reply, '{');
	dyn_settings_print_text(reply, "StartingSequenceNumber", dyn_stream_names_sequence_first(shard->from_tick + 1));
	if (shard->to_tick > 0)
		dyn_settings_print_text(reply, "EndingSequenceNumber", dyn_stream_names_sequence_last(shard->to_tick));
	appendStringInfoChar(reply, '}');
	if (shard->parent)
		dyn_settings_print_text(reply, "ParentShardId", shard->parent);
	appendStringInfoChar(reply, '}');
}

static void
print_shards(StringInfo reply, const DynStream *stream, const DynJson *request)
{
	const DynJson *filter = dyn_request_member(request, "ShardFilter");
	char	   *parent = dyn_request_cstring(filter, "ShardId");
	int			limit = (int) dyn_request_integer(request, "Limit", DYN_MAX_STREAM_PAGE);
	DynTick    *now;
	DynShard   *shards;
	int			found;
	int			shown;

	dyn_shard_ensure(stream);
	now = dyn_tick_now();
	found = dyn_shard_list(stream, now->tick, dyn_request_cstring(request, "ExclusiveStartShardId"), parent, limit + 1, &shards);
	shown = Min(found, limit);
	dyn_jsonout_member(reply, "Shards");
	appendStringInfoChar(reply, '[');
	for (int i = 0; i < shown; i++)
		print_shard(reply, &shards[i]);
	appendStringInfoChar(reply, ']');
	if (found > limit)
		dyn_settings_print_text(reply, "LastEvaluatedShardId", shards[shown - 1].id);
}

void
dyn_api_describe_stream(const DynJson *request, StringInfo reply)
{
	DynStream  *stream = dyn_stream_names_find(dyn_request_string(request, "StreamArn"));
	const DynJson *filter = dyn_request_member(request, "ShardFilter");

	if (filter && !(dyn_request_member(filter, "Type") && dyn_request_member(filter, "ShardId")))
		dyn_validation("Invalid ShardFilter: Type and ShardId must both be specified");
	appendStringInfoChar(reply, '{');
	dyn_jsonout_member(reply, "StreamDescription");
	appendStringInfoChar(reply, '{');
	dyn_settings_print_text(reply, "StreamArn", dyn_stream_names_arn(stream));
	dyn_settings_print_text(reply, "StreamLabel", stream->label);
	dyn_settings_print_text(reply, "StreamStatus", stream->enabled ? "ENABLED" : "DISABLED");
	dyn_settings_print_text(reply, "StreamViewType", dyn_stream_view_name(stream->view));
	dyn_settings_print_time(reply, "CreationRequestDateTime", dyn_settings_epoch(stream->created_at));
	dyn_settings_print_text(reply, "TableName", dyn_namespace_text_name(stream->table_name));
	dyn_jsonout_member(reply, "KeySchema");
	appendStringInfoChar(reply, '[');
	print_key(reply, &stream->pk, "HASH");
	print_key(reply, &stream->sk, "RANGE");
	appendStringInfoChar(reply, ']');
	print_shards(reply, stream, request);
	appendStringInfoString(reply, "}}");
}

/* ---- GetShardIterator ---- */

/* The range to read from the shard, given the newest tick. */
static DynReading
reading_of(const DynStream *stream, const DynShard *shard, const DynTick *now)
{
	return (DynReading)
	{
		.stream = stream,
		.slot = shard->slot,
		.slots = shard->slots,
		.to_tick = shard->to_tick > 0 ? Min(shard->to_tick, now->tick) : now->tick,
	};
}

/* Refuses a number that no record of the shard can have; reports a trimmed one. */
static DynPosition
position_of_number(const DynJson *request, const DynReading *reading, const DynShard *shard, bool at)
{
	DynSlice	text = dyn_request_string(request, "SequenceNumber");
	DynPosition position;

	if (!dyn_stream_names_sequence_read(text, &position) || position.tick <= shard->from_tick || position.tick > reading->to_tick + 1)
		dyn_validation("Invalid SequenceNumber: %.*s is not in the shard", (int) text.len, text.data);
	if (position.tick <= dyn_tick_horizon())
		trimmed();
	if (at && position.number != DYN_POSITION_ALL)
		position.number--;
	return position;
}

static DynPosition
position_of_moment(const DynJson *request, const DynReading *reading)
{
	double		seconds = dyn_json_double(dyn_request_member(request, "Timestamp"));
	double		microseconds = (seconds - (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * (double) SECS_PER_DAY) * USECS_PER_SEC;

	if (microseconds > (double) GetCurrentTimestamp())
		dyn_validation("Invalid Timestamp: it must not be in the future");
	return dyn_read_position_at(reading, microseconds < 0 ? 0 : (TimestampTz) microseconds);
}

/* A member belongs to certain types of iterators, and is required for them. */
static void
check_member(const DynJson *request, const char *member, const char *type, bool wanted)
{
	bool		present = dyn_request_member(request, member) != NULL;

	if (wanted && !present)
		dyn_validation("Invalid GetShardIterator request: %s is required for ShardIteratorType %s", member, type);
	if (!wanted && present)
		dyn_validation("Invalid GetShardIterator request: %s must not be specified for ShardIteratorType %s", member, type);
}

void
dyn_api_get_shard_iterator(const DynJson *request, StringInfo reply)
{
	DynStream  *stream = dyn_stream_names_find(dyn_request_string(request, "StreamArn"));
	char	   *type = dyn_request_cstring(request, "ShardIteratorType");
	bool		at = strcmp(type, "AT_SEQUENCE_NUMBER") == 0;
	bool		after = strcmp(type, "AFTER_SEQUENCE_NUMBER") == 0;
	bool		at_moment = strcmp(type, "AT_TIMESTAMP") == 0;
	bool		from_horizon = strcmp(type, "TRIM_HORIZON") == 0;
	DynTick    *now;
	DynShard   *shard;
	DynReading	reading;
	DynPosition position = {0, 0};

	check_member(request, "SequenceNumber", type, at || after);
	check_member(request, "Timestamp", type, at_moment);
	dyn_stream_check_readable(stream);
	now = dyn_tick_now();
	shard = find_shard(stream, now->tick, dyn_request_cstring(request, "ShardId"), "Requested resource not found: Shard does not exist");
	reading = reading_of(stream, shard, now);
	if (at || after)
		position = position_of_number(request, &reading, shard, at);
	else if (at_moment)
		position = position_of_moment(request, &reading);
	else if (!from_horizon)
		position = (DynPosition) {reading.to_tick, DYN_POSITION_ALL};

	appendStringInfoChar(reply, '{');
	dyn_settings_print_text(reply, "ShardIterator", dyn_stream_names_iterator_print(stream, shard->id, from_horizon, position));
	appendStringInfoChar(reply, '}');
}

/* ---- GetRecords ---- */

static const char *
event_name(DynEvent event)
{
	return event == DYN_EVENT_INSERT ? "INSERT" : event == DYN_EVENT_REMOVE ? "REMOVE" : "MODIFY";
}

/* 32 hexadecimal digits, unique for the record and always the same. */
static void
print_event_id(StringInfo reply, const DynStream *stream, const DynRecord *record)
{
	char	   *text = psprintf("%s %s %lld", stream->table_name, stream->label, (long long) record->number);
	int			len = strlen(text);

	dyn_settings_print_text(reply, "eventID",
							psprintf("%016llx%016llx",
									 (unsigned long long) hash_bytes_extended((unsigned char *) text, len, 1),
									 (unsigned long long) hash_bytes_extended((unsigned char *) text, len, 2)));
}

static void
print_change(StringInfo reply, const DynStream *stream, const DynRecord *record)
{
	dyn_jsonout_member(reply, "dynamodb");
	appendStringInfoChar(reply, '{');
	dyn_settings_print_number(reply, "ApproximateCreationDateTime", (int64) dyn_settings_epoch(record->created_at));
	dyn_member_item(reply, "Keys", record->keys);
	if (record->new_item)
		dyn_member_item(reply, "NewImage", record->new_item);
	if (record->old_item)
		dyn_member_item(reply, "OldImage", record->old_item);
	dyn_settings_print_text(reply, "SequenceNumber", dyn_stream_names_sequence_print(record->tick, record->number));
	dyn_settings_print_number(reply, "SizeBytes",
							  (int64) dyn_item_size(record->keys) + dyn_image_size(record->new_item) +
							  dyn_image_size(record->old_item));
	dyn_settings_print_text(reply, "StreamViewType", dyn_stream_view_name(stream->view));
	appendStringInfoChar(reply, '}');
}

static void
print_record(StringInfo reply, const DynStream *stream, const DynRecord *record)
{
	appendStringInfoString(reply, reply->data[reply->len - 1] == '[' ? "{" : ",{");
	print_event_id(reply, stream, record);
	dyn_settings_print_text(reply, "eventName", event_name(record->event));
	dyn_settings_print_text(reply, "eventVersion", "1.1");
	dyn_settings_print_text(reply, "eventSource", "aws:dynamodb");
	dyn_settings_print_text(reply, "awsRegion", dyn_namespace_region());
	print_change(reply, stream, record);
	if (record->by_service)
	{
		dyn_jsonout_member(reply, "userIdentity");
		appendStringInfoString(reply, "{\"PrincipalId\":\"dynamodb.amazonaws.com\",\"Type\":\"Service\"}");
	}
	appendStringInfoChar(reply, '}');
}

/* Where the iterator goes on in the shard. */
static DynPosition
position_of_iterator(const DynIterator *iterator, const DynShard *shard)
{
	DynPosition start = {shard->from_tick, DYN_POSITION_ALL};

	if (iterator->from_horizon)
		start.tick = Max(start.tick, dyn_tick_horizon());
	if (iterator->from_horizon || iterator->after.tick <= shard->from_tick)
		return start;
	return iterator->after;
}

void
dyn_api_get_records(const DynJson *request, StringInfo reply)
{
	DynIterator iterator = dyn_stream_names_iterator_read(dyn_request_string(request, "ShardIterator"));
	DynStream  *stream = dyn_stream_names_find(iterator.arn);
	DynTick    *now;
	DynShard   *shard;
	DynReading	reading;

	dyn_stream_check_readable(stream);
	now = dyn_tick_now();
	shard = find_shard(stream, now->tick, iterator.shard, "Invalid ShardId in ShardIterator");
	reading = reading_of(stream, shard, now);
	reading.after = position_of_iterator(&iterator, shard);
	reading.limit = (int) dyn_request_integer(request, "Limit", DYN_MAX_STREAM_RECORDS);
	reading.max_bytes = DYN_MAX_STREAM_BYTES;
	if (!dyn_read_records(&reading))
		trimmed();

	appendStringInfoChar(reply, '{');
	dyn_jsonout_member(reply, "Records");
	appendStringInfoChar(reply, '[');
	for (int i = 0; i < reading.count; i++)
		print_record(reply, stream, &reading.records[i]);
	appendStringInfoChar(reply, ']');
	if (shard->to_tick == 0 || !reading.at_end)
		dyn_settings_print_text(reply, "NextShardIterator", dyn_stream_names_iterator_print(stream, shard->id, false, reading.after));
	appendStringInfoChar(reply, '}');
	dyn_call_add_items(reading.count);
}
