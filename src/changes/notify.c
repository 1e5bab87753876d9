/*
 * notify.c - NOTIFY for clients that wait for records of a stream
 *
 * PostgreSQL sends equal notifications of a transaction once, but searches for duplicates each time. So the last stream and
 * subtransaction are remembered: a subtransaction's notifications disappear when it is rolled back.
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/async.h"
#include "utils/inval.h"

#include "base/compat.h"
#include "changes/notify.h"
#include "tables/catalog.h"

static int	last_stream = 0;
static LocalTransactionId last_transaction = InvalidLocalTransactionId;
static SubTransactionId last_subtransaction = InvalidSubTransactionId;

void
dyn_notify_set(const DynStream *stream, const char *channel)
{
	DynSqlArgs	args = {0};

	SPI_connect();
	dyn_sql_int(&args, stream->id);
	dyn_sql_text(&args, channel);
	dyn_catalog_run("UPDATE dynapg.streams s SET channel = $2 WHERE s.stream_id OPERATOR(pg_catalog.=) $1", &args);
	CacheInvalidateRelcacheByRelid(stream->relid);
	SPI_finish();
	last_stream = 0;
}

void
dyn_notify_add(const DynStream *stream)
{
	SubTransactionId subtransaction = GetCurrentSubTransactionId();
	LocalTransactionId transaction = dyn_compat_lxid();

	if (stream->channel == NULL ||
		(stream->id == last_stream && transaction == last_transaction && subtransaction == last_subtransaction))
		return;
	Async_Notify(stream->channel, stream->table_name);
	last_stream = stream->id;
	last_transaction = transaction;
	last_subtransaction = subtransaction;
}
