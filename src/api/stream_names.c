/*
 * stream_names.c - the names that the API of streams has for streams and for positions in them
 *
 * A shard iterator is not secret: rights are checked when it is used. So it is not signed; a forged one reads nothing that its
 * user could not read anyway.
 */
#include "postgres.h"

#include "api/stream_names.h"
#include "base/base64.h"
#include "base/errors.h"
#include "base/guc.h"
#include "base/limits.h"
#include "base/namespace.h"
#include "tables/name.h"
#include "utils/timestamp.h"

#define NUMBER_DIGITS	20
#define SEPARATOR		"|1|"

/* ---- sequence numbers ---- */

char *
dyn_stream_names_sequence_print(int64 tick, int64 number)
{
	return psprintf("%lld%0*lld", (long long) tick, NUMBER_DIGITS, (long long) number);
}

char *
dyn_stream_names_sequence_first(int64 tick)
{
	return dyn_stream_names_sequence_print(tick, 0);
}

char *
dyn_stream_names_sequence_last(int64 tick)
{
	return psprintf("%lld99999999999999999999", (long long) tick);
}

/* The number that the digits stand for; false where it does not fit. */
static bool
read_digits(const char *digits, uint32 len, int64 *number)
{
	int64		result = 0;

	for (uint32 i = 0; i < len; i++)
	{
		int			digit = digits[i] - '0';

		if (result > (PG_INT64_MAX - digit) / 10)
			return false;
		result = result * 10 + digit;
	}
	*number = result;
	return true;
}

bool
dyn_stream_names_sequence_read(DynSlice text, DynPosition *position)
{
	for (uint32 i = 0; i < text.len; i++)
	{
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
	}
	if (text.len <= NUMBER_DIGITS || !read_digits(text.data, text.len - NUMBER_DIGITS, &position->tick))
		return false;
	if (!read_digits(text.data + text.len - NUMBER_DIGITS, NUMBER_DIGITS, &position->number))
		position->number = DYN_POSITION_ALL;
	return true;
}

/* ---- ARNs ---- */

char *
dyn_stream_names_arn(const DynStream *stream)
{
	StringInfoData arn;

	initStringInfo(&arn);
	dyn_name_stream_arn(&arn, stream->table_name, stream->label);
	return arn.data;
}

static void
not_found(DynSlice arn)
{
	dyn_error(DYN_E_RESOURCE_NOT_FOUND, "Requested resource not found: Stream: %.*s not found", (int) arn.len, arn.data);
}

void
dyn_stream_names_read(DynSlice arn, const char **table_name, char **label)
{
	char	   *text = pnstrdup(arn.data, arn.len);
	char	   *table = strstr(text, ":table/");
	char	   *stream = table ? strstr(table, "/stream/") : NULL;

	if (strncmp(text, "arn:", 4) != 0 || !stream || stream[strlen("/stream/")] == '\0')
		dyn_validation("Invalid StreamArn: %s", text);
	*stream = '\0';
	*table_name = dyn_namespace_full_name(table + strlen(":table/"));
	*label = stream + strlen("/stream/");
}

DynStream *
dyn_stream_names_find(DynSlice arn)
{
	const char *table_name;
	char	   *label;
	DynStream  *stream;

	dyn_stream_names_read(arn, &table_name, &label);
	stream = dyn_stream_find(table_name, label);
	/* of this account and region, too */
	if (stream == NULL || !dyn_slice_is(arn, dyn_stream_names_arn(stream)))
		not_found(arn);
	return stream;
}

/* ---- iterators ---- */

static int64
now_in_milliseconds(void)
{
	return (GetCurrentTimestamp() + (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY) / 1000;
}

char *
dyn_stream_names_iterator_print(const DynStream *stream, const char *shard, bool from_horizon, DynPosition after)
{
	char	   *content = psprintf("%s %c %lld %lld %lld", shard, from_horizon ? 'H' : 'A', (long long) after.tick,
								   (long long) after.number, (long long) now_in_milliseconds());
	uint32		len = strlen(content);
	char	   *encoded = palloc0(4 * ((len + 2) / 3) + 1);

	(void) dyn_base64_encode((const uint8 *) content, len, encoded);
	return psprintf("%s" SEPARATOR "%s", dyn_stream_names_arn(stream), encoded);
}

static void
malformed(void)
{
	dyn_validation("Invalid ShardIterator");
}

DynIterator
dyn_stream_names_iterator_read(DynSlice text)
{
	DynIterator iterator = {0};
	char	   *copy = pnstrdup(text.data, text.len);
	char	   *separator = strstr(copy, SEPARATOR);
	char	   *encoded;
	char	   *content;
	int			len;
	const char *error;
	char		shard[66];
	char		kind;
	long long	tick;
	long long	number;
	long long	issued;
	int			used = 0;

	if (separator == NULL || strlen(copy) != text.len)
		malformed();
	iterator.arn = (DynSlice) {copy, (uint32) (separator - copy)};
	encoded = separator + strlen(SEPARATOR);
	content = palloc0(DYN_BASE64_DECODED_MAX(strlen(encoded)) + 1);
	len = dyn_base64_decode(encoded, strlen(encoded), (uint8 *) content, &error);
	if (len <= 0 || strlen(content) != len ||
		sscanf(content, "%65s %c %19lld %19lld %19lld%n", shard, &kind, &tick, &number, &issued, &used) != 5 ||
		used != len || (kind != 'H' && kind != 'A') || tick < 0 || number < -1 || issued < 0)
		malformed();
	iterator.shard = pstrdup(shard);
	iterator.from_horizon = kind == 'H';
	iterator.after = (DynPosition) {tick, number};
	iterator.issued = issued;
	if (now_in_milliseconds() - issued > DYN_MAX_ITERATOR_SECONDS * INT64CONST(1000))
		dyn_error(DYN_E_EXPIRED_ITERATOR, "Shard iterator has expired");
	return iterator;
}
