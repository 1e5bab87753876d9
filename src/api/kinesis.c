/*
 * kinesis.c - the Kinesis destinations of a table
 *
 * There is no Kinesis here. Enabling a destination is accepted and ends in ENABLE_FAILED, as it can on AWS, with a description
 * that says what to use instead; a destination is never ACTIVE.
 */
#include "postgres.h"

#include "api/handlers.h"
#include "api/params.h"
#include "api/table_describe.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/namespace_text.h"
#include "base/request.h"
#include "tables/catalog.h"
#include "tables/name.h"
#include "tables/settings.h"

#define WRONG_STATE "Table is not in a valid state to enable Kinesis Streaming Destination: "
#define NOT_HERE \
	"dynapg has no Kinesis Data Streams. Use DynamoDB Streams, or PostgreSQL's logical replication of the data table, instead."

static const DynJson *
destinations_of(const DynTableSettings *settings)
{
	const char *json = settings->kinesis ? settings->kinesis : "[]";

	return dyn_json_parse(json, strlen(json));
}

static void
print_destination(StringInfo out, DynSlice arn, DynSlice precision)
{
	appendStringInfoChar(out, '{');
	dyn_jsonout_member(out, "StreamArn");
	dyn_jsonout_string(out, arn.data, arn.len);
	dyn_settings_print_text(out, "DestinationStatus", "ENABLE_FAILED");
	dyn_settings_print_text(out, "DestinationStatusDescription", NOT_HERE);
	if (precision.data)
	{
		dyn_jsonout_member(out, "ApproximateCreationDateTimePrecision");
		dyn_jsonout_string(out, precision.data, precision.len);
	}
	appendStringInfoChar(out, '}');
}

/* The destinations including this one, which may be listed already. */
static char *
with_destination(const DynTableSettings *settings, DynSlice arn, DynSlice precision)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '[');
	for (const DynJson *other = dyn_json_first(destinations_of(settings)); other; other = dyn_json_next(other))
	{
		if (dyn_slice_equal(arn, dyn_request_string(other, "StreamArn")))
			continue;
		dyn_jsonout_tree(&out, other);
		appendStringInfoChar(&out, ',');
	}
	print_destination(&out, arn, precision);
	appendStringInfoChar(&out, ']');
	return out.data;
}

void
dyn_api_enable_kinesis_streaming_destination(const DynJson *request, StringInfo reply)
{
	DynSlice	arn = dyn_request_string(request, "StreamArn");
	const DynJson *wanted = dyn_request_member(request, "EnableKinesisStreamingConfiguration");
	DynSlice	precision = dyn_request_string(wanted, "ApproximateCreationDateTimePrecision");
	DynTableDef *def = dyn_table_describe_find(dyn_params_table_name(request), true);
	DynTableSettings *settings = &def->settings;

	settings->kinesis = with_destination(settings, arn, precision);
	dyn_catalog_update(def);

	appendStringInfoChar(reply, '{');
	dyn_settings_print_text(reply, "TableName", dyn_namespace_text_name(def->name));
	dyn_jsonout_member(reply, "StreamArn");
	dyn_jsonout_string(reply, arn.data, arn.len);
	dyn_settings_print_text(reply, "DestinationStatus", "ENABLING");
	dyn_jsonout_member(reply, "EnableKinesisStreamingConfiguration");
	if (wanted)
		dyn_jsonout_tree(reply, wanted);
	else
		appendStringInfoString(reply, "{}");
	appendStringInfoChar(reply, '}');
}

/* The next two need an active destination: no table has one. */

void
dyn_api_disable_kinesis_streaming_destination(const DynJson *request, StringInfo reply)
{
	if (dyn_request_member(request, "EnableKinesisStreamingConfiguration"))
		dyn_validation("Stream cannot be disabled using EnableKinesisStreamingConfiguration parameters");
	(void) dyn_table_describe_find(dyn_params_table_name(request), true);
	dyn_validation(WRONG_STATE "KinesisStreamingDestination must be ACTIVE to perform DISABLE operation.");
}

void
dyn_api_update_kinesis_streaming_destination(const DynJson *request, StringInfo reply)
{
	const DynJson *wanted = dyn_request_member(request, "UpdateKinesisStreamingConfiguration");
	DynSlice	arn = dyn_request_string(request, "StreamArn");
	DynTableDef *def;

	if (!wanted || !dyn_request_member(wanted, "ApproximateCreationDateTimePrecision"))
		dyn_validation("Streaming destination cannot be updated with given parameters: UpdateKinesisStreamingConfiguration cannot be "
					   "null or contain only null values");
	def = dyn_table_describe_find(dyn_params_table_name(request), true);
	dyn_validation(WRONG_STATE "Kinesis streaming is not in ACTIVE state. Updates are only allowed in ACTIVE state. TableName: %s, "
				   "kdsArn: %.*s", dyn_namespace_text_name(def->name), (int) arn.len, arn.data);
}

void
dyn_api_describe_kinesis_streaming_destination(const DynJson *request, StringInfo reply)
{
	DynTableDef *def = dyn_table_describe_find(dyn_params_table_name(request), false);
	DynTableSettings *settings = &def->settings;

	appendStringInfoChar(reply, '{');
	dyn_settings_print_text(reply, "TableName", dyn_namespace_text_name(def->name));
	dyn_jsonout_member(reply, "KinesisDataStreamDestinations");
	appendStringInfoString(reply, settings->kinesis ? settings->kinesis : "[]");
	appendStringInfoChar(reply, '}');
}
