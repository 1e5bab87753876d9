# 171_stream_views.pl - what SQL shows of streams, of Time to Live and of the background jobs, to whom; NOTIFY on request
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use DynapgStreams;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node, $port) = http_node('views', "dynapg.jobs_interval = '200ms'", 'max_prepared_transactions = 5');
$node->safe_psql('postgres', 'CREATE ROLE app LOGIN; CREATE ROLE other LOGIN; GRANT CREATE ON SCHEMA dynamodb TO app');

sub sql { return $node->safe_psql('postgres', $_[0]) }

sub error
{
	my ($stdout, $stderr);
	$node->psql('postgres', $_[0], stdout => \$stdout, stderr => \$stderr);
	return $stderr;
}

sub put
{
	my ($table, $key) = @_;
	return qq(SELECT dynapg.put_item('{"TableName":"$table","Item":{"pk":{"S":"$key"},"v":{"S":"some text"}}}'););
}

# ---- streams ----

my $arn = create_stream_table($node, 'Seen');
my $name = 'Notified-' . 'x' x 100;
create_stream_table($node, $name);
sql('ALTER TABLE dynamodb."Seen" OWNER TO app');
is(sql(q(SELECT table_name, view_type, status, open_shards, records, bytes, oldest_record, channel FROM dynapg.stream_list WHERE table_name = 'Seen')),
	'Seen|NEW_AND_OLD_IMAGES|ENABLED|1|0|0||', 'an empty stream');
sql(put('Seen', "k$_")) for 1 .. 5;
is(sql(q(SELECT stream_arn, records, bytes BETWEEN 5 * 100 AND 5 * 300, oldest_record > now() - interval '1 minute' FROM dynapg.stream_list WHERE table_name = 'Seen')),
	"$arn|5|t|t", 'what it holds');
is(sql(q(SET ROLE other; SELECT table_name, status, open_shards, records, bytes, oldest_record, lag FROM dynapg.stream_list WHERE table_name = 'Seen')),
	'Seen|ENABLED|||||', 'who may not read the table learns no figures');
sql('GRANT SELECT ON dynamodb."Seen" TO other');
is(sql(q(SET ROLE other; SELECT records FROM dynapg.stream_list WHERE table_name = 'Seen')), '5', 'who may does');
is(sql(q(SELECT pg_size_pretty(sum(bytes)) IS NOT NULL, count(*) FROM dynapg.stream_list)), 't|2', 'all streams');
ok($node->poll_query_until('postgres', q(SELECT lag = '0' FROM dynapg.stream_list WHERE table_name = 'Seen')), 'the background worker has looked');
$node->append_conf('postgresql.conf', 'dynapg.jobs_interval = 0');
$node->reload;
ok($node->poll_query_until('postgres', q(SELECT next_run IS NULL FROM dynapg.job_list WHERE kind = 'streams')), 'the worker rests');
sql(put('Seen', 'k6'));
is(sql(q(SELECT lag > '0' FROM dynapg.stream_list WHERE table_name = 'Seen')), 't', 'a change that nobody has looked at');
sql(q(SELECT count(*) FROM dynapg.stream_records('Seen')));
is(sql(q(SELECT lag = '0' FROM dynapg.stream_list WHERE table_name = 'Seen')), 't', 'and then somebody has');
sql(q(SELECT dynapg.update_table('{"TableName":"Seen","StreamSpecification":{"StreamEnabled":false}}')));
is(sql(q(SELECT status, open_shards, records, lag FROM dynapg.stream_list WHERE table_name = 'Seen')), 'DISABLED|0|6|', 'a disabled stream');
is(sql(q(SELECT o.keys FROM dynapg.stream_list l, LATERAL dynapg.stream_records(l.table_name, "limit" => 1) o WHERE l.table_name = 'Seen')), '{"pk":{"S":"k1"}}',
	'records in a join');

# ---- NOTIFY ----

sub heard
{
	my ($session) = @_;
	my @heard = $session->query_safe('SELECT 1') =~ /Asynchronous notification "(\w+)" with payload "([\w-]+)"/g;
	return join ' ', @heard;
}

my $listener = $node->background_psql('postgres', on_error_die => 1);
$listener->query_safe('LISTEN changed; LISTEN other');
sql(put($name, 'before'));
is(heard($listener), '', 'nobody has asked');
sql("SELECT dynapg.stream_notify('$name', 'changed')");
sql(put($name, 'one'));
is(heard($listener), "changed $name", 'a write notifies');
sql('BEGIN;' . put($name, 'two') . put($name, 'three') . 'SAVEPOINT a;' . put($name, 'four') . 'ROLLBACK TO a;' . put($name, 'five') . 'COMMIT;');
is(heard($listener), "changed $name", 'a transaction does once');
sql('BEGIN; SAVEPOINT a;' . put($name, 'two') . 'ROLLBACK TO a; COMMIT;');
is(heard($listener), '', 'what is rolled back does not');
sql('BEGIN; SAVEPOINT a;' . put($name, 'six') . 'ROLLBACK TO a;' . put($name, 'seven') . 'COMMIT;');
is(heard($listener), "changed $name", 'what comes after it does');
sql('BEGIN; ' . put($name, 'seven') . 'COMMIT;');
is(heard($listener), '', 'a write that changes nothing does not');
my $reply = call($port, 'PutItem', qq({"TableName":"$name","Item":{"pk":{"S":"http"}}}));
is($reply->{status}, 200, 'over HTTP');
is(heard($listener), "changed $name", 'as well');
sql(qq(SELECT dynapg.stream_notify('$name', 'other')));
sql(put($name, 'nine'));
is(heard($listener), "other $name", 'another channel');
is(sql(qq(SELECT channel FROM dynapg.stream_list WHERE table_name = '$name')), 'other', 'is shown');
sql(qq(SELECT dynapg.stream_notify('$name', NULL)));
sql(put($name, 'ten'));
is(heard($listener), '', 'no more');
like(error(qq(SELECT dynapg.stream_notify('Seen', 'changed'))), qr/Table: Seen has no enabled stream/, 'a table without a stream');
like(error(qq(SELECT dynapg.stream_notify('$name', repeat('x', 64)))), qr/the name of a channel must have 1 to 63 bytes/, 'a long name');
like(error(qq(SELECT dynapg.stream_notify('$name', ''))), qr/the name of a channel must have 1 to 63 bytes/, 'no name');
like(error(qq(SET ROLE other; SELECT dynapg.stream_notify('$name', 'changed'))), qr/must be owner of/, 'for the owner alone');
$listener->quit;

# ---- Time to Live ----

sql(<<'SQL');
SET ROLE app;
SELECT dynapg.create_table('{"TableName":"Sessions","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}]}');
INSERT INTO dynamodb."Sessions" SELECT 'k' || n, json_build_object('pk', json_build_object('S', 'k' || n),
	'until', json_build_object('N', (extract(epoch FROM now())::bigint - 100 + CASE WHEN n > 20 THEN 1000 ELSE 0 END)::text))::dynapg.item FROM generate_series(1, 30) n;
SET dynapg.index_build = immediate;
SELECT dynapg.update_time_to_live('{"TableName":"Sessions","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"until"}}');
SQL
is(sql(q(SELECT table_name, attribute, status, backlog, oldest_backlog < now() - interval '99 s', deleted, rate FROM dynapg.ttl_list)), 'Sessions|until|ENABLED|20|t|0|', 'a backlog');
is(sql(q(SET ROLE other; SELECT count(*) FROM dynapg.ttl_list)), '0', 'is for the owner');
is(sql(q(SET ROLE app; SELECT table_name, kind, items, failures, next_run FROM dynapg.job_list)), 'Sessions|ttl|0|0|', 'a job that has not run');
$node->append_conf('postgresql.conf', "dynapg.jobs_interval = '200ms'");
$node->reload;
ok($node->poll_query_until('postgres', q(SELECT backlog = 0 AND deleted = 20 AND rate > 0 FROM dynapg.ttl_list)), 'goes, at a rate');
is(sql(q(SET ROLE app; SELECT table_name, items, failures, next_run BETWEEN now() - interval '5 s' AND now() + interval '5 s' FROM dynapg.job_list)), 'Sessions|20|0|t', 'the job has a next run');

# ---- a job that fails ----

sql('ALTER TABLE dynapg.ticks RENAME TO elsewhere');
ok($node->poll_query_until('postgres', q(SELECT failures = 1 AND failure = 'relation dynapg.ticks does not exist' AND next_run > now() + interval '5 s'
	FROM dynapg.job_list WHERE kind = 'streams')), 'a failure is shown, and when the job runs again');
is(sql(q(SET ROLE app; SELECT count(*) FROM dynapg.job_list WHERE kind = 'streams')), '0', 'to superusers');
sql(q(UPDATE dynamodb."Sessions" SET item = dynapg.item_update(item, 'SET #u = :t', '{"#u":"until"}', '{":t":{"N":"1700000000"}}') WHERE pk = 'k30'));
ok($node->poll_query_until('postgres', q(SELECT deleted = 21 FROM dynapg.ttl_list)), 'it does not keep the others');
sql('ALTER TABLE dynapg.elsewhere RENAME TO ticks');
ok($node->poll_query_until('postgres', q(SELECT failures = 0 AND failure IS NULL FROM dynapg.job_list WHERE kind = 'streams')), 'it gets over it');

$node->stop;
done_testing();
